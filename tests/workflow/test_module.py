"""The study as a step of another workflow: examples/module, from a folder and from a clone."""

import re
import shutil
import subprocess

from run_snakemake import contents, run
from session import REPOSITORY


def example_with(folder, snakefile):
    """The example in a folder of its own, with its module's Snakefile somewhere else."""
    ignore = shutil.ignore_patterns("output", ".snakemake")
    shutil.copytree(REPOSITORY / "examples" / "module", folder, ignore=ignore)
    path = folder / "Snakefile"
    text = path.read_text().replace('"../../Snakefile"', f'"{snakefile}"')
    path.write_text(text.replace("../../envs", str(REPOSITORY / "envs")))
    return folder


def test_the_example_runs_with_its_own_configuration_and_folder(repository_copy, tmp_path):
    """The clone is another folder, with a configuration that would not do."""
    (repository_copy / "config.yaml").write_text("nonsense: true\n")
    folder = example_with(tmp_path / "mine", repository_copy / "Snakefile")
    done = run(folder, "conclude", "study_all", "--cores", "2")
    assert done.returncode == 0, done.stdout
    conclusion = (folder / "output" / "conclusion.txt").read_text()
    assert re.search(r"ce instead of bce changes .* over 4 seeds\.", conclusion)
    assert {path.name for path in folder.iterdir()} == {
        ".snakemake", "Snakefile", "config.yaml", "conclude.py", "output", "profiles",
    }  # fmt: skip
    for script in (repository_copy / "scripts").glob("*.py"):
        script.touch()
    assert "Nothing to be done" in run(folder, "-n", "--cores", "2").stdout
    verified = run(folder, "study_verify", "--cores", "2").stdout
    assert "files match output/study/wdbc/SHA256SUMS" in verified
    before = contents(folder / "output" / "study", "*.csv", "*.html")
    done = run(folder, "study_regenerate_report", "--cores", "2")
    assert done.returncode == 0, done.stdout
    assert contents(folder / "output" / "study", "*.csv", "*.html") == before
    losses = repository_copy / "scripts" / "study" / "training" / "losses.py"
    losses.write_text(losses.read_text().replace("criteria:cross_entropy", "criteria:focal"))
    assert re.search(r"study_train +1\n", run(folder, "-n", "--cores", "2").stdout)


def test_a_clone_serves_as_well(tmp_path):
    """Only what git has: nothing of the working tree."""
    clone = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--no-local", REPOSITORY, clone]
    subprocess.run(command, check=True)
    folder = example_with(tmp_path / "mine", clone / "Snakefile")
    done = run(folder, "-n", "--cores", "2")
    assert done.returncode == 0, done.stdout
    assert re.search(r"study_train +2\n", done.stdout)
