"""A study's own training program: its contract, and what a study makes of what it writes."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from collect_arrays import scaled_arrays
from run_snakemake import assert_readable, pages, snakemake
from session import REPOSITORY, made_once
from small_study import planned, read_csv, tiny_arrays

from study.config.read import read_config
from study.data.prepared import load_splits, read_description
from study.design.study import expand_study
from study.program.command import Program, fill
from study.program.run import _environment, run_program
from study.program.trainer import _files_digest, program_digest
from study.program.written import read_metrics, read_scores
from study.snake.code_notes import program_notes
from study.store import code
from study.store.errors import UserError

# Writes the seed's share of a rate; goes on from the round before; leaves a line a call.
PROGRAM = """
import os, sys, time
rate, seed, out, previous = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
before = float(open(previous + "/state").read()) if previous else 0
print("seed", seed, os.getcwd(), os.listdir(out))
with open("calls", "a") as file:
    file.write(f"{seed} ")
if os.path.exists(f"hang{seed}"):
    with open("hangs", "w") as file:
        file.write(str(os.getpid()))
    time.sleep(600)
if os.path.exists(f"fail{seed}"):
    sys.exit("no luck")
values = [before + rate * (seed + 1) * epoch for epoch in (1, 2, 3)]
with open(out + "/metrics.csv", "w") as file:
    file.write("val_accuracy,epoch\\n" + "".join(f"{v},{e + 1}\\n" for e, v in enumerate(values)))
with open(out + "/state", "w") as file:
    file.write(str(values[-1]))
"""
STUDY = {
    "dataset": "tiny",
    "datasets": {"tiny": {"kind": "npz", "path": "tiny.npz"}},
    "program": {
        "command": 'python program.py {rate} {seed} {output} "{previous}"',
        "files": ["program.py"],
        "parameters": {"rate": 0.01},
    },
    "grid": {"rate": [0.01, 0.02]},
    "epochs_per_round": 3,
    "seeds": 4,
    "tables": {"rates": {"vary": "rate"}},
}
RUN = {
    "parameters": {"rate": 0.01},
    "command": f"{STUDY['program']['command']} {{epochs}}",
    "epochs": 3,
    "first": 0,
    "last": 3,
    "round": 1,
    "data": "d",
    "code": {"trainer": "t"},
}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the program, in which the test runs."""
    (tmp_path / "program.py").write_text(PROGRAM)
    np.savez(tmp_path / "tiny.npz", **tiny_arrays())
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(STUDY))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ---- The example, through Snakemake --------------------------------------------------------------


def finish_trees(folder: Path) -> None:
    """The example with fewer trees, seeds and cells."""
    shutil.copytree(REPOSITORY / "examples" / "program", folder / "examples" / "program")
    study = yaml.safe_load((folder / "examples" / "program" / "config.yaml").read_text())
    study |= {"seeds": 2, "epochs_per_round": 6, "warmup_epochs": 4}
    study["program"]["scores"] = "logit"  # as they are
    study["grid"] = {"max_depth": [3, 1]}
    study["tables"] = {"depths": {"vary": "max_depth"}}
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def trees_once(tmp_path_factory) -> Path:
    return made_once(tmp_path_factory, "trees", finish_trees)


@pytest.fixture
def trees(trees_once, tmp_path) -> Path:
    """A copy of the finished example, time stamps included."""
    return Path(shutil.copytree(trees_once, tmp_path / "study"))


def train_trees(folder: Path, depth: int, trees: int, seed: int) -> tuple[float, float, np.ndarray]:
    """The example's training anew: loss and accuracy on the validation split, and its log-odds."""
    from sklearn.ensemble import GradientBoostingClassifier

    (place,) = (folder / "results" / "wdbc_trees" / "data").iterdir()
    about, data = read_description(place), load_splits(place)
    train, val = (
        ((data[split][0] - about["subtract"]) / about["divide_by"], data[split][1])
        for split in ("train", "val")
    )
    model = GradientBoostingClassifier(
        n_estimators=trees, max_depth=depth, subsample=0.5, random_state=seed
    )
    model.fit(train[0].astype(np.float32), train[1])
    scores = model.decision_function(val[0].astype(np.float32))
    return (
        np.logaddexp(0, np.where(val[1], -scores, scores)).mean(),
        np.mean((scores > 0) == val[1]),
        scores,
    )


