"""Sets of tables without an error, in the source study's layout: real runs, and runs by a model."""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from study.published.printed import PrintedRow

REAL_RUNS = Path(__file__).parents[2] / "docs" / "simulations" / "pneumoniamnist.csv"
DECIMALS = {"train_loss": 4, "train_accuracy": 2, "val_loss": 4, "val_accuracy": 2}
FACTORS = {
    "loss": ["bce", "ce"],
    "batch_size": ["32", "16", "64"],
    "activation": ["relu", "leaky_relu", "tanhshrink"],
}
Levels = dict[str, str]
Means = dict[str, float]


@cache
def real_runs() -> dict[tuple, Means]:
    """The means of real runs of the source study's cells, by their levels, round and seed."""
    frame = pd.read_csv(REAL_RUNS, dtype={"batch_size": str})
    frame = frame[frame["hidden_layers"] == 1]
    keys = [*FACTORS, "round", "seed"]
    return {
        tuple(row[key] for key in keys): {name: row[name] for name in DECIMALS}
        for row in frame.to_dict("records")
    }


def real_set(rng: random.Random) -> dict:
    """Real runs: one seed for all of them, or a seed for each, as without a fixed seed."""
    runs = real_runs()
    shared_seed = rng.randrange(15) if rng.random() < 0.5 else None
    rounds = rng.choice([(1, 2, 3), (1, 3, None), (2, 3, None)])
    baseline = {factor: rng.choice(levels) for factor, levels in FACTORS.items()}

    def train(levels: Levels, round_number: int) -> Means:
        seed = rng.randrange(15) if shared_seed is None else shared_seed
        return runs[*(levels[factor] for factor in FACTORS), round_number, seed]

    return lay_out(baseline, rounds, train) | {"images": {"train": 4708, "val": 524}, "epochs": 27}


def model_set(rng: random.Random, small: bool, epochs: int) -> dict:
    """Means with an effect of each level and round, and the noise of runs.

    The small data set is learned by heart within two rounds, and its Leaky ReLU is nearly ReLU.
    """
    images = {"train": 455, "val": 114} if small else {"train": 4708, "val": 524}
    effect = {
        level: rng.gauss(0, 0.5 if small else 0.06)
        for levels in FACTORS.values()
        for level in levels
    }
    if small:
        effect["leaky_relu"] = effect["relu"] + rng.gauss(0, 0.02)
    fall = 1.2 if small else rng.uniform(0.15, 0.4)  # of the logarithm of the loss, a round
    start = np.log(0.05 if small else rng.uniform(0.1, 0.25))
    seed_noise = rng.gauss(0, 0.04)

    def train(levels: Levels, round_number: int) -> Means:
        effects = sum(effect[level] for level in levels.values())
        log_loss = start + effects - fall * (round_number - 1) + rng.gauss(0, 0.015)
        train_loss = np.exp(log_loss)
        val_loss = (0.1 if small else np.exp(start)) * np.exp(
            (0.25 if small else -0.05) * (round_number - 1)
            + 0.2 * effects + seed_noise + rng.gauss(0.08, 0.04)
        )  # fmt: skip
        noise = 0.003 / np.sqrt(min(epochs, 4))
        train_error = 0.3 * max(0.0, train_loss - 0.01 * small) + rng.gauss(0, noise / 4)
        val_error = 0.045 + 0.1 * (train_loss if not small else 0) + rng.gauss(0, noise)
        return {
            "train_loss": train_loss,
            "train_accuracy": counted(train_error, images["train"] * epochs),
            "val_loss": val_loss,
            "val_accuracy": counted(val_error, images["val"] * epochs),
        }

    baseline = {factor: levels[0] for factor, levels in FACTORS.items()}
    return lay_out(baseline, (1, 3, 4), train) | {"images": images, "epochs": epochs}


def counted(error: float, count: int) -> float:
    """An accuracy that a whole number of `count` images gives, at about this rate of errors."""
    return 1 - max(0, round(error * count)) / count


def lay_out(
    baseline: Levels, rounds: tuple[int, int, int | None], train: Callable[[Levels, int], Means]
) -> dict:
    """The seven tables: each factor after two rounds, and one level after a third, if there is one.

    Args:
        baseline: factor -> level.
        train: the four means of a run, accuracies as fractions, by its levels and round.

    Returns:
        `rows`, as `study.published.printed.read_tables` returns them, and `baseline`.
    """
    trained, rows = {}, []
    places = [
        (factor, level, round_number)
        for factor, levels in FACTORS.items()
        for round_number in rounds[:2]
        for level in sorted(levels, key=lambda level: level != baseline[factor])
    ]
    if rounds[2]:
        places.append(("activation", "tanhshrink", rounds[2]))
    tables = {}
    for factor, level, round_number in places:
        key = (*(baseline | {factor: level}).values(), round_number)
        if key not in trained:
            trained[key] = train(baseline | {factor: level}, round_number)
        table = str(tables.setdefault((factor, round_number), len(tables) + 1))
        printed = {
            name: f"{trained[key][name] * (100 if 'accuracy' in name else 1):.{decimals}f}"
            for name, decimals in DECIMALS.items()
        }
        rows.append(PrintedRow(table, factor, level, round_number, printed))
    return {"rows": rows, "baseline": baseline}


REAL = "real runs on chest X-rays, averaged over 27 epochs"
LAST_EPOCH = "a model, 524 validation images, the last epoch"
SMALL = "a model, 114 validation images, averaged over 27 epochs"
SOURCES = {
    REAL: real_set,
    LAST_EPOCH: lambda rng: model_set(rng, small=False, epochs=1),
    SMALL: lambda rng: model_set(rng, small=True, epochs=27),
}
