"""The first screen: the headline's rules, its warnings, and its numbers worked out again."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from page_study import finish_page_study
from run_snakemake import without_terms
from scipy import stats
from session import made_once
from studies import default_study

from study.analysis.factor_effects import Effect, factor_effects, read_by
from study.report.axis import limited_axis
from study.report.doubts import at_edges, gap, leaks, skewed, still_falls, too_short
from study.report.headline import Seen, headline
from study.report.pictures import DataCard
from study.report.rounding import with_unit
from study.report.sections.first_screen import effect_strip
from study.store.records import Chosen, Trial

pytestmark = pytest.mark.xdist_group("page")
METRICS = {"val": "val_accuracy", "test": "final_test_accuracy"}


def effect(level, difference, low, high, split="val", factor="batch_size", n=15) -> Effect:
    """One, in percentage points; one sample is 0.19 of them."""
    shares = (value / 100 for value in (difference, low, high))
    return Effect("t", factor, level, "32", {}, 3, METRICS[split], n, *shares, 0.0019, False)


def seen(*effects: Effect, margin: float = 0.0) -> Seen:
    """A split's, with a declared margin in percentage points, or none."""
    return Seen(effects, margin / 100 or 0.0019, bool(margin), 0.0019)


NOTHING = seen(effect("16", 0.2, -0.1, 0.4), effect("64", 0.1, -0.2, 0.4), margin=0.5)
OPEN = seen(effect("16", 0.9, -0.4, 2.2), effect("64", 0.1, -0.9, 1.1), margin=0.5)
ONE = seen(effect("16", 1.4, 0.6, 2.2), effect("64", 0.1, -0.2, 0.4), margin=0.5)
TEST_ONE = seen(effect("16", 1.4, 0.2, 2.5, "test"), effect("64", -0.6, -2.3, 1.2, "test"))
TEST_OPEN = seen(effect("16", 1.4, -0.2, 3.0, "test"), effect("64", -0.6, -2.3, 1.2, "test"))
NONE = Seen([], 0, False, 0)