def test_the_examples_numbers_are_those_of_a_training_of_its_own(trees_once):
    """The table's means, from models of 5 and of 6 trees: the epochs after the warm-up."""
    results = trees_once / "results" / "wdbc_trees"
    cells = {row["max_depth"]: row["cell"] for row in read_csv(results / "cells.csv")}
    assert re.fullmatch(r"train_trees_learning_rate0\.1_max_depth3_[0-9a-f]{8}", cells["3"])
    for row in read_csv(results / "tables" / "depths.csv"):
        depth = int(row["max_depth"])
        found = {(n, s): train_trees(trees_once, depth, n, s) for n in (5, 6) for s in (0, 1)}
        for place, metric in enumerate(("val_loss", "val_accuracy")):
            means = [np.mean([found[n, seed][place] for n in (5, 6)]) for seed in (0, 1)]
            assert float(row[metric]) == pytest.approx(np.mean(means), rel=1e-6)
            assert float(row[f"{metric}_sd"]) == pytest.approx(np.std(means, ddof=1), abs=1e-6)
        of_cell = results / "runs" / cells[row["max_depth"]]
        (scores,) = of_cell.glob("fixed/split0/*/seeds_0-1/round1/scores.npz")
        with np.load(scores) as file:
            expected = np.stack([found[6, seed][2] for seed in (0, 1)])
            assert file["val_scores"] == pytest.approx(expected, rel=1e-5)
    html = pages(results)
    assert "2 cells, settings of the program train_trees on wdbc_trees" in html
    assert "2 of 2 runs present" in html and "initial weights" not in html


def test_finished_runs_are_kept_until_the_program_changes(trees):
    program = trees / "examples" / "program" / "train_trees.py"
    program.write_text(f"# a comment\n{program.read_text()}")
    assert planned(trees) == {}
    program.write_text(program.read_text().replace("subsample=0.5", "subsample=0.6"))
    assert planned(trees)["train"] == 2
    done = snakemake(trees, "status")
    assert "2 runs: 2 waiting" in done.stdout, done.stdout
    assert "2 of the runs that are not done were trained before, with different" in done.stdout
    assert snakemake(trees, "plan").returncode == 0


def test_a_failure_is_named_and_the_seeds_before_it_are_kept(folder):
    (folder / "fail2").touch()
    done = snakemake(folder, "--until", "train", "--keep-going")
    assert done.returncode != 0 and "Traceback" not in done.stdout
    failed = r"^seed 2: the program ended with exit status 1; .* in (\S+rate0\.01\S+)"
    (said,) = set(re.findall(failed, done.stdout, re.MULTILINE))
    assert (folder / said).read_text().endswith("no luck\n")
    assert "no luck" in done.stdout
    assert f"seed 2 {folder} []" in (folder / said).read_text()
    (folder / "fail2").unlink()
    (folder / "calls").unlink()
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout
    assert "2 resume from their saved progress" in done.stdout
    assert sorted((folder / "calls").read_text().split()) == ["2", "2", "3", "3"]
    rows = read_csv(folder / "results" / "tiny" / "tables" / "rates.csv")
    # per seed 2 × rate × (seed + 1), as the mean over the epochs 1, 2, 3
    assert [float(row["val_accuracy"]) for row in rows] == pytest.approx([0.05, 0.1])
    assert list(rows[0]) == ["rate", "round", "n", "diverged", "val_accuracy", "val_accuracy_sd"]
    html = pages(folder / "results" / "tiny")
    assert "ROC curves" not in html and "Validation loss" not in html
    assert snakemake(folder, "regenerate_report").returncode == 0


# ---- One job -------------------------------------------------------------------------------------


def test_rounds_go_on_from_the_folder_of_the_round_before(folder, data_folder):
    first, second = folder / "run" / "round1", folder / "run" / "round2"
    run_program(RUN, data_folder, None, first, folder / "logs", {})
    run_program(RUN | {"round": 2}, data_folder, first / "run.json", second, folder / "logs", {})
    rows = read_csv(second / "metrics.csv")
    assert list(rows[0]) == ["seed", "epoch", "val_accuracy"]
    found = [float(row["val_accuracy"]) for row in rows if row["seed"] == "1"]
    assert found == pytest.approx([0.06 + 0.02, 0.06 + 0.04, 0.06 + 0.06])
    record = json.loads((second / "run.json").read_text())
    assert set(record["files"]) == {"metrics.csv", "scores.npz"} and record["round"] == 2
    shutil.rmtree(first / "output" / "seed3")
    with pytest.raises(UserError, match=r"round1/output/seed3: is missing; delete .*round1"):
        run_program(
            RUN | {"round": 2}, data_folder, first / "run.json", second, folder / "logs", {}
        )


