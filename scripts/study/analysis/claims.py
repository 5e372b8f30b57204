"""Judge claims: from what is claimed and each seed's metrics to a verdict.

A claim is about one or more pairs of sides, all of them together. Each pair is tested on the
seeds that both sides have. What the claim needs is the largest of its pairs' p-values (an
intersection-union test); what contradicts it is the smallest, times the number of pairs. The
smaller of the two is the claim's p-value, with Holm's adjustment over all tests. A pair whose
runs are all the same says nothing for the claim and nothing against it, but another may contradict
it.
`alpha` is the level of both verdicts together. Beside each pair is its interval at the level at
which Holm tests the claim: the verdict is what this interval says.

Where looks are planned, a claim is tested at each for which its cells have the seeds, and its level
is over all looks: see study.analysis.spending.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.alike import Alike
from study.analysis.expectations import (
    PValues,
    contradiction,
    crosses,
    margins,
    p_values,
    seeds_to_decide,
)
from study.analysis.guard import Confounded, NotTrained
from study.analysis.measured import Measured
from study.analysis.metrics import format_value
from study.analysis.pairs import DIFFERENCE_COLUMNS, Pair, pair_sides
from study.analysis.planned_looks import (
    ONE_LOOK,
    PLANNED_COLUMNS,
    AtLook,
    JudgedPair,
    Plan,
    at_look,
    look_row,
    looks_of_claim,
    values_by_look,
)
from study.analysis.significance import holm, holm_alphas
from study.analysis.skewness import SKEWNESS_COLUMNS
from study.analysis.tuned_sides import AT_CHOSEN
from study.analysis.verdicts import (
    BORDERLINE,
    CONTRADICTED,
    NO_SIGNAL,
    NOT_TESTED,
    REFUSED,
    SUPPORTED,
    TOO_FEW,
    what_is_tested,
)
from study.analysis.wins import WINS_COLUMNS
from study.design.claims import Claim, Side
from study.settings.choices import parameter_title

# What the files have, column by column.
CLAIM_COLUMNS = {
    "claim": str,
    "verdict": str,
    "sides": str,
    "p_value": float,
    "p_adjusted": float,
    "tests": int,
    "alpha": float,
    "alpha_adjusted": float,
    "seeds": int,
    "seeds_half": float,
    "seeds_most": float,
    "supported_above": float,
    "contradicted_below": float,
    "required": bool,
    "reason": str,
    "sentence": str,
    "quote": str,
    "made_in": str,
    "metric": str,
    "factor": str,
    "expect": str,
    "margin": float,
}
PAIR_COLUMNS = {
    "claim": str,
    "first": str,
    "second": str,
    "metric": str,
    **DIFFERENCE_COLUMNS,
    "low_adjusted": float,
    "high_adjusted": float,
    "p_supporting": float,
    "p_contradicting": float,
    "p_sign_flip": float,
    "d_z": float,
    "probability_higher": float,
    **WINS_COLUMNS,
    "correlation": float,
    **SKEWNESS_COLUMNS,
    "guard": str,
    "caveat": str,
    "edge": str,
}

Row = dict[str, Any]  # of a file, by its columns


class NothingToTest(Exception):
    """Why a pair that may be compared says nothing about its claim."""


def judge(
    claims: Mapping[str, Claim],
    measured: Measured,
    plan: Plan = ONE_LOOK,
    left_out: Collection[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge all claims by what a protocol's runs came to.

    Args:
        claims: id -> claim, about the protocol's own cells.
        measured: the protocol's values and runs.
        plan: the looks that are planned; without any it is one, at all seeds.
        left_out: ids of claims that the protocol does not judge, because their factor is tuned.

    Returns:
        Two frames: one row per claim (`CLAIM_COLUMNS`), and one row per pair (`PAIR_COLUMNS`).
        `tests` is how many tests Holm's adjustment is over: claims that are the same test in other
        words count once. `alpha_adjusted` is the level at which it tests this claim. For an
        undecided claim, `seeds_half` and `seeds_most` are how many seeds in all would decide it
        with a probability of 50% and of 80%, where that can be said. `supported_above` and
        `contradicted_below` are the margins at which a claim with a margin would get another
        verdict.

        With looks, a whole row is about one look, the first that decides the claim, or if none
        does, the last for which its cells have the seeds; `p_value` is the smallest over its
        looks. `PLANNED_COLUMNS` then say which `look` that is, from 1, and its number of seeds; the
        t-test's p-value there, and at which level it is significant: that of the intervals.
    """
    by_look = values_by_look(measured, plan)
    rows: dict[str, Row] = {}
    pair_rows: dict[str, list[Row]] = {}
    tested: dict[str, list[AtLook]] = {}
    for name, claim in claims.items():
        if name in left_out:
            rows[name] = _about(name, claim) | {
                "verdict": NOT_TESTED,
                "reason": f"its factor, {parameter_title(claim.factor).lower()}, is tuned",
            }
            pair_rows[name] = [_sides(claim, *pair) for pair in claim.compare]
            continue
        for look, of_look, needed in looks_of_claim(claim, by_look, plan):
            pairs, of_pairs, problem = _test_pairs(claim, of_look, needed)
            if problem is None:
                tested.setdefault(name, []).append(at_look(look, pairs, plan))
        rows[name] = _about(name, claim)
        if name not in tested and problem is not None:
            rows[name] |= problem
        pair_rows[name] = of_pairs
    decided = _decide(claims, tested, plan)
    for name, (row, of_pairs) in decided.items():
        rows[name] |= row
        pair_rows[name] = of_pairs
    every_pair = [{"claim": name} | row for name, found in pair_rows.items() for row in found]
    columns = [*CLAIM_COLUMNS, *(PLANNED_COLUMNS if plan.looks else ())]
    return (
        pd.DataFrame([*rows.values()], columns=columns),
        pd.DataFrame(every_pair, columns=list(PAIR_COLUMNS)),
    )