@pytest.mark.parametrize(
    ("validation", "test", "said"),
    [
        (NONE, NONE, ["No table of this study compares settings."]),
        (
            seen(effect("16", 1.2, -0.5, 2.9, n=4)),
            NONE,
            [
                "4 seeds are too few to tell choices apart: 10 are needed.",
                "The largest difference in validation accuracy so far is 1.2 points: batch size 16"
                " instead of 32.",
            ],
        ),
        (NOTHING, NONE, ["On validation, no choice moves accuracy by more than 0.50 points."]),
        (
            seen(effect("16", 0.05, -0.1, 0.18), effect("64", 0.1, 0.05, 0.15)),
            NONE,
            ["On validation, no choice moves accuracy by more than one sample (0.19 points)."],
        ),
        (
            seen(effect("16", 0.1, -0.4, 0.6)),
            NONE,
            [
                "On validation, the estimated difference in accuracy is below one sample (0.19"
                " points);"
                " effects from −0.4"
                " to +0.6 points are not ruled out."
            ],
        ),
        (
            seen(effect("16", 0.1, -0.4, 0.6), effect("64", -0.15, -0.29, -0.01)),
            NONE,
            [
                "On validation, both estimated differences in accuracy are below one sample (0.19"
                " points); batch size 64"
                " instead of 32 lowers accuracy by 0.15 points (0.01 to 0.29)."
            ],
        ),
        (
            seen(effect("16", 0.1, 0.05, 0.25), effect("64", -0.15, -0.29, -0.01)),
            NONE,
            [
                "On validation, both estimated differences in accuracy are below one sample (0.19"
                " points); 2 of them"
                " differ from 0; the largest: batch size 64 instead of 32 lowers accuracy by 0.15"
                " points (0.01 to 0.29)."
            ],
        ),
        (
            OPEN,
            TEST_OPEN,
            [
                "On validation, no difference in accuracy is shown; effects from −0.9 to +2.2"
                " points are not"
                " ruled out.",
                "On test, no difference is shown; effects from −2.3 to +3.0 points are not ruled"
                " out.",
            ],
        ),
        (
            ONE,
            TEST_ONE,
            [
                "On validation, batch size 16 instead of 32 raises accuracy by 1.4 points (0.6 to"
                " 2.2); the other difference is below 0.50 points.",
                "On test, batch size 16 raises it as well, by 1.4 points (0.2 to 2.5).",
            ],
        ),
        (
            seen(*ONE.effects, effect("128", -0.2, -0.6, 0.2), margin=0.5),
            NONE,
            [
                "On validation, batch size 16 instead of 32 raises accuracy by 1.4 points (0.6 to"
                " 2.2); all other differences are below 0.50 points."
            ],
        ),
        (
            seen(effect("16", 1.4, 0.6, 2.2), effect("64", -2.0, -3.0, -1.0), margin=0.5),
            NONE,
            [
                "On validation, batch size 64 instead of 32 lowers accuracy by 2.0 points (1.0 to"
                " 3.0); batch size 16 raises it too."
            ],
        ),
        (  # on test another moves it most
            seen(effect("16", 1.4, 0.6, 2.2), margin=0.5),
            seen(
                effect("64", 3.0, 2.0, 4.0, "test"), effect("16", 1.0, 0.2, 1.8, "test"), margin=0.5
            ),
            [
                "On validation, batch size 16 instead of 32 raises accuracy by 1.4 points (0.6 to"
                " 2.2).",
                "On test, batch size 64 instead of 32 may raise accuracy by 3.0 points (2.0 to"
                " 4.0), but validation does not show it.",
            ],
        ),
        (
            seen(effect("16", 1.4, 0.6, 2.2), effect("64", 0.9, 0.6, 1.2), margin=0.5),
            seen(
                effect("64", 3.0, 2.0, 4.0, "test"), effect("16", 1.0, 0.2, 1.8, "test"), margin=0.5
            ),
            [
                "On validation, batch size 16 instead of 32 raises accuracy by 1.4 points (0.6 to"
                " 2.2); batch size 64 raises it too.",
                "On test, batch size 16 raises it as well, by 1.0 points (0.2 to 1.8).",
            ],
        ),
        (
            NOTHING,
            TEST_ONE,
            [
                "On validation, no choice moves accuracy by more than 0.50 points.",
                "On test, batch size 16 instead of 32 may raise accuracy by 1.4 points (0.2 to"
                " 2.5), but validation does not show it.",
            ],
        ),
        (
            seen(effect("16", -1.4, -2.2, -0.6), margin=0.5),
            TEST_ONE,
            [
                "On validation, batch size 16 instead of 32 lowers accuracy by 1.4 points (0.6 to"
                " 2.2).",
                "On test, batch size 16 instead of 32 may raise accuracy by 1.4 points (0.2 to"
                " 2.5), but validation says the opposite.",
            ],
        ),
        (
            seen(effect("16", 0.3, 0.2, 0.4), effect("64", 0.1, -0.7, 0.9), margin=0.5),
            seen(effect("16", 0.1, -0.1, 0.3, "test"), margin=0.5),
            [
                "On validation, both estimated differences in accuracy are below 0.50 points; batch"
                " size 16 instead of"
                " 32 raises accuracy by 0.3 points (0.2 to 0.4).",
                "On test, no choice moves accuracy by more than 0.50 points.",
            ],
        ),
    ],
)
def test_the_headline_by_its_rules(validation, test, said):
    assert headline(validation, test) == said


