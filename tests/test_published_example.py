"""Every number of the published example's files agrees with an independent computation."""

import itertools
import math
from decimal import Decimal

import numpy as np
import pytest
from judged import bounds, judged
from published import (
    BESIDE,
    CELLS,
    CLAIMS,
    EPOCH,
    EXAMPLE,
    GAPS,
    METRICS,
    PRINTED,
    STUDY,
    SUMMARY,
    VALUES,
    cell,
    differences,
    holm,
    interval,
    is_percent,
    levels,
    p_value,
    pair_statistics,
    read,
    title,
    wrong,
)
from scipy import special

TABLES = STUDY["tables"]
FACTORS = {name: given for name, given in STUDY["grid"].items() if len(given) > 1}


def statistics(name: str) -> list[dict]:
    return read(EXAMPLE / "statistics" / f"{name}.csv")


def assert_rows(rows: list[dict], expected: list[dict]) -> None:
    """The rows of a file, in order, have what is expected of them."""
    assert len(rows) == len(expected)
    problems = [problem for pair in zip(rows, expected) for problem in wrong(*pair)]
    assert not problems, "\n".join(problems)


def of_level(table: dict, level: object, metric: str) -> dict:
    return VALUES[cell({table["vary"]: level}), table["round"], metric]


def test_every_seed_is_there():
    """Each cell has a row for each round and seed."""
    fourth = {(TABLES["table7"]["vary"], "tanhshrink")}
    for name in CELLS:
        rows = [row for row in SUMMARY if row["cell"] == name]
        last = max(int(row["round"]) for row in rows)
        found = {(int(row["round"]), int(row["seed"])) for row in rows}
        assert found == set(itertools.product(range(1, last + 1), range(STUDY["seeds"])))
    assert fourth and len(CELLS) == math.prod(map(len, FACTORS.values())) + 1
    assert all(row["train_loss"] for row in SUMMARY), "a seed diverged: say so on the pages"


def test_runs():
    """All blocks of seeds of all rounds, trained alike."""
    rows = read(EXAMPLE / "runs.csv")
    found = [
        (row["cell"], int(row["round"]), seed)
        for row in rows
        for seed in range(int(row["first"]), int(row["last"]) + 1)
    ]
    assert len(found) == len(set(found)) == len(SUMMARY)
    assert set(found) == {(row["cell"], int(row["round"]), int(row["seed"])) for row in SUMMARY}
    assert {row["epochs"] for row in rows} == {str(STUDY["epochs_per_round"])}
    for name in ("data", "device", "code_trainer"):
        assert len({row[name] for row in rows}) == 1
    for row in rows:
        assert all(row[name] == CELLS[row["cell"]][name] for name in STUDY["baseline"])


@pytest.mark.parametrize("name", TABLES)
def test_table(name):
    table = TABLES[name]
    metrics = table.get("metrics") or [*EPOCH, *(BESIDE if set(BESIDE) <= set(METRICS) else ())]
    expected = []
    for level in levels(table):
        row = {table["vary"]: str(level), "round": table["round"], "diverged": 0}
        for metric in metrics:
            values = list(of_level(table, level, metric).values())
            row |= {metric: np.mean(values), f"{metric}_sd": np.std(values, ddof=1)}
            row["n"] = len(values)
        expected.append(row)
    rows = read(EXAMPLE / "tables" / f"{name}.csv")
    assert_rows(rows, expected)
    assert set(rows[0]) == set(expected[0])


def test_levels():
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
    rows = statistics("levels")
    assert_rows(rows, expected)
    for row in rows:
        values = VALUES[row["cell"], int(row["round"]), row["metric"]]
        listed = dict(item.split(":") for item in row["values"].split())
        assert {int(seed): float(text) for seed, text in listed.items()} == values


def test_comparisons():
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
            row |= {"reference": str(first), "round": table["round"], "metric": metric}
            row |= pair_statistics(*sides) | {"p_value": p_value(differences(*sides))}
            row["p_holm"], level_of_test = families[metric][level]
            ends = interval(differences(*sides), level_of_test)
            row |= dict(zip(("low_adjusted", "high_adjusted"), ends)) | {"refused": None}
            expected.append(row)
    rows = statistics("comparisons")
    assert_rows(rows, expected)
    for row in rows:
        assert row["guard"].startswith(f"differ in {row['factor']} alone ")
        by_images = row["metric"] in ("final_val_accuracy", "final_test_accuracy")
        assert by_images == bool(row["images_low"]) == bool(row["images_high"])
        if by_images:  # a bootstrap, of the same mean
            low, high = float(row["images_low"]), float(row["images_high"])
            assert low <= float(row["difference"]) <= high and high - low < 0.05


