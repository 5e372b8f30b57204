"""Tuning and other splits: what is drawn, chosen and compared; and a whole study of both."""

import itertools
import json
import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from measurements import BCE, CE, make_runs
from run_snakemake import pages, snakemake
from session import made_once
from small_study import NOTHING, SMALL_STUDY, read_csv, write_study
from studies import default_study

from study.analysis.guard import Confounded, Recorded, check_comparison
from study.analysis.trials import choose_trial
from study.analysis.verdict_changes import change
from study.data.prepared import load_all, prepare, read_description
from study.data.redrawn import redraw
from study.design.study import split_runs, trial_runs
from study.design.tuning import FIRST_SEED, draw_trials
from study.report.plan_words import beside_lines
from study.settings.parameters import DEFAULTS, PARAMETERS
from study.store.errors import UserError

RANGE = {"low": 0.0001, "high": 0.01, "scale": "log"}


# ---- Trials -------------------------------------------------------------------------------------


def test_trials_fill_a_range_evenly():
    """Of eight, one in each eighth of the logarithms; for another seed others."""
    tune = {"space": {"learning_rate": RANGE}, "trials": 8, "seed": 0}
    rates = [trial["learning_rate"] for trial in draw_trials(tune, PARAMETERS)]
    eighths = [int(8 * math.log(rate / 0.0001) / math.log(100)) for rate in rates]
    assert sorted(eighths) == [*range(8)]
    assert all(rate == float(f"{rate:.3g}") for rate in rates)
    assert rates == [trial["learning_rate"] for trial in draw_trials(tune, PARAMETERS)]
    assert rates != [
        trial["learning_rate"] for trial in draw_trials(tune | {"seed": 1}, PARAMETERS)
    ]


def test_trials_of_lists_are_a_grid():
    space = {"learning_rate": [0.1, 0.01], "momentum": [0.0, 0.9]}
    trials = draw_trials({"space": space, "trials": None}, PARAMETERS)
    assert [tuple(trial.values()) for trial in trials] == [
        (0.1, 0.0), (0.1, 0.9), (0.01, 0.0), (0.01, 0.9)
    ]  # fmt: skip


def test_every_side_has_the_same_trials():
    """Of the default study's. Sides that differ in the tuned parameter alone are one."""
    study = default_study(
        tune={"space": {"learning_rate": [0.001, 0.01, 0.1]}, "seeds": 2}, resample=2,
        tables={"rates": {"vary": "learning_rate", "levels": [0.01]}},
    )  # fmt: skip
    tuning, splits = study.tuning, split_runs(study)
    assert {len(trials) for trials in tuning.sides.values()} == {3}
    seeds = {(run.first, run.last) for run in trial_runs(study)}
    assert seeds == {(FIRST_SEED, FIRST_SEED + 1)}
    fast = next(
        name for name, cell in study.cells.items() if cell.parameters["learning_rate"] == 0.01
    )
    baseline = next(iter(study.cells))
    assert tuning.side_of[fast] == tuning.side_of[baseline]
    # without that pair of sides, as many cells on splits as there are sides, fixed and tuned
    trained = {run.coordinates for run in splits}
    assert len(trained) == 2 * (len(tuning.side_of) + len(tuning.sides))
    assert Counter(run.round for run in splits)[1] == len(trained)


@pytest.mark.parametrize(
    ("tune", "message"),
    [
        ({"space": {"learning_rate": {"low": 0.1, "high": 0.01}}, "trials": 3}, "0.1 is not below"),
        ({"space": {"learning_rate": {"low": 0.1, "high": 1}}}, "a range needs tune.trials"),
        ({"space": {"weight_decay": {"low": 0, "high": 1}}, "trials": 3}, "0.0 has no logarithm"),
        ({"space": {"learning_rate": [0.1]}}, "tune.space: has one trial"),
        ({"space": {"rate": [0.1, 0.2]}}, "tune.space: unknown key 'rate'"),
        ({"space": {"activation": {"low": 1, "high": 2}}, "trials": 3}, "should be a list"),
        ({"space": {"learning_rate": [0.1, 1]}, "metric": "final_test_accuracy"}, "tune.metric"),
        ({"space": {"learning_rate": [0.1, 1]}, "round": 9}, "9 is after the study's last round"),
    ],
)  # fmt: skip
def test_what_cannot_be_tuned_is_refused(tune, message):
    with pytest.raises(UserError, match=message):
        default_study(tune=tune)


# ---- The choice ---------------------------------------------------------------------------------

TRIALS = [{"learning_rate": rate} for rate in (0.001, 0.01, 0.1)]


