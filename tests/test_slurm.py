"""The study on a real SLURM, which this starts on this machine, through profiles/slurm."""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from conftest import REPOSITORY, contents, snakemake
from slurm_cluster import PROGRAMS, find_programs, running_slurm

pytestmark = pytest.mark.xdist_group("slurm")  # one cluster at a time

RESULTS = ("*.csv", "scores.npz", "checkpoint.pt", "run.json", "*.svg", "*.png", "*.html", "*.tex")


@pytest.fixture(scope="module")
def slurm():
    """SLURM_CONF of a running cluster. Where SLURM is missing, the tests are skipped."""
    missing = sorted(set(PROGRAMS) - set(find_programs()))
    if find_spec("snakemake_executor_plugin_slurm") is None:
        missing.append("snakemake-executor-plugin-slurm (requirements-cluster.txt)")
    if missing:
        pytest.skip(f"SLURM is not here: no {', '.join(missing)}")
    with (
        tempfile.TemporaryDirectory(prefix="slurm") as folder,
        running_slurm(Path(folder) / "s") as configuration,
    ):
        yield configuration


def write_profile(folder: Path) -> None:
    """profiles/slurm as the user of this cluster edits it: its partition, and no accounting."""
    profile = yaml.safe_load((REPOSITORY / "profiles" / "slurm" / "config.yaml").read_text())
    profile["default-resources"] = {"slurm_partition": "main"}
    profile |= {"slurm-no-account": True, "slurm-status-command": "squeue"}
    profile |= {"latency-wait": 5, "slurm-init-seconds-before-status-checks": 2}
    (folder / "profile").mkdir(exist_ok=True)
    (folder / "profile" / "config.yaml").write_text(yaml.safe_dump(profile))


def command(*arguments: str) -> list:
    start = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    return [*start, "--workflow-profile", "profile", *arguments]


def start(folder: Path, slurm: str, *arguments: str) -> subprocess.Popen:
    """Snakemake at work in a folder, submitting; its output goes to output.txt there."""
    with open(folder / "output.txt", "a") as output:
        return subprocess.Popen(
            command(*arguments, "--configfile", "study.yaml"),
            cwd=folder,
            stdout=output,
            stderr=output,
            env=os.environ | {"SLURM_CONF": slurm},
        )


def finish(folder: Path, process: subprocess.Popen) -> str:
    code = process.wait(timeout=400)
    text = (folder / "output.txt").read_text()
    assert code == 0, text
    return text


def test_the_default_study_is_the_same_to_the_byte(slurm, tmp_path):
    local, cluster = tmp_path / "local", tmp_path / "cluster"
    for folder in (local, cluster):
        folder.mkdir()
        (folder / "study.yaml").write_text("{}")
    write_profile(cluster)
    process = start(cluster, slurm)
    text = finish(cluster, process)
    assert snakemake(local).returncode == 0
    assert text.count("has been submitted with SLURM jobid") >= 56
    first, second = (contents(folder / "results", *RESULTS) for folder in (local, cluster))
    assert len(first) > 56 * 4
    assert first == second
