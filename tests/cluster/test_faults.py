"""A study that is broken in every way at hand comes back: `make fault-test` in short."""

import shutil
import subprocess
import sys

import pytest
from fault_trials import unshared
from session import REPOSITORY, skip


@pytest.mark.slow
def test_the_first_fault(tmp_path):
    probe = unshared("mount", "-t", "tmpfs", "tmpfs", str(tmp_path))
    if not shutil.which("unshare") or subprocess.run(probe).returncode:
        skip("no mount namespaces here (unshare of util-linux, on Linux)")
    command = [
        sys.executable,
        REPOSITORY / "tests" / "support" / "fault_trials.py",
        "--trials",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("runs lost: 0, bytes that differ: 0\n")
