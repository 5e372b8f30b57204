"""Figures on disk: the same figure gives the same bytes."""

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from study.files import replacing

matplotlib.rcParams["svg.hashsalt"] = "training study"  # fixed ids in place of random ones
DPI = 150


def save_figure(figure: Figure, *paths: Path | str) -> None:
    """Write a figure to .svg and .png files, without the date."""
    for path in map(Path, paths):
        kind = path.suffix.removeprefix(".")
        options = {"metadata": {"Date": None}} if kind == "svg" else {"dpi": DPI}
        with replacing(path) as part:
            figure.savefig(part, format=kind, **options)