def test_a_size_has_its_unit():
    assert with_unit("val_accuracy", -0.0138, 1) == "1.4 points"
    assert with_unit("val_accuracy", 0.01, 0) == "1 point"
    assert with_unit("val_loss", 0.0221, 4) == "0.0221"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The results of a finished study of 12 seeds with a test split."""
    return made_once(tmp_path_factory, "page", finish_page_study) / "results" / "tiny"


def test_effects_are_worked_out_from_the_seeds(made):
    """The simultaneous intervals, from values.csv: t over 2 levels on 2 splits is at 5% / 4."""
    values = pd.read_csv(made / "fixed/values.csv")
    written = json.loads((made / "report.json").read_text())["effects"]
    at_end = values[values["round"] == 2]
    sizes = {size: name for name in at_end["cell"].unique() for size in (8, 32, 64)
             if f"_b{size}_" in name}  # fmt: skip
    assert {part["metric"] for part in written.values()} == {*METRICS.values()}
    for part in written.values():
        by_seed = at_end.pivot(index="seed", columns="cell", values=part["metric"])
        assert {each["level"] for each in part["differences"]} == {"8", "64"}
        for each in part["differences"]:
            found = (by_seed[sizes[int(each["level"])]] - by_seed[sizes[32]]).to_numpy()
            low, high = stats.t.interval(
                1 - 0.05 / 4, len(found) - 1, found.mean(), stats.sem(found)
            )
            assert each["n"] == 12
            assert [each["difference"], each["low"], each["high"]] == pytest.approx(
                [found.mean(), low, high], abs=1e-9
            )


def test_the_page_and_the_file_say_the_same(made):
    page = without_terms((made / "report.html").read_text())
    said = json.loads((made / "report.json").read_text())
    # of random images logistic regression has learnt all
    assert said["headline"][0].startswith("None of the grid’s 3 cells beats a logistic")
    assert len(said["headline"]) > 1 and said["doubts"]
    for sentence in [*said["headline"], *said["doubts"]]:
        assert sentence in page.replace("&lt;", "<").replace("&#39;", "'")
    for name, *means in said["table"]:
        assert f'<th scope="row">{name}</th>' in page
        assert all(mean.replace(" ± ", " ±\u00a0") in page for mean in means)
    assert [claim["name"] for claim in said["claims"]] == ["falls", "rises", "same", "untrained"]
    assert {claim["verdict"] for claim in said["claims"]} >= {"supported", "not tested"}


def test_the_table_has_the_best_cell_and_what_to_beat(made):
    values = pd.read_csv(made / "fixed/values.csv")
    at_end = values[values["round"] == 2].groupby("cell")["val_accuracy"]
    best, rows = at_end.mean().idxmax(), json.loads((made / "report.json").read_text())["table"]
    (path,) = made.glob("data/**/audit.json")
    floors = json.loads(path.read_text())["floors"]
    (shown,) = [row for row in rows if row[0].startswith(("Best of the", "Baseline"))][-1:]
    size = next(size for size in (8, 32, 64) if f"_b{size}_" in best)
    assert f"batch size {size}" in shown[0]
    mean, sd = at_end.mean()[best], at_end.std(ddof=1)[best]
    text, spread = (float(part) for part in shown[1].split(" ± "))
    assert text == pytest.approx(100 * mean, abs=0.5)  # of 20 images one is 5 points
    assert spread == pytest.approx(100 * sd, abs=0.5)
    assert [row[0] for row in rows][-2:] == ["Logistic regression", "One image"]
    assert float(rows[-2][1]) == pytest.approx(100 * floors["val"]["logistic_regression"], abs=0.5)


class Known:
    """The parts of a page's inputs that a warning reads."""

    def __init__(self, **parts):
        self.__dict__ |= parts


def test_what_is_warned_of():
    audit = {
        "findings": [{"severity": "error", "text": "10 pairs of identical samples in two splits"}]
    }
    (leak,) = leaks(Known(card=DataCard({}, audit)))
    assert leak.text == "10 pairs of identical samples in two splits."
    trial = Trial(0, {"learning_rate": 0.0001}, 1.0)
    edges = [{"learning_rate": "lowest"}, {}, {"learning_rate": "lowest"}]
    chosen = {
        str(n): Chosen(str(n), "val_accuracy", 0.9, each, [trial]) for n, each in enumerate(edges)
    }
    (edge,) = at_edges(Known(chosen=chosen))
    assert edge.text == (
        "2 of 3 tuned sides chose the lowest learning rate that was tried: a better one may lie"
        " beyond."
    )
    rows = [("t", "level", "final_test_accuracy", 0.11, "…"), ("t", "level", "…", 0.092, None)]
    frame = pd.DataFrame(rows, columns=["table", "what", "metric", "gap", "text"])
    known = Known(frames=Known(disagreements=frame, confusions=pd.DataFrame()), card=None)
    (far,) = gap(known)
    assert far.text == "Test accuracy is 9 to 11 points below validation."
    bent = replace(effect("16", 0.2, 0.1, 0.3), is_skewed=True)
    (bend,) = skewed(seen(bent), NONE)
    assert bend.text == (
        "The difference for batch size 16 instead of 32 is skewed over seeds, so its interval may"
        " be too narrow."
    )
    too = replace(effect("64", 0.2, 0.1, 0.3), is_skewed=True)
    (both,) = skewed(seen(bent, too), NONE)
    assert both.text == (
        "The differences for batch size 16 instead of 32 and batch size 64 instead of 32 are skewed"
        " over seeds, so their intervals may be too narrow."
    )


