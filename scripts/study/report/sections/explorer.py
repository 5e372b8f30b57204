"""The explorer: learning curves of any cells, drawn in the browser from numbers in the page."""

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from study.analysis.metrics import metric_title
from study.design.levels import factor_levels
from study.report.inputs import Inputs
from study.report.plots.names import group_name
from study.report.tables import cell_title
from study.report.wording import lower_first
from study.store.paths import REPORT_FOLDER
from study.training import EPOCH_METRICS

TITLE = "Explorer of the learning curves"


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The curves, what they are called, and the programs that draw them; None without any."""
    study = inputs.study
    packed = json.loads(Path(inputs.curves).read_text(encoding="utf-8"))
    if not any(cell["rounds"] for cell in packed["cells"]):
        return None
    places = {cell["name"]: place for place, cell in enumerate(packed["cells"])}
    for cell in packed["cells"]:
        cell["title"] = cell_title(study.cells[cell["name"]].parameters, study.design)
    groups = [
        {
            "title": f"Levels of {lower_first(group_name(group))}" if group.factor else "Baseline",
            "cells": [places[cell] for cell in group.cells],
        }
        for group in factor_levels(study)
    ]
    measured = [name for name in EPOCH_METRICS if name in inputs.frames.values]
    with_seeds = sum(bool(cell["seeds"]) for cell in packed["cells"])
    return {
        "data": packed | {"first": groups[0]["cells"] if groups else [0]},
        "groups": groups,
        "metrics": [(name, metric_title(name).removesuffix(" (%)")) for name in measured],
        "rounds": sorted({number for cell in packed["cells"] for number in cell["rounds"]}),
        "with_seeds": with_seeds,
        "cell_count": len(packed["cells"]),
        "without_seeds": len(packed["cells"]) - with_seeds,
        "style": Markup(_read("vendor/uPlot.min.css") + "\n" + _read("explorer.css")),
        "library": Markup(
            f"/*\n{_read('vendor/uPlot.LICENSE')}*/\n{_read('vendor/uPlot.iife.min.js')}"
        ),
        "script": Markup(_read("explorer.js")),
    }


def _read(name: str) -> str:
    return (REPORT_FOLDER / name).read_text(encoding="utf-8")
