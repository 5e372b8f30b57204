"""Figures: a module a kind, and one for what is drawn beside them.

The module of a kind that the configuration can choose has

    draw(figure, epochs, study)    a matplotlib figure
    caption(figure, study)         a sentence that says what it shows

where `figure` is its entry in the configuration, `epochs` the metrics of its cell and rounds as
`collect_epochs` returns them, and `study` has `baseline`, `epochs_per_round` (of the figure's cell)
and `seeds`. A new kind is such a module and one entry in `FIGURES`. Its texts are written as they
are: a $ begins no mathematics.
"""

from importlib import import_module
from types import ModuleType

# kind -> its module
FIGURES = {
    "curves": "study.report.figures.curves",
}


def figure_module(kind: str) -> ModuleType:
    """The module of a kind of figure."""
    return import_module(FIGURES[kind])
