"""environments.csv: what runs ran on, of no consequence for what came out."""

import json

import pandas as pd
import pytest
from conftest import snakemake
from small_study import BCE, NOTHING, cell_folder

from study.analysis.environments import (
    ENVIRONMENT_COLUMNS,
    RUN_KEYS,
    collect_environments,
    distinct_environments,
)
from study.errors import UserError
from study.frames import read_frame, write_frame

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
RUNS = [{"cell": "c", "first": 0, "last": 1, "round": number} for number in (1, 2)]


def test_each_run_has_a_row_also_where_it_recorded_nothing(tmp_path):
    paths = [tmp_path / f"{number}.json" for number in (1, 2)]
    paths[0].write_text(json.dumps(ENVIRONMENT))
    write_frame(tmp_path / "environments.csv", collect_environments(RUNS, paths))
    frame = read_frame(tmp_path / "environments.csv", ENVIRONMENT_COLUMNS)
    assert list(frame.columns) == [
        *RUN_KEYS, "commit", "python", "torch", "numpy", "snakemake",
        "system", "processor", "gpu", "threads", "seconds",
    ]  # fmt: skip
    first, second = frame.to_dict("records")
    assert (first["python"], first["torch"], first["commit"]) == ("3.10", "2.10", "1234567")
    assert (first["threads"], first["seconds"]) == (1, 8.5)
    assert second["round"] == 2
    assert frame.iloc[1].drop([*RUN_KEYS]).isna().all()


def test_no_run_at_all(tmp_path):
    write_frame(tmp_path / "environments.csv", collect_environments([], []))
    frame = read_frame(tmp_path / "environments.csv", ENVIRONMENT_COLUMNS)
    assert {*ENVIRONMENT_COLUMNS} == {*frame.columns}
    assert distinct_environments(frame).empty


def test_like_runs_are_counted_together(tmp_path):
    """Two alike, one on another processor, one that recorded nothing."""
    paths = [tmp_path / f"{number}.json" for number in range(4)]
    for path, processor in zip(paths, ("a", "b", "a")):
        path.write_text(json.dumps(ENVIRONMENT | {"processor": processor}))
    runs = [RUNS[0] | {"round": number} for number in range(1, 5)]
    distinct = distinct_environments(collect_environments(runs, paths))
    found = distinct[["processor", "runs", "seconds", "threads", "gpu"]].values.tolist()
    assert found == [["a", 2, 17.0, "1", ""], ["b", 1, 8.5, "1", ""]]


@pytest.mark.parametrize("text", ["{", "[1]", '{"packages": 3}', '{"packages": {}}'])
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "environment.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"environment\.json: damaged .* delete it and run again"):
        collect_environments(RUNS[:1], [path])


def test_where_it_alone_is_missing_nothing_is_trained_again(finished):
    (run,) = cell_folder(finished, BCE).glob("*/round1")
    metrics = (run / "metrics.csv").stat().st_mtime_ns
    (run / "environment.json").unlink()
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    assert (run / "metrics.csv").stat().st_mtime_ns == metrics
    assert not (run / "environment.json").exists()
    rows = pd.read_csv(finished / "results" / "tiny" / "environments.csv")
    assert rows.loc[rows["seconds"].isna(), "cell"].tolist() == [run.parents[1].name]
    assert NOTHING in snakemake(finished).stdout
