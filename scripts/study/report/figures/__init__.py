"""Figures: a module a kind, and one for what is drawn beside them.

The module of a kind that the configuration can choose has

    draw(figure, epochs, design, seeds)    a matplotlib figure
    caption(figure, design)                a sentence that says what it shows

where `figure` is a `study.design.tables.Figure`, `epochs` the metrics of its cell and rounds as
`study.analysis.epochs.collect_epochs` returns them, `design` the study's, and `seeds` with how many
the cell is trained. A new kind is such a module and one entry in `FIGURES`. Its texts are written
literally: a $ does not start math. Figures of the same rounds share their axes if their kind is
in `SHARED`, whose `draw` also takes `beside`, the epochs of the others.
"""

from importlib import import_module
from types import ModuleType

# kind -> its module
FIGURES = {
    "curves": "study.report.figures.curves",
}
# kinds whose figures can be compared
SHARED = ("curves",)


def figure_module(kind: str) -> ModuleType:
    """The module of a kind of figure."""
    return import_module(FIGURES[kind])
