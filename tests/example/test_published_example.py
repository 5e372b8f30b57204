"""Every number in the published example's files agrees with an independent computation."""

import itertools
import math

import numpy as np
import pytest
from judged import judged
from published import (
    BESIDE,
    CELLS,
    CLAIMS,
    EPOCH,
    EXAMPLE,
    METRICS,
    ROWS,
    STUDY,
    TABLES,
    VALUES,
    differences,
    guard_ends,
    levels,
    read,
    wrong,
)
from recomputed import (
    FACTORS,
    comparison_rows,
    effect_rows,
    findings,
    level_rows,
    marginal_rows,
    of_level,
    printed_claim_rows,
    reference_rows,
)


def fixed(name: str) -> list[dict]:
    return read(EXAMPLE / "fixed" / f"{name}.csv")


def statistics(name: str) -> list[dict]:
    return read(EXAMPLE / "statistics" / f"{name}.csv")


def assert_rows(rows: list[dict], expected: list[dict]) -> None:
    """The rows of a file, in order, have what is expected of them."""
    assert len(rows) == len(expected)
    problems = [problem for pair in zip(rows, expected) for problem in wrong(*pair)]
    assert not problems, "\n".join(problems)


def test_every_seed_of_every_cell_is_there():
    assert len(CELLS) == math.prod(map(len, FACTORS.values())) + 1  # the deep network beside it
    for name in CELLS:
        found = sorted((int(row["round"]), int(row["seed"])) for row in ROWS if row["cell"] == name)
        assert found == [*itertools.product(range(1, found[-1][0] + 1), range(STUDY["seeds"]))]
    assert all(row["train_loss"] for row in ROWS), "a seed diverged: say so on the pages"


def test_runs():
    """All blocks of seeds of all rounds were trained alike."""
    rows = fixed("runs")
    found = [
        (row["cell"], int(row["round"]), seed)
        for row in rows
        for seed in range(int(row["first"]), int(row["last"]) + 1)
    ]
    assert len(found) == len(ROWS)
    assert set(found) == {(row["cell"], int(row["round"]), int(row["seed"])) for row in ROWS}
    assert {row["epochs"] for row in rows} == {str(STUDY["epochs_per_round"])}
    for name in ("data", "device", "code_trainer"):
        assert len({row[name] for row in rows}) == 1
    for row in rows:
        assert all(row[name] == CELLS[row["cell"]][name] for name in STUDY["baseline"])
    for name in ("loss", "activation", "optimizer"):
        digests = {(row[name], row[f"code_{name}"]) for row in rows}
        assert len(digests) == len({row[name] for row in rows})
    assert len({row["code_network"] for row in rows}) == 1


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
    rows = fixed("levels")
    assert_rows(rows, level_rows())
    for row in rows:
        values = VALUES[row["cell"], int(row["round"]), row["metric"]]
        listed = dict(item.split(":") for item in row["values"].split())
        assert {int(seed): float(text) for seed, text in listed.items()} == values


def test_comparisons():
    rows = fixed("comparisons")
    assert_rows(rows, comparison_rows())
    for row in rows:
        begins, ends = guard_ends(row["factor"], row["level"], row["against"])
        assert row["guard"].startswith(begins)
        assert row["guard"].endswith(ends)
        outside = not float(row["low_adjusted"]) <= 0 <= float(row["high_adjusted"])
        assert outside == (float(row["p_holm"]) <= 0.05), row
        by_images = row["metric"] in ("final_val_accuracy", "final_test_accuracy")
        assert by_images == bool(row["images_low"]) == bool(row["images_high"])
        if by_images:  # a bootstrap, around the same mean
            low, high = float(row["images_low"]), float(row["images_high"])
            assert low <= float(row["difference"]) <= high
            assert high - low < 0.05


