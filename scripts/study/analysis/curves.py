"""The learning curves of all cells, packed to be drawn: mean and sd of each epoch, and each seed.

A value becomes a whole number of 16 bits. 0 stands for nothing to draw; 1 to `CODES` rise evenly
from the `low` to the `high` end of a scale: with the value where a metric is a share, and with its
logarithm where it is a loss. Accuracies are exact to 0.001 percentage points, losses to 0.03%.
"""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.metrics import is_percentage
from study.design.runs import Run
from study.training import EPOCH_METRICS

CODES = 65535
LOSSES = (1e-8, 1e8)  # what is beyond is drawn at the end
SEED_VALUES = 400_000  # how many values of single seeds are packed: about 1 MB in base64


class Curves:
    """Collects the epochs of runs, one after the other, and packs them."""

    def __init__(self, cells: Mapping[str, int], epochs_per_round: int):
        """For cells, name -> epochs in a round; and the baseline's epochs in a round."""
        self.epochs, self.epochs_of = epochs_per_round, dict(cells)
        # cell -> round -> seed -> (epochs, metrics)
        self.found: dict[str, dict[int, dict[int, np.ndarray]]] = {cell: {} for cell in cells}

    def add(self, run: Run, metrics: pd.DataFrame) -> None:
        """Take the epochs of a run, as `study.analysis.epochs.read_epochs` returns them.

        A seed that diverged in this run has no curve.
        """
        whole = metrics[~metrics["diverged"]]
        values = whole[list(EPOCH_METRICS)].to_numpy(np.float64)
        seeds = whole["seed"].to_numpy()
        of_round = self.found[run.cell].setdefault(run.round, {})
        for seed in run.seeds:
            of_seed = values[seeds == seed]
            if len(of_seed):  # a round that ended early has nothing to draw after its end
                missing = self.epochs_of[run.cell] - len(of_seed)
                of_seed = np.pad(of_seed, ((0, missing), (0, 0)), constant_values=np.nan)
            of_round[seed] = of_seed

    def packed(self, first: Iterable[str] = ()) -> dict[str, Any]:
        """What curves.json has.

        `epochs` in a round; `metrics`; of each metric its `scales` (`low`, `high`, whether `log`);
        and `cells`: the `name`, the `rounds` that are here, how many seeds each round's means are
        over (`n`), the `seeds` whose curves are packed, and the cell's own `epochs` in a round,
        where these are more or fewer. `means` and `each` are base64 of
        little-endian numbers of 16 bits: cell by cell, round by round and metric by metric the
        means of the epochs, then their sd (n - 1); and, seed by seed, the values of the epochs.

        Args:
            first: cells whose seeds are packed before those of others, while there is room.
        """
        chosen = self._with_room([*first, *self.found])
        cells, means, each = [], [], []
        for cell, rounds in self.found.items():
            seeds = sorted({seed for of_round in rounds.values() for seed in of_round})
            numbers, epochs = sorted(rounds), self.epochs_of[cell]
            counts = []
            for number in numbers:
                there = [values for values in rounds[number].values() if len(values)]
                counts.append(len(there))
                means.append(_over_seeds(there, epochs))
                if cell in chosen:
                    each.append(_each_seed(rounds[number], seeds, epochs))
            shown = seeds if cell in chosen else []
            about = {"name": cell, "rounds": numbers, "n": counts, "seeds": shown}
            cells.append(about | ({"epochs": epochs} if epochs != self.epochs else {}))
        return {
            "epochs": self.epochs,
            "metrics": [*EPOCH_METRICS],
            "scales": [dict(zip(("low", "high", "log"), scale(name))) for name in EPOCH_METRICS],
            "cells": cells,
            "means": _base64(means),
            "each": _base64(each),
        }

    def _with_room(self, order: list[str]) -> set[str]:
        """The cells, first come first served, whose seeds' values there is room for."""
        room = SEED_VALUES
        chosen: set[str] = set()
        for cell in dict.fromkeys(order):
            rounds = self.found.get(cell, {}).values()
            room -= sum(map(len, rounds)) * self.epochs_of.get(cell, 0) * len(EPOCH_METRICS)
            if room < 0:
                break
            chosen.add(cell)
        return chosen


def unpacked_means(packed: Mapping[str, Any], metric: str) -> dict[str, np.ndarray]:
    """Cell -> (epochs,) means over seeds of a metric, round after round, of epochs that have one.

    Args:
        packed: as `Curves.packed` returns it.
        metric: one of its metrics.
    """
    codes = np.frombuffer(base64.b64decode(packed["means"]), "<u2")
    place, metrics, found = 0, packed["metrics"], {}
    for cell in packed["cells"]:
        epochs = cell.get("epochs", packed["epochs"])
        shape = (len(cell["rounds"]), len(metrics), 2, epochs)
        of_cell = codes[place : place + math.prod(shape)].reshape(shape)
        place += of_cell.size
        values = _values(metric, of_cell[:, metrics.index(metric), 0].ravel())
        found[cell["name"]] = values[~np.isnan(values)]
    return found


def _values(metric: str, codes: np.ndarray) -> np.ndarray:
    """What `_codes` makes the codes of, NaN for nothing."""
    low, high, log = scale(metric)
    share = np.where(codes == 0, np.nan, (codes - 1.0) / (CODES - 1))
    if log:
        return np.exp(np.log(low) + share * (np.log(high) - np.log(low)))
    return low + share * (high - low)


def _over_seeds(there: list[np.ndarray], epochs: int) -> np.ndarray:
    """Codes of (metrics, mean or sd, epochs)."""
    values = np.full((2, epochs, len(EPOCH_METRICS)), np.nan)
    if there:
        values[0] = np.mean(there, axis=0)
    if len(there) > 1:
        values[1] = np.std(there, axis=0, ddof=1)
    return _codes(values.transpose(2, 0, 1))


def _each_seed(of_round: dict[int, np.ndarray], seeds: list[int], epochs: int) -> np.ndarray:
    """Codes of (metrics, seeds, epochs)."""
    nothing = np.full((epochs, len(EPOCH_METRICS)), np.nan)
    found = [of_round.get(seed, nothing) for seed in seeds]
    return _codes(np.array([one if len(one) else nothing for one in found]).transpose(2, 0, 1))


def scale(metric: str) -> tuple[float, float, bool]:
    """Where a metric's codes begin and end, and whether they go with the logarithm."""
    return (0.0, 1.0, False) if is_percentage(metric) else (*LOSSES, True)


def _codes(values: np.ndarray) -> np.ndarray:
    """The codes of (metrics, …) values, in the same shape."""
    codes = np.zeros(values.shape, "<u2")
    for metric, into, of_metric in zip(EPOCH_METRICS, codes, values):
        low, high, log = scale(metric)
        shown = np.clip(of_metric, low, high)
        if log:
            low, high, shown = np.log(low), np.log(high), np.log(shown)
        share = (shown - low) / (high - low)
        into[...] = np.where(np.isnan(share), 0, np.round(1 + np.nan_to_num(share) * (CODES - 1)))
    return codes


def _base64(parts: list[np.ndarray]) -> str:
    return base64.b64encode(b"".join(part.tobytes() for part in parts)).decode("ascii")
