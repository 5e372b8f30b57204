"""Judge claims: from what is claimed and each seed's metrics to a verdict.

A claim is about one or more pairs of sides, and means all of them. Each pair is tested on the
seeds that both sides have. What the claim needs is the largest of its pairs' p-values (an
intersection-union test); what contradicts it is the smallest, times the number of pairs. The
smaller of the two is the claim's p-value, adjusted by Holm over all tests. For a direction both
come from one two-sided test, and `alpha` is that of the verdicts together. For an equivalence it
is that of each: one test says that the difference is within the margin, another that it is beyond.
"""

import json
import math

import numpy as np
import pandas as pd

from study.analysis import paired, power
from study.analysis.guard import Confounded, check_comparison, check_sides

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"
NOT_TESTED, REFUSED = "not tested", "refused"

# What the files have, column by column.
CLAIM_COLUMNS = {
    "claim": str,
    "verdict": str,
    "p_value": float,
    "p_adjusted": float,
    "smallest_p": float,
    "alpha": float,
    "seeds": int,
    "seeds_needed": float,
    "seeds_for_alpha": float,
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
    **paired.DIFFERENCE_COLUMNS,
    "p_supporting": float,
    "p_contradicting": float,
    "d_z": float,
    "probability_higher": float,
    "correlation": float,
    "guard": str,
}


def judge(claims: dict, values: pd.DataFrame, runs: pd.DataFrame) -> tuple:
    """Judge all claims.

    Args:
        claims: id -> claim, as `study.cells.expand_study` returns them: with the name of the cell
            in each side.
        values: one row per cell, round and seed with all metrics, as
            `study.analysis.averages.join_metrics` returns it.
        runs: as `study.analysis.guard.read_runs` returns it.

    Returns:
        Two frames: one row per claim (`CLAIM_COLUMNS`), and one row per pair (`PAIR_COLUMNS`). An
        undecided claim has in `seeds_needed` how many seeds would probably decide it, if the true
        difference and spread are those seen: infinite above 1,000. For claims of a direction
        `smallest_p` is what so many seeds can give, and `seeds_for_alpha` how many it takes at
        least, adjusted for the number of tests. Claims that are the same test count once.
    """
    values = values.set_index(["cell", "round", "seed"])
    rows, all_pairs, tested = [], [], {}
    for name, claim in claims.items():
        row = {"claim": name} | {key: claim[key] for key in CLAIM_COLUMNS if key in claim}
        pairs, problem = [], None
        for first, second in claim["compare"]:
            pair = {"claim": name, "first": first["title"], "second": second["title"]}
            try:
                pair |= _test_pair(claim, values, runs, first, second)
            except Confounded as error:
                problem = problem or (REFUSED, str(error))
            except LookupError as error:
                problem = problem or (NOT_TESTED, str(error.args[0]))
            pairs.append(pair | {"metric": claim["metric"]})
        if problem is None:
            tested[name] = pairs
            row["p_value"] = min(_supporting(pairs), _contradicting(pairs))
            row["seeds"] = min(pair["n"] for pair in pairs)
        else:
            row |= {"verdict": problem[0], "reason": problem[1]}
        rows.append(row)
        all_pairs += pairs
    tests = {_what_is_tested(claims[name]): name for name in tested}
    p_values = {row["claim"]: row.get("p_value", np.nan) for row in rows}
    adjusted = dict(zip(tests, paired.holm([p_values[name] for name in tests.values()])))
    undecided = sum(p_value > json.loads(test)["alpha"] for test, p_value in adjusted.items())
    for row in rows:
        if row["claim"] in tested:
            claim = claims[row["claim"]]
            row["p_adjusted"] = adjusted[_what_is_tested(claim)]
            decision = _decide(row["p_adjusted"], claim, tested[row["claim"]], undecided)
            row |= dict(zip(("verdict", "reason", "seeds_needed"), decision))
            if claim["expect"] != "equivalent":
                row["smallest_p"] = power.smallest_p(row["seeds"])
                row["seeds_for_alpha"] = power.seeds_for_p(claim["alpha"], len(tests))
    claims_frame = pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))
    return claims_frame, pd.DataFrame(all_pairs, columns=list(PAIR_COLUMNS))


def _what_is_tested(claim: dict) -> str:
    """The same for claims that are one test in other words."""
    keys = ("metric", "factor", "expect", "margin", "alpha")
    pairs = [[[side["cell"], side["rounds"]] for side in pair] for pair in claim["compare"]]
    return json.dumps({key: claim.get(key) for key in keys} | {"pairs": pairs}, sort_keys=True)