def values_of(*by_trial, metric="val_accuracy") -> pd.DataFrame:
    rows = [
        {"cell": f"trial{place}", "round": 1, "seed": FIRST_SEED + seed, metric: value}
        for place, seeds in enumerate(by_trial)
        for seed, value in enumerate(seeds)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("seeds", "metric", "chosen", "edges"),
    [
        ([(0.8, 0.8), (0.7, 0.95), (0.8, 0.8)], "val_accuracy", 1, {}),
        ([(0.9, 0.8), (0.8, 0.9), (0.1, 0.1)], "val_accuracy", 0, {"learning_rate": "lowest"}),
        ([(0.9, 0.8), (0.8, 0.6), (0.1, 0.2)], "val_loss", 2, {"learning_rate": "highest"}),
        ([(0.5, 0.5), (0.6, 0.6), (0.9, np.nan)], "val_accuracy", 1, {}),
    ],
)
def test_the_best_mean_is_chosen(seeds, metric, chosen, edges):
    """Of equals the first, and none with a seed that diverged."""
    cells = ["trial0", "trial1", "trial2"]
    found = choose_trial(values_of(*seeds, metric=metric), "side", cells, TRIALS, 1, metric)
    assert (found.side, found.trials[0].number, found.edges) == ("side", chosen, edges)
    assert found.values == TRIALS[chosen]


def test_what_might_have_been_chosen_is_weighed_by_all_samples_of_the_tuning_seeds():
    """Two of three seeds are drawn, with replacement: nine draws, of which each is as likely."""
    seeds = np.array([(0.80, 0.90, 0.70), (0.85, 0.75, 0.83), (0.70, 0.70, 0.90), (0.1, 0.1, 0.1)])
    cells = [f"trial{number}" for number in range(4)]
    trials = [{"learning_rate": 10.0**-number} for number in range(4)]
    found = choose_trial(values_of(*seeds.tolist()), "side", cells, trials, 1, "val_accuracy")
    drawn = [
        seeds[:, list(of)].mean(axis=1).argmax() for of in itertools.product(range(3), repeat=2)
    ]
    shares = np.bincount(drawn, minlength=4) / 9
    weights = {trial.number: trial.weight for trial in found.trials}
    assert weights == pytest.approx({0: shares[0], 1: shares[1], 2: shares[2]}, abs=0.05)
    assert found.trials[0].number == seeds.mean(axis=1).argmax()
    others = [trial.weight for trial in found.trials[1:]]
    assert others == sorted(others, reverse=True)


def test_where_every_trial_diverged_none_is_chosen():
    values, cells = values_of((np.nan,), (np.nan,)), ["trial0", "trial1"]
    with pytest.raises(UserError, match=r"widen tune\.space"):
        choose_trial(values, "side", cells, TRIALS[:2], 1, "val_accuracy")


def test_the_guard_lets_sides_differ_in_what_was_chosen_and_in_nothing_else():
    rates = {"bce": 0.01, "ce": 0.1}
    cells = {loss: DEFAULTS | {"loss": loss, "learning_rate": rate} for loss, rate in rates.items()}
    recorded = Recorded(make_runs(cells))
    ce, bce = (replace(side, tuned={"learning_rate": rates[side.cell]}) for side in (CE, BCE))
    said = check_comparison(recorded, ce, bce, "loss")
    assert "with learning_rate tuned (0.1 against 0.01)" in said
    ce = replace(ce, tuned={"learning_rate": 0.001})  # which is not what its runs recorded
    with pytest.raises(Confounded, match=r"differ in learning_rate \(0.1 against 0.01\)"):
        check_comparison(recorded, ce, bce, "loss")


def test_what_becomes_of_a_verdict():
    assert change("supported", "supported") == "holds"
    assert change("higher", "not clear") == "goes away"
    assert change("supported", "contradicted") == "turns round"
    assert change("borderline", "contradicted") == "appears"
    assert change("no signal", "borderline") == "stays open"
    assert change("supported", "borderline") == "goes away"
    assert change("supported", "too few seeds") is None
    assert change("borderline", "no signal") == change("no signal", "borderline") == "stays open"


# ---- Other splits -------------------------------------------------------------------------------


def test_a_split_is_drawn_anew(tmp_path):
    """By class and by whole groups, as large as it was; the test split stays as it is."""
    generator = np.random.default_rng(0)
    arrays, names = {}, []
    for split, count in (("train", 80), ("val", 20), ("test", 10)):
        arrays[f"{split}_images"] = generator.normal(size=(count, 3))
        arrays[f"{split}_labels"] = np.arange(count) // 2 % 2  # pairs are groups of one class
        names += [f"{split}[{row}]" for row in range(count)]
    np.savez(tmp_path / "data.npz", **arrays)
    groups = [f"{name.partition('[')[0]}{number // 2}" for number, name in enumerate(names)]
    pd.DataFrame({"image": names, "group": groups}).to_csv(tmp_path / "groups.csv", index=False)
    entry = {"kind": "npz", "path": str(tmp_path / "data.npz"), "positive": 1}
    entry |= {"normalize": "standardize", "groups": {"file": str(tmp_path / "groups.csv")}}
    prepare("data", entry, tmp_path / "own")
    before, _, _ = load_all(tmp_path / "own")
    found = []
    for split in (1, 2, 1):
        folder = tmp_path / f"split{split}{len(found)}"
        redraw(tmp_path / "own", split, folder)
        after, names, members = load_all(folder)
        sizes = {name: len(labels) for name, (_, labels) in after.items()}
        assert sizes == {"train": 80, "val": 20, "test": 10}
        assert after["val"][1].mean() == 0.5
        train, val = set(members[:80]), set(members[80:100])
        assert not train & val
        assert all((a == b).all() for a, b in zip(after["test"], before["test"]))
        mean = read_description(folder)["subtract"]
        assert mean == pytest.approx(after["train"][0].mean(axis=0).tolist())
        found.append(names[80:100])
    assert found[0] == found[2] != found[1]


