"""What figures share: their axes of percentages, and their files, with the same bytes again."""

from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from study.store.files import replacing

matplotlib.rcParams["svg.hashsalt"] = "training study"  # fixed ids in place of random ones
DPI = 150


def within_percent(axes: Axes) -> None:
    """Keep an axis of percentages from 0 to 100, whatever an interval of a few seeds says."""
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 0), min(high, 100))


def as_written(figure: Figure) -> Figure:
    """The figure, in whose texts a $ is a $ and begins no mathematics: names may have some."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    return figure


def save_figure(figure: Figure, *paths: Path | str, dpi: int = DPI) -> None:
    """Write a figure to .svg and .png files, without the date, its texts as they are written."""
    as_written(figure)
    for path in map(Path, paths):
        kind = path.suffix.removeprefix(".")
        options = {"metadata": {"Date": None}} if kind == "svg" else {"dpi": dpi}
        with replacing(path) as part:
            figure.savefig(part, format=kind, **options)