# ten epochs: the last fifth is two, and so is the one before
FALLING = [1.0, 0.9, 0.8, 0.7, 0.65, 0.6, 0.6, 0.5, 0.5, 0.5]  # 0.05 of a fall of 0.5 by the end


@pytest.mark.parametrize(
    ("losses", "falls"),
    [
        (FALLING, True),  # a tenth of the whole fall
        ([*FALLING[:6], 0.55, 0.53, 0.5, 0.5], False),  # 0.04 of 0.5
        ([1.0, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4], False),
        ([1.0, 0.5, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95], False),  # over-fitting
        ([0.5, 0.6, 0.7, 0.9, 0.9, 0.9, 0.9, 0.8, 0.7, 0.7], False),  # nothing was learnt
        ([0.9, 0.8, 0.7, 0.6, 0.5], True),  # five epochs: one against one
    ],
)
def test_whether_a_loss_still_falls(losses, falls):
    assert still_falls(np.array(losses)) == falls


def test_too_short_a_training_is_warned_of_where_most_cells_still_learn():
    falls, flat, short = np.array(FALLING), np.ones(10), np.array([1.0, 0.5])
    (found,) = too_short("abc", {"a": falls, "b": falls, "c": flat, "elsewhere": flat})
    assert found.text == (
        "In 2 of 3 cells the validation loss is still falling when training ends: more epochs may"
        " rank the choices differently."
    )
    (alone,) = too_short("ab", {"a": falls, "b": short})  # of two epochs nothing is said
    assert alone.text.startswith("In the cell the validation loss is still falling")
    assert list(too_short("ab", {"a": falls, "b": flat})) == []
    assert list(too_short("a", {})) == []


def test_one_far_effect_leaves_the_axis_to_the_others():
    """Five reach 0.4 points or less, and one 22: an arrow leads there, with its number."""
    near = [effect(str(n), 0.1 * n, 0.1 * n - 0.1, 0.1 * n) for n in range(5)]
    far = effect("64", -20, -22, -18)
    axis = limited_axis([(e.difference, e.low, e.high) for e in (*near, far)], True, [-0.001])
    assert axis.low == pytest.approx(-0.004) and axis.high == pytest.approx(0.004)
    drawn = effect_strip(axis, far)
    assert drawn.mean is None and drawn.low is None
    (arrow,) = drawn.beyond
    assert (arrow.at, arrow.is_left, arrow.text) == (3, True, "−20.0 [−22.0, −18.0]")
    assert effect_strip(axis, near[1]).beyond == []
    wide = effect_strip(axis, effect("16", 0.3, -0.1, 5.0))
    assert wide.mean is not None and wide.high == 97
    assert [(arrow.is_left, arrow.text) for arrow in wide.beyond] == [(False, "+5.0")]
    # without one that is far from the rest, all are on it
    alike = limited_axis([(1.0, 0.5, 1.5), (-3.0, -4.0, -2.0), (2.0, 1.0, 3.0)], False)
    assert (alike.low, alike.high) == (-4, 3)


def test_a_study_is_read_by_accuracy_or_what_it_has():
    def metrics(*names):
        return read_by(pd.DataFrame({"metric": names}))

    assert metrics("train_loss", "val_loss", "val_accuracy", "final_test_accuracy") == (
        "val_accuracy",
        "final_test_accuracy",
    )
    assert metrics("final_val_roc_auc", "final_test_roc_auc") == (
        "final_val_roc_auc",
        "final_test_roc_auc",
    )
    assert metrics("train_loss") == ("train_loss", "")
    assert metrics(math.nan) == metrics() == ("", "")  # all refused


def test_effects_are_of_the_last_round_and_of_what_has_an_interval():
    row = {"factor": "loss", "level": "ce", "against": "bce", "metric": "val_accuracy", "n": 12}
    row |= {"difference": 0.02, "low": 0.01, "high": 0.03, "refused": None}
    row |= {"one_sample": math.nan, "p_bootstrap_t": math.nan}
    first, last = (row | {"table": f"table{n}", "round": 2 * n - 1} for n in (1, 2))
    tables = default_study().tables
    (found,) = factor_effects(tables, pd.DataFrame([first, last]))
    assert (found.table, found.round) == ("table2", 3)
    assert (found.low, found.high) == pytest.approx((0.01, 0.03))  # it is drawn alone
    untested = last | {"low": math.nan, "high": math.nan}
    assert factor_effects(tables, pd.DataFrame([untested])) == []
