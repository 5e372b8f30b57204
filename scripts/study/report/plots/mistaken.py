"""The samples that most runs get wrong: their names, and where they are images a sheet of them."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from study.analysis.metrics import SPLIT_TITLES
from study.data.prepared import read_description, read_samples
from study.report.figures.contact_sheet import as_picture
from study.report.plots.style import WIDTH, say_empty

SHOWN = 16  # in all, as many of each split
ACROSS = 4
LARGEST = 96  # pixels along a side; larger images are thinned out


def most_mistaken(mistakes: pd.DataFrame, folder: Path | None) -> pd.DataFrame:
    """The first of each split: `number`, `split`, `row`, `name`, `label`, `wrong`, `runs`.

    `row` is the sample's in inputs.npy, and `label` its class's name.

    Args:
        mistakes: mistakes.csv.
        folder: the prepared data, or None where they are not here.
    """
    header = ["number", "split", "row", "name", "label", "wrong", "runs"]
    if folder is None or mistakes.empty:
        return pd.DataFrame(columns=header)
    description, (names, _) = read_description(folder), read_samples(folder)
    splits = list(dict.fromkeys(mistakes["split"]))
    rows = []
    for split in splits:
        first = description["splits"][split]["first_row"]
        for found in (
            mistakes[mistakes["split"] == split].head(SHOWN // len(splits)).to_dict("records")
        ):
            row = first + found["row"]
            label = description["classes"][found["label"]]
            rows.append(found | {"row": row, "name": names[row], "label": label})
    return pd.DataFrame([{"number": n} | row for n, row in enumerate(rows, 1)], columns=header)


def draw(table: pd.DataFrame, folder: Path | None) -> Figure:
    """The images, each with its number, its class and how often it is mistaken."""
    if folder is None or not len(table) or len(read_description(folder)["shape"]) < 2:
        return say_empty(Figure(figsize=(WIDTH, 0.5)), "no images to show")
    inputs = np.load(folder / "inputs.npy", mmap_mode="r", allow_pickle=False)
    down = -(-len(table) // ACROSS)
    figure = Figure(figsize=(WIDTH, 2.05 * down), layout="constrained")
    made = figure.subplots(down, ACROSS, squeeze=False).ravel()
    white = np.iinfo(inputs.dtype).max if inputs.dtype.kind == "u" else None
    for axes in made:
        axes.set_axis_off()
    for axes, found in zip(made, table.to_dict("records")):
        image = as_picture(inputs[found["row"]])
        step = max(1, -(-max(image.shape[:2]) // LARGEST))
        axes.imshow(
            image[::step, ::step], cmap="gray", vmin=None if white is None else 0, vmax=white,
            interpolation="none",
        )  # fmt: skip
        share = found["wrong"] / found["runs"]
        split = SPLIT_TITLES[found["split"]]
        axes.set_title(
            f"{found['number']} · {split}\nis {found['label']}\nwrong in {100 * share:.0f}%",
            fontsize=8, loc="left",
        )  # fmt: skip
    return figure
