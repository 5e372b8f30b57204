"""The rows of the published example's statistics, computed again; see `published`."""

import functools
import itertools
import math
from collections import Counter
from decimal import Decimal

import numpy as np
from judged import bounds
from published import (
    CLAIMS,
    EPOCH,
    GAPS,
    METRICS,
    PRINTED,
    STUDY,
    TABLES,
    VALUES,
    caveat,
    cell,
    differences,
    holm,
    interval,
    is_percent,
    levels,
    p_value,
    pair_statistics,
    t_quantile,
    title,
)
from scipy import special

FACTORS = {name: given for name, given in STUDY["grid"].items() if len(given) > 1}


def of_level(table: dict, level: object, metric: str) -> dict:
    return VALUES[cell({table["vary"]: level}), table["round"], metric]


@functools.cache
def level_rows() -> list[dict]:
    expected = []
    for name, table in TABLES.items():
        for level, metric in itertools.product(levels(table), METRICS):
            values = of_level(table, level, metric)
            low, high = interval(np.array(list(values.values())))
            row = {"table": name, "factor": table["vary"], "level": str(level), "metric": metric}
            row |= {"cell": cell({table["vary"]: level}), "round": table["round"]}
            row |= {"n": len(values), "low": low, "high": high}
            row["mean"] = np.mean(list(values.values()))
            row["sd"] = np.std(list(values.values()), ddof=1)
            expected.append(row)
    return expected


@functools.cache
def comparison_rows() -> list[dict]:
    expected = []
    for name, table in TABLES.items():
        first, *others = levels(table)
        families = {}
        for metric in METRICS:
            sides = {level: of_level(table, level, metric) for level in levels(table)}
            found = {level: differences(sides[level], sides[first]) for level in others}
            families[metric] = holm({level: p_value(values) for level, values in found.items()})
        for level, metric in itertools.product(others, METRICS):
            sides = of_level(table, level, metric), of_level(table, first, metric)
            row = {"table": name, "factor": table["vary"], "level": str(level)}
            row |= {"against": str(first), "round": table["round"], "metric": metric}
            row |= pair_statistics(*sides) | {"p_value": p_value(differences(*sides))}
            row["p_holm"], level_of_test = families[metric][level]
            ends = interval(differences(*sides), level_of_test)
            row |= dict(zip(("low_adjusted", "high_adjusted"), ends)) | {"refused": None}
            row["caveat"] = caveat(table["vary"], *({table["vary"]: x} for x in (level, first)))
            expected.append(row)
    return expected


def grid(metric: str) -> np.ndarray:
    """(seeds, levels of factor 1, …) after the grid's last round."""
    shape = tuple(map(len, FACTORS.values()))
    cells = [
        VALUES[cell(dict(zip(FACTORS, chosen))), STUDY["rounds"], metric]
        for chosen in itertools.product(*FACTORS.values())
    ]
    seeds = [seed for seed in cells[0] if all(seed in values for values in cells)]
    return np.array([[values[seed] for values in cells] for seed in seeds]).reshape(-1, *shape)


