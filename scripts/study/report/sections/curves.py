"""The figures that the configuration declares."""

from study.report.figures import figure_module
from study.report.pictures import picture
from study.report.tables import numbered_titles

TITLE = ""


def context(inputs: dict) -> dict:
    """Each figure's name, caption and picture."""
    study = inputs["study"]
    titles = numbered_titles("Figure", study["figures"])
    figures = []
    for (name, figure), path in zip(
        study["figures"].items(), inputs["files"]["figures"], strict=True
    ):
        text = figure.get("caption") or figure_module(figure["kind"]).caption(figure, study)
        figures.append(
            {"name": name, "title": titles[name], "caption": text, "picture": picture(path)}
        )
    return {"figures": figures}
