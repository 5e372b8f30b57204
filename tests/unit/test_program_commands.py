"""What a study makes of the command of a training program: mistakes in it, its code, and names."""

import re

import pytest
from small_program import STUDY

from study.config.read import read_config
from study.design.study import expand_study
from study.program.command import Program, fill
from study.program.trainer import _files_digest, program_digest
from study.snake.code_notes import program_notes
from study.store import code
from study.store.errors import UserError


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
        ({"parameters": {"rate": [1]}}, "program.parameters.rate: [1] is not valid. A value is"),
        ({"memory": 1}, "program: unknown key 'memory'"),
    ],
)
def test_mistakes_in_the_configuration_are_one_line_each(program_folder, change, expected):
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
def test_what_only_a_shell_understands_is_refused(program_folder, command, expected):
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
def test_what_is_quoted_or_given_to_a_shell_is_not(program_folder, command):
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
def test_what_a_program_is_started_from_and_imports_decides_it(
    program_folder, command, files, expected
):
    """However it is started, and whatever its file is called."""
    for name, text in PLACED.items():
        (program_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (program_folder / name).write_text(text)
    program = {"command": f"{command} {{rate}} {{seed}} {{output}}", "files": files}
    complete = read_config(STUDY | {"program": STUDY["program"] | program})
    program = Program(**complete["program"])

    def digest() -> str:
        for cached in (_files_digest, code._statements, code._path):
            cached.cache_clear()  # as in another process
        return program_digest(program)

    before = digest()
    for name, text in PLACED.items():
        (program_folder / name).write_text(f"{text}# a comment\n" if name.endswith(".py") else text)
        assert digest() == before, name
        (program_folder / name).write_text(f"{text}print('changed')\n")
        assert (digest() != before) == (name in expected), name
        (program_folder / name).write_text(text)


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
            ["line 2: imports a module named only at run time: a change there retrains"],
        ),
        ("from importlib import import_module\nimport_module(name)\n", ["lib/a.py"], []),
        ("open('settings.yaml')\n", [], ["line 1: mentions settings.yaml, but changing"]),
        ("open('words.txt')\n", [], ["line 1: mentions words.txt, but changing"]),
        ("open('settings.yaml')\n", ["settings.yaml"], []),
        ("open('settings.yaml', 'a')\nnp.save('words.txt')\n'settings.yaml'\n", [], []),
    ],
)
def test_what_no_digest_covers_is_told(program_folder, text, files, expected):
    made = {"code/train.py": text, "code/near.py": "a = 1\n", "code/words.txt": "a"}
    made |= {"lib/a.py": "", "lib/deep/b.py": "", "src/pkg/a.py": "", "settings.yaml": "a: 1"}
    for name, content in made.items():
        (program_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (program_folder / name).write_text(content)
    command = "python code/train.py {rate} {seed} {output}"
    program = {"command": command, "files": ["code/train.py", *files]}
    complete = read_config(STUDY | {"program": STUDY["program"] | program})
    found = [*program_notes(Program(**complete["program"]))]
    assert len(found) == len(expected)
    for line, part in zip(found, expected):
        start = f"{program_folder}/code/train.py, {part.format(folder=program_folder)}"
        assert line.startswith(start) and line.endswith("; list it under program.files")


def test_what_scores_are_is_part_of_a_run_and_not_of_a_cells_name(program_folder):
    def told(**changes):
        study = expand_study(read_config(STUDY | {"program": STUDY["program"] | changes}), {})
        return study.design.trainer.how, [*study.cells]

    command = {"command": STUDY["program"]["command"]}
    plain, cells = told()
    assert plain == command
    assert told(scores="probability") == (command | {"scores": "probability"}, cells)
    with pytest.raises(UserError, match=r"program\.scores"):
        told(scores="probabilities")


def test_a_cells_name_has_its_parameters_and_everything_that_decides_it(program_folder):
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