def test_progress_of_another_run_is_not_used(folder, data_folder):
    (folder / "fail2").touch()
    with pytest.raises(UserError):
        run_program(RUN, data_folder, None, folder / "run", folder / "logs", {})
    assert json.loads((folder / "run" / "progress.json").read_text())["finished"] == [0, 1]
    (folder / "fail2").unlink()
    other = RUN | {"code": {"trainer": "changed"}}
    run_program(other, data_folder, None, folder / "run", folder / "logs", {})
    assert (folder / "calls").read_text() == "0 1 2 0 1 2 3 "
    assert not (folder / "run" / "progress.json").exists()


JOB = """
import sys
sys.path.insert(0, {scripts!r})
from pathlib import Path
from study.store.interrupts import watch_for_stop
from study.program.run import run_program
stopping = watch_for_stop()
sys.stdout.reconfigure(line_buffering=True)
run_program({run!r}, Path({data!r}), None, Path("run"), Path("logs"), {{}}, stopping)
"""


def test_a_job_that_is_asked_to_stop_ends_its_program_and_goes_on_later(folder, data_folder):
    (folder / "hang1").touch()
    text = JOB.format(scripts=str(REPOSITORY / "scripts"), run=RUN, data=str(data_folder))
    job = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    while not (folder / "hangs").exists() or not (folder / "hangs").read_text():
        assert job.poll() is None
    os.kill(job.pid, signal.SIGTERM)
    said, _ = job.communicate()
    assert job.returncode == 143
    assert said.splitlines()[-1] == "stopped: seed 1 was not finished; the next job begins with it"
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "hangs").read_text()), 0)
    (folder / "hang1").unlink()
    run_program(RUN, data_folder, None, folder / "run", folder / "logs", {})
    assert (folder / "calls").read_text() == "0 1 1 2 3 "


def test_the_pages_program_and_its_way_to_read_the_data_work(folder, data_folder):
    page = (REPOSITORY / "docs" / "program.md").read_text()
    written, program, reading = (
        re.search(rf"```{start}(.*?)```", page, re.DOTALL)[1]
        for start in ("yaml\n", "python\n(?=# my_train)", "python\n(?=import json)")
    )
    (folder / "my_train.py").write_text(program)
    study = read_config(yaml.safe_load(written))
    arrays = scaled_arrays(data_folder)
    flat = {name: array.reshape(len(array), -1) for name, array in arrays.items()}
    flat |= {name: array for name, array in arrays.items() if name.endswith("labels")}
    np.savez(folder / "splits.npz", **flat)
    run = RUN | {"command": study["program"]["command"], "epochs": study["epochs_per_round"]}
    run |= {"parameters": {"learning_rate": 0.1}, "last": 1}
    given = {"npz": folder / "splits.npz"}
    run_program(run, data_folder, None, folder / "run", folder / "logs", given)
    last = [row for row in read_csv(folder / "run" / "metrics.csv") if row["epoch"] == "20"]
    with np.load(folder / "run" / "scores.npz") as file:
        right = ((file["val_scores"] > 0) == file["val_labels"]).mean(axis=1)
    assert right == pytest.approx([float(row["val_accuracy"]) for row in last])
    names = {"folder": str(data_folder)}
    exec(reading, names)
    for split in ("train", "val"):
        inputs, labels = names["split"](split)
        assert inputs == pytest.approx(arrays[f"{split}_inputs"], abs=1e-6)
        assert labels.tolist() == arrays[f"{split}_labels"].tolist()


