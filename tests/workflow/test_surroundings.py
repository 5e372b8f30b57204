"""Where a study runs: folders and machines as people have them."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest
from run_snakemake import COMMAND, assert_readable, contents, snakemake
from session import REPOSITORY
from small_study import SMALL_STUDY, tiny_arrays, write_study

from study.snake import surroundings
from study.snake.surroundings import refuse_no_cores, settle


def venv_in(folder: Path) -> Path:
    """The Python of a virtual environment in a folder, with the packages of this one."""
    venv.create(folder)
    (packages,) = folder.glob("lib/*/site-packages")
    (packages / "these.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def test_a_study_runs_below_spaces_beside_another_study_inside_another_repository(
    repository_copy, tmp_path
):
    """As a release that was unpacked in `it's mine/My Projects`, with its environment."""
    mine = tmp_path / "it's mine"
    clone = mine / "My Projects"
    mine.mkdir()
    repository_copy.rename(clone)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "theirs"]):
        subprocess.run([*git, *words], cwd=mine, check=True)
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "study.py").write_text("raise SystemExit('the wrong study')\n")
    np.savez(clone / "tiny.npz", **tiny_arrays())
    write_study(clone, SMALL_STUDY)
    command = [venv_in(clone / ".venv"), "-m", "snakemake", "--cores", "2", "--until", "train"]
    done = subprocess.run(
        [*command, "--configfile", "study.yaml"],
        cwd=clone,
        env=os.environ | {"PYTHONPATH": str(modules)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    found = contents(clone / "results", "run.json")
    assert len(found) == 2
    for path in (clone / "results").rglob("environment.json"):
        assert json.loads(path.read_text())["commit"] is None


def test_a_closed_output_stops_the_study_in_order_and_the_log_says_why(fresh):
    """As `snakemake … | head -3` closes it."""
    with subprocess.Popen(
        COMMAND,
        cwd=fresh,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        for line in running.stdout:
            if line.startswith("19 jobs"):
                break
    assert running.returncode == 1
    (log,) = fresh.glob(".snakemake/log/*.log")
    assert "Stopped, because the output was closed, as by `| head`. The same" in log.read_text()
    assert not list(fresh.glob(".snakemake/locks/*"))
    assert not (fresh / "results" / "tiny" / "report.html").exists()


def test_no_cores_are_refused(fresh):
    assert_readable(snakemake(fresh, cores=0), "--cores 0: no job can start; write --cores 1")

    with pytest.raises(SystemExit, match="--jobs 0: no job can start"):
        refuse_no_cores(None, 0)


def test_a_user_without_a_name_is_called_by_the_number(tmp_path, monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("PYTHONPATH", "GIT_CEILING_DIRECTORIES"):
        monkeypatch.setenv(name, "/theirs")
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 2)
    monkeypatch.setattr(sys, "executable", surroundings.PYTHON)
    settle(tmp_path)
    settle(tmp_path)  # as each job does again
    assert os.environ.pop("LOGNAME") == str(2**31 - 2)
    assert os.environ["PYTHONPATH"] == f"{tmp_path}/scripts{os.pathsep}/theirs"
    assert os.environ["GIT_CEILING_DIRECTORIES"] == f"{tmp_path.parent}{os.pathsep}/theirs"


def test_make_calls_commands_by_their_path():
    """GNU make 3.81 does not look them up in the PATH that the Makefile exports."""
    lines = (REPOSITORY / "Makefile").read_text().splitlines()
    commands = {line.lstrip("\t@").split()[0] for line in lines if line.startswith("\t")}
    assert "$(BIN)/snakemake" in commands
    assert {name for name in commands if "/" not in name} == {"$(PYTHON)", "touch", "rm", "sed"}
