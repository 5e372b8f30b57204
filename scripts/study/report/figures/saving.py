"""What figures share: their axes of percentages, and their files, with the same bytes again."""

from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.files import replacing

matplotlib.rcParams["svg.hashsalt"] = "training study"  # fixed ids in place of random ones
DPI = 150


def within_percent(axes: Axes) -> None:
    """Keep an axis of percentages from 0 to 100, whatever an interval of a few seeds says."""
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 0), min(high, 100))


def save_figure(figure: Figure, *paths: Path | str) -> None:
    """Write a figure to .svg and .png files, without the date."""
    for path in map(Path, paths):
        kind = path.suffix.removeprefix(".")
        options = {"metadata": {"Date": None}} if kind == "svg" else {"dpi": DPI}
        with replacing(path) as part:
            figure.savefig(part, format=kind, **options)
