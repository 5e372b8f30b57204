"""Ranks over data sets: Demšar's worked example, how few data sets are too few, and the drawing."""

from itertools import permutations, product
from math import factorial

import numpy as np
import pandas as pd
import pytest

from study.analysis.across import across_levels, average_ranks, shown_metrics
from study.analysis.few_datasets import MIN_DATASETS, datasets_needed, smallest_p
from study.analysis.ranks import (
    alike_groups,
    compare_ranks,
    critical_difference,
    iman_davenport,
    rank_levels,
)
from study.design.tables import Table
from study.report.plots.rank_diagram import draw

# Demšar (2006), JMLR 7, Table 6: the ranks of C4.5 with and without two parameters on 14 data sets.
DEMSAR = pd.DataFrame(
    [
        [4, 3, 2, 1], [1, 2, 3, 4], [4, 1, 2, 3], [4, 1, 3, 2], [4, 2, 3, 1], [1, 2.5, 4, 2.5],
        [3, 2, 4, 1], [2.5, 2.5, 4, 1], [4, 3, 2, 1], [2.5, 2.5, 2.5, 2.5], [4, 2.5, 1, 2.5],
        [3, 2, 4, 1], [4, 1, 2, 3], [3, 1, 4, 2],
    ],
    columns=["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"],
)  # fmt: skip


def test_demsars_worked_example():
    assert DEMSAR.mean().round(3).tolist() == [3.143, 2.000, 2.893, 1.964]
    found = compare_ranks(DEMSAR)
    # His chi² is not corrected for ties: three pairs and one of four, (t³ - t) / n k (k² - 1).
    ties = (3 * (2**3 - 2) + (4**3 - 4)) / (14 * 4 * (4**2 - 1))
    assert found["chi2"] * (1 - ties) == pytest.approx(9.28, abs=0.005)
    assert iman_davenport(9.28, 14, 4) == pytest.approx(3.69, abs=0.005)
    assert found["f"] == iman_davenport(found["chi2"], 14, 4) > 3.69
    assert found["critical_difference"] == pytest.approx(1.25, abs=0.005)
    # at 10%, q is 2.291 in his Table 5
    assert critical_difference(4, 14, 0.1) == pytest.approx(2.291 * np.sqrt(20 / 84), abs=0.001)


def test_nobody_is_better_than_anybody_in_demsars_example():
    assert alike_groups(sorted(DEMSAR.mean()), compare_ranks(DEMSAR)["critical_difference"]) == [
        (0, 3)
    ]


def test_groups_are_the_largest_and_none_is_inside_of_another():
    assert alike_groups([1, 2, 2.5, 4, 4.2], 1.5) == [(0, 2), (2, 3), (3, 4)]
    assert alike_groups([1, 3, 5], 1.5) == []


def test_the_best_level_has_rank_1_and_equal_means_share_theirs():
    means = pd.DataFrame([[0.9, 0.8, 0.1 + 0.2 + 0.6], [0.5, np.nan, 0.6]], index=["a", "b"])
    assert rank_levels(means, "val_accuracy").loc["a"].tolist() == [1.5, 3, 1.5]
    assert rank_levels(means, "val_loss").loc["a"].tolist() == [2.5, 1, 2.5]
    assert "b" not in rank_levels(means, "val_loss").index


def every_outcome(levels: int, datasets: int):
    """All orders of the levels on all data sets but the first, each as probable as any other."""
    orders = list(permutations(range(1, levels + 1)))
    for others in product(orders, repeat=datasets - 1):
        yield pd.DataFrame([orders[0], *others], dtype=float)


@pytest.mark.parametrize(("levels", "datasets"), [(2, 6), (3, 2), (3, 4)])
def test_the_smallest_p_value_is_the_share_of_outcomes_that_agree(levels, datasets):
    outcomes = list(every_outcome(levels, datasets))
    agree = sum((outcome.nunique() == 1).all() for outcome in outcomes)
    assert smallest_p(levels, datasets) == pytest.approx(agree / len(outcomes))
    assert len(outcomes) == factorial(levels) ** (datasets - 1)


def test_a_test_of_two_levels_takes_six_data_sets_and_is_the_sign_test():
    assert datasets_needed(2, 0.05) == 6 and smallest_p(2, 5) > 0.05 > 2 * smallest_p(2, 7)
    ranks = pd.DataFrame([[1.0, 2.0]] * 7 + [[2.0, 1.0], [1.5, 1.5]])
    # two-sided: P(7 or more of 8) = 9/256, and as much on the other side
    assert compare_ranks(ranks)["p_value"] == pytest.approx(2 * 9 / 256)


def test_the_exact_distribution_of_three_levels():
    """On three data sets only 6 of 216 outcomes are below 5%; on four 6.5 is 0.042 in tables."""
    outcomes = [compare_ranks(outcome)["p_value"] for outcome in every_outcome(3, 3)]
    assert np.mean(np.array(outcomes) <= 0.05) == pytest.approx(1 / 36)
    four = compare_ranks(pd.DataFrame([[1.0, 2, 3]] * 3 + [[2, 1, 3]]))
    assert (four["chi2"], four["p_value"]) == pytest.approx((6.5, 9 / 216))
    assert datasets_needed(3, 0.05) == datasets_needed(9, 0.05) == MIN_DATASETS == 5