def _about(name: str, claim: Claim) -> Row:
    """What a claim's row has of the claim itself."""
    keys = ("alpha", "required", "sentence", "quote", "made_in", "metric", "factor", "expect")
    own = {key: getattr(claim, key) for key in keys}
    return {"claim": name} | own | {"margin": claim.margin or None}


def _sides(claim: Claim, first: Side, second: Side) -> Row:
    """What a pair's row has where it is not tested."""
    return {"first": first.title, "second": second.title, "metric": claim.metric}


def _test_pairs(
    claim: Claim, measured: Measured, needed: int
) -> tuple[list[JudgedPair], list[Row], Row | None]:
    """The pairs of a claim that can be tested; the rows of all; and what keeps it from a verdict.

    Args:
        needed: how many seeds a test needs.
    """
    tested: list[JudgedPair] = []
    rows: list[Row] = []
    problem: Row | None = None
    for first, second in claim.compare:
        row = _sides(claim, first, second)
        try:
            pair = pair_sides(first, second, claim.metric, claim.factor, claim.along, measured)
            _refuse_empty(pair, claim.metric, measured)
        except Confounded as error:
            problem = problem or {"verdict": REFUSED, "reason": str(error)}
        except (NotTrained, Alike, NothingToTest) as error:
            problem = problem or {"verdict": NOT_TESTED, "reason": str(error)}
        else:
            tested.append(_judge_pair(claim, pair))
            row = _pair_row(tested[-1])
        rows.append(row)
    if problem is None and all(judged.constant for judged in tested):
        problem = {"verdict": NOT_TESTED, "reason": tested[0].constant}
    if problem is None and (fewest := min(found.pair.n for found in tested)) < needed:
        reason = f"{needed} needed; {fewest} run"
        problem = {"verdict": TOO_FEW, "reason": reason, "seeds": fewest}
    return tested, rows, problem


def _refuse_empty(pair: Pair, metric: str, measured: Measured) -> None:
    """Refuse a pair in which there is nothing to test.

    Raises:
        NothingToTest: seeds diverged, or no test is valid.
    """
    if pair.noise.untested:
        raise NothingToTest(pair.noise.untested)
    for side, values in zip((pair.first, pair.second), pair.values):
        if values.empty:
            whole = measured.of_cell(side.cell, side.rounds[-1])
            halved = side.half and whole[metric].notna().any()
            one = "only one epoch is left after the warm-up, which cannot be halved"
            why = one if halved else "all seeds diverged"
            raise NothingToTest(f"{side.title}: {why}")
    if pair.n < 2:
        raise NothingToTest(f"seeds with both sides: {pair.n}; at least 2 seeds are needed")


def _judge_pair(claim: Claim, pair: Pair) -> JudgedPair:
    """A pair with its p-values; both are 1 where all runs are the same and one is to be better."""
    one, other = pair.matched["first"], pair.matched["second"]
    constant = np.ptp(one) == 0 and np.ptp(other) == 0 and not pair.differences.any()
    if constant and claim.expect in ("greater", "less"):
        value = format_value(claim.metric, one.iloc[0])
        why = f"it is {value} in all runs of both sides: there is nothing to test"
        return JudgedPair(pair, PValues(1.0, 1.0), why)
    return JudgedPair(pair, p_values(claim, pair.differences, pair.noise))


def _pair_row(judged: JudgedPair) -> Row:
    """What a pair's row has but for the intervals at the level of the claim's test."""
    pair = judged.pair
    return {
        "first": pair.first.title,
        "second": pair.second.title,
        "metric": pair.metric,
        **pair.statistics,
        **pair.bootstrap_t(),
        "p_supporting": judged.p.supporting,
        "p_contradicting": judged.p.contradicting,
        "p_sign_flip": pair.sign_flip_p,
        "guard": pair.guard,
        "caveat": pair.caveat,
        "edge": pair.edge,
    }


