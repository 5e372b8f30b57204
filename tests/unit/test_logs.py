"""What a script prints is in its log, or on the terminal where the log's disk is full."""

import subprocess
import sys

from session import REPOSITORY

PROGRAM = f"""
import sys
sys.path.insert(0, {str(REPOSITORY / "scripts")!r})
from study.store.logs import log_to
log_to(sys.argv[1])
print("printed, é")
raise SystemExit("said at the end")
"""


def run(log) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", PROGRAM, str(log)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_log_has_it_all(tmp_path):
    done = run(tmp_path / "log")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert (tmp_path / "log").read_text(encoding="utf-8") == "printed, é\nsaid at the end\n"


def test_a_full_disk_is_said_on_the_terminal():
    done = run("/dev/full")
    assert (done.returncode, done.stderr) == (1, "printed, é\nsaid at the end\n")


def test_a_log_that_cannot_be_opened_is_named(tmp_path):
    done = run(tmp_path)
    assert done.stderr == f"{tmp_path}: cannot be written (Is a directory)\n"