# ---- A whole study ------------------------------------------------------------------------------

STUDY = SMALL_STUDY | {
    "grid": {"loss": None, "activation": None, "batch_size": [32, 8]},
    "tables": {f"table{number}": None for number in range(2, 8)}
    | {"table1": {"vary": "batch_size"}},
    "figures": {"figure1": None, "figure2": None, "figure3": None},
    "claims": {
        "small": {
            "sentence": "Small batches are better.", "metric": "val_loss", "expect": "less",
            "factor": "batch_size",
            "compare": [[{"cell": {"batch_size": 8}, "round": 1}, {"cell": {}, "round": 1}]],
        }
    },
    "tune": {"space": {"learning_rate": [0.00001, 0.003]}, "seeds": 3, "metric": "val_loss"},
    "resample": 2,
    "margins": {"val_accuracy": 0.01},
}  # fmt: skip


def finish_tuned_study(folder) -> None:
    from small_study import tiny_arrays

    np.savez(folder / "tiny.npz", **tiny_arrays())
    write_study(folder, STUDY)
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout


def test_the_plan_says_that_nothing_is_tuned_on_other_splits():
    space = {"learning_rate": [0.001, 0.01]}
    line = beside_lines(default_study(tune={"space": space, "trials": 2}, resample=10))[-1]
    assert line.endswith("; tuned sides keep the values chosen on the study's own split")
    (line,) = beside_lines(default_study(resample=10))
    assert re.fullmatch(r"  of these on 10 other splits: \d+ runs", line)


def test_a_tuned_study_on_other_splits(tmp_path_factory):
    """From trials to verdicts side by side."""
    folder = made_once(tmp_path_factory, "tuned", finish_tuned_study)
    made = folder / "results" / "tiny"
    chosen = [json.loads(path.read_text()) for path in (made / "tuning").rglob("chosen.json")]
    assert len(chosen) == 2
    for told in chosen:
        (trials,) = (made / "tuning" / told["side"]).rglob("trials.csv")
        trials = pd.read_csv(trials)
        assert set(trials["seed"]) == {FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2}
        best = int(trials.groupby("trial")["val_loss"].mean().idxmin())
        (trial,) = told["trials"]  # at 0.00001 nothing is learned, whatever the seed
        assert trial["number"] == best == 1 and trial["weight"] == 1
        records = [*(made / "runs" / told["side"] / "tuned1").rglob("run.json")]
        assert records
        for record in records:
            assert json.loads(record.read_text())["parameters"]["learning_rate"] == 0.003
        for place in ("tuned2",):  # for another trial that might have been chosen
            empty = [*(made / "runs" / told["side"] / place).rglob("run.json")]
            assert empty and not any(json.loads(path.read_text())["trained"] for path in empty)
    assert {row["place"] for row in read_csv(made / "tuned" / "values.csv")} == {"tuned1"}
    # no table has a tuning seed in it
    assert {row["seed"] for row in read_csv(made / "fixed" / "values.csv")} == {"0", "1"}
    splits = read_csv(made / "splits" / "runs.csv")
    assert {row["split"] for row in splits} == {"1", "2"}
    assert len({row["data"] for row in splits}) == 2
    differences = {row["protocol"]: row for row in read_csv(made / "statistics" / "verdicts.csv")
                   if row["kind"] == "claim"}  # fmt: skip
    assert {*differences} == {"fixed", "tuned", "splits", "tuned_splits"}
    (guard,) = {row["guard"] for row in read_csv(made / "tuned" / "claim_pairs.csv")}
    assert guard.startswith("differ in batch_size alone (8 against 32)")  # both chose one rate
    (caveat,) = {row["caveat"] for row in read_csv(made / "tuned" / "claim_pairs.csv")}
    assert "tuned for each side over the same number of trials (2)" in caveat
    report = pages(made)
    for text in ("Verdicts side by side", "the highest tried", "Where the noise comes from"):
        assert text in report
    assert NOTHING in snakemake(folder, "--dry-run").stdout
    done = snakemake(folder, "check_claims")  # a workflow of its own, which trains nothing
    assert done.returncode == 0, done.stdout
    assert "runs present" in done.stdout
    assert "trained on other data" not in done.stdout  # than that of their split
