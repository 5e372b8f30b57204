"""A training job that is interrupted goes on where it was, and writes the same bytes."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import train
from conftest import REPOSITORY

from study.errors import UserError
from study.files import replacing_all

HOST = socket.gethostname()
GONE = 2**22 + 1  # more than any process number is
FILES = ("checkpoint.pt", "scores.npz", "run.json", "metrics.csv")
RUN = {"settings": {"hidden_units": 8}, "epochs": 6, "first": 0, "last": 2, "device": "cpu"}


def outputs(folder: Path) -> SimpleNamespace:
    folder.mkdir(exist_ok=True)
    checkpoint, scores, run, metrics = (folder / name for name in FILES)
    return SimpleNamespace(checkpoint=checkpoint, scores=scores, run=run, metrics=metrics)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stop_after(epochs: int):
    """Whether a job is asked to stop: from its so many-th epoch on."""
    asked = iter(range(1, 1000))
    return lambda: next(asked) >= epochs


@pytest.fixture(scope="module")
def undisturbed(data_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    train.main(RUN, data_folder, None, outputs(folder))
    assert sorted(contents(folder)) == sorted(FILES)
    return contents(folder)


@pytest.mark.parametrize("every", [0, 1, 4])
@pytest.mark.parametrize("epochs", [1, 3, 5, 6, 13])
def test_a_stopped_job_goes_on(data_folder, undisturbed, tmp_path, epochs, every):
    """Three seeds of six epochs, of which five are looked after: stopped in each of them."""
    with pytest.raises(SystemExit) as stopped:
        train.main(RUN, data_folder, None, outputs(tmp_path), every, stop_after(epochs))
    assert stopped.value.code == 143
    assert sorted(contents(tmp_path)) == ["progress.pt"]
    train.main(RUN, data_folder, None, outputs(tmp_path))
    assert contents(tmp_path) == undisturbed


def test_a_job_that_is_stopped_again_and_again_gets_through(data_folder, undisturbed, tmp_path):
    jobs = 0
    while not (tmp_path / "metrics.csv").exists():
        jobs += 1
        try:
            train.main(RUN, data_folder, None, outputs(tmp_path), 0, stop_after(1))
        except SystemExit as stopped:
            assert stopped.code == 143
    assert jobs == 3 * 5 + 1
    assert contents(tmp_path) == undisturbed


def test_what_was_kept_every_few_epochs_survives_a_kill(data_folder, undisturbed, tmp_path):
    """The job dies in epoch 5 of the second seed; epoch 4 was kept, and the first seed whole."""
    epochs = iter(range(100))

    def die():
        if next(epochs) == 5 + 4 - 1:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        train.main(RUN, data_folder, None, outputs(tmp_path), 2, die)
    kept = torch.load(tmp_path / "progress.pt", weights_only=True)
    assert list(kept["after"]) == [0] and kept["rows"][-1][0] == 2
    (tmp_path / f"progress.pt.{HOST}-{GONE}.part").write_text("killed while it was kept")
    train.main(RUN, data_folder, None, outputs(tmp_path))
    assert contents(tmp_path) == undisturbed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:50]),
        lambda path: path.write_bytes(b""),
        lambda path: torch.save([1, 2], path),
    ],
)
def test_a_damaged_state_is_not_used(data_folder, undisturbed, tmp_path, spoil):
    with pytest.raises(SystemExit):
        train.main(RUN, data_folder, None, outputs(tmp_path), 0, stop_after(3))
    spoil(tmp_path / "progress.pt")
    train.main(RUN, data_folder, None, outputs(tmp_path))
    assert contents(tmp_path) == undisturbed


def test_a_state_of_another_run_is_not_used(data_folder, undisturbed, tmp_path):
    """Other code, other settings, or another checkpoint to go on from."""
    with pytest.raises(SystemExit):
        train.main(RUN | {"code": "old"}, data_folder, None, outputs(tmp_path), 0, stop_after(3))
    train.main(RUN, data_folder, None, outputs(tmp_path))
    assert contents(tmp_path) == undisturbed
    checkpoint = tmp_path / "checkpoint.pt"
    before, after = tmp_path / "round2", tmp_path / "other"
    with pytest.raises(SystemExit):
        train.main(RUN, data_folder, checkpoint, outputs(before), 0, stop_after(3))
    states = torch.load(checkpoint, weights_only=True)
    states[0]["network"]["0.bias"] += 1
    torch.save(states, checkpoint)
    train.main(RUN, data_folder, checkpoint, outputs(before))
    train.main(RUN, data_folder, checkpoint, outputs(after))
    assert contents(before) == contents(after)


def test_a_real_job_asked_to_stop_says_so_and_goes_on(data_folder, undisturbed, tmp_path):
    """SIGTERM to a process, which is long at work: exit status 143, and the same bytes at last."""
    program = f"""
import sys
sys.path.insert(0, {str(REPOSITORY / "scripts")!r})
import json, train
from pathlib import Path
from types import SimpleNamespace
names = dict(zip(("checkpoint", "scores", "run", "metrics"), {FILES!r}))
output = SimpleNamespace(**{{key: Path({str(tmp_path)!r}) / name for key, name in names.items()}})
stopping = train.watch_for_stop()
def look():
    print("epoch", flush=True)
    return stopping()
train.main(json.loads({json.dumps(RUN)!r}), Path({str(data_folder)!r}), None, output, 0, look)
"""
    job = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert job.stdout.readline() == "epoch\n"
    os.kill(job.pid, signal.SIGTERM)
    rest, _ = job.communicate()
    if job.returncode == 0:  # it was through before the signal arrived
        assert contents(tmp_path) == undisturbed
        return
    assert job.returncode == 143 and "is kept, the next job goes on from there" in rest
    train.main(RUN, data_folder, None, outputs(tmp_path))
    assert contents(tmp_path) == undisturbed


def test_files_are_moved_together_or_not_at_all(tmp_path):
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.write_text("before")
    with pytest.raises(OSError, match="disk"), replacing_all(*paths) as parts:
        parts[0].write_text("after")
        raise OSError("disk full")
    assert [path.read_text() for path in paths] == ["before", "before"]
    with pytest.raises(FileNotFoundError), replacing_all(*paths) as parts:
        parts[0].write_text("after")  # and the other not at all
    assert [path.read_text() for path in paths] == ["before", "before"]
    others = {
        f"a.{HOST}-{GONE}.part": 0,  # of a process that was killed
        "a.other.node-17.part": 90000,  # of another machine, more than a day ago
        f"a.{HOST}-{os.getppid()}.part": 0,  # of a process that may be writing
        "b.other.node-17.part": 0,
    }
    for name, age in others.items():
        (tmp_path / name).write_text("of another process")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    with replacing_all(*paths) as parts:
        for part in parts:
            part.write_text("after")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a": "after",
        "b": "after",
    } | dict.fromkeys(list(others)[2:], "of another process")


def test_what_cannot_be_written_is_named(tmp_path):
    """A full disk leaves what was there, and nothing beside it."""
    path = tmp_path / "a"
    path.write_text("before")
    said = r"a: cannot be written \(No space left"
    with pytest.raises(UserError, match=said), replacing_all(path) as (part,):
        part.write_text("after")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [item.read_text() for item in tmp_path.iterdir()] == ["before"]
