"""The samples that most runs get wrong: their names, and where they are images a sheet of them."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from study.analysis.metrics import SPLIT_TITLES
from study.analysis.mistakes import most_often
from study.data.prepared import read_description, read_samples
from study.report.figures.contact_sheet import as_picture, shades, shortened
from study.report.figures.saving import new_figure, small
from study.report.plots.style import empty_figure
from study.store.frames import rows_of

SHOWN = 16  # in all, as many of each split
ACROSS = 4
LETTERS = 10  # of a class's name, where there are more than two
LARGEST = 96  # pixels along a side; larger images are thinned out


def most_mistaken(mistakes: pd.DataFrame, folder: Path | None) -> pd.DataFrame:
    """Of each split those that are most often mistaken: `MISTAKEN_COLUMNS`, and counts.

    That is `number`, `split`, `row`, `name`, `label`, `wrong`, `runs`, and `tied`, how many of the
    split are wrong as often.
    `row` is the sample's in inputs.npy, and `label` its class's name; of more than two classes
    `taken_for` is the name of the class that it is most often mistaken for.

    Args:
        mistakes: mistakes.csv.
        folder: the prepared data, or None where they are not here.
    """
    header = ["number", "split", "row", "name", "label", "wrong", "runs", "tied"]
    header += ["taken_for"] if "taken_for" in mistakes else []
    if folder is None or mistakes.empty:
        return pd.DataFrame(columns=header)
    description, (names, _) = read_description(folder), read_samples(folder)
    splits = list(dict.fromkeys(mistakes["split"]))
    rows = []
    for split in splits:
        first = description["splits"][split]["first_row"]
        of_split = mistakes[mistakes["split"] == split]
        for found in rows_of(most_often(of_split, SHOWN // len(splits))):
            row, classes = first + found["row"], description["classes"]
            named = {key: classes[found[key]] for key in ("label", "taken_for") if key in found}
            rows.append(found | {"row": row, "name": names[row]} | named)
    return pd.DataFrame([{"number": n} | row for n, row in enumerate(rows, 1)], columns=header)


def draw(table: pd.DataFrame, folder: Path | None) -> Figure:
    """The images, each with its number, its class and how often it is mistaken."""
    if folder is None or not len(table) or len(read_description(folder)["shape"]) < 2:
        return empty_figure("no images to show")
    inputs = np.load(folder / "inputs.npy", mmap_mode="r", allow_pickle=False)
    down = -(-len(table) // ACROSS)
    figure = new_figure(1.25 * down)
    made = figure.subplots(down, ACROSS, squeeze=False).ravel()
    black, white = shades(inputs.dtype, read_description(folder).get("range"))
    for axes in made:
        axes.set_axis_off()
    for axes, found in zip(made, rows_of(table)):
        image = as_picture(inputs[found["row"]], black, white)
        step = max(1, -(-max(image.shape[:2]) // LARGEST))
        axes.imshow(
            image[::step, ::step], cmap="gray", vmin=black, vmax=white,
            interpolation="none",
        )  # fmt: skip
        share = found["wrong"] / found["runs"]
        split = SPLIT_TITLES[found["split"]]
        words = [f"{found['number']} · {split}", f"is {found['label']}"]
        if "taken_for" in found:
            names = (shortened(found[key], LETTERS) for key in ("label", "taken_for"))
            words[1:] = (f"{what} {name}" for what, name in zip(("is", "taken for"), names))
        words.append(f"wrong in {100 * share:.0f}%")
        axes.set_title("\n".join(words), fontsize=small())
    return figure
