"""docs/extending.md, followed to the letter in a copy of the project, and used in a study."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from run_snakemake import contents, pages, snakemake
from scipy import stats
from session import REPOSITORY
from small_study import SMALL_STUDY, change_study, planned, read_csv

ENTRY = r"In \[`(scripts/[\w/]+\.py)`\]\(\S+\), in `(\w+)`:\n\n```python\n(.*?)```"
ABOVE = r"\n\nAbove it:\n\n```python\n(.*?)```"
SNAKES = ["snake", {"name": "snake", "frequency": 2}]
SCHEMA = r"In \[`(workflow/[\w./]+\.yaml)`\]\(\S+\), in `(\w+)`:\n\n```yaml\n(.*?)```"
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
        for path, key, entry in re.findall(SCHEMA, text, re.DOTALL):
            before, at, after = (project / path).read_text().partition(f"\n  {key}:\n")
            assert at, f"{path} has no {key}"
            (project / path).write_text(f"{before}{at}{textwrap.indent(entry, '    ')}{after}")
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
        "A network": 3,
        "A kind of data set": 2,
        "A metric": 1,
        "A source of noise": 2,
        "A kind of figure": 2,
    }


JUDGE = """
import json
from measurements import BCE, CE, HIGH, LOW, claim, make_table, make_values, measured, PARAMETERS
from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels
from study.analysis.table_noise import describe_noise, describe_posterior
from study.design.cell import Cell

about = measured(make_values(bce=LOW, ce=HIGH))
cells = {name: Cell(parameters, 1, 30, 0) for name, parameters in PARAMETERS.items()}
tables = {"losses": make_table("loss", ["bce", "ce"], ["bce", "ce"])}
margins = {"val_accuracy": 0.04}
frames = {
    "pairs": judge({"a": claim("greater", (CE, BCE))}, about)[1],
    "comparisons": compare_levels(tables, about, cells),
    "noise": describe_noise(tables, cells, about, None),
    "rope": describe_posterior(tables, cells, margins, {"seeds": about}),
}
print(json.dumps({name: frame.to_dict("records") for name, frame in frames.items()}))
"""


def test_a_source_of_noise_counts_wherever_sides_are_compared(extended):
    """In every interval and in the table, by hand.

    The differences are 0.059, 0.057 to 0.041: their mean is 0.05, their standard error 0.0019149.
    With √2 × 0.002 = 0.0028284 it is 0.0034157, and with t(9) = 2.262157 the interval 0.05 ±
    0.0077268; of 0.04 t is 2.9277.
    """
    paths = extended[0] / "scripts", REPOSITORY / "tests" / "support"
    done = subprocess.run(
        [sys.executable, "-c", JUDGE],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    for (row,) in (found["pairs"], found["comparisons"]):
        assert [row["low"], row["high"]] == pytest.approx([0.042273, 0.057727], abs=1e-6)
    assert found["rope"][0]["within"] == pytest.approx(stats.t.sf(0.01 / 0.0034157, 9), rel=1e-4)
    noise = {row["source"]: row for row in found["noise"]}
    assert noise["machine"]["sd"] == pytest.approx(0.0028284, abs=1e-7)
    assert noise["machine"]["n"] == 8 and "seed" in noise


def test_adding_choices_trains_nothing_again(extended, finished):
    jobs = planned(finished, repository=extended[0])
    assert "train" not in jobs
    assert jobs["measure"] == 1  # for the new metric


def said(project: Path, program: str) -> dict:
    """What a program says in JSON that runs on the scripts of a copy of the project."""
    environment = os.environ | {"PYTHONPATH": str(project / "scripts")}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# Three cells of two seeds, the second with the fewest errors; cells are trials, levels and rows.
ERRORS = """
    import json
    import numpy as np
    import pandas as pd
    from study.analysis.evaluation import final_metrics
    from study.analysis.metrics import METRICS, best_place, metric_title
    from study.analysis.ranks import rank_levels
    from study.analysis.trials import choose_trial
    from study.config.schema import complete_schema
    from study.design.tables import Table
    from study.report.tables import make_table

    NAME = "final_val_error_rate"
    labels, right = np.array([0, 0, 1, 1]), np.array([-1.0, -2.0, 1.0, 2.0])
    parts = []
    for cell, wrong in (("a", 2), ("b", 0), ("c", 1)):
        scores = np.float32([np.where(np.arange(4) < wrong, -right, right)] * 2)
        arrays = {"seeds": np.arange(2)} | {
            f"{split}_{kind}": array
            for split in ("val", "test")
            for kind, array in (("scores", scores), ("labels", labels))
        }
        parts.append(final_metrics(arrays).assign(cell=cell, round=1, val_accuracy=1.0))
    values = pd.concat(parts)
    rows = [{"loss": cell} for cell in "abc"]
    table = Table(["loss"], {"loss": [*"abc"]}, {}, 1, [NAME], "", rows, [*"abc"], {"loss": {}})
    shown = make_table(values, table)[NAME].tolist()
    trials = [{"learning_rate": rate} for rate in (0.1, 0.2, 0.3)]
    ranks = rank_levels(pd.DataFrame([shown], index=["data"]), NAME)
    print(json.dumps({
        "title": metric_title(NAME),
        "errors": shown,
        "best row": best_place(NAME, shown),
        "chosen": choose_trial(values, "side", [*"abc"], trials, 1, NAME).values,
        "ranks": ranks.loc["data"].tolist(),
        "at the chosen threshold": values["final_test_error_rate_chosen"].tolist(),
        "of more classes": METRICS[NAME].multiclass(np.array([0, 1, 2]), np.eye(3)[[0, 2, 2]]),
        "tunable": NAME in complete_schema()["properties"]["tune"]["properties"]["metric"]["enum"],
    }))