def test_an_adjusted_interval_leaves_zero_out_where_the_difference_is_significant():
    for row in statistics("comparisons"):
        outside = not float(row["low_adjusted"]) <= 0 <= float(row["high_adjusted"])
        assert outside == (float(row["p_holm"]) <= 0.05), row


def test_claims():
    """Verdicts are read off the intervals; Holm counts a test in other words once."""
    rows, expected = statistics("claims"), []
    for name, item in judged().items():
        claim = CLAIMS[name]
        row = {"claim": name} | {key: claim.get(key) for key in ("quote", "made_in", "margin")}
        row |= {key: claim[key].strip() for key in ("sentence", "metric", "factor", "expect")}
        for key in ("verdict", "p_value", "p_adjusted", "tests", "seeds", "reason"):
            row[key] = item.get(key)
        for key in ("alpha_adjusted", "supported_above", "contradicted_below"):
            row[key] = item.get(key)
        expected.append(row)
    assert_rows(rows, expected)
    for row, item in zip(rows, judged().values()):
        for key in ("seeds_from", "seeds_to"):
            assert (row[key] == "") == (key not in item), row
            assert not row[key] or abs(float(row[key]) - item[key]) <= 1, row


def test_claim_pairs():
    names = ("n", "difference", "sd", "low", "high", "low_adjusted", "high_adjusted", "d_z")
    names += ("p_supporting", "p_contradicting", "p_sign_flip", "probability_higher", "correlation")
    rows, expected = statistics("claim_pairs"), []
    for name, item in judged().items():
        for pair in item["pairs"]:
            row = {"claim": name, "first": pair["first"], "second": pair["second"]}
            expected.append(row | {key: pair.get(key) for key in names})
    assert_rows(rows, expected)
    pairs = [pair for item in judged().values() for pair in item["pairs"]]
    for row, pair in zip(rows, pairs):
        listed = [float(item.split(":")[1]) for item in row["differences"].split()]
        assert np.allclose(listed, pair.get("differences", []), rtol=0, atol=2e-12)
        assert bool(row["guard"]) == ("alike" not in pair)


def test_looks():
    """One number of seeds was decided on, and looked at once."""
    looks = statistics("looks")
    tests = {item["test"] for item in judged().values() if "test" in item}
    assert len({row["test"] for row in looks}) == len(looks)
    assert {(row["planned"], row["seeds"]) for row in looks} == {(str(STUDY["seeds"]),) * 2}
    assert len(looks) >= len(tests)


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
    row["p_value"] = special.fdtrc(eps * df, eps * df * (n - 1), f)
    return row | {"partial_eta_squared": of_effect / (of_effect + of_error)}


def test_effects():
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
    assert_rows(statistics("effects"), expected)


def test_marginal_means():
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
    assert_rows(statistics("marginal_means"), expected)


def printed_row(factor: str, level: object, round_number: int, tables: list | None = None):
    for row in PRINTED:
        names = (row["factor"], row["level"], row["round"])
        if names == (factor, title(level), str(round_number)) and row["table"] in (
            tables or row["table"]
        ):
            return row
    return None


def test_reference():
    """An interval for one more run; the verdict only where the data are the same."""
    expected = []
    comparable = STUDY["reference"]["dataset"] == STUDY["dataset"]
    for name, table in TABLES.items():
        for level, metric in itertools.product(levels(table), EPOCH):
            row = printed_row(table["vary"], level, table["round"])
            values = list(of_level(table, level, metric).values())
            n, sd = len(values), np.std(values, ddof=1)
            half = special.stdtrit(n - 1, 0.975) * math.hypot(sd, sd / math.sqrt(n))
            mean, scale = np.mean(values), 100 if is_percent(metric) else 1
            rounding = 0.5 / 10 ** len(row[metric].partition(".")[2])
            near = abs(float(row[metric]) - scale * mean) <= scale * half + rounding
            verdict = ("reproduced" if near else "outside") if comparable else "not comparable"
            found = {"table": name, "level": str(level), "metric": metric, "printed": row[metric]}
            found |= {"n": n, "mean": mean, "run_low": mean - half, "run_high": mean + half}
            expected.append(found | {"reported_table": row["table"], "verdict": verdict})
    assert_rows(statistics("reference"), expected)


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


def test_reference_claims():
    rows, expected = statistics("reference_claims"), []
    for name, claim in CLAIMS.items():
        sides = [[printed_value(claim, side)[0] for side in pair] for pair in claim["compare"]]
        row = {"claim": name, "printed": None, "agrees": None}
        if all(value is not None for pair in sides for value in pair):
            found = [first - second for first, second in sides]
            row["printed"] = ", ".join(f"{difference:+}" for difference in found)
            low, high = (x * (100 if is_percent(claim["metric"]) else 1) for x in bounds(claim))
            row["agrees"] = str(all(low < difference < high for difference in found))
        expected.append(row)
    assert_rows(rows, expected)
