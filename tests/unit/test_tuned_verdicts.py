"""Verdicts of tuned sides: what might have been chosen is weighed, and what its choice adds."""

import importlib.util
import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from measurements import (
    BCE,
    CE,
    HIGH,
    LOW,
    PARAMETERS,
    claim,
    make_runs,
    make_table,
    make_values,
    measured,
)
from session import REPOSITORY

from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels, describe_levels
from study.analysis.measured import Measured, read_measured
from study.analysis.planned_looks import Plan, values_by_look
from study.analysis.table_noise import TunedNoise, describe_noise, describe_posterior
from study.analysis.tuned_sides import TunedSide, are_enough, tuned_side, weighted_values
from study.analysis.verdict_changes import Judged, collect_verdicts, deciding
from study.design.cell import Cell
from study.design.protocols import PROTOCOLS
from study.store.frames import write_frame
from study.store.records import Chosen, Trial

SPEC = importlib.util.spec_from_file_location(
    "simulate_tuning", REPOSITORY / "docs" / "simulate_tuning.py"
)
program = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(program)

LATER = replace(CE, rounds=[3], title="ce, round 3")
RISES = claim("greater", (LATER, CE), factor="round")
VALUES = make_values(bce={1: LOW, 3: LOW}, ce={1: LOW, 3: HIGH})
CELLS = {name: Cell(parameters, 3, 30, 0) for name, parameters in PARAMETERS.items()}
TABLES = {
    f"table{number}": make_table("loss", ["bce", "ce"], ["bce", "ce"], number) for number in (1, 3)
}
LOW_VALUES, HIGH_VALUES = np.array(LOW), np.array(HIGH)
# Of CE's two places each is chosen by half of the samples. The first is worth LOW after round 1 and
# HIGH after round 3; the second HIGH, and 0.03 more than that. BCE has one place, worth LOW.
IN_PLACES = {
    ("ce", "tuned1"): {1: LOW_VALUES, 3: HIGH_VALUES},
    ("ce", "tuned2"): {1: HIGH_VALUES, 3: HIGH_VALUES + 0.03},
    ("bce", "tuned1"): {1: LOW_VALUES, 3: LOW_VALUES},
}
DRAWN = {"ce": np.repeat([0, 1], 500), "bce": np.zeros(1000, int)}


def tuned(drawn=DRAWN, protocol: str = "tuned", seeds: int = 3, times: int = 1) -> Measured:
    """What tuned sides came to.

    Args:
        drawn: cell -> which place each sample of the tuning seeds chooses.
        protocol: its name.
        seeds: of tuning.
        times: how often each value is there, of another seed.
    """
    frames = [
        make_values(
            **{cell: {number: np.tile(each, times) for number, each in values.items()}}
        ).assign(place=place)
        for (cell, place), values in IN_PLACES.items()
    ]
    by_place = pd.concat(frames).set_index(["cell", "place", "round", "seed"]).sort_index()
    places = {"ce": ["tuned1", "tuned2"], "bce": ["tuned1"]}
    sides = {cell: TunedSide(places[cell], of_cell, seeds) for cell, of_cell in drawn.items()}
    values = weighted_values(by_place, sides)
    return replace(
        measured(VALUES, protocol=PROTOCOLS[protocol], by_place=by_place, tuned=sides),
        values=values,
    )


def test_a_side_is_the_weighted_mean_of_its_places():
    """Three quarters of LOW, and a quarter of HIGH."""
    about = tuned(DRAWN | {"ce": np.repeat([0, 1], [750, 250])})
    assert about.of_side(CE, "val_accuracy").to_numpy() == pytest.approx(
        0.75 * LOW_VALUES + 0.25 * HIGH_VALUES
    )
    assert about.of_side(BCE, "val_accuracy").to_numpy() == pytest.approx(LOW_VALUES)


