"""The samples that most runs get wrong: their names, and where they are images a sheet of them."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from study.analysis.metrics import SPLIT_TITLES
from study.analysis.mistakes import most_often
from study.data.prepared import read_description, read_samples
from study.report.figures.contact_sheet import as_picture, shades, shortened
from study.report.figures.saving import new_figure, small
from study.report.plots.style import empty_figure
from study.store.frames import Row, groups_of, rows_of

SHOWN, SHOWN_OF_MANY = 8, 4  # per outcome, with two classes and with more
ACROSS = 4
DRAWN = 24  # in a figure for a paper
LETTERS = 10  # of a class's name, where there are more than two
LARGEST = 96  # pixels along a side; larger images are thinned out
OUTCOME = ["split", "label", "taken_for"]


def most_mistaken(
    mistakes: pd.DataFrame, folder: Path | None, pairs: Collection[tuple[str, str, str]] = ()
) -> pd.DataFrame:
    """Of each outcome those that are most often mistaken: `MISTAKEN_COLUMNS`, and counts.

    An outcome is a split, a class, and the one that it is taken for. The columns are `number`,
    `split`, `row`, `name`, `label`, `taken_for`, `wrong`, `runs`, and `tied`, how many of the
    outcome are wrong as often. `row` is the sample's in inputs.npy; `label` is its class's name,
    and `taken_for` that of the class that it is most often mistaken for.

    Args:
        mistakes: mistakes.csv.
        folder: the prepared data, or None where they are not here.
        pairs: with more than two classes, the outcomes that are shown.
    """
    header = ["number", "split", "row", "name", "label", "taken_for", "wrong", "runs", "tied"]
    if folder is None or mistakes.empty:
        return pd.DataFrame(columns=header)
    description, (names, _) = read_description(folder), read_samples(folder)
    classes, splits = description["classes"], description["splits"]
    found = mistakes.assign(label=[classes[label] for label in mistakes["label"]])
    if "taken_for" in mistakes:
        found["taken_for"] = [classes[label] for label in mistakes["taken_for"]]
    else:
        found["taken_for"] = [classes[1 - label] for label in mistakes["label"]]
    outcomes = groups_of(found, *OUTCOME)
    if len(classes) > 2:
        outcomes = {key: outcomes[key] for key in pairs if key in outcomes}
    shown = SHOWN if len(classes) == 2 else SHOWN_OF_MANY
    rows: list[Row] = []
    for (split, *_), of_outcome in outcomes.items():
        for sample in rows_of(most_often(of_outcome, shown)):
            row = splits[split]["first_row"] + sample["row"]
            rows.append(sample | {"number": len(rows) + 1, "row": row, "name": names[row]})
    return pd.DataFrame(rows, columns=header)


def are_images(folder: Path | None) -> bool:
    """Whether the samples are here, and images."""
    return folder is not None and len(read_description(folder)["shape"]) > 1


def thumbnails(table: pd.DataFrame, folder: Path | None) -> Image.Image:
    """The images one below the other, thinned out if they are large; a single pixel if none."""
    if folder is None or not len(table) or not are_images(folder):
        return Image.new("L", (1, 1))
    inputs = np.load(folder / "inputs.npy", mmap_mode="r", allow_pickle=False)
    black, white = shades(inputs.dtype, read_description(folder).get("range"))
    below = [in_8_bits(thinned(inputs[row], black, white), black, white) for row in table["row"]]
    return Image.fromarray(np.concatenate(below))


def thinned(
    sample: np.ndarray, black: float | None = None, white: float | None = None
) -> np.ndarray:
    """A sample as `as_picture` has it, of at most LARGEST pixels along a side."""
    image = as_picture(sample, black, white)
    step = max(1, -(-max(image.shape[:2]) // LARGEST))
    return image[::step, ::step]


def in_8_bits(image: np.ndarray, black: float | None, white: float | None) -> np.ndarray:
    """An image of grey or of colours in 8 bits; where its black is not known, its own darkest."""
    if image.dtype == np.uint8 and (black, white) == (0, 255):
        return image
    if image.ndim == 3:
        low, high = 0.0, 255.0 if image.dtype == np.uint8 else 1.0
    elif black is None or white is None:
        low, high = float(image.min()), float(image.max())
    else:
        low, high = float(black), float(white)
    share = (image.astype(np.float64) - low) / ((high - low) or 1)
    return np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)


def draw(table: pd.DataFrame, folder: Path | None) -> Figure:
    """A few images of each outcome, with their number, class and how often they are mistaken."""
    if folder is None or not len(table) or not are_images(folder):
        return empty_figure("no images to show")
    several = len(read_description(folder)["classes"]) > 2
    table = table.groupby(OUTCOME, sort=False).head(ACROSS).head(DRAWN)
    inputs = np.load(folder / "inputs.npy", mmap_mode="r", allow_pickle=False)
    down = -(-len(table) // ACROSS)
    figure = new_figure(1.25 * down)
    made = figure.subplots(down, ACROSS, squeeze=False).ravel()
    black, white = shades(inputs.dtype, read_description(folder).get("range"))
    for axes in made:
        axes.set_axis_off()
    for axes, found in zip(made, rows_of(table)):
        image = thinned(inputs[found["row"]], black, white)
        axes.imshow(image, cmap="gray", vmin=black, vmax=white, interpolation="none")
        share = found["wrong"] / found["runs"]
        split = SPLIT_TITLES[found["split"]]
        words = [f"{found['number']} · {split}", f"is {found['label']}"]
        if several:
            names = (shortened(found[key], LETTERS) for key in ("label", "taken_for"))
            words[1:] = (f"{what} {name}" for what, name in zip(("is", "taken for"), names))
        words.append(f"wrong in {100 * share:.0f}%")
        axes.set_title("\n".join(words), fontsize=small())
    return figure