def _decide(
    claims: Mapping[str, Claim], tested: Mapping[str, list[AtLook]], plan: Plan
) -> dict[str, tuple[Row, list[Row]]]:
    """The rest of the rows of tested claims, with verdicts, and their pairs' rows."""
    tests = {what_is_tested(claims[name]): name for name in tested}
    p_by_claim = {name: min(at.p_value for at in tested[name]) for name in tested}
    p_of_tests = [p_by_claim[name] for name in tests.values()]
    adjusted = dict(zip(tests, holm(p_of_tests)))
    undecided = sum(p > json.loads(test)["alpha"] for test, p in adjusted.items())
    found = {}
    for name, by_look in tested.items():
        claim, test = claims[name], what_is_tested(claims[name])
        alpha = holm_alphas(p_of_tests, claim.alpha)[list(tests).index(test)]
        shown = next((at for at in by_look if at.p_value <= alpha), by_look[-1])
        levels = [plan.level(level, shown.look) for level in (alpha, alpha / len(shown.pairs))]
        row: Row = {
            "p_value": p_by_claim[name],
            "p_adjusted": adjusted[test],
            "tests": len(tests),
            "alpha_adjusted": alpha,
            "sides": _sides_of(shown.pairs),
            "seeds": min(each.pair.n for each in shown.pairs),
            **_margins(claim, shown.pairs, levels),
            **look_row(shown, plan, levels),
        }
        constant = next((each.constant for each in shown.pairs if each.constant), "")
        if row["p_adjusted"] <= claim.alpha:
            row |= _verdict(claim, shown)
        elif constant:
            row |= {"verdict": NOT_TESTED, "reason": constant}
        else:
            next_level = plan.level(claim.alpha / max(1, undecided), -1)
            row |= _undecided(claim, shown.pairs, levels, next_level)
        found[name] = row, [_pair_row(each) | _adjusted(each, levels) for each in shown.pairs]
    return found


def _sides_of(pairs: Sequence[JudgedPair]) -> str:
    """What a claim's verdict is about: at the chosen values, if one of its pairs is."""
    found = {judged.pair.sides for judged in pairs}
    return AT_CHOSEN if AT_CHOSEN in found else found.pop()


def _adjusted(judged: JudgedPair, levels: Sequence[float]) -> Row:
    """A pair's intervals at the level at which its claim is supported, or contradicted."""
    # any of the pairs may contradict the claim
    level = levels[1 if judged.p.supporting == 1 else 0]
    found, beside = judged.pair.interval(level), judged.pair.bootstrap_t(level)
    return {"low_adjusted": found.low, "high_adjusted": found.high, **beside}


def _margins(claim: Claim, pairs: Sequence[JudgedPair], levels: Sequence[float]) -> Row:
    """The margins at which all pairs would support the claim, or one contradict it."""
    found: Row = {}
    for key, level in zip(("supported_above", "contradicted_below"), levels):
        intervals = [judged.pair.interval(level) for judged in pairs]
        ends = [margins(claim, each.low, each.high) for each in intervals]
        found |= {key: max(end[key] for end in ends)} if ends[0] else {}
    return found


def _undecided(
    claim: Claim, pairs: Sequence[JudgedPair], levels: Sequence[float], alpha: float
) -> Row:
    """How a claim is undecided, and how many seeds would probably decide it at a level.

    Not where there is other noise than the seeds', where more seeds help only so far.

    Args:
        claim: the claim.
        pairs: its pairs.
        levels: at which it is supported, and contradicted.
        alpha: the level of the next test.
    """
    adjusted = [_adjusted(judged, levels) for judged in pairs]
    ends = [(each["low_adjusted"], each["high_adjusted"]) for each in adjusted]
    crossing = [end for end in ends if crosses(claim, *end)]
    clear = bool(claim.margin and crossing) and all(low > 0 or high < 0 for low, high in crossing)
    row: Row = {"verdict": BORDERLINE if clear else NO_SIGNAL}
    if not all(judged.pair.noise.is_of_seeds_alone for judged in pairs):
        return row
    differences = [judged.pair.differences.to_numpy() for judged in pairs]
    seeds = seeds_to_decide(claim, differences, alpha)
    return row | dict(zip(("seeds_half", "seeds_most"), seeds))


def _verdict(claim: Claim, shown: AtLook) -> Row:
    """The verdict of a claim that is decided, and how it is contradicted."""
    supporting, contradicting = shown.over_looks
    if supporting <= contradicting:
        return {"verdict": SUPPORTED}
    pair = min(shown.pairs, key=lambda judged: judged.p.contradicting).pair
    reason = contradiction(claim, pair.statistics["difference"])
    if len(shown.pairs) > 1:
        reason += f" ({pair.first.title} against {pair.second.title})"
    return {"verdict": CONTRADICTED, "reason": reason}
