"""Planned looks: verdicts at each, which cells go on, and a real study through two of them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from measurements import BCE, CE, claim, make_values, measured
from run_snakemake import contents, pages, snakemake
from small_study import LOOKS_STUDY, NOTHING, change_study, read_csv
from studies import default_study

from study.analysis.claims import judge
from study.analysis.interval import interval, p_value
from study.analysis.planned_looks import Plan
from study.analysis.significance import holm
from study.analysis.spending import overall_p
from study.analysis.verdicts import UNDECIDED
from study.design.claims import Claim, Side
from study.design.runs import seed_blocks
from study.design.study import study_runs, with_look
from study.snake.looks import decide_look, look_digest, look_words
from study.snake.result_jobs import primary_file
from study.store.errors import UserError

LOOKS = (5, 10, 20)
NOISE = np.random.default_rng(3).normal(0, 1, 20)
LOW = np.random.default_rng(4).normal(0, 1, 20)


def judged(shift: float, seeds: int = 20, **about: Claim) -> tuple[pd.DataFrame, pd.DataFrame]:
    values = make_values(bce=list(LOW[:seeds]), ce=list((LOW + NOISE + shift)[:seeds]))
    claims, pairs = judge(about, measured(values), Plan(LOOKS))
    return claims.set_index("claim"), pairs.set_index("claim")


def test_a_claim_is_decided_at_the_first_look_that_can():
    """By hand: t-tests of the first 5, 10 and 20 seeds, made levels over all looks, then Holm."""
    greater, less = claim("greater", (CE, BCE)), claim("greater", (CE, BCE), margin=1.2)
    for shift in (0.5, 6.0):
        claims, pairs = judged(shift, higher=greater, by_more=less)
        smallest = []
        for bound in (0, 1.2):
            smallest.append([
                overall_p(p_value((NOISE + shift)[:n], mean=bound), look, LOOKS, "obrien_fleming")
                for look, n in enumerate(LOOKS)
            ])  # fmt: skip
        assert claims["p_value"].tolist() == pytest.approx([min(p) for p in smallest], rel=1e-6)
        assert claims["p_adjusted"].tolist() == pytest.approx(holm([*map(min, smallest)]), rel=1e-6)
        for name, of_look, bound in zip(claims.index, smallest, (0, 1.2)):
            row, pair = claims.loc[name], pairs.loc[name]
            crossed = [p <= row["alpha_adjusted"] for p in of_look]
            look = crossed.index(True) if any(crossed) else 2
            assert (row["look"], row["look_seeds"]) == (look + 1, LOOKS[look])
            assert row["seeds"] == pair["n"] == LOOKS[look]
            found = interval((NOISE + shift)[: LOOKS[look]], alpha=row["alpha_nominal"])
            assert (pair["low_adjusted"], pair["high_adjusted"]) == pytest.approx(
                (found.low, found.high), rel=1e-6
            )
            # verdict and interval say the same
            outside = bound < found.low or found.high < bound
            assert outside == any(crossed) == (row["verdict"] not in UNDECIDED)
    assert claims.loc["higher", "look"] < 3  # of the largest effect


def test_looks_are_at_the_first_seeds_whatever_there_is_beyond():
    """So verdicts at a look are the same when another claim has made its cells go on."""
    greater = claim("greater", (CE, BCE))
    whole, _ = judged(6.0, a=greater)
    part, _ = judged(6.0, seeds=13, a=greater)  # of which three belong to a look under way
    assert whole.loc["a", "look"] == part.loc["a", "look"]
    assert whole.loc["a", "alpha_nominal"] == part.loc["a", "alpha_nominal"]
    assert judged(0.5, seeds=13, a=greater)[0].loc["a", "look"] == 2
    few, _ = judged(6.0, seeds=4, a=greater)
    assert few.loc["a", ["verdict", "reason"]].tolist() == ["too few seeds", "5 needed; 4 run"]


def test_no_block_has_the_seeds_of_two_looks():
    assert seed_blocks(20, 8, [5, 10, 20]) == [(0, 4), (5, 9), (10, 17), (18, 19)]
    assert seed_blocks(5, 8, [5, 10, 20]) == [(0, 4)]
    assert seed_blocks(20, 8, []) == [(0, 7), (8, 15), (16, 19)]
    study = default_study(looks=[5, 10, 20])
    assert study.seeds == 20 and {*study.cell_seeds.values()} == {5}
    first, runs = next(iter(study.cells)), study_runs(study)
    grown = study_runs(with_look(study, 2, study.cell_seeds | {first: 10}))
    assert all(run in grown for run in runs)
    assert {run.cell for run in grown if run not in runs} == {first}


def test_cells_go_on_while_a_claim_of_theirs_is_open():
    def about(*pairs: tuple[str, str]) -> Claim:
        return claim("greater", *((Side(one, [1]), Side(other, [1])) for one, other in pairs))

    claims = {
        "one": about(("a", "b")), "two": about(("b", "c"), ("c", "d")), "three": about(("e", "f")),
    }  # fmt: skip
    five = dict.fromkeys("abcde", 5)
    study = replace(default_study(looks=[5, 10]), claims=claims, cell_seeds=five)

    def verdicts(*words: str) -> pd.DataFrame:
        return pd.DataFrame({"claim": list(claims), "verdict": words})

    decided = verdicts("supported", "contradicted", "not tested")
    ended = decide_look(claims, decided, [5, 10], 1, five, "d")
    assert (ended.look, ended.decided, ended.open) == (1, ["one", "two"], [])
    assert ended.seeds == five
    for word in ("no signal", "borderline", "too few seeds"):
        left = verdicts("supported", word, "not tested")
        ended = decide_look(claims, left, [5, 10], 1, five, "d")
        assert (ended.look, ended.decided, ended.open) == (2, ["one"], ["two"])
        assert ended.seeds == {"a": 5, "b": 10, "c": 10, "d": 10, "e": 5}
    assert look_words(study, ended) == (
        "Look 1 of 2 (5 seeds): 1 of 3 claims are decided. 1 cannot be tested. Next: 5 more seeds"
        " for 3 cells."
    )
    again = replace(study, claims=claims | {"two in other words": claims["two"]})
    twice = replace(ended, open=[*ended.open, "two in other words"])
    assert look_words(again, twice) == look_words(study, ended)
    last = decide_look(claims, left, [5, 10], 2, ended.seeds, "d")
    assert (last.look, last.seeds) == (2, ended.seeds)
    assert "the last look" in look_words(replace(study, look=2, cell_seeds=ended.seeds), last)


def test_looks_follow_the_protocol_whose_verdicts_count():
    tune = {"space": {"learning_rate": [0.001, 0.01]}}
    tuned = default_study(looks=[5, 10], tune=tune)
    fixed = default_study(looks=[5, 10], tune=tune, verdicts="fixed")
    for study in (tuned, fixed):
        path = f"{study.made}/{study.verdicts}/claims.csv"
        assert primary_file(study, "claims.csv") == path
    assert look_digest(tuned, "d") != look_digest(fixed, "d")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"looks": [10, 5]}, r"looks: \[10, 5\] should increase, as in \[5, 10\]"),
        ({"looks": [20]}, "looks: 20 is one look; write seeds: 20"),
        ({"looks": [3, 10]}, r"looks\[0\]: 3 is less than the minimum of 5"),
        ({"looks": [5, 10], "claims": None}, "looks: there is no claim to decide"),
        (
            {"looks": [5, 10], "resample": 2, "verdicts": "splits"},
            "write verdicts: fixed, or seeds",
        ),
        ({"looks": [5, 10], "spending": "pocok"}, "did you mean 'pocock'"),
    ],
)
def test_looks_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        default_study(**changes)


def test_one_command_goes_through_the_looks_and_trains_what_is_undecided(fresh):
    change_study(fresh, **LOOKS_STUDY)
    done = snakemake(fresh)
    assert done.returncode == 0, done.stdout
    assert (
        "Look 1 of 2 (5 seeds): 1 of 2 claims are decided. Next: 1 more seed for 2 cells."
        in done.stdout
    )
    assert "Look 2 of 2 (6 seeds): 1 of 2 claims are decided. This was the last look" in done.stdout
    made = fresh / "results" / "tiny"
    seeds = {}
    for row in read_csv(made / "fixed" / "values.csv"):
        seeds.setdefault((row["loss"], row["batch_size"]), []).append(int(row["seed"]))
    assert seeds == {
        ("bce", "32"): [*range(6)],
        ("ce", "32"): [*range(6)],
        ("bce", "1"): [*range(5)],
    }
    claims = {row["claim"]: row for row in read_csv(made / "fixed" / "claims.csv")}
    assert {name: (row["verdict"], float(row["look"])) for name, row in claims.items()} == {
        "smaller_batches_train_no_worse": ("supported", 1),
        "losses_train_alike": ("no signal", 2),
    }
    assert "Decided at look 1 of 2 (5 seeds)" in pages(made)
    assert NOTHING in snakemake(fresh).stdout
    # what was decided for other claims is not believed
    told = made / "statistics" / "next_look.json"
    runs = contents(made, "metrics.csv")
    told.write_text(json.dumps(json.loads(told.read_text()) | {"decided_for": "another"}))
    plan = snakemake(fresh, "plan").stdout
    assert "current look: 1; at most 6 seeds" in plan and "3 finished, 0 to train" in plan
    assert contents(made, "metrics.csv") == runs