def side_values(values: pd.DataFrame, side: dict, metric: str) -> pd.Series:
    """A side's metric, seed -> value, without seeds that diverged.

    Args:
        values: indexed by cell, round and seed.

    Raises:
        LookupError: nothing of the side has been trained, or it has no such metric.
    """
    if metric not in values.columns:
        raise LookupError(f"there is no {metric}, which needs a split that this data set lacks")
    by_round = []
    for round_number in side["rounds"]:
        try:
            found = values.loc[(side["cell"], round_number), metric].dropna()
        except KeyError:
            raise LookupError(f"{side['title']} has not been trained") from None
        if found.empty:
            raise LookupError(f"{side['title']}: all seeds diverged")
        by_round.append(found)
    return by_round[-1] - by_round[0] if len(by_round) == 2 else by_round[0]


def _test_pair(claim: dict, values, runs, first: dict, second: dict) -> dict:
    check_sides(first, second, claim["factor"])
    sides = [side_values(values, side, claim["metric"]) for side in (first, second)]
    guard = check_comparison(runs, first, second, claim["factor"])
    both = pd.concat(sides, axis=1, join="inner").dropna()
    if len(both) < 2:
        raise LookupError(f"seeds with both sides: {len(both)}; at least 2 seeds are needed")
    pair = paired.compare_pairs(both.iloc[:, 0], both.iloc[:, 1])
    differences = paired.paired_differences(both.iloc[:, 0], both.iloc[:, 1])
    if claim["expect"] == "equivalent":
        pair["p_supporting"] = paired.equivalence_p(differences, claim["margin"])
        pair["p_contradicting"] = paired.beyond_margin_p(differences, claim["margin"])
    else:
        sign = 1 if claim["expect"] == "greater" else -1
        agrees, opposes = sign * pair["difference"] > 0, sign * pair["difference"] < 0
        pair["p_supporting"] = pair["p_value"] if agrees else 1.0
        pair["p_contradicting"] = pair["p_value"] if opposes else 1.0
    return pair | {"guard": guard}


def _supporting(pairs: list[dict]) -> float:
    return max(pair["p_supporting"] for pair in pairs)


def _contradicting(pairs: list[dict]) -> float:
    return min(1.0, len(pairs) * min(pair["p_contradicting"] for pair in pairs))


def _decide(p_adjusted: float, claim: dict, pairs: list[dict], undecided: int) -> tuple:
    """The verdict, the reason for it, and for an undecided claim how many seeds it would take.

    That is reckoned at the level over the number of undecided tests, which is what Holm asks of
    the next one; and for several pairs with so much power for each that it is 80% for all.
    """
    if p_adjusted <= claim["alpha"]:
        if _supporting(pairs) <= _contradicting(pairs):
            return SUPPORTED, "", np.nan
        against = min(pairs, key=lambda pair: pair["p_contradicting"])
        reason = f"by {against['first']} against {against['second']}" if len(pairs) > 1 else ""
        return CONTRADICTED, reason, np.nan
    alpha = claim["alpha"] / max(1, undecided)
    power_of_each = 1 - (1 - power.POWER) / len(pairs)
    needed = min(
        max(_seeds_to_support(claim, pair, alpha, power_of_each) for pair in pairs),
        min(_seeds_to_contradict(claim, pair, alpha / len(pairs)) for pair in pairs),
    )
    # where by the estimate these seeds should have done, they did not
    return UNDECIDED, "", max(needed, min(pair["n"] for pair in pairs) + 1)


def _seeds_to_support(claim: dict, pair: dict, alpha: float, power_wanted: float) -> float:
    if claim["expect"] == "equivalent":
        effect, margin = _in_deviations(pair, pair["difference"], claim["margin"])
        return power.seeds_to_be_equivalent(effect, margin, alpha, power_wanted)
    if _towards(claim, pair) <= 0:
        return math.inf
    (effect,) = _in_deviations(pair, pair["difference"])
    return power.seeds_to_differ(effect, alpha, power_wanted)


def _seeds_to_contradict(claim: dict, pair: dict, alpha: float) -> float:
    equivalent = claim["expect"] == "equivalent"
    beyond = abs(pair["difference"]) - claim["margin"] if equivalent else -_towards(claim, pair)
    if beyond <= 0:
        return math.inf
    (effect,) = _in_deviations(pair, beyond)
    return power.seeds_to_differ(effect, alpha, sign_flip=not equivalent)


def _towards(claim: dict, pair: dict) -> float:
    return pair["difference"] if claim["expect"] == "greater" else -pair["difference"]


def _in_deviations(pair: dict, *differences: float) -> list[float]:
    """Differences in standard deviations of the pair's; very many where there is no spread."""
    return [
        difference / pair["sd"] if pair["sd"] > 0 else 1e6 * difference
        for difference in differences
    ]
