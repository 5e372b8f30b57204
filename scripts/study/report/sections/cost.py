"""What the study cost: weights of the networks, hours by hardware, versions."""

import pandas as pd

from study.analysis.environments import distinct_environments
from study.choices import level_title, parameter_title
from study.network_size import known_weights
from study.parameters import applies
from study.report.data_table import data_table
from study.report.wording import counted
from study.training.losses import loss_entry

TITLE = "Cost and versions"


def context(inputs: dict) -> dict:
    """Two tables and a sentence."""
    environments = distinct_environments(inputs["frames"]["environments"])
    study = inputs["study"]
    hours = environments["seconds"].sum() / 3600
    recorded = int(environments["runs"].sum())
    present = inputs["run_count"] - len(inputs["missing"])
    return {
        "hours": duration(hours),
        "recorded": f"{recorded:,} of {counted(present, 'run')}",
        "weights": None if study["program"] else weights_table(study["cells"], inputs["card"]),
        "environments": environments_table(environments) if recorded else None,
    }


def duration(hours: float) -> str:
    """`3.4 hours`: no finer, so that two runs of a small study write the same page."""
    return f"{hours:,.1f} hours" if hours >= 0.05 else "less than 0.1 hours"


def weights_table(cells: dict[str, dict], card: dict | None) -> dict | None:
    """How many weights and biases the networks have, a row for each number of them."""
    if card is None:
        return None
    description, rows = card["description"], {}
    for cell in cells.values():
        classes = len(description["classes"])
        outputs = loss_entry(cell["loss"]).outputs(classes)
        count = known_weights(cell, tuple(description["shape"]), classes)
        rows.setdefault((cell["network"], outputs, count), []).append(cell)
    lines = []
    for (network, outputs, count), alike in sorted(rows.items(), key=lambda item: item[0][2]):
        sizes = [
            f"{parameter_title(name)} {', '.join(map(str, sorted({cell[name] for cell in alike})))}"
            for name in ("hidden_layers", "hidden_units", "channels")
            if applies(name, alike[0])
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
    return data_table(
        "How many weights and biases the networks have.", headings, lines, title="Weights"
    )


def environments_table(environments: pd.DataFrame) -> dict:
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
        for row in environments.to_dict("records")
    ]
    return data_table(
        "What the runs were trained on, and for how long, as each recorded of itself.",
        headings,
        rows,
        title="Hardware and versions",
        kind="fine",
        text_columns=["Python", "PyTorch", "NumPy", "Code", "System"],
        file="environments.csv",
    )


def text_of(value: object) -> str:
    """A recorded value, – for nothing."""
    return "–" if pd.isna(value) or value == "" else str(value)