def test_the_noise_of_a_difference_is_that_of_its_seeds_and_of_its_choices():
    """CE - BCE is half of HIGH - LOW, which is 0.059, 0.057 to 0.041: its mean 0.025.

    Its standard error is 0.0060553 / 2 / √10 = 0.00095743. The first choice makes the mean 0, the
    second 0.05: a deviation of 0.025 (√(1000/999) times that of n - 1). Together 0.0250308; with
    t(9) = 2.262157 the interval is 0.025 ± 0.0566236.
    """
    row = judge({"a": claim("greater", (CE, BCE))}, tuned())[1].iloc[0]
    assert row["sides"] == "tuned"
    assert row["added_sd"] == pytest.approx(0.025 * np.sqrt(1000 / 999))
    assert [row["difference"], row["low"], row["high"]] == pytest.approx(
        [0.025, 0.025 - 0.0566236, 0.025 + 0.0566236], abs=1e-6
    )
    assert np.isnan(row["p_sign_flip"])  # of which the choice is not a part
    rows = compare_levels(TABLES, tuned(), CELLS).set_index(["table", "metric"])
    of_table = rows.loc["table1", "val_accuracy"]
    assert [of_table["low"], of_table["high"]] == pytest.approx([row["low"], row["high"]])


def test_a_change_over_rounds_has_the_noise_of_one_choice_for_both():
    """After round 3 the first choice is worth 0.05 more than after round 1, the second 0.03."""
    row = judge({"a": RISES}, tuned())[1].iloc[0]
    assert row["difference"] == pytest.approx(0.04)
    assert row["added_sd"] == pytest.approx(0.01 * np.sqrt(1000 / 999))


def test_a_level_has_the_noise_of_its_own_choice():
    levels = describe_levels(TABLES, tuned()).set_index(["table", "level"])
    of_ce, of_bce = (levels.loc["table1", level] for level in ("ce", "bce"))
    assert of_ce["high"] - of_ce["low"] == pytest.approx(2 * 2.262157 * 0.0250125, rel=0.01)
    sd = np.std(LOW, ddof=1)
    assert of_bce["high"] - of_bce["low"] == pytest.approx(2 * 2.262157 * sd / np.sqrt(10))


def test_where_too_much_is_in_no_place_the_verdict_is_at_the_chosen_values():
    """More than 5% of the samples: the first places alone are compared, by their seeds alone."""
    rises = {"a": claim("greater", (LATER, replace(BCE, rounds=[3])))}
    for missing, sides in ((50, "tuned"), (51, "at the chosen values")):
        drawn = DRAWN | {"ce": np.array([-1] * missing + [1] * 400 + [0] * (600 - missing))}
        row = judge(rises, tuned(drawn))[1].iloc[0]
        assert row["sides"] == sides
        if sides != "tuned":
            assert row["difference"] == pytest.approx(0.05) and row["added_sd"] == 0
            found = collect_verdicts(
                {"tuned": Judged(*judge(rises, tuned(drawn)), compare_levels({}, tuned(), CELLS))}
            )
            assert found.loc[0, "sides"] == sides


