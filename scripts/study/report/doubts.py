"""What could make a study's result wrong, the most dangerous first."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from study.analysis.confusion import AT_HALF, last_counts
from study.analysis.curves import unpacked_means
from study.analysis.disagreements import warned_of
from study.analysis.metrics import SPLIT_TITLES
from study.design.study import Study
from study.report.cell_means import CellMeans, baseline_cell
from study.report.headline import Seen, choice_words
from study.report.inputs import Inputs
from study.report.wording import counted, listed, lower_first, upper_first
from study.report.worth import simple_title
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title

MOST = 4  # that are said
MANY_WRONG = 0.25  # from this share of a class on, it is said how many are mistaken
STILL = 0.1  # share of a loss's whole fall that the last fifth of training brings if it still falls
FEWEST_EPOCHS = 5  # for that to be said
CONFOUNDS = ("files", "value ranges")  # audit checks for other ways to tell classes apart


@dataclass(frozen=True)
class Doubt:
    """A sentence, and where the pages have more of it."""

    text: str
    link: str


def doubts(inputs: Inputs, validation: Seen, test: Seen, means: CellMeans) -> list[Doubt]:
    """The first of them.

    Args:
        inputs: the page's.
        validation, test: the effects on either split.
        means: of each cell.
    """
    found = [
        *leaks(inputs),
        *no_better(inputs, means),
        *too_short(inputs.study.grid_cells, validation_losses(inputs)),
        *gap(inputs),
        *at_edges(inputs),
        *skewed(validation, test),
        *confounded(inputs),
    ]
    return found[:MOST]


def leaks(inputs: Inputs) -> Iterator[Doubt]:
    """What the audit calls an error: samples in two splits, or with two labels."""
    if inputs.card is None:
        return
    texts = [f["text"] for f in inputs.card.audit["findings"] if f["severity"] == "error"]
    if texts:
        yield Doubt(f"{upper_first('; '.join(texts))}.", "#data")


def no_better(inputs: Inputs, means: CellMeans) -> Iterator[Doubt]:
    """Whether a logistic regression is as good as half of what was trained, or more."""
    beaten = {split: not_above_simple(inputs, means, split) for split in ("val", "test")}
    if beaten["val"] is not None and beaten["val"][0] == beaten["val"][1]:
        return  # the headline says so
    parts = [
        f"{found[0]} of {counted(found[1], 'cell')} on {SPLIT_TITLES[split]}"
        for split, found in beaten.items()
        if found and 2 * found[0] >= found[1]
    ]
    if parts:
        simple = lower_first(simple_title(networks(inputs.study)))
        yield Doubt(f"A {simple} does at least as well as {listed(parts)}.", "#data")


def networks(study: Study) -> set[object]:
    """The networks of a study's cells; none of a program's."""
    return {cell.parameters.get("network") for cell in study.cells.values()}


def not_above_simple(inputs: Inputs, means: CellMeans, split: str) -> tuple[int, int] | None:
    """How many cells, of how many, are no better than a logistic regression; None if not known."""
    floors = inputs.card.audit["floors"] if inputs.card else {}
    floor, of_cells = floors.get(split, {}).get("logistic_regression"), means.of_accuracy(split)
    if floor is None or not of_cells:
        return None
    return sum(mean <= floor for mean in of_cells), len(of_cells)


def validation_losses(inputs: Inputs) -> dict[str, np.ndarray]:
    """Cell -> (epochs,) validation loss, mean over seeds."""
    packed = json.loads(Path(inputs.curves).read_text(encoding="utf-8"))
    return unpacked_means(packed, "val_loss")


def too_short(cells: Collection[str], losses: Mapping[str, np.ndarray]) -> Iterator[Doubt]:
    """Whether most cells would have gone on learning.

    Args:
        cells: those of the grid.
        losses: cell -> (epochs,) validation loss.
    """
    known = [losses[cell] for cell in cells if len(losses.get(cell, ())) >= FEWEST_EPOCHS]
    falling = sum(map(still_falls, known))
    if 2 * falling > len(known):
        where = f"{falling} of {counted(len(known), 'cell')}" if len(known) > 1 else "the cell"
        yield Doubt(
            f"In {where} the validation loss is still falling when training ends: more epochs may"
            " rank the choices differently.",
            "#pictures",
        )


def still_falls(losses: np.ndarray) -> bool:
    """Whether the last fifth of the epochs brings a tenth, or more, of all that training brings.

    The last fifth brings the fall of the mean loss since the fifth before it; all of training, the
    fall from the first epoch to the mean of the last fifth.
    """
    part = max(1, len(losses) // 5)
    last, before = losses[-part:].mean(), losses[-2 * part : -part].mean()
    whole = losses[0] - last
    return bool(whole > 0 and before - last >= STILL * whole)


def gap(inputs: Inputs) -> Iterator[Doubt]:
    """How far test is from validation, and which class is mistaken most."""
    levels = inputs.frames.disagreements
    levels = levels[(levels["what"] == "level") & levels["table"].isin(warned_of(levels)["table"])]
    sizes = levels["gap"].dropna()
    sentences = []
    if len(sizes) and (sizes.gt(0).all() or sizes.lt(0).all()):
        ends = sorted(
            {f"{100 * size:.0f}" for size in (sizes.abs().min(), sizes.abs().max())}, key=int
        )
        where = "below" if sizes.iloc[0] > 0 else "above"
        sentences.append(f"test accuracy is {' to '.join(ends)} points {where} validation")
    mistaken = worst_class(inputs)
    if mistaken:
        sentences.append(mistaken)
    if sentences:
        yield Doubt(f"{upper_first('; '.join(sentences))}.", "#tables")


def worst_class(inputs: Inputs) -> str:
    """`the baseline predicts “ill” for 37% of the test split’s “normal” samples`; none if few."""
    found, card = inputs.frames.confusions, inputs.card
    if card is None or "false_positive" not in found:
        return ""
    rows = last_counts(found, baseline_cell(inputs.study))
    rows = rows[rows["threshold"] == AT_HALF]
    if rows.empty:
        return ""
    row, (negative, positive) = rows.iloc[-1], card.description["classes"]
    shares = {
        (negative, positive): row["false_positive"]
        / (row["false_positive"] + row["true_negative"]),
        (positive, negative): row["false_negative"]
        / (row["false_negative"] + row["true_positive"]),
    }
    (name, other), share = max(shares.items(), key=lambda item: item[1])
    if pd.isna(share) or share < MANY_WRONG:
        return ""
    split = {"val": "validation", "test": "test"}[row["split"]]
    predicted = f"the baseline predicts “{other}” for {100 * share:.0f}%"
    return f"{predicted} of the {split} split’s “{name}” samples"


def at_edges(inputs: Inputs) -> Iterator[Doubt]:
    """How many sides were tuned to the end of what was tried."""
    edged = [chosen.edges for chosen in inputs.chosen.values() if chosen.edges]
    if edged:
        names = {name: end for edges in edged for name, end in edges.items()}
        ends = listed([f"the {end} {parameter_title(name).lower()}" for name, end in names.items()])
        yield Doubt(
            f"{len(edged)} of {counted(len(inputs.chosen), 'tuned side')} chose {ends} that was"
            " tried: a better one may lie beyond.",
            "#fair",
        )


def skewed(validation: Seen, test: Seen) -> Iterator[Doubt]:
    """Whether t-intervals are too narrow."""
    found = [effect for effect in (*validation.effects, *test.effects) if effect.is_skewed]
    if found:
        names = list(dict.fromkeys(choice_words(effect) for effect in found))
        one = len(names) == 1
        yield Doubt(
            f"The {'difference' if one else 'differences'} for {listed(names)}"
            f" {'is' if one else 'are'} skewed over seeds, so"
            f" {'its interval' if one else 'their intervals'} may be too narrow.",
            "#tables",
        )


def confounded(inputs: Inputs) -> Iterator[Doubt]:
    """What other than the factor, or than what an image shows, may have made the difference."""
    if inputs.card is not None:
        for finding in inputs.card.audit["findings"]:
            if finding["severity"] == "warning" and finding["check"] in CONFOUNDS:
                yield Doubt(f"{upper_first(finding['text'])}.", "#data")
    study = inputs.study
    rates = {cell.parameters.get("learning_rate", "none") for cell in study.cells.values()}
    tuned = study.tuning is not None and "learning_rate" in study.tuning.space
    if study.design.trainer.is_known and not tuned and len(rates) == 1 and len(study.cells) > 1:
        yield Doubt(
            f"Every run used one learning rate, {level_title('learning_rate', rates.pop())}, which"
            " may suit one choice better than another.",
            "#method",
        )
