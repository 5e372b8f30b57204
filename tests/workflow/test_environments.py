"""environments.csv: what runs ran on, of no consequence for what came out."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from run_snakemake import snakemake
from small_study import BCE, cell_folder, planned

from study.analysis.environments import (
    ENVIRONMENT_COLUMNS,
    RUN_KEYS,
    collect_environments,
    distinct_environments,
)
from study.design.runs import Run
from study.store.errors import UserError
from study.store.frames import read_frame, write_frame

ENVIRONMENT = {
    "commit": "1234567",
    "python": "3.10",
    "packages": {"torch": "2.10", "numpy": "2.0"},
    "system": "Linux x86_64",
    "processor": "a processor",
    "gpu": None,
    "threads": 1,
    "seconds": 8.5,
}
RUNS = [Run("c", 0, 1, 1), Run("c", 3, 3, 2, place="tuned1", split=3)]


def write_environments(folder, *environments):
    """A folder for each run, with what it says of itself if that is anything."""
    folders = [folder / f"round{number}" for number in range(len(environments))]
    for path, environment in zip(folders, environments):
        path.mkdir()
        if environment:
            (path / "environment.json").write_text(json.dumps(environment))
    return folders


def test_each_run_has_a_row_also_where_it_recorded_nothing(tmp_path):
    folders = write_environments(tmp_path, ENVIRONMENT, None)
    write_frame(tmp_path / "environments.csv", collect_environments(RUNS, folders))
    frame = read_frame(tmp_path / "environments.csv", ENVIRONMENT_COLUMNS)
    assert list(frame.columns) == [
        *RUN_KEYS, "commit", "python", "torch", "numpy", "snakemake",
        "system", "processor", "gpu", "threads", "seconds",
    ]  # fmt: skip
    first, second = frame.to_dict("records")
    assert (first["python"], first["torch"], first["commit"]) == ("3.10", "2.10", "1234567")
    assert (first["threads"], first["seconds"]) == (1, 8.5)
    assert [second[name] for name in RUN_KEYS] == ["c", "tuned1", 3, 3, 3, 2]
    assert frame.iloc[1].drop([*RUN_KEYS]).isna().all()


def test_no_run_at_all(tmp_path):
    write_frame(tmp_path / "environments.csv", collect_environments([], []))
    frame = read_frame(tmp_path / "environments.csv", ENVIRONMENT_COLUMNS)
    assert {*ENVIRONMENT_COLUMNS} == {*frame.columns}
    assert distinct_environments(frame).empty


def test_like_runs_are_counted_together(tmp_path):
    """Two alike, one on another processor, one that recorded nothing."""
    kinds = [ENVIRONMENT | {"processor": processor} for processor in ("a", "b", "a")]
    folders = write_environments(tmp_path, *kinds, None)
    runs = [replace(RUNS[0], round=number) for number in range(1, 5)]
    distinct = distinct_environments(collect_environments(runs, folders))
    found = distinct[["processor", "runs", "seconds", "threads", "gpu"]].values.tolist()
    assert found == [["a", 2, 17.0, "1", ""], ["b", 1, 8.5, "1", ""]]


@pytest.mark.parametrize("text", ["{", "[1]", '{"packages": 3}', '{"packages": {}}'])
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "environment.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"environment\.json: damaged .* delete it and run again"):
        collect_environments(RUNS[:1], [tmp_path])


def test_where_it_alone_is_missing_nothing_is_trained_again(finished):
    (run,) = cell_folder(finished, BCE).glob("*/round1")
    metrics = (run / "metrics.csv").stat().st_mtime_ns
    (run / "environment.json").unlink()
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    assert (run / "metrics.csv").stat().st_mtime_ns == metrics
    assert not (run / "environment.json").exists()
    rows = pd.read_csv(finished / "results" / "tiny" / "environments.csv")
    assert rows.loc[rows["seconds"].isna(), "cell"].tolist() == [run.parents[4].name]
    assert planned(finished) == {}