@pytest.mark.parametrize(
    ("tuning_seeds", "seeds", "compared"),
    [(3, 10, "tuned"), (2, 10, "at the chosen values"),
     (4, 20, "tuned"), (3, 20, "at the chosen values")],
)  # fmt: skip
def test_few_tuning_seeds_make_a_verdict_at_the_chosen_values(tuning_seeds, seeds, compared):
    about = tuned(seeds=tuning_seeds, times=seeds // 10)
    assert about.what_is_compared(CE, BCE) == compared


def test_at_a_look_nothing_is_known_of_later_seeds():
    """Of the look at five seeds: the places too have no more, and all looks compare the same."""
    first, last = values_by_look(tuned(), Plan((5, 10), "obrien_fleming"))
    assert len(first.at_chosen.of_cell("ce", 1)) == 5 and len(last.at_chosen.of_cell("ce", 1)) == 10
    assert first.place_means(CE, "val_accuracy")[0] == pytest.approx(LOW_VALUES[:5].mean())
    planned = replace(first, seeds=16)  # more than five for each of the three tuning seeds
    assert first.what_is_compared(CE, BCE) == "tuned"
    assert planned.what_is_compared(CE, BCE) == "at the chosen values"


def test_sides_without_what_was_chosen_are_not_trained():
    by_place = tuned().by_place
    about = replace(
        tuned(), by_place=by_place[by_place.index.get_level_values("place") == "tuned2"]
    )
    about = replace(about, tuned={}, values=about.values.iloc[:0])
    claims, _ = judge({"a": claim("greater", (CE, BCE))}, about)
    assert claims["verdict"].tolist() == ["not tested"]
    assert "has not been trained" in claims["reason"][0]


def test_a_trial_that_diverged_has_no_place(tmp_path):
    """As if it were not trained: at 3 of 100 samples the rest is one side, at 6 what was chosen."""
    trials = trials_of(*[(0.9, 0.9, 0.9)] + [(0.1, 0.1, 0.1)] * 2)
    write_frame(tmp_path / "trials.csv", trials)
    chosen = Chosen("ce", "val_accuracy", 0.9, {}, [Trial(0, {}, 0.97), Trial(1, {}, 0.03)])
    (tmp_path / "chosen.json").write_text(json.dumps(asdict(chosen)))
    lost = make_values(ce=[0.5, np.nan, 0.5]).assign(place="tuned2")
    values = pd.concat([make_values(ce=[0.9, 0.8, 0.7]).assign(place="tuned1"), lost])
    write_frame(tmp_path / "values.csv", values)
    write_frame(tmp_path / "runs.csv", make_runs())
    files = {"data": [], "trials": [tmp_path / "trials.csv"], "chosen": [tmp_path / "chosen.json"]}
    told = {"sides": ["ce"], "tuning": {"round": 1, "metric": "val_accuracy", "trials": [{}] * 3}}
    paths = tmp_path / "values.csv", tmp_path / "runs.csv"
    about = read_measured(PROTOCOLS["tuned"], *paths, files, told)
    assert about.tuned["ce"].places == ["tuned1"]
    assert about.of_side(CE, "val_accuracy").tolist() == [0.9, 0.8, 0.7]


def test_on_other_splits_sides_are_at_the_chosen_values():
    """They were tuned on the study's own split, and once."""
    about = replace(tuned(), protocol=PROTOCOLS["tuned_splits"], tuned={})
    assert about.what_is_compared(CE, BCE) == "at the chosen values"
    assert about.at_chosen.of_side(CE, "val_accuracy").tolist() == LOW


def test_fixed_sides_are_called_so():
    row = judge({"a": RISES}, measured(VALUES))[1].iloc[0]
    assert (row["sides"], row["added_sd"]) == ("fixed", 0)


def test_the_noise_of_tuning_stands_beside_that_of_fixed_sides():
    comparisons = compare_levels(TABLES, tuned(), CELLS)
    found = describe_noise(TABLES, CELLS, measured(VALUES), None, TunedNoise(comparisons, 5))
    of_tuning = found[found["source"] == "tuning"].set_index("table")
    assert of_tuning.loc["table1", "sd"] == pytest.approx(0.0250125, rel=1e-4)
    assert of_tuning.loc["table1", "n"] == 5
    assert of_tuning[["low", "high"]].isna().all(axis=None)  # no valid interval is known
    chosen = comparisons.assign(sides="at the chosen values")
    found = describe_noise(TABLES, CELLS, measured(VALUES), None, TunedNoise(chosen, 5))
    assert set(found["source"]) == {"seed"}


def trials_of(*seeds: tuple[float, ...]) -> pd.DataFrame:
    """The trials.csv of a side after round 1: of each trial a metric with each tuning seed."""
    rows = [
        {"trial": trial, "round": 1, "seed": seed, "val_accuracy": value}
        for trial, values in enumerate(seeds)
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_places_are_those_of_the_trials_that_samples_choose():
    """Of two tuning seeds one is drawn: the first chooses trial 2, the second trial 0."""
    trials = trials_of((0.7, 0.9), (0.6, 0.6), (0.9, 0.6))
    listed = [Trial(0, {}, 0.5), Trial(2, {}, 0.5)]
    chosen = Chosen("ce", "val_accuracy", 0.8, {}, listed)
    both = tuned_side(trials, chosen, 1, ["tuned1", "tuned2", "tuned3"])
    assert both.places == ["tuned1", "tuned2"] and both.is_covered
    assert both.weights == pytest.approx([0.5, 0.5], abs=0.05)
    one = tuned_side(trials, chosen, 1, ["tuned1"])
    assert not one.is_covered and (one.drawn < 0).mean() == pytest.approx(0.5, abs=0.05)


# ---- Studies whose truth is known ---------------------------------------------------------------


def test_verdicts_on_tuned_sides_keep_their_level_where_the_chosen_values_alone_do_not():
    """Of equally good sides with two trials that are nearly tied, 400 studies at 5%."""
    normal, worth = program.NOISES["normal"], [0.0, -0.75]
    found = program.simulate(normal, worth, (3, 15), 2, 0.0, 400)[:, 0]
    is_tuned, p_values, p_of_chosen = found.T
    assert is_tuned.all()
    assert (p_values <= 0.05).mean() < 0.08
    assert (p_of_chosen <= 0.05).mean() > 0.15


def test_the_page_has_the_table_of_the_results():
    """And what the rule of enough tuning seeds lets through is within 1,000 studies' error."""
    results = pd.read_csv(program.RESULTS)
    assert program.markdown(results) in program.PAGE.read_text(encoding="utf-8")
    assert len(results) == len(program.NOISES) * len(program.SEEDS) * 13
    error = 1.96 * 100 * (0.05 * 0.95 / 1000) ** 0.5
    for (tuning_seeds, seeds), rows in results.groupby(["tuning_seeds", "seeds"]):
        worst = max(rows["false_at_5"].max(), rows["false_of_21"].max())
        assert are_enough(tuning_seeds, seeds) == (worst < 5 + error)


# ---- Sides that are not to be compared ----------------------------------------------------------


def described(about: Measured) -> list[pd.DataFrame]:
    by_unit = {"seeds": about}
    return [
        describe_noise(TABLES, CELLS, about, None),
        describe_posterior(TABLES, CELLS, {"val_accuracy": 0.01}, by_unit),
    ]


def test_no_noise_and_no_probability_of_sides_that_differ_in_more():
    assert all(set(frame["table"]) == {"table1", "table3"} for frame in described(measured(VALUES)))
    assert all(frame.empty for frame in described(measured(VALUES, make_runs(data="other"))))


def test_no_noise_and_no_probability_of_a_side_that_is_not_trained():
    values = VALUES[(VALUES["cell"] == "bce") | (VALUES["round"] == 1)]
    for frame in described(measured(values)):
        assert set(frame["table"]) == {"table1"}


@pytest.mark.parametrize(
    ("verdict", "supporting", "contradicting", "expected"),
    [
        ("supported", [0.001, 0.02, 0.01], [1, 1, 1], 1),
        ("contradicted", [0.001, 1, 1], [1, 0.03, 0.001], 2),
        ("borderline", [0.001, 0.2, 0.01], [1, 1, 1], 1),
        ("no signal", [0.001, 1, 1], [1, 0.6, 0.3], 2),  # neither is where the claim says
    ],
)
def test_of_several_pairs_the_one_is_shown_that_decides(
    verdict, supporting, contradicting, expected
):
    pairs = pd.DataFrame({"p_supporting": supporting, "p_contradicting": contradicting})
    assert deciding(pairs, verdict) == expected
