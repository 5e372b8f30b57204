"""A few samples of each class and split, as people see them."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SHOWN = 8  # samples a row of the sheet
MANY = 4  # of each split, where more than two classes have a row each
ROWS = 24  # classes that are shown, at most
GREY = "#787878"  # of text, to be read on white and on black
LONGEST = 28  # letters of a class's name


def draw_contact_sheet(
    splits: Mapping[str, tuple[np.ndarray, np.ndarray]],
    classes: Sequence[str],
    value_range: Sequence[float] | None = None,
) -> Figure:
    """The first samples of each class in each split; for 3D images their middle slice.

    Two classes have a row in each split. More have one row each, with a few samples of each split
    beside each other. Black and white are the declared range, or that of the type.
    """
    if len(classes) == 2:
        rows = [[(split, label)] for split in splits for label in (0, 1)]
        shown = SHOWN
    else:
        rows = [[(split, label) for split in splits] for label in range(len(classes[:ROWS]))]
        shown = MANY
    across = shown * len(rows[0])
    figure = Figure(figsize=(SHOWN, 1.15 * len(rows) * SHOWN / across), layout="constrained")
    panels = figure.subplots(len(rows), across, squeeze=False)
    for axes in panels.ravel():
        axes.set_axis_off()
    if len(classes) > 2:  # room for titles that the layout does not know of
        figure.set_layout_engine("constrained", h_pad=0.14)
    for row, line in zip(rows, panels):
        for number, (split, label) in enumerate(row):
            inputs, labels = splits[split]
            part = line[number * shown : (number + 1) * shown]
            _draw_samples(part, inputs, np.flatnonzero(labels == label), value_range)
            if len(classes) == 2:
                part[0].set_title(f"{split}: {classes[label]}", fontsize=9, loc="left", color=GREY)
            else:
                place = {"x": 0, "y": 1.06, "transform": part[0].transAxes, "in_layout": False}
                part[0].text(
                    s=f"{split}: {shortened(classes[label])}", fontsize=7, color=GREY, **place
                )
    return figure


def _draw_samples(
    line: Sequence[Axes],
    inputs: np.ndarray,
    rows: np.ndarray,
    value_range: Sequence[float] | None,
) -> None:
    black, white = shades(inputs.dtype, value_range)
    for axes, row in zip(line, rows):
        axes.imshow(as_picture(inputs[row], black, white), cmap="gray", vmin=black, vmax=white)


def shades(
    dtype: np.dtype, value_range: Sequence[float] | None
) -> tuple[float, float] | tuple[None, None]:
    """Which values are black and white: of a declared range, or the type's; None: not known."""
    if value_range is not None:
        return value_range[0], value_range[1]
    return (0, np.iinfo(dtype).max) if dtype.kind == "u" else (None, None)


def shortened(name: str, longest: int = LONGEST) -> str:
    """A class's name, its end left out where it is long."""
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def as_picture(
    sample: np.ndarray, black: float | None = None, white: float | None = None
) -> np.ndarray:
    """A sample as (height, width), or with colours (height, width, 3).

    Colours of more than 8 bits are from 0 to 1 where it is known what is black and white.
    """
    colours = sample.ndim == 3 and sample.shape[-1] == 3
    if colours and sample.dtype != np.uint8 and black is not None and white is not None:
        return (sample - float(black)) / (white - black)
    if sample.ndim == 1:
        return sample[None, :]
    if sample.ndim == 3 and sample.shape[-1] != 3:
        return sample[len(sample) // 2]
    return sample
