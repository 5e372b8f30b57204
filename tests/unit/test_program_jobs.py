"""One job of a training program: rounds, progress, how it is stopped, and its environment."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import yaml
from collect_arrays import scaled_arrays
from session import REPOSITORY
from small_program import RUN
from small_study import read_csv

from study.config.read import read_config
from study.program.run import _environment, run_program
from study.store.errors import UserError


def test_rounds_resume_from_the_folder_of_the_round_before(program_folder, data_folder):
    first, second = program_folder / "run" / "round1", program_folder / "run" / "round2"
    run_program(RUN, data_folder, None, first, program_folder / "logs", {})
    run_program(
        RUN | {"round": 2}, data_folder, first / "run.json", second, program_folder / "logs", {}
    )
    rows = read_csv(second / "metrics.csv")
    assert list(rows[0]) == ["seed", "epoch", "val_accuracy"]
    found = [float(row["val_accuracy"]) for row in rows if row["seed"] == "1"]
    assert found == pytest.approx([0.06 + 0.02, 0.06 + 0.04, 0.06 + 0.06])
    record = json.loads((second / "run.json").read_text())
    assert set(record["files"]) == {"metrics.csv", "scores.npz"} and record["round"] == 2
    shutil.rmtree(first / "output" / "seed3")
    with pytest.raises(UserError, match=r"round1/output/seed3: is missing; delete .*round1"):
        run_program(
            RUN | {"round": 2}, data_folder, first / "run.json", second, program_folder / "logs", {}
        )


def test_progress_of_another_run_is_not_used(program_folder, data_folder):
    (program_folder / "fail2").touch()
    with pytest.raises(UserError):
        run_program(RUN, data_folder, None, program_folder / "run", program_folder / "logs", {})
    assert json.loads((program_folder / "run" / "progress.json").read_text())["finished"] == [0, 1]
    (program_folder / "fail2").unlink()
    other = RUN | {"code": {"trainer": "changed"}}
    run_program(other, data_folder, None, program_folder / "run", program_folder / "logs", {})
    assert (program_folder / "calls").read_text() == "0 1 2 0 1 2 3 "
    assert not (program_folder / "run" / "progress.json").exists()


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


def test_a_job_that_is_asked_to_stop_ends_its_program_and_resumes_later(
    program_folder, data_folder
):
    (program_folder / "hang1").touch()
    text = JOB.format(scripts=str(REPOSITORY / "scripts"), run=RUN, data=str(data_folder))
    job = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    while not (program_folder / "hangs").exists() or not (program_folder / "hangs").read_text():
        assert job.poll() is None
    os.kill(job.pid, signal.SIGTERM)
    said, _ = job.communicate()
    assert job.returncode == 143
    assert said.splitlines()[-1] == "stopped: seed 1 was not finished; the next job begins with it"
    with pytest.raises(ProcessLookupError):
        os.kill(int((program_folder / "hangs").read_text()), 0)
    (program_folder / "hang1").unlink()
    run_program(RUN, data_folder, None, program_folder / "run", program_folder / "logs", {})
    assert (program_folder / "calls").read_text() == "0 1 1 2 3 "


def test_the_pages_program_and_its_way_to_read_the_data_work(program_folder, data_folder):
    page = (REPOSITORY / "docs" / "program.md").read_text()
    written, program, reading = (
        re.search(rf"```{start}(.*?)```", page, re.DOTALL)[1]
        for start in ("yaml\n", "python\n(?=# my_train)", "python\n(?=import json)")
    )
    (program_folder / "my_train.py").write_text(program)
    study = read_config(yaml.safe_load(written))
    arrays = scaled_arrays(data_folder)
    flat = {name: array.reshape(len(array), -1) for name, array in arrays.items()}
    flat |= {name: array for name, array in arrays.items() if name.endswith("labels")}
    np.savez(program_folder / "splits.npz", **flat)
    run = RUN | {"command": study["program"]["command"], "epochs": study["epochs_per_round"]}
    run |= {"parameters": {"learning_rate": 0.1}, "last": 1}
    given = {"npz": program_folder / "splits.npz"}
    run_program(run, data_folder, None, program_folder / "run", program_folder / "logs", given)
    last = [row for row in read_csv(program_folder / "run" / "metrics.csv") if row["epoch"] == "20"]
    with np.load(program_folder / "run" / "scores.npz") as file:
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