def test_four_levels_on_five_data_sets_as_published():
    """The example of Igor Pro's StatsFriedmanTest, 9.24 and 1.08; and the table's 5%, 7.8.

    By Iman and Davenport 7.08 would be significant, which 6.7% of all orders reach.
    """
    for orders, chi2, p_value in (
        ("1432 2431 1423 1342 1243", 9.24, 0.0166709),
        ("1234 1423 4213 3241 1342", 1.08, 0.85656),
        ("1234 2143 1243 2143 2314", 7.8, 0.0443402),
        ("1234 1423 3214 3124 1234", 7.08, 0.0665991),
    ):
        ranks = pd.DataFrame([[float(rank) for rank in order] for order in orders.split()])
        found = compare_ranks(ranks)
        assert found["chi2"] == pytest.approx(chi2), orders
        assert found["p_value"] == pytest.approx(p_value, abs=0.003)
        assert found == compare_ranks(ranks)


def test_where_all_agree_the_p_value_is_the_exact_one_and_where_all_are_equal_it_is_1():
    agree = compare_ranks(pd.DataFrame([[1.0, 2.0, 3.0]] * 5))
    assert (agree["f"], agree["p_value"]) == (float("inf"), pytest.approx(6**-4))
    assert compare_ranks(pd.DataFrame([[2.0, 2.0, 2.0]] * 5))["p_value"] == 1


def frames_of(values: list[list[float]]) -> dict[str, pd.DataFrame]:
    return {
        f"set{number}": pd.DataFrame({"loss": "x", "n": 3, "diverged": 0, "val_accuracy": row})
        .assign(val_accuracy_sd=0.1)
        for number, row in enumerate(values)
    }  # fmt: skip


def table_of(levels: list[str], factors: tuple[str, ...] = ("loss",), **more) -> Table:
    rows = [dict.fromkeys(factors, level) for level in levels]
    about = {"vary": [*factors], "levels": dict.fromkeys(factors, levels), "rows": rows}
    fields = {"changes": {}, "round": 1, "metrics": [], "caption": "", "cells": [], "along": {}}
    return Table(**fields | about | more)


def test_too_few_data_sets_are_ranked_and_not_tested():
    levels = across_levels(
        "t", table_of(["a", "b"]), "val_accuracy", frames_of([[0.9, 0.8], [0.5, 0.6]])
    )
    assert levels["rank"].tolist() == [1, 2, 2, 1]
    ranks, tests = average_ranks(levels)
    assert ranks["rank"].tolist() == [1.5, 1.5]
    assert (tests["needed"].item(), tests["p_value"].isna().item()) == (6, True)


def test_a_table_of_two_factors_is_not_ranked():
    table = table_of(["a", "b"], ("loss", "activation"))
    levels = across_levels("t", table, "val_accuracy", frames_of([[0.9, 0.8]]))
    assert levels["rank"].isna().all() and levels["level"].tolist() == ["a × a", "b × b"]


def test_a_metric_of_which_no_value_is_better_is_not_ranked():
    frames = {"set": pd.DataFrame({"n": [3, 3], "diverged": 0, "loss_gap": [0.1, 0.2]})}
    frames["set"]["loss_gap_sd"] = 0.1
    assert across_levels("t", table_of(["a", "b"]), "loss_gap", frames)["rank"].isna().all()


def test_a_table_shows_its_metrics_or_else_the_validation_accuracy():
    (frame,) = frames_of([[0.9]]).values()
    assert shown_metrics(table_of(["a"]), [frame]) == ["val_accuracy"]
    listed = table_of(["a"], metrics=["train_loss", "val_accuracy"])
    assert shown_metrics(listed, [frame, frame.assign(train_loss=1)]) == [
        "train_loss", "val_accuracy",
    ]  # fmt: skip
    without = frame.rename(columns={"val_accuracy": "val_loss"})
    assert shown_metrics(table_of(["a"]), [without]) == ["val_loss"]


def test_the_axis_is_as_wide_as_the_names_let():
    """At the height of the axis, from the first rank to the last; in inches."""
    about = {"table": "t", "metric": "val_accuracy"}
    tests = pd.DataFrame([about | {"levels": 3, "critical_difference": 0.5}])
    frame = pd.DataFrame({**about, "place": range(3), "rank": [1.2, 2.0, 2.8]})

    def width(names: list[str]) -> float:
        (axes,) = draw(tests, frame, names).axes
        return max(np.ptp(line.get_xdata()) for line in axes.lines if np.ptp(line.get_ydata()) == 0)

    short, long = width(["8", "16", "32"]), width(["a longer name"] * 3)
    assert short > 1.5 > long > 0.9


def test_nothing_overlaps_in_the_diagram():
    """Nine levels with long names, of which several have nearly the same average rank."""
    generator = np.random.default_rng(1)
    values = 0.5 * np.arange(9) // 2 + generator.normal(size=(30, 9))
    ranks = pd.DataFrame(values).rank(axis="columns").mean()
    about = {"table": "t", "metric": "val_accuracy"}
    tests = pd.DataFrame([about | {"levels": 9, "critical_difference": critical_difference(9, 30)}])
    frame = pd.DataFrame({**about, "place": range(9), "rank": ranks})
    figure = draw(tests, frame, [f"level {n} with a name of several words" for n in range(9)])
    figure.canvas.draw()
    (axes,) = figure.axes
    boxes = [text.get_window_extent() for text in axes.texts]
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y0 >= figure.bbox.y0
        assert not any(box.overlaps(other) for other in boxes[:number])
