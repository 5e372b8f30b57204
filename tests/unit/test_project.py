"""What must stay in step between files of the project."""

import collections
import csv
import importlib
import re

import yaml
from session import REPOSITORY
from snakemake.utils import update_config

from study.config.read import read_config


def pins(lines: list[str]) -> dict[str, str]:
    return dict(re.findall(r"^([\w\-\[\]]+)==([\w.]+)", "\n".join(lines), re.MULTILINE))


def test_environment_and_requirements_pin_the_same_versions():
    environment = yaml.safe_load((REPOSITORY / "envs" / "study.yaml").read_text())
    requirements = pins((REPOSITORY / "requirements.txt").read_text().splitlines())
    assert requirements
    assert pins(environment["dependencies"][-1]["pip"]) == requirements


def test_a_clusters_profile_and_the_default_do_not_meet():
    """Snakemake reads both, and where both say something it takes the default's."""
    default, slurm, cluster, gpu = (
        yaml.safe_load((REPOSITORY / "profiles" / name / "config.yaml").read_text())
        for name in ("default", "slurm", "cluster", "gpu")
    )
    assert not default.keys() & (slurm.keys() | cluster.keys() | gpu.keys())
    both = slurm.keys() & cluster.keys() - {"executor"}
    assert both == {"jobs", "local-cores", "retries", "latency-wait"}
    assert {key: slurm[key] for key in both} == {key: cluster[key] for key in both}


def test_the_profile_for_slurm_can_ask_for_gpus():
    """By taking the # from its lines."""
    text = (REPOSITORY / "profiles" / "slurm" / "config.yaml").read_text()
    profile = yaml.safe_load(re.sub(r"^# (set-resources:|  +\w+:.*)$", r"\1", text, flags=re.M))
    assert profile.pop("set-resources") == {"train": {"slurm_partition": "gpu"}}
    assert profile == yaml.safe_load(text)


def test_pages_name_a_target_in_one_way():
    """Of how the report of a running study is asked for, three pages tell."""
    pages = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    told = [re.findall(r"snakemake --cores 1 regenerate_report[^\n`]*", page.read_text())
            for page in pages]  # fmt: skip
    assert sum(map(bool, told)) > 2
    assert {text for found in told for text in found} == {"snakemake --cores 1 regenerate_report"}


def test_the_configurations_of_the_first_page_are_accepted():
    """One after the other, as a reader builds up a file of their own."""
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    text = (REPOSITORY / "README.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        update_config(config, yaml.safe_load(block))
        read_config(config)


def test_pages_show_the_published_example_number_for_number(monkeypatch):
    monkeypatch.syspath_prepend(REPOSITORY / "docs")
    example = importlib.import_module("update_example")
    assert (example.EXAMPLE / "README.md").read_text() == example.example_page()


def test_reference_tables_are_the_studys():
    """Its first table as printed, and how many rows each table has."""
    text = (REPOSITORY / "workflow" / "reference" / "source_study.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert [list(row.values()) for row in rows[:2]] == [
        ["1", "loss", "BCE", "1", "0.1845", "98.68", "0.2723", "93.43"],
        ["1", "loss", "CE", "1", "0.1339", "94.87", "0.2042", "92.81"],
    ]
    counts = collections.Counter(row["table"] for row in rows)
    assert counts == {"1": 2, "2": 2, "3": 3, "4": 3, "5": 3, "6": 3, "7": 1}
