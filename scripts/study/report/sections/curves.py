"""The figures that the configuration declares."""

from typing import Any

from study.report.figures import figure_module
from study.report.inputs import Inputs
from study.report.pictures import picture
from study.report.tables import numbered_titles

TITLE = ""


def context(inputs: Inputs) -> dict[str, Any]:
    """Each figure's name, caption and picture."""
    study = inputs.study
    titles = numbered_titles("Figure", study.figures)
    figures = []
    for (name, figure), path in zip(study.figures.items(), inputs.drawings.figures, strict=True):
        text = figure.caption or figure_module(figure.kind).caption(figure, study.design)
        figures.append(
            {"name": name, "title": titles[name], "caption": text, "picture": picture(path)}
        )
    return {"figures": figures}