"""


def test_an_error_rate_is_minimized_by_tuning_ranks_and_the_best_row(extended):
    found = said(extended[0], ERRORS)
    assert found == {
        "title": "Final validation error rate (%)",
        "errors": [0.5, 0, 0.25],
        "best row": 1,
        "chosen": {"learning_rate": 0.2},
        "ranks": [3, 1, 2],
        "at the chosen threshold": [0.5] * 2 + [0] * 2 + [0.25] * 2,
        "of more classes": pytest.approx(1 / 3),
        "tunable": True,
    }


# A cell of each of two widths, for two rounds of two seeds.
WIDTHS = """
    import json
    from types import SimpleNamespace
    import yaml
    from study.analysis.caveats import caveat
    from study.config.read import read_config
    from study.design.claims import Side
    from study.design.study import expand_study, study_runs
    from study.report.sections.cost import weights_table
    from study.snake.durations import estimate_seconds

    declared = yaml.safe_load(open("config.yaml"))
    declared |= dict.fromkeys(("tables", "figures", "claims", "reference"))
    declared |= {"dataset": "pneumoniamnist", "baseline": {"network": "small_cnn"}}
    declared |= {"grid": {"width": [8, 16]}, "rounds": 2, "seeds": 2}
    study = expand_study(read_config(declared), dict.fromkeys(("made", "results"), "results"))
    narrow, wide = study.grid_cells
    of_cell = {cell: [run for run in study_runs(study) if run.cell == cell] for cell in study.cells}
    timed = [(of_cell[narrow][0], 4.0)]
    sides = [Side(cell, [1], parameters=study.cells[cell].parameters) for cell in (narrow, wide)]
    split = {"count": 100, "negative": 50, "positive": 50}
    data = {"shape": [28, 28], "classes": ["well", "ill"], "splits": {"train": split}}
    print(json.dumps({
        "wide": wide,
        "unlike": [estimate_seconds(study, of_cell[cell], timed)[1] for cell in (narrow, wide)],
        "time": estimate_seconds(study, of_cell[wide], [*timed, (of_cell[wide][0], 9.0)]),
        "caveat": caveat("width", *sides, epochs=(30, 30)),
        "with data": caveat("width", *sides, epochs=(30, 30), data=data),
        "cost": str(weights_table(study.cells, SimpleNamespace(description=data))),
    }))
