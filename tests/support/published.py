"""The published example, read and computed again: with the csv module, numpy and scipy alone.

It shares no code with scripts/study, so that a mistake there is not repeated here. The unit is a
seed; a metric of a cell after a round is a mapping, seed -> value.
"""

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import yaml
from scipy import special, stats

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "docs" / "pneumoniamnist"
# Normal and pneumonia, by split: Yang et al. 2023, table 2, and https://medmnist.com.
CLASSES = {"train": (1214, 3494), "val": (135, 389), "test": (234, 390)}
IMAGES = {split: sum(counts) for split, counts in CLASSES.items()}
PERCENT = ("accuracy", "sensitivity", "specificity")  # metrics with these in their names
EPOCH = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
BESIDE = ("final_val_accuracy", "final_test_accuracy", "final_val_roc_auc", "final_test_roc_auc")
GAPS = {"loss_gap": ("val_loss", "train_loss"), "accuracy_gap": ("train_accuracy", "val_accuracy")}
TITLES = {"bce": "BCE", "ce": "CE", "relu": "ReLU", "leaky_relu": "Leaky ReLU"}
TITLES |= {"tanhshrink": "Tanhshrink"}


def read(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def merged(base: dict, changes: dict) -> dict:
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if both else value
    return result


def read_yaml(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


STUDY = merged(read_yaml(REPOSITORY / "config.yaml"), read_yaml(EXAMPLE / "study.yaml"))
CLAIMS = read_yaml(REPOSITORY / STUDY["claims"])
PRINTED = read(REPOSITORY / STUDY["reference"]["tables"])
TABLES = STUDY["tables"]
ROWS = read(EXAMPLE / "fixed" / "values.csv")
CELLS = {row["cell"]: row for row in ROWS}


def _metrics() -> dict:
    """(cell, round, metric) -> seed -> value, of seeds that have one."""
    found = {}
    for row in ROWS:
        row = dict(row)
        for gap, (larger, smaller) in GAPS.items():
            if row.get(larger):
                row[gap] = float(row[larger]) - float(row[smaller])
        for name, text in row.items():
            measured = name.startswith(("train_", "val_", "final_")) or name in GAPS
            if measured and text != "":
                key = (row["cell"], int(row["round"]), name)
                found.setdefault(key, {})[int(row["seed"])] = float(text)
    return found


VALUES = _metrics()
# in the order of the files: of an epoch, gaps, final ones that this data set has
METRICS = [*EPOCH, *GAPS]
METRICS += [name for name in ROWS[0] if name.startswith("final_")]


def cell(changes: dict) -> str:
    """The cell with these parameters and the baseline's others, by the columns of values.csv."""
    wanted = {**STUDY["baseline"], **changes}
    (name,) = (
        name
        for name, row in CELLS.items()
        if all(row[parameter] == str(value) for parameter, value in wanted.items())
    )
    return name


def levels(table: dict) -> list:
    """A table's levels: those it lists, or the baseline's and then the grid's others."""
    factor = table["vary"]
    start = STUDY["baseline"][factor]
    return table.get("levels") or [start, *(x for x in STUDY["grid"][factor] if x != start)]


def differences(first: dict, second: dict) -> np.ndarray:
    """Seed by seed; rounded to 12 decimals, below which sums taken in another order differ."""
    return np.array([round(first[seed] - second[seed], 12) for seed in first if seed in second])


def t_quantile(df: int, alpha: float) -> float:
    """What |t| exceeds with a chance of alpha, by the beta distribution of 1 / (1 + t² / df)."""
    return math.sqrt(df * (1 / special.betaincinv(df / 2, 0.5, alpha) - 1))


def interval(values: np.ndarray, alpha: float = 0.05) -> tuple[float, float]:
    n = len(values)
    half = t_quantile(n - 1, alpha) * np.std(values, ddof=1) / math.sqrt(n)
    return np.mean(values) - half, np.mean(values) + half


def p_value(values: np.ndarray, mean: float = 0.0) -> float:
    """Of the two-sided t-test; of the sign test, where nothing varies."""
    away = values - mean
    if not away.any():
        return 1.0
    if np.ptp(away) == 0:
        return 0.5 ** (len(away) - 1)
    t = np.mean(away) / (np.std(away, ddof=1) / math.sqrt(len(away)))
    return special.betainc((len(away) - 1) / 2, 0.5, 1 / (1 + t**2 / (len(away) - 1)))


def holm(p: dict, alpha: float = 0.05) -> dict:
    """name -> (adjusted p, the level at which Holm's procedure tests it)."""
    result, largest, stopped = {}, 0.0, None
    for step, name in enumerate(sorted(p, key=p.get)):
        left = len(p) - step
        largest = max(largest, min(1.0, left * p[name]))
        level = stopped or alpha / left
        if p[name] > level:
            stopped = level
        result[name] = (largest, level)
    return result


def pair_statistics(first: dict, second: dict) -> dict:
    """What both files of pairs say of one."""
    seeds = [seed for seed in first if seed in second]
    one, other = (np.round([side[seed] for seed in seeds], 12) for side in (first, second))
    found = differences(first, second)
    mean, sd = round(np.mean(found), 12), np.std(found, ddof=1)
    low, high = interval(found)
    higher = np.mean([(a > b) + (a == b) / 2 for a in one for b in other])
    varies = np.ptp(one) > 0 and np.ptp(other) > 0
    return {
        "n": len(found),
        "difference": mean,
        "sd": sd,
        "low": low,
        "high": high,
        "d_z": mean / sd if sd > 0 else None,
        "probability_higher": higher,
        "correlation": stats.pearsonr(one, other).statistic if varies else None,
    }


def wrong(row: dict, expected: dict) -> list[str]:
    """Where a row of a file is not as expected; an empty field is None."""
    problems = []
    for name, value in expected.items():
        text = row[name]
        if value is None or isinstance(value, str):
            good = text == (value or "")
        else:
            magnified = name.startswith("p_") or name == "d_z"  # the 12th decimal, by a small sd
            good = text != "" and math.isclose(
                float(text),
                value,
                rel_tol=1e-6 if magnified else 1e-9,
                abs_tol=0 if magnified else 2e-12,
            )
        if not good:
            problems.append(f"{list(row.values())[:6]}: {name} is {text}, not {value}")
    return problems


def updates(side: dict) -> int:
    """How often a round updates the weights: once a batch, the last of an epoch counted as one."""
    return STUDY["epochs_per_round"] * math.ceil(IMAGES["train"] / side["batch_size"])


def weights(side: dict) -> int:
    """Weights and biases of a perceptron on images of 28 × 28, with one output or one a class."""
    outputs = {"bce": 1, "ce": 2}[side["loss"]]
    widths = [28 * 28, *[side["hidden_units"]] * side["hidden_layers"], outputs]
    return sum((before + 1) * after for before, after in itertools.pairwise(widths))


def caveat(factor: str, first: dict, second: dict) -> str:
    """What else a difference of two cells may come from, given what differs from the baseline."""
    sides = [STUDY["baseline"] | side for side in (first, second)]
    if factor in ("round", "epoch"):
        return ""
    assert factor in ("loss", "batch_size", "activation", "hidden_layers")
    seen, sizes = [updates(side) for side in sides], [weights(side) for side in sides]
    said = ""
    if seen[0] != seen[1]:
        said += f"Epochs are equal but updates are not: {seen[0]:,} against {seen[1]:,} a round. "
    if sizes[0] != sizes[1]:
        said += f"The networks have {sizes[0]:,} against {sizes[1]:,} weights. "
    return said + (
        f"The learning rate ({sides[0]['learning_rate']}) was tuned for neither side, so a"
        " difference may come from how well it suits each."
    )


def guard_ends(factor: str, first: object, second: object) -> tuple[str, str]:
    """How the proof begins and ends that two sides differ in the factor alone."""
    run = read(EXAMPLE / "fixed" / "runs.csv")[0]
    begins = f"differ in {factor} alone ({first} against {second}): all their runs have the same "
    return begins, f"data ({run['data']}) and trainer ({run['code_trainer']})"


# ---- As people read it --------------------------------------------------------------------------


def title(level: object) -> str:
    return TITLES.get(str(level), str(level))


def is_percent(metric: str) -> bool:
    return any(word in metric for word in PERCENT)


def shown(metric: str, value: float) -> str:
    """`94.87`, `0.1845`."""
    return f"{100 * value:.2f}" if is_percent(metric) else f"{value:.4f}"


def signed(metric: str, value: float) -> str:
    """`+0.12`, `−0.0021`."""
    text = f"{100 * value:+.2f}" if is_percent(metric) else f"{value:+.4f}"
    return text.replace("-", "−")


def shown_mean(metric: str, values: dict) -> str:
    """`94.90 ± 0.06`: two digits of the deviation, and no more than one image is worth."""
    found = np.array([*values.values()]) * (100 if is_percent(metric) else 1)
    mean, sd = found.mean(), found.std(ddof=1)
    digits = 1 - int(f"{sd:.1e}".partition("e")[2])
    if is_percent(metric):
        split = metric.removeprefix("final_").partition("_")[0]
        digits = min(digits, -math.floor(math.log10(100 / IMAGES[split])))
    return f"{mean:.{digits}f} ± {sd:.{digits}f}"


def shown_p(p: float | None) -> str:
    if p is None:
        return "–"
    return "<0.001" if p < 0.001 else f"{p:.2g}" if p < 0.01 else f"{p:.3g}"


def amount(metric: str, value: float) -> str:
    """`0.02`, `0.5 percentage points`."""
    text = f"{100 * value if is_percent(metric) else value:g}"
    return text + (" percentage point" + "s" * (text != "1")) * is_percent(metric)


def metric_title(metric: str) -> str:
    """`Validation accuracy (%)`, `Final test AUC`."""
    splits = {"train": "training", "val": "validation", "test": "test"}
    words = {"roc_auc": "AUC", "brier_score": "Brier score"}
    words["calibration_error"] = "expected calibration error"
    unit = " (%)" if is_percent(metric) else ""
    if metric in GAPS:
        return metric.replace("_", " ").capitalize() + unit
    chosen = ", threshold chosen on validation" if metric.endswith("_chosen") else ""
    split, _, name = metric.removesuffix("_chosen").removeprefix("final_").partition("_")
    text = f"{splits[split]} {words.get(name, name.replace('_', ' '))}"
    final = metric.startswith("final_")
    return (f"Final {text}" if final else text[0].upper() + text[1:]) + chosen + unit


def shown_interval(metric: str, low: float | None, high: float | None, how=signed) -> str:
    return "–" if low is None else f"[{how(metric, low)}, {how(metric, high)}]"