def test_claims():
    """Verdicts are read off the intervals; Holm counts a test in other words once."""
    rows, expected = fixed("claims"), []
    for name, item in judged().items():
        claim = CLAIMS[name]
        row = {"claim": name} | {key: claim.get(key) for key in ("quote", "made_in", "margin")}
        row |= {key: claim[key].strip() for key in ("sentence", "metric", "factor", "expect")}
        for key in ("verdict", "p_value", "p_adjusted", "tests", "seeds", "reason"):
            row[key] = item.get(key)
        row |= {"alpha": 0.05, "required": str(claim.get("required", False))}
        for key in ("alpha_adjusted", "supported_above", "contradicted_below"):
            row[key] = item.get(key)
        expected.append(row)
    assert_rows(rows, expected)
    for row in rows:
        if row["verdict"] in ("borderline", "no signal"):
            few, many = (float(row[key] or "inf") for key in ("seeds_half", "seeds_most"))
            assert STUDY["seeds"] < few <= many


def test_claim_pairs():
    names = ("n", "difference", "sd", "low", "high", "low_adjusted", "high_adjusted", "d_z")
    names += ("p_supporting", "p_contradicting", "p_sign_flip", "probability_higher", "correlation")
    rows, expected = fixed("claim_pairs"), []
    pairs = [(name, pair) for name, item in judged().items() for pair in item["pairs"]]
    for name, pair in pairs:
        row = {"claim": name, "first": pair["first"], "second": pair["second"]}
        row["metric"] = CLAIMS[name]["metric"]
        expected.append(row | {key: pair.get(key) for key in names})
    assert_rows(rows, expected)
    for row, (_, pair) in zip(rows, pairs):
        listed = dict(item.split(":") for item in row["differences"].split())
        found = [float(text) for text in listed.values()]
        assert np.allclose(found, pair.get("differences", []), rtol=0, atol=2e-12)
        if "alike" in pair:
            assert row["guard"] == row["caveat"] == ""
            continue
        assert list(listed) == [str(seed) for seed in range(STUDY["seeds"])]
        assert row["caveat"] == pair["caveat"]
        assert row["guard"].startswith(pair["guard"][0])
        assert row["guard"].endswith(pair["guard"][1])


def test_looks():
    """The number of seeds was decided on once, and looked at once."""
    looks = statistics("looks")
    tests = {item["test"] for item in judged().values() if "test" in item}
    assert len({row["test"] for row in looks}) == len(looks) >= len(tests)
    assert {(row["planned"], row["seeds"]) for row in looks} == {(str(STUDY["seeds"]),) * 2}


def test_effects():
    assert_rows(statistics("effects"), effect_rows())


def test_marginal_means():
    assert_rows(statistics("marginal_means"), marginal_rows())


def test_reference():
    assert_rows(statistics("reference"), reference_rows())


def test_reference_findings():
    rows = [(row["finding"], row["check"], row["text"]) for row in statistics("reference_findings")]
    assert rows == [
        (str(number), check, text) for number, (check, text, _) in enumerate(findings(), start=1)
    ]


def test_reference_claims():
    assert_rows(statistics("reference_claims"), printed_claim_rows())


def test_disagreements():
    """Validation less test, by level and by comparison, and of which is warned."""
    rows = statistics("disagreements")
    for row in rows:
        table, metric = TABLES[row["table"]], row["metric"].removeprefix("final_test_")
        by_text = {str(level): level for level in levels(table)}
        found = gaps(table, by_text[row["level"]], metric)
        if row["what"] == "difference":
            found = found - gaps(table, by_text[row["against"]], metric)
        assert float(row["gap"]) == pytest.approx(np.mean(found), abs=1e-11)
        assert int(row["n"]) == STUDY["seeds"]
        outside = not float(row["low_adjusted"]) <= 0 <= float(row["high_adjusted"])
        assert outside == (float(row["p_holm"]) <= 0.05)
    significant = [row for row in rows if float(row["p_holm"]) <= 0.05]
    warned = [row for row in rows if row["text"]]
    assert all(row in significant for row in warned)
    once = [(row["table"], row["what"], row["metric"]) for row in warned]
    assert {*once} == {(row["table"], row["what"], row["metric"]) for row in significant}
    assert len(once) == len({*once})


def gaps(table: dict, level: object, metric: str) -> np.ndarray:
    """Validation less test, seed by seed."""
    sides = (of_level(table, level, f"final_{split}_{metric}") for split in ("val", "test"))
    return differences(*sides)