"""


def test_a_networks_own_width_reaches_the_plan_the_caveats_and_the_cost(extended):
    found = said(extended[0], WIDTHS)
    assert "_width16_" in found["wide"]
    assert found["unlike"] == [0, 2]  # that a narrow run has been timed says little of wide ones
    assert found["time"] == [18, 0]
    assert "The networks differ in their number of weights." in found["caveat"]
    # of 3 × 3 + 1 and 9 × 8 + 1 weights a channel, and of 7 × 7 pixels of each, and with 16
    weights = [10 * c + (9 * c + 1) * 2 * c + (2 * c * 49 + 1) for c in (8, 16)]
    assert f"The networks have {weights[0]:,} against {weights[1]:,} weights." in found["with data"]
    assert "Width 8" in found["cost"] and "Width 16" in found["cost"]


def test_one_of_each_is_used_in_a_study(extended, fresh):
    """On a table of numbers; the network, which wants images, on images."""
    project, _ = extended
    rows = [f"{sample % 7},{(sample % 2) * 3 + sample % 5},{'ill' if sample % 2 else 'well'}"
            for sample in range(60)]  # fmt: skip
    (fresh / "cells.csv").write_text("\n".join(["a,b,diagnosis", *rows]) + "\n")
    table = {"kind": "csv", "path": "cells.csv", "label": "diagnosis", "positive": "ill"}
    errors = {
        "sentence": "Squared hinge has fewer errors.",
        "metric": "final_val_error_rate",
        "factor": "loss",
        "expect": "less",
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
            "table1": {"metrics": ["val_accuracy", "accuracy_gap", "final_val_error_rate"]},
            "activations": {
                "vary": "activation",
                "levels": ["snake", {"name": "snake", "frequency": 2}],
            },
            "optimizers": {"vary": "optimizer", "levels": ["adam", "nadam"]},
        },
        "figures": SMALL_STUDY["figures"] | {"figure3": {"kind": "seeds"}},
        "claims": {"errors": errors},
    }
    change_study(fresh, **study)
    done = snakemake(fresh, repository=project)
    assert done.returncode == 0, done.stdout
    results = fresh / "results" / "table"
    assert list(read_csv(results / "tables" / "table1.csv")[1])[:6] == [
        "loss", "round", "n", "diverged", "val_accuracy", "val_accuracy_sd",
    ]  # fmt: skip
    markdown = (results / "tables" / "table1.md").read_text()
    assert (
        "| Validation accuracy (%) | Accuracy gap (%) | Final validation error rate (%) |"
        in markdown
    )
    assert "| Squared hinge | " in markdown
    (verdict,) = read_csv(results / "fixed" / "claims.csv")
    assert verdict["verdict"] == "too few seeds" and verdict["metric"] == "final_val_error_rate"
    report = pages(results)
    shown = ["Snake (frequency 2)", "NAdam", "one line per seed", ">Errors<"]
    for text in shown:
        assert text in report, text
    change_study(
        fresh, tables=SMALL_STUDY["tables"] | {"nets": {"vary": "network", "levels": ["small_cnn"]}}
    )
    done = snakemake(fresh, "results/tiny/fixed/values.csv", repository=project)
    assert done.returncode == 0, done.stdout
    networks = [
        row["network"] for row in read_csv(fresh / "results" / "tiny" / "fixed" / "values.csv")
    ]
    assert networks == ["mlp"] * 4 + ["small_cnn"] * 2
    (cell,) = (fresh / "results" / "tiny" / "runs").glob("*_networksmall_cnn_*")
    assert len(contents(cell, "metrics.csv")) == 1