def test_a_program_gets_the_users_modules_and_not_ours(monkeypatch):
    """Ours are put first for jobs; another `study` is the program's."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY / "scripts"), "/theirs"]))
    assert _environment()["PYTHONPATH"] == "/theirs"


# ---- What a program is told, and what it writes --------------------------------------------------


def test_values_stay_one_word_each():
    command = "python 'my program.py' --rate={rate} {name} \"{out}/a b\" {other} {{rate}}"
    values = {"rate": 1e-05, "name": "x; rm -rf '$HOME' {rate}", "out": "C:\\new folder"}
    assert fill(command, values) == [
        "python",
        "my program.py",
        "--rate=1e-05",
        "x; rm -rf '$HOME' {rate}",
        "C:\\new folder/a b",
        "{other}",
        "{1e-05}",
    ]
    assert fill("a {flag}", {"flag": True}) == ["a", "true"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"device": "cpu"}, "device: has no meaning with a program: the program decides it"),
        ({"checkpoint_every": 5}, "checkpoint_every: has no meaning with a program"),
        ({"baseline": {"rate": 1.0}}, "baseline: has no meaning with a program: the baseline's"),
        ({"rounds": 2}, "rounds: 2, but program.command does not use {previous}"),
        ({"grid": {"depth": [1]}}, "grid: unknown key 'depth'; known: rate"),
        ({"grid": {"rate": ["fast"]}}, "grid.rate[0]: 'fast' should be a number"),
        ({"claims": {"a": {}}}, "claims.a: missing sentence"),
        ({"command": "python {seed} {output}"}, "program.command: does not use {rate}; a param"),
        ({"command": "python {rate} {seed}"}, "does not use {output}, the folder to write to"),
        ({"command": "a {rate} {seed} {output} {b}"}, "unknown placeholder {b}; known: rate, see"),
        ({"command": "a 'b {rate}"}, "program.command: cannot be split into words (No closing"),
        ({"files": ["other.py"]}, "program.files: there is no file other.py, relative to"),
        (
            {"command": "python -m src.train {rate} {seed} {output}"},
            "program.command: -m src.train: there is no such module, relative to the folder that",
        ),
        (
            {"command": "srun python3 -X dev -um models.{rate} {seed} {output}"},
            "program.command: -m models.{rate}: it is not clear from the command",
        ),
        ({"parameters": {"val_loss": 1}}, "program.parameters: val_loss means something else"),
        (
            {"parameters": {"a b": 1}},
            "program.parameters: 'a b' is not a valid name; use",
        ),
        ({"parameters": {"rate": [1]}}, "program.parameters.rate: [1] does not fit. A value is"),
        ({"memory": 1}, "program: unknown key 'memory'"),
    ],
)
def test_mistakes_in_the_configuration_are_one_line_each(folder, change, expected):
    program = STUDY["program"] | {"command": "python program.py {rate} {seed} {output}"}
    study = STUDY | {"program": program}
    own = change.keys() - {"device", "checkpoint_every", "baseline", "rounds", "grid", "claims"}
    study |= {"program": program | change} if own else change
    with pytest.raises(UserError) as error:
        read_config(study)
    heading, line = str(error.value).split("\n")
    assert heading == "Configuration error" and expected in line


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "cd code && python program.py {rate} {seed} {output}",
            "has '&&', but the command runs without",
        ),
        (
            "python program.py {rate} {seed} {output} | tee log",
            "has '|', but the command runs without a sh",
        ),
        (
            "python program.py {rate} {seed} {output} > log 2>&1",
            "has '>', but the command runs without a s",
        ),
        (
            "python program.py {rate} {seed} {output} 2>/dev/null",
            "has '2>', but the command runs without",
        ),
        (
            "python program.py {rate} {seed} {output}; date",
            "has ';', but the command runs without a shell",
        ),
        (
            "module load x\npython program.py {rate} {seed} {output}",
            "has several lines, but the command r",
        ),
        (
            "python program.py {rate} \\\n {seed} {output}",
            "has a backslash at the end of a line, but",
        ),
        (
            "python program.py {rate} {seed} {output} $SCRATCH",
            "$SCRATCH is not replaced, as there is",
        ),
        ('python program.py {rate} {seed} {output} "$(pwd)/a"', "$( is not replaced, as there is"),
        ('python program.py {rate} {seed} {output} "`date`"', "` is not replaced, as there is no"),
        ("python ~/program.py {rate} {seed} {output}", "~/program.py is not replaced, as there is"),
        ("OMP_NUM_THREADS=1 python program.py {rate} {seed} {output}", "begin with `env OMP_NUM"),
        ("python program.py {rate} {seed} {output} tiny.*", "tiny.* stands for files in a shell"),
    ],
)
def test_what_only_a_shell_understands_is_refused(folder, command, expected):
    with pytest.raises(UserError) as error:
        read_config(STUDY | {"program": STUDY["program"] | {"command": command}})
    heading, line = str(error.value).split("\n")
    assert heading == "Configuration error" and expected in line


@pytest.mark.parametrize(
    "command",
    [
        "python program.py {rate}\n  --seed {seed}\n  {output}\n",
        "bash -c 'cd code && python program.py {rate} {seed} {output} | tee $HOME/log > /dev/null'",
        'bash -c "python program.py {rate} {seed} {output} > $HOME/log"',
        "python program.py {rate} {seed} {output} 'a|b' \"x>y; z\" a\\;b '$5' '~' \"it's\"",
        "python program.py {rate} {seed} {output} layers=[1,2] a~b 10$ --glob=*.none x=f(1)",
        "env OMP_NUM_THREADS=1 python program.py {rate} {seed} {output}",
    ],
)
def test_what_is_quoted_or_given_to_a_shell_is_not(folder, command):
    assert read_config(STUDY | {"program": STUDY["program"] | {"command": command}})


# A program, and what it is started from and imports; `unused.py` beside each is not of it.
PLACED = {
    "3d_cnn.py": "import layers\nfrom src import unused_here\n",
    "my-net.py": "from layers import SIZE\nprint(SIZE)\n",
    "layers.py": "SIZE = 1\nprint(SIZE)\n",
    "src/__init__.py": "print('package')\n",
    "src/__main__.py": "from src import train\n",
    "src/train.py": "from .deep import block\nfrom src.model import SIZE\nprint(SIZE, block)\n",
    "src/model.py": "SIZE = 1\n",
    "src/deep/block.py": "print('block')\n",
    "src/extra.py": "from src.deep import late\n",
    "src/deep/late.py": "print('late')\n",
    "lib/pkg/train.py": "from pkg.model import SIZE\nprint(SIZE)\n",
    "lib/pkg/model.py": "SIZE = 1\n",
    "unused.py": "print('unused')\n",
    "src/unused.py": "print('unused')\n",
    "lib/pkg/unused.py": "print('unused')\n",
    "notes.txt": "as it was\n",
}
SRC = {"src/__init__.py", "src/train.py", "src/model.py", "src/deep/block.py"}


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        ("python 3d_cnn.py", ["3d_cnn.py"], {"3d_cnn.py", "layers.py", "src/__init__.py"}),
        ("python my-net.py", ["my-net.py"], {"my-net.py", "layers.py"}),
        ("python src/train.py", ["src/train.py"], SRC),
        ("python -m my-net", ["notes.txt"], {"my-net.py", "layers.py", "notes.txt"}),
        ("python -m src.train", ["src/train.py"], SRC),
        ("python -um src.train", ["notes.txt"], {*SRC, "notes.txt"}),
        ("python -m src", ["src/train.py"], {*SRC, "src/__main__.py"}),
        (
            "python -msrc.train",
            ["src/extra.py"],
            {*SRC, "src/extra.py", "src/deep/late.py"},
        ),
        ("torchrun -m src.train", ["src/train.py"], SRC),
        (
            "/opt/bin/python3.12 -X dev -m pkg.train",
            ["lib/pkg/train.py"],
            {"lib/pkg/train.py", "lib/pkg/model.py"},
        ),
        ("python -m cProfile my-net.py", ["my-net.py"], {"my-net.py", "layers.py"}),
        ("python -m torch.distributed.run my-net.py", ["my-net.py"], {"my-net.py", "layers.py"}),
        ("convert -m fast my-net.py", ["my-net.py"], {"my-net.py", "layers.py"}),
    ],
)
def test_what_a_program_is_started_from_and_imports_decides_it(folder, command, files, expected):
    """However it is started, and whatever its file is called."""
    for name, text in PLACED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    program = {"command": f"{command} {{rate}} {{seed}} {{output}}", "files": files}
    complete = read_config(STUDY | {"program": STUDY["program"] | program})
    program = Program(**complete["program"])

    def digest() -> str:
        for cached in (_files_digest, code._statements, code._path):
            cached.cache_clear()  # as in another process
        return program_digest(program)

    before = digest()
    for name, text in PLACED.items():
        (folder / name).write_text(f"{text}# a comment\n" if name.endswith(".py") else text)
        assert digest() == before, name
        (folder / name).write_text(f"{text}print('changed')\n")
        assert (digest() != before) == (name in expected), name
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("from near import a\nimport numpy, json\nopen(out + '/metrics.csv', 'w')\n", [], []),
        (
            "from lib import a\n",
            [],
            ["line 1: imports lib.a, which is {folder}/lib/a.py: a change"],
        ),
        (
            "def f():\n    import lib.deep.b\n",
            [],
            ["line 2: imports lib.deep.b, which is {folder}/lib/deep/b"],
        ),
        ("import pkg.a\n", [], ["line 1: imports pkg.a, which is {folder}/src/pkg/a.py: a chan"]),
        ("from lib import a\n", ["lib/a.py"], []),
        ("import far\n", [], []),  # an installed package, or a mistake that a run says
        (
            "import sys\nsys.path.insert(0, '../x')\nimport far\n",
            [],
            ["line 2: changes sys.path, so only a run shows where far is found: a change there"],
        ),
        ("import sys\nsys.path.insert(0, 'code')\nimport near\n", [], []),
        ("import importlib\nimportlib.import_module('near')\n", [], []),
        (
            "from importlib import import_module\nimport_module(f'lib.{name}')\n",
            [],
            ["line 2: imports a module whose name only a run shows: a change there retrains"],
        ),
        ("from importlib import import_module\nimport_module(name)\n", ["lib/a.py"], []),
        ("open('settings.yaml')\n", [], ["line 1: mentions settings.yaml, but changing"]),
        ("open('words.txt')\n", [], ["line 1: mentions words.txt, but changing"]),
        ("open('settings.yaml')\n", ["settings.yaml"], []),
        ("open('settings.yaml', 'a')\nnp.save('words.txt')\n'settings.yaml'\n", [], []),
    ],
)
def test_what_no_digest_covers_is_told(folder, text, files, expected):
    made = {"code/train.py": text, "code/near.py": "a = 1\n", "code/words.txt": "a"}
    made |= {"lib/a.py": "", "lib/deep/b.py": "", "src/pkg/a.py": "", "settings.yaml": "a: 1"}
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    command = "python code/train.py {rate} {seed} {output}"
    program = {"command": command, "files": ["code/train.py", *files]}
    complete = read_config(STUDY | {"program": STUDY["program"] | program})
    found = [*program_notes(Program(**complete["program"]))]
    assert len(found) == len(expected)
    for line, part in zip(found, expected):
        start = f"{folder}/code/train.py, {part.format(folder=folder)}"
        assert line.startswith(start) and line.endswith("; list it under program.files")


def test_nothing_of_config_yaml_counts_where_there_is_a_program(folder):
    """Neither its grid nor its tables, which name parameters of the built-in trainer."""
    study = expand_study(read_config(STUDY), {})
    assert {cell.parameters["rate"] for cell in study.cells.values()} == {0.01, 0.02}
    assert (study.rounds, study.design.warmup_epochs) == (1, 0)
    jobs = planned(folder, "--until", "train")
    assert jobs == {"prepare_data": 1, "train": 2, "total": 3}
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY | {"grid": {"loss": ["bce"]}}))
    assert_readable(snakemake(folder, "-n"), "grid: unknown key 'loss'; known: rate")


def test_what_scores_are_is_part_of_a_run_and_not_of_a_cells_name(folder):
    def told(**changes):
        study = expand_study(read_config(STUDY | {"program": STUDY["program"] | changes}), {})
        return study.design.trainer.how, [*study.cells]

    command = {"command": STUDY["program"]["command"]}
    plain, cells = told()
    assert plain == command
    assert told(scores="probability") == (command | {"scores": "probability"}, cells)
    with pytest.raises(UserError, match=r"program\.scores"):
        told(scores="probabilities")


def test_a_cells_name_has_its_parameters_and_everything_that_decides_it(folder):
    def names(**changes):
        program = STUDY["program"] | changes.pop("program", {})
        return set(expand_study(read_config(STUDY | {"program": program} | changes), {}).cells)

    usual = names()
    assert sorted(re.sub("_[0-9a-f]{8}$", "", name) for name in usual) == [
        "program_rate0.01",
        "program_rate0.02",
    ]
    command = STUDY["program"]["command"]
    assert not usual & names(epochs_per_round=4)
    assert not usual & names(program={"command": f"{command} --more"})
    assert usual == names(program={"command": f"{command} ", "mem_mb": 9000})
    text = {"command": f"{command} {{kind}}", "parameters": {"rate": 0.01, "kind": "a/b c"}}
    assert all(re.fullmatch(r"program_rate0\.0\d_kinda-b-c_[0-9a-f]{8}", name)
               for name in names(program=text))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "the program did not write it; it needs one row per epoch, with the columns epoch"),
        ("", "has the columns of an empty file; it needs epoch and any of train_loss, train_acc"),
        ("epoch\n1\n2\n", "has the columns epoch; it needs epoch and any of"),
        ("epoch,val_acc\n1,1\n2,1\n", "unknown column 'val_acc'; did you mean val_accuracy?"),
        (
            "epoch,val_loss\n1,1\n",
            "has 1 rows, but epochs_per_round is 2: write one row per epoch",
        ),
        ("epoch,val_loss\n1,1\n2,1\n3,1\n", "or set `epochs_per_round: 3`"),
        ("epoch,val_loss\n0,1\n1,1\n", "the column epoch must be 1, 2, 3, …, not 0, 1"),
        ("epoch,val_accuracy\n1,94.7\n2,95\n", "row 1: val_accuracy is 94.7; accuracies are frac"),
        ("epoch,val_loss\n1,\n2,1\n", "row 1: val_loss is ''; it must be a number, or nan where"),
        ("epoch,val_loss\n1,2,3\n2,1\n", "row 1 has 3 values, but the header has 2"),
    ],
)
def test_metrics_that_are_not_as_they_must_be_are_explained(tmp_path, text, expected):
    path = tmp_path / "metrics.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError) as error:
        read_metrics(path, 2)
    assert str(error.value).startswith(f"{path}: ") and expected in str(error.value)
    assert "\n" not in str(error.value)


def test_a_seed_that_diverges_may_end_early(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("epoch, val_loss ,train_loss\r\n1,2,0.5\r\n2,nan,1\r\n")
    found = read_metrics(path, 5)
    assert list(found) == ["train_loss", "val_loss"] and found["train_loss"] == [0.5, 1]


@pytest.mark.parametrize(
    ("arrays", "classes", "expected"),
    [
        (
            {"val_scores": np.zeros((4, 1))},
            2,
            "has the shape (4, 1); it must be (4,): the log-",
        ),
        ({"val_scores": np.zeros(4)}, 3, "has the shape (4,); it must be (4, 3): a logit of each"),
        ({"val_scores": np.array(list("abcd"))}, 2, "is of type <U1; it must hold numbers"),
        ({"val_scores": np.array([1, np.inf, 0, 0])}, 2, "values that are not finite; clip prob"),
        ({"test_scores": np.zeros(2)}, 2, "unknown array test_scores; known here: val_scores"),
        ({}, 2, "has no array val_scores"),
    ],
)
def test_scores_that_are_not_as_they_must_be_are_explained(tmp_path, arrays, classes, expected):
    path = tmp_path / "scores.npz"
    np.savez(path, **arrays)
    with pytest.raises(UserError, match=re.escape(expected)):
        read_scores(path, {"val": 4}, classes, diverged=False)
    path.write_bytes(b"not a zip")
    with pytest.raises(UserError, match=r"scores\.npz: cannot be read as an \.npz file"):
        read_scores(path, {"val": 4}, classes, diverged=False)


def test_scores_are_optional_and_those_of_a_diverged_seed_are_nothing(tmp_path):
    path = tmp_path / "scores.npz"
    assert read_scores(path, {"val": 4}, 2, diverged=False) == {}
    np.savez(path, val_scores=np.arange(4))
    found = read_scores(path, {"val": 4}, 2, diverged=False)["val"]
    assert found.dtype == np.float32 and found.tolist() == [0, 1, 2, 3]
    assert np.isnan(read_scores(path, {"val": 4}, 2, diverged=True)["val"]).all()