def effect_part(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """What an effect adds to each seed's cells: means over the others, less all lower effects."""
    others = tuple(axis for axis in range(1, array.ndim) if axis not in axes)
    part = array.mean(axis=others, keepdims=True)
    for axis in axes:
        part = part - part.mean(axis=axis, keepdims=True)
    return part


def analysis_of_variance(array: np.ndarray, axes: tuple[int, ...]) -> dict:
    """By sums of squares, over those of the effect by seeds; epsilon after Box (1954)."""
    part = effect_part(array, axes)
    n, repeated = len(array), array[0].size / part[0].size
    mean = part.mean(axis=0, keepdims=True)
    of_effect, of_error = n * repeated * np.sum(mean**2), repeated * np.sum((part - mean) ** 2)
    df = math.prod(array.shape[axis] - 1 for axis in axes)
    row = {"n": n, "df_effect": df, "df_error": df * (n - 1)}
    if of_error < 1e-18:  # nothing varies
        return row | dict.fromkeys(("f_value", "epsilon", "p_value", "partial_eta_squared"))
    row["f_value"] = f = (of_effect / df) / (of_error / (df * (n - 1)))
    covariance = np.cov(part.reshape(n, -1), rowvar=False)
    row["epsilon"] = eps = np.trace(covariance) ** 2 / (df * np.sum(covariance**2))
    row["p_value"] = special.betainc(eps * df * (n - 1) / 2, eps * df / 2, (n - 1) / (n - 1 + f))
    return row | {"partial_eta_squared": of_effect / (of_effect + of_error)}


@functools.cache
def effect_rows() -> list[dict]:
    expected = []
    for metric in METRICS:
        found = {}
        for size in (1, 2):
            for axes in itertools.combinations(range(len(FACTORS)), size):
                name = " × ".join(list(FACTORS)[axis] for axis in axes)
                found[name] = analysis_of_variance(grid(metric), tuple(a + 1 for a in axes))
        tested = {name: row["p_value"] for name, row in found.items() if row["p_value"] is not None}
        adjusted = {name: p for name, (p, _) in holm(tested).items()}
        for name, row in found.items():
            row |= {"metric": metric, "effect": name, "refused": None}
            expected.append(row | {"p_holm": adjusted.get(name)})
    return expected


@functools.cache
def marginal_rows() -> list[dict]:
    expected = []
    for metric, (axis, factor) in itertools.product(METRICS, enumerate(FACTORS, start=1)):
        array = grid(metric)
        start = array.take(FACTORS[factor].index(STUDY["baseline"][factor]), axis=axis)
        for position, level in enumerate(FACTORS[factor]):
            by_seed = array.take(position, axis=axis).reshape(len(array), -1).mean(axis=1)
            change = by_seed - start.reshape(len(array), -1).mean(axis=1)
            row = {"metric": metric, "factor": factor, "level": str(level), "n": len(array)}
            row |= {"mean": by_seed.mean()} | dict(zip(("low", "high"), interval(by_seed)))
            names = ("difference", "difference_low", "difference_high")
            at_baseline = level == STUDY["baseline"][factor]
            found = (None,) * 3 if at_baseline else (change.mean(), *interval(change))
            expected.append(row | dict(zip(names, found)))
    return expected


def printed_row(factor: str, level: object, round_number: int, tables: list | None = None):
    for row in PRINTED:
        names = (row["factor"], row["level"], row["round"])
        if names == (factor, title(level), str(round_number)) and row["table"] in (
            tables or row["table"]
        ):
            return row
    return None


def reference_rows() -> list[dict]:
    """An interval for one more run; the verdict only where the data are the same."""
    expected = []
    comparable = STUDY["reference"]["dataset"] == STUDY["dataset"]
    for name, table in TABLES.items():
        for level, metric in itertools.product(levels(table), EPOCH):
            row = printed_row(table["vary"], level, table["round"])
            values = list(of_level(table, level, metric).values())
            n, sd = len(values), np.std(values, ddof=1)
            half = t_quantile(n - 1, 0.05) * math.hypot(sd, sd / math.sqrt(n))
            mean, scale = np.mean(values), 100 if is_percent(metric) else 1
            rounding = 0.5 / 10 ** len(row[metric].partition(".")[2])
            near = abs(float(row[metric]) - scale * mean) <= scale * half + rounding
            verdict = ("reproduced" if near else "outside") if comparable else "not comparable"
            found = {"table": name, "level": str(level), "metric": metric, "printed": row[metric]}
            found |= {"n": n, "mean": mean, "run_low": mean - half, "run_high": mean + half}
            expected.append(found | {"reported_table": row["table"], "verdict": verdict})
    return expected


def printed_value(claim: dict, side: dict) -> tuple[Decimal | None, list]:
    """A side's number by the published tables, and where it is printed: (table, level, metric)."""
    value, places = Decimal(0), []
    for round_number, sign in ((side["round"], 1), (side.get("since"), -1)):
        if round_number is None:
            continue
        parts = GAPS.get(claim["metric"], (claim["metric"],))
        row = None
        if len(side["cell"]) == 1 and "epochs" not in side:
            row = printed_row(*next(iter(side["cell"].items())), round_number, claim.get("tables"))
        if row is None:
            return None, places
        for metric, direction in zip(parts, (1, -1)):
            value += sign * direction * Decimal(row[metric])
            places.append((row["table"], row["level"], metric))
    return value, places


def same(first: dict, second: dict) -> list[str]:
    return [metric for metric in EPOCH if Decimal(first[metric]) == Decimal(second[metric])]


def by_chance(first: dict, second: dict, equal: list[str]) -> float:
    """A rough bound on how often a level's numbers stay as they were, if others' are any guide.

    The last digit's share of the range of the other levels' changes, metric by metric, times the
    choices of metrics.
    """
    chance = math.comb(len(EPOCH), len(equal))
    for metric in equal:
        changes = [
            float(after[metric]) - float(before[metric])
            for before, after in itertools.permutations(PRINTED, 2)
            if [before[key] == after[key] for key in ("factor", "level")] == [True, True]
            and (before["round"], after["round"]) == (first["round"], second["round"])
            and same(before, after) == []
        ]
        digit = 10 ** -len(first[metric].partition(".")[2])
        chance *= digit / (max(changes) - min(changes))
    return chance


@functools.cache
def findings() -> list[tuple[str, str, set]]:
    """What is odd about the published tables: its kind, in words, and (table, level, metric)."""
    found = []
    for a, b in itertools.combinations(PRINTED, 2):
        equal = same(a, b)
        alike = [a[key] == b[key] for key in ("factor", "level", "round")]
        if equal and alike == [True, True, False]:
            numbers = ", ".join(f"{metric} ({a[metric]})" for metric in equal)
            numbers = " and ".join(numbers.rsplit(", ", 1))
            text = f"Level {a['level']} has the same {numbers}"
            text += f" after rounds {a['round']} and {b['round']}"
            text += f" (tables {a['table']} and {b['table']})"
            changes = [f"its {x} went from {a[x]} to {b[x]}" for x in EPOCH if x not in equal]
            text += f", although {', '.join(changes)}"
            assert by_chance(a, b, equal) < 1e-6
            text += "; expected by chance in fewer than 1 in a million such sets of tables"
            places = {(row["table"], row["level"], metric) for row in (a, b) for metric in equal}
            found.append(("same number in two rounds", text, places))
        elif a["table"] == b["table"] and len(equal) > 1:
            raise AssertionError("two rows share more than one number, which may coincide")
    for a, b in itertools.permutations(PRINTED, 2):
        more = Decimal(a["train_accuracy"]) - Decimal(b["train_accuracy"])
        higher = float(a["train_loss"]) > float(b["train_loss"])
        if a["table"] == b["table"] and higher and more > 1:
            text = f"Table {a['table']}: level {a['level']} has a higher training loss"
            text += f" than level {b['level']} ({a['train_loss']} against {b['train_loss']})"
            text += f", and yet {more} percentage points more training accuracy"
            text += f" ({a['train_accuracy']} against {b['train_accuracy']})"
            places = {(a["table"], a["level"], name) for name in ("train_loss", "train_accuracy")}
            found.append(("loss against accuracy", text, places))
    for metric in EPOCH:
        decimals = [len(row[metric].partition(".")[2]) for row in PRINTED]
        usual = Counter(decimals).most_common(1)[0][0]
        for row, places in zip(PRINTED, decimals):
            if places != usual:
                text = f"Table {row['table']}, {row['level']}: {metric} {row[metric]} has {places}"
                text += f" decimal{'s' * (places != 1)}, where {usual} are usual"
                found.append(("decimals change", text, {(row["table"], row["level"], metric)}))
    return found


@functools.cache
def printed_claim_rows() -> list[dict]:
    """What the published numbers say to each claim, and which findings that rests on."""
    expected, odd = [], findings()
    for name, claim in CLAIMS.items():
        sides = [[printed_value(claim, side)[0] for side in pair] for pair in claim["compare"]]
        used = {
            place
            for pair in claim["compare"]
            for side in pair
            for place in printed_value(claim, side)[1]
        }
        numbers = [str(number) for number, item in enumerate(odd, start=1) if item[2] & used]
        row = {"claim": name, "printed": None, "agrees": None, "findings": " ".join(numbers)}
        if all(value is not None for pair in sides for value in pair):
            found = [first - second for first, second in sides]
            row["printed"] = ", ".join(f"{difference:+}" for difference in found)
            low, high = (x * (100 if is_percent(claim["metric"]) else 1) for x in bounds(claim))
            row["agrees"] = str(all(low < difference < high for difference in found))
        expected.append(row)
    return expected
