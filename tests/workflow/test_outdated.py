"""What is trained again, and what is not."""

import shutil

import numpy as np
from run_snakemake import COMMAND, contents, jobs_by_rule, run, snakemake
from small_study import (
    BCE,
    NOTHING,
    SMALL_STUDY,
    cell_folder,
    change_study,
    planned,
    read_csv,
    tiny_arrays,
)

from study.store.known_digests import MEMORY


def test_a_study_that_grows_trains_what_is_new(finished):
    """One more level, one more round for one cell, one more seed."""
    level = SMALL_STUDY["grid"] | {"batch_size": [32, 16]}
    more_round = {"more": {"vary": "loss", "levels": ["ce"], "round": 2}}
    tables = SMALL_STUDY["tables"] | more_round | {"table3": {"vary": "batch_size"}}
    change_study(finished, grid=level, tables=tables, seeds=3)
    before = contents(finished / "results", "metrics.csv")
    names = ("table1", "table3", "more")
    done = snakemake(finished, *(f"results/tiny/tables/{name}.csv" for name in names))
    assert done.returncode == 0, done.stdout
    assert jobs_by_rule(done.stdout)["train"] == 2 * 2 + 2 + 2  # cells × blocks, seeds, rounds
    after = contents(finished / "results", "metrics.csv")
    assert before.items() < after.items()
    results = finished / "results" / "tiny"
    assert [row["batch_size"] for row in read_csv(results / "tables" / "table3.csv")] == [
        "32",
        "16",
    ]
    (row,) = read_csv(results / "tables" / "more.csv")
    assert (row["loss"], row["round"], row["n"]) == ("ce", "2", "3")
    assert [row["n"] for row in read_csv(results / "tables" / "table1.csv")] == ["3", "3"]
    blocks = sorted(path.name for path in cell_folder(finished, BCE).iterdir())
    assert blocks == ["seeds_0-1", "seeds_2-2"]


def test_what_is_shown_retrains_nothing(finished):
    caption = {"caption": "Another."}
    change_study(
        finished,
        tables=SMALL_STUDY["tables"] | {"table1": caption},
        figures=SMALL_STUDY["figures"] | {"figure3": caption},
    )
    jobs = planned(finished)
    assert {"make_table", "make_figure", "make_report"} <= jobs.keys()
    assert not {"train", "measure"} & jobs.keys()
    change_study(finished, warmup_epochs=2)
    jobs = planned(finished)
    assert "train" not in jobs and {"measure", "make_report"} <= jobs.keys()


def test_code_is_tracked_by_content_not_by_time(finished_once, repository_copy, tmp_path):
    """test_code_digests goes through every module; here it is seen that Snakemake takes notice."""
    folder = tmp_path / "study"
    shutil.copytree(finished_once, folder)
    scripts = repository_copy / "scripts"
    for path in scripts.rglob("*.py"):
        path.write_text(path.read_text() + "\n# a comment\n")
    assert planned(folder, repository=repository_copy) == {}  # in another place
    losses = scripts / "study" / "training" / "losses.py"
    text = losses.read_text()
    losses.write_text(text.replace("criteria:cross_entropy", "criteria:focal"))
    curves = scripts / "study" / "report" / "figures" / "curves.py"
    curves.write_text(curves.read_text().replace("alpha=0.2", "alpha=0.3"))
    jobs = planned(folder, repository=repository_copy)
    assert (jobs["train"], jobs["make_figure"]) == (1, 1)  # the runs with ce


def test_what_is_planned_does_not_depend_on_the_order_of_sets(finished, monkeypatch):
    """Python's hashes of strings, and with them the order of sets, differ from start to start."""
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)  # with which it is a process of its own
        (finished / MEMORY).unlink()
        assert NOTHING in run(finished, *map(str, COMMAND[3:]), "--dry-run").stdout


def test_copied_results_are_current_or_found_outdated_without_snakemakes_memory(
    finished_once, repository_copy, tmp_path
):
    """As `cp -r` leaves them: new time stamps, and nothing of .snakemake. All say the same."""
    folder = tmp_path / "copy"
    forget = shutil.ignore_patterns(".snakemake")
    shutil.copytree(finished_once, folder, ignore=forget, copy_function=shutil.copyfile)
    assert "train" not in planned(folder, repository=repository_copy)
    assert "2 runs, 2 finished, 0 to train" in snakemake(folder, "plan").stdout
    assert "tiny: 2 runs: 2 done\n" in snakemake(folder, "status").stdout

    scoring = repository_copy / "scripts" / "study" / "training" / "scoring.py"
    scoring.write_text(scoring.read_text().replace("scores > 0", "scores > 1"))
    before = contents(folder / "results", "metrics.csv")
    again = {"repository": repository_copy}
    said = snakemake(folder, "plan", **again).stdout
    assert "0 finished, 2 to train (2 of them again: data, code or settings changed)" in said
    said = snakemake(folder, "status", **again).stdout
    assert "tiny: 2 runs: 2 waiting\n" in said
    assert "2 folders hold runs with other data, code or settings" in said
    done = snakemake(folder, "--until", "train", **again)
    assert jobs_by_rule(done.stdout)["train"] == 2
    after = contents(folder / "results", "metrics.csv")
    assert before.items() <= after.items() and len(after) == 4  # nothing that was there is lost


def test_data_are_tracked_by_content_not_by_place_or_time(finished):
    """Nor does another data set count that the configuration declares."""
    (finished / "tiny.npz").rename(finished / "moved.npz")
    (finished / "moved.npz").touch()
    datasets = {"tiny": {"kind": "npz", "path": "moved.npz"}, "other": {"kind": "sklearn"}}
    change_study(finished, datasets=SMALL_STUDY["datasets"] | datasets)
    assert planned(finished) == {}
    arrays = tiny_arrays()
    arrays["train_images"][0, 0, 0] ^= 1
    np.savez(finished / "moved.npz", **arrays)
    jobs = planned(finished)
    assert (jobs["prepare_data"], jobs["train"]) == (1, 2)
