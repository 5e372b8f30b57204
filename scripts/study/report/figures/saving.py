"""What figures share: their style, their size, and their files, with the same bytes again."""

import io
from pathlib import Path

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes

# otherwise imported as a figure is saved, too late for a fork: see study.snake.fork_server
from matplotlib.backends import backend_agg, backend_pdf, backend_svg  # noqa: F401
from matplotlib.figure import Figure
from matplotlib.text import Text

from study.store.files import replacing, write_text
from study.store.paths import STYLES

matplotlib.rcParams["svg.hashsalt"] = "training study"  # fixed ids in place of random ones
COLUMN = 3.35  # inches, of one column of a paper, which heights are given for
# An SVG file takes the colour of its ink from what it is put in. On its own it is black, and light
# where the screen is dark.
INK = "#000000"
DARK = (
    "<style>@media screen and (prefers-color-scheme: dark) { svg:root { color: #e4e8ee }"
    ' svg:root text[style*="#0072b2"] { fill: #56b4e9 !important } }</style>'
)
# metadata that would differ from file to file
UNDATED = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def use_style(name: str) -> None:
    """Draw in one of the styles of workflow/styles from now on: `paper` or `slides`."""
    matplotlib.style.use(STYLES / f"{name}.mplstyle")


def new_figure(height: float) -> Figure:
    """A figure as wide as the style says, and this many inches high if that is a paper's column."""
    width = matplotlib.rcParams["figure.figsize"][0]
    return Figure(figsize=(width, height * width / COLUMN), layout="constrained")


def small() -> float:
    """The size of the smaller text, in points."""
    return matplotlib.rcParams["legend.fontsize"]


def within_percent(axes: Axes) -> None:
    """Keep an axis of percentages from 0 to 100, whatever an interval of a few seeds says."""
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 0), min(high, 100))


def as_written(figure: Figure) -> Figure:
    """The figure, in whose texts a $ is just a $ and does not start math: names may have some."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    return figure


def save_figure(
    figure: Figure, *paths: Path | str, dpi: int | None = None, on_white: bool = True
) -> None:
    """Write a figure to .svg, .pdf and .png files, always the same bytes for the same figure.

    Texts are as they are written. The background of a .png is white unless it is to have none, like
    the others.
    """
    as_written(figure)
    for path in map(Path, paths):
        kind = path.suffix.removeprefix(".")
        if kind == "svg":
            write_text(path, themed_svg(figure))
            continue
        white = on_white and kind == "png"
        with replacing(path) as part, matplotlib.rc_context({"pdf.fonttype": 42}):
            figure.savefig(
                part,
                format=kind,
                metadata=UNDATED[kind],
                dpi=dpi or "figure",
                transparent=not white,
                facecolor="white" if white else "none",
            )


def themed_svg(figure: Figure) -> str:
    """A figure as SVG whose text is text, and whose ink has the colour of the text around it."""
    text = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata=UNDATED["svg"], transparent=True)
    head, defs, rest = text.getvalue().partition("<defs>")
    head = head.replace("<svg ", '<svg fill="currentColor" ')
    return head + DARK + defs + rest.replace(INK, "currentColor")
