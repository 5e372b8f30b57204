"""What the study cost: weights of the networks, hours by hardware, versions."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from study.analysis.environments import distinct_environments
from study.design.cell import Cell
from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.pictures import DataCard
from study.report.wording import counted
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.settings.parameters import Parameters
from study.store.frames import rows_of
from study.training.losses import loss_entry
from study.training.size import known_weights, size_parameters

TITLE = "Cost and versions"


def context(inputs: Inputs) -> dict[str, Any]:
    """Two tables and a sentence."""
    environments = distinct_environments(inputs.frames.environments)
    study = inputs.study
    hours = environments["seconds"].sum() / 3600
    recorded = int(environments["runs"].sum())
    # places of tuned sides that were not needed have files and no training
    trained = environments[environments["torch"] != ""]
    present = inputs.run_count - len(inputs.missing)
    return {
        "hours": duration(hours),
        "recorded": f"{recorded:,} of {counted(present, 'run')}",
        "weights": weights_table(study.cells, inputs.card)
        if study.design.trainer.is_known
        else None,
        "environments": environments_table(trained if len(trained) else environments)
        if recorded
        else None,
    }


def duration(hours: float) -> str:
    """`3.4 hours`: no finer, so that two runs of a small study write the same page."""
    return f"{hours:,.1f} hours" if hours >= 0.05 else "less than 0.1 hours"


def weights_table(cells: Mapping[str, Cell], card: DataCard | None) -> DataTable | None:
    """How many weights and biases the networks have, a row for each number of them."""
    if card is None:
        return None
    shape, classes = tuple(card.description["shape"]), len(card.description["classes"])
    rows: dict[tuple[str, int, int], list[Parameters]] = {}
    for cell in cells.values():
        parameters = cell.parameters
        outputs = loss_entry(parameters["loss"]).outputs(classes)
        count = known_weights(parameters, shape, classes)
        rows.setdefault((parameters["network"], outputs, count), []).append(parameters)
    lines = []
    for (network, outputs, count), alike in sorted(rows.items(), key=lambda item: item[0][2]):
        sizes = [
            f"{parameter_title(name)} {', '.join(map(str, sorted({of[name] for of in alike})))}"
            for name in size_parameters(network)
        ]
        lines.append(
            [
                level_title("network", network),
                ", ".join(sizes).capitalize(),
                str(outputs),
                str(len(alike)),
                f"{count:,}" if count else "not counted",
            ]
        )
    headings = ["Network", "Size", "Outputs", "Cells", "Weights and biases"]
    return DataTable(
        "How many weights and biases the networks have.", headings, lines, title="Weights"
    )


def environments_table(environments: pd.DataFrame) -> DataTable:
    """Hardware, versions and hours, a row for each combination that trained."""
    headings = ["Processor", "GPU", "Threads", "System", "Python", "PyTorch", "NumPy", "Code"]
    headings += ["Runs", "Hours"]
    rows = [
        [
            *(text_of(row[name]) for name in ("processor", "gpu", "threads", "system")),
            *(text_of(row[name]) for name in ("python", "torch", "numpy", "commit")),
            f"{row['runs']:,}",
            f"{row['seconds'] / 3600:,.1f}",
        ]
        for row in rows_of(environments)
    ]
    return DataTable(
        "What the runs were trained on, and for how long, as each run recorded it.",
        headings,
        rows,
        title="Hardware and versions",
        kind="fine",
        text_columns=["Python", "PyTorch", "NumPy", "Code", "System"],
        file="environments.csv",
    )


def text_of(value: str | float | None) -> str:
    """A recorded value, – for nothing."""
    return "–" if pd.isna(value) or value == "" else str(value)
