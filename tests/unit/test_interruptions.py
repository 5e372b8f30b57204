"""A training job that is interrupted resumes where it was, and writes the same bytes.

One whose seeds train one after the other; test_stacked.py has those that train together.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from session import REPOSITORY
from small_training import IN_TURN, RUN

from study.store.files import file_digest
from study.training.run import train_run

GONE = 2**22 + 1  # more than any process number is
FILES = ("checkpoint.pt", "scores.npz", "run.json", "metrics.csv")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stop_after(epochs: int):
    """Whether a job is asked to stop: from its so many-th epoch on."""
    asked = iter(range(1, 1000))
    return lambda: next(asked) >= epochs


@pytest.fixture(scope="module")
def undisturbed(data_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    train_run(RUN, IN_TURN, data_folder, None, folder)
    assert sorted(contents(folder)) == sorted(FILES)
    return contents(folder)


@pytest.mark.parametrize("every", [0, 1, 4])
@pytest.mark.parametrize("epochs", [1, 3, 5, 6, 13])
def test_a_stopped_job_resumes(data_folder, undisturbed, tmp_path, epochs, every):
    """Three seeds of six epochs, of which five are looked after: stopped in each of them."""
    with pytest.raises(SystemExit) as stopped:
        train_run(RUN, IN_TURN, data_folder, None, tmp_path, every, stop_after(epochs))
    assert stopped.value.code == 143
    assert sorted(contents(tmp_path)) == ["progress.pt"]
    train_run(RUN, IN_TURN, data_folder, None, tmp_path)
    assert contents(tmp_path) == undisturbed


def test_a_job_that_is_stopped_again_and_again_gets_through(data_folder, undisturbed, tmp_path):
    jobs = 0
    while not (tmp_path / "metrics.csv").exists():
        jobs += 1
        try:
            train_run(RUN, IN_TURN, data_folder, None, tmp_path, 0, stop_after(1))
        except SystemExit as stopped:
            assert stopped.code == 143
    assert jobs == 3 * 5 + 1
    assert contents(tmp_path) == undisturbed


def test_what_was_saved_every_few_epochs_survives_a_kill(data_folder, undisturbed, tmp_path):
    """The job dies in epoch 5 of the second seed; epoch 4 was saved, and the first seed whole."""
    epochs = iter(range(100))

    def die():
        if next(epochs) == 5 + 5 - 1:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        train_run(RUN, IN_TURN, data_folder, None, tmp_path, 2, die)
    saved = torch.load(tmp_path / "progress.pt", weights_only=True)
    assert list(saved["after"]) == [0] and list(saved["states"]) == [1]
    assert {seed: len(rows) for seed, rows in saved["rows"].items()} == {0: 6, 1: 4}
    (tmp_path / f"progress.pt.{GONE}.part").write_text("killed while it was saved")
    train_run(RUN, IN_TURN, data_folder, None, tmp_path)
    assert contents(tmp_path) == undisturbed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:50]),
        lambda path: path.write_bytes(b""),
        lambda path: torch.save([1, 2], path),
    ],
)
def test_damaged_progress_is_not_used(data_folder, undisturbed, tmp_path, spoil):
    with pytest.raises(SystemExit):
        train_run(RUN, IN_TURN, data_folder, None, tmp_path, 0, stop_after(3))
    spoil(tmp_path / "progress.pt")
    train_run(RUN, IN_TURN, data_folder, None, tmp_path)
    assert contents(tmp_path) == undisturbed


def test_progress_of_another_run_is_not_used(data_folder, undisturbed, tmp_path):
    """Other code, or another checkpoint to resume from."""
    other = RUN | {"code": {"trainer": "old"}}
    with pytest.raises(SystemExit):
        train_run(other, IN_TURN, data_folder, None, tmp_path, 0, stop_after(3))
    train_run(RUN, IN_TURN, data_folder, None, tmp_path)
    assert contents(tmp_path) == undisturbed
    previous, checkpoint = tmp_path / "run.json", tmp_path / "checkpoint.pt"
    before, after = tmp_path / "round2", tmp_path / "other"
    with pytest.raises(SystemExit):
        train_run(RUN, IN_TURN, data_folder, previous, before, 0, stop_after(3))
    states = torch.load(checkpoint, weights_only=True)
    states[0]["network"]["0.bias"] += 1
    torch.save(states, checkpoint)
    record = json.loads(previous.read_text())
    record["files"]["checkpoint.pt"] = file_digest(checkpoint)
    previous.write_text(json.dumps(record) + "\n")
    train_run(RUN, IN_TURN, data_folder, previous, before)
    train_run(RUN, IN_TURN, data_folder, previous, after)
    assert contents(before) == contents(after)


PROGRAM = """
import sys
sys.path.insert(0, {scripts!r})
from pathlib import Path
import torch
from study.store.interrupts import watch_for_stop
from study.training.run import train_run
torch.set_num_threads(1)
stopping = watch_for_stop()
sys.stdout.reconfigure(line_buffering=True)
train_run({run!r}, {parameters!r}, Path({data!r}), None, Path({folder!r}), 0, stopping)
"""

WATCHING = """
import sys
sys.path.insert(0, sys.argv[1])
from study.store.interrupts import watch_for_stop
stopping = watch_for_stop()
print("watching", flush=True)
while not stopping():
    pass
print("stopping")
"""


def check_stopped(said: str, code: int, data_folder, undisturbed, folder) -> None:
    """What a job said and left that was to stop, unless it was through before it could."""
    if code != 0:
        assert code == 143
        assert "stopped: progress saved after epoch " in said
        assert said.endswith("the next job resumes from there\n")
        assert not (folder / "metrics.csv").exists()
        train_run(RUN, IN_TURN, data_folder, None, folder)
    assert contents(folder) == undisturbed


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"])
def test_each_signal_asks_to_stop_and_kills_nothing(number):
    command = [sys.executable, "-c", WATCHING, REPOSITORY / "scripts"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout.readline() == "watching\n"
        watching.send_signal(getattr(signal, number))
        assert watching.stdout.read() == "stopping\n"
    assert watching.returncode == 0


def test_a_real_job_asked_to_stop_says_so_and_resumes(data_folder, undisturbed, tmp_path):
    """A signal to a process that is long at work: exit status 143, and the same bytes at last."""
    names = {
        "scripts": str(REPOSITORY / "scripts"),
        "run": RUN,
        "parameters": IN_TURN,
        "data": str(data_folder),
    }
    program = PROGRAM.format(**names, folder=str(tmp_path))
    job = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert job.stdout.readline().startswith("seed 0: epoch 1 of ")
    job.terminate()
    said, _ = job.communicate()
    check_stopped(said, job.returncode, data_folder, undisturbed, tmp_path)


def test_a_job_whose_parent_dies_stops_and_saves(data_folder, undisturbed, tmp_path):
    names = {
        "scripts": str(REPOSITORY / "scripts"),
        "run": RUN,
        "parameters": IN_TURN,
        "data": str(data_folder),
    }
    program = PROGRAM.format(**names, folder=str(tmp_path))
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {program!r}])"
    watched = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert watched.stdout.readline().startswith("seed 0: epoch 1 of ")
    watched.kill()
    said = watched.stdout.read()  # to the end of all that write there, the job too
    stopped = "stopped" in said
    check_stopped(said, 143 if stopped else 0, data_folder, undisturbed, tmp_path)
