"""docs/extending.md, followed to the letter in a copy of the project, and used in a study."""

import re
from pathlib import Path

import pytest
from conftest import REPOSITORY, SMALL_STUDY, contents, snakemake
from small_study import change_study, planned, read_csv

ENTRY = r"In \[`(scripts/[\w/]+\.py)`\]\(\S+\), in `(\w+)`:\n\n```python\n(.*?)```"
ABOVE = r"\n\nAbove it:\n\n```python\n(.*?)```"
SNAKES = ["snake", {"name": "snake", "frequency": 2}]
WHOLE = r"The file `(scripts/[\w/]+\.py)`:\n\n```python\n(.*?)```"


def follow(page: str, project: Path) -> dict[str, set[str]]:
    """Do what each section of the page says; section -> the files that it touched."""
    touched = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        files = set()
        for path, content in re.findall(WHOLE, text, re.DOTALL):
            assert not (project / path).exists(), path
            (project / path).write_text(content)
            files.add(path)
        for match in re.finditer(f"{ENTRY}(?:{ABOVE})?", text, re.DOTALL):
            path, registry, entry, above = match.groups()
            source = (project / path).read_text()
            start = re.search(rf"^{registry}(: [^\n]+)? = {{\n", source, re.MULTILINE)
            assert start, f"{path} has no {registry}"
            source = (
                f"{source[: start.start()]}{above or ''}{source[start.start() : start.end()]}"
                f"{entry}{source[start.end() :]}"
            )
            (project / path).write_text(source)
            files.add(path)
        if files:
            touched[title] = files
    return touched


@pytest.fixture
def extended(repository_copy) -> tuple[Path, dict[str, set[str]]]:
    """A copy of the project with one of each, and what that touched."""
    page = (REPOSITORY / "docs" / "extending.md").read_text()
    return repository_copy, follow(page, repository_copy)


def test_as_few_files_as_the_page_says(extended):
    _, touched = extended
    assert {title: len(files) for title, files in touched.items()} == {
        "An activation": 1,
        "A loss": 1,
        "An optimizer": 1,
        "A network": 2,
        "A kind of data set": 2,
        "A metric": 1,
        "A kind of figure": 2,
    }


def test_adding_choices_trains_nothing_again(extended, finished):
    jobs = planned(finished, repository=extended[0])
    assert "train" not in jobs
    assert jobs["evaluate"] == 1  # for the new metric


def test_one_of_each_is_used_in_a_study(extended, fresh):
    """On a table of numbers; the network, which wants images, on images."""
    project, _ = extended
    rows = [f"{sample % 7},{(sample % 2) * 3 + sample % 5},{'ill' if sample % 2 else 'well'}"
            for sample in range(60)]  # fmt: skip
    (fresh / "cells.csv").write_text("\n".join(["a,b,diagnosis", *rows]) + "\n")
    table = {"kind": "csv", "path": "cells.csv", "label": "diagnosis", "positive": "ill"}
    f1 = {
        "sentence": "Squared hinge has a higher F1 score.",
        "metric": "final_val_f1_score",
        "factor": "loss",
        "expect": "greater",
        "compare": [
            [{"cell": {"loss": "squared_hinge"}, "round": 1}, {"cell": {"loss": "bce"}, "round": 1}]
        ],
    }
    study = {
        "dataset": "table",
        "datasets": SMALL_STUDY["datasets"] | {"table": table},
        "grid": {"loss": ["bce", "squared_hinge"], "batch_size": None, "activation": None},
        "tables": SMALL_STUDY["tables"]
        | {
            "table1": {"metrics": ["val_accuracy", "accuracy_gap", "final_val_f1_score"]},
            "activations": {
                "vary": "activation",
                "levels": ["snake", {"name": "snake", "frequency": 2}],
            },
            "optimizers": {"vary": "optimizer", "levels": ["adam", "nadam"]},
        },
        "figures": SMALL_STUDY["figures"] | {"figure3": {"kind": "seeds"}},
        "claims": {"f1": f1},
    }
    change_study(fresh, **study)
    done = snakemake(fresh, repository=project)
    assert done.returncode == 0, done.stdout
    results = fresh / "results" / "table"
    assert list(read_csv(results / "tables" / "table1.csv")[1])[:6] == [
        "loss", "round", "n", "diverged", "val_accuracy", "val_accuracy_sd",
    ]  # fmt: skip
    markdown = (results / "tables" / "table1.md").read_text()
    assert "| Validation accuracy (%) | Accuracy gap (%) | Final validation F1 score |" in markdown
    assert "| Squared hinge | 1 | " in markdown
    (verdict,) = read_csv(results / "statistics" / "claims.csv")
    assert verdict["verdict"] == "too few seeds" and verdict["metric"] == "final_val_f1_score"
    report = (results / "report.html").read_text()
    shown = ["Snake (frequency 2)", "NAdam", "one line per seed", ">F1<"]
    for text in shown:
        assert text in report, text
    change_study(
        fresh, tables=SMALL_STUDY["tables"] | {"nets": {"vary": "network", "levels": ["small_cnn"]}}
    )
    done = snakemake(fresh, "results/tiny/summary.csv", repository=project)
    assert done.returncode == 0, done.stdout
    networks = [row["network"] for row in read_csv(fresh / "results" / "tiny" / "summary.csv")]
    assert networks == ["mlp"] * 4 + ["small_cnn"] * 2
    (cell,) = (fresh / "results" / "tiny" / "runs").glob("*_networksmall_cnn_*")
    assert len(contents(cell, "metrics.csv")) == 1
