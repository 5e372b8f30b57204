"""A few samples of each class and split, as people see them."""

import numpy as np
from matplotlib.figure import Figure

SHOWN = 8  # samples a row of the sheet


def draw_contact_sheet(splits: dict, classes: list[str]) -> Figure:
    """The first samples of each class in each split; for 3D images their middle slice."""
    rows = [(split, label) for split in splits for label in (0, 1)]
    figure = Figure(figsize=(SHOWN, 1.15 * len(rows)), layout="constrained")
    panels = figure.subplots(len(rows), SHOWN, squeeze=False)
    for (split, label), line in zip(rows, panels):
        inputs, labels = splits[split]
        white = np.iinfo(inputs.dtype).max if inputs.dtype.kind == "u" else None
        chosen = np.flatnonzero(labels == label)[:SHOWN]
        for axes in line:
            axes.set_axis_off()
        for axes, row in zip(line, chosen):
            axes.imshow(
                as_picture(inputs[row]), cmap="gray", vmin=None if white is None else 0, vmax=white
            )
        line[0].set_title(f"{split}: {classes[label]}", fontsize=9, loc="left")
    return figure


def as_picture(sample: np.ndarray) -> np.ndarray:
    """A sample as (height, width), or with colours (height, width, 3)."""
    if sample.ndim == 1:
        return sample[None, :]
    if sample.ndim == 3 and sample.shape[-1] != 3:
        return sample[len(sample) // 2]
    return sample
