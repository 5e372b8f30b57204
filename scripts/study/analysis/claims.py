"""Judge claims: from what is claimed and each seed's metrics to a verdict.

A claim is about one or more pairs of sides, and means all of them. Each pair is tested on the
seeds that both sides have. What the claim needs is the largest of its pairs' p-values (an
intersection-union test); what contradicts it is the smallest, times the number of pairs. The
smaller of the two is the claim's p-value, adjusted by Holm over all tests. `alpha` is the level of
both verdicts together. Beside each pair is its interval at the level at which Holm tests the claim:
the verdict is what this interval says.

Where looks are planned, a claim is tested at each that its cells have the seeds of, and its level
is over all looks: see study.analysis.spending.
"""

import json
from collections.abc import Sequence

import pandas as pd

from study.analysis import paired
from study.analysis.claim_pairs import compare_sides, fewest_seeds, pair_interval
from study.analysis.expectations import contradiction, margins, seeds_to_decide
from study.analysis.spending import nominal_level
from study.analysis.stages import (
    LOOK_COLUMNS,
    Tested,
    look_row,
    p_values_over_looks,
    stages,
    values_by_look,
)
from study.analysis.verdicts import (
    CONTRADICTED,
    SUPPORTED,
    TOO_FEW,
    UNDECIDED,
    what_is_tested,
)

# What the files have, column by column.
CLAIM_COLUMNS = {
    "claim": str,
    "verdict": str,
    "p_value": float,
    "p_adjusted": float,
    "tests": int,
    "alpha": float,
    "alpha_adjusted": float,
    "seeds": int,
    "seeds_from": float,
    "seeds_to": float,
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
    **paired.DIFFERENCE_COLUMNS,
    "low_adjusted": float,
    "high_adjusted": float,
    "p_supporting": float,
    "p_contradicting": float,
    "p_sign_flip": float,
    "d_z": float,
    "probability_higher": float,
    "correlation": float,
    "differences": str,
    "guard": str,
    "caveat": str,
}


def judge(
    claims: dict,
    values: pd.DataFrame,
    runs: pd.DataFrame,
    looks: Sequence[int] = (),
    spending: str = "obrien_fleming",
    data: dict[str, dict] | None = None,
    share: float = 0.0,
    tuning: dict | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge all claims.

    Args:
        claims: id -> claim, as `study.cells.expand_study` returns them: with the name of the cell
            in each side.
        values: one row per cell, round and seed with all metrics, as
            `study.analysis.averages.join_metrics` returns it.
        runs: as `study.analysis.guard.read_runs` returns it.
        looks: the numbers of seeds at which it was planned to look, rising; none if it was once, at
            all seeds.
        spending: how the level is spent over the looks, of `study.analysis.spending.SPENDING`.
        data: digest of prepared data -> their description, of those that are here.
        share: not 0 where each seed has a split of its own, drawn anew: validation over training
            samples, for the corrected test of `study.analysis.resampled`. The cells of `runs` are
            then those of single splits.
        tuning: where sides are tuned, what `study.analysis.trials.deviation_of_sides` takes, so
            that the noise of what was chosen counts (`study.analysis.tuned`).

    Returns:
        Two frames: one row per claim (`CLAIM_COLUMNS`), and one row per pair (`PAIR_COLUMNS`).
        `tests` is how many tests Holm's adjustment is over: claims that are the same test in other
        words count once. `alpha_adjusted` is the level at which it tests this claim. An undecided
        claim has in `seeds_from` and `seeds_to` how many seeds would probably decide it, where that
        can be said. `supported_above` and `contradicted_below` are the margins at which a claim
        with a margin would get another verdict. `differences` are each seed's, `seed:difference`.

        With looks, all of a row is of one look, the first that decides the claim, or of an
        undecided one the last that its cells have the seeds of; `p_value` is the smallest over its
        looks. `LOOK_COLUMNS` then say which `look` that is, from 1, and its number of seeds; the
        t-test's p-value there, and at which level it is significant: that of the intervals.
    """
    values, looks = values.set_index(["cell", "round", "seed"]), tuple(looks)
    about = {"data": data or {}, "share": share, "tuning": tuning}
    by_look = values_by_look(values, looks)
    rows, by_claim, tested = {}, {}, {}
    for name, claim in claims.items():
        row = {"claim": name} | {key: claim[key] for key in CLAIM_COLUMNS if key in claim}
        for look, of_look, needed in stages(claim, by_look, looks):
            pairs, problem = compare_sides(name, claim, of_look, runs, needed, **about)
            if problem is None:
                found = Tested(look, pairs, *p_values_over_looks(pairs, look, looks, spending))
                tested.setdefault(name, []).append(found)
        if name not in tested:
            row |= {"seeds": fewest_seeds(pairs)} if problem[0] == TOO_FEW else {}
            row |= {"verdict": problem[0], "reason": problem[1]}
        rows[name], by_claim[name] = row, pairs
    _decide(claims, tested, rows, by_claim, looks, spending)
    all_pairs = [pair for pairs in by_claim.values() for pair in pairs]
    for pair in all_pairs:
        if "differences" in pair:
            pair["differences"] = " ".join(
                f"{seed}:{value!r}" for seed, value in pair["differences"].items()
            )
    columns = [*CLAIM_COLUMNS, *(LOOK_COLUMNS if looks else ())]
    return (
        pd.DataFrame([*rows.values()], columns=columns),
        pd.DataFrame(all_pairs, columns=list(PAIR_COLUMNS)),
    )


def _decide(
    claims: dict,
    tested: dict[str, list[Tested]],
    rows: dict[str, dict],
    by_claim: dict[str, list[dict]],
    looks: tuple[int, ...],
    spending: str,
) -> None:
    """Give the rows of the claims that are tested their verdicts, and their pairs intervals."""
    tests = {what_is_tested(claims[name]): name for name in tested}
    p_by_claim = {name: min(found.p_value for found in tested[name]) for name in tested}
    p_of_tests = [p_by_claim[name] for name in tests.values()]
    adjusted = dict(zip(tests, paired.holm(p_of_tests)))
    undecided = sum(p > json.loads(test)["alpha"] for test, p in adjusted.items())
    for name, by_look in tested.items():
        row, claim, test = rows[name], claims[name], what_is_tested(claims[name])
        alphas = paired.holm_alphas(p_of_tests, claim["alpha"])
        row["p_value"], row["p_adjusted"] = p_by_claim[name], adjusted[test]
        row["tests"], row["alpha_adjusted"] = len(tests), alphas[list(tests).index(test)]
        deciding = (found for found in by_look if found.p_value <= row["alpha_adjusted"])
        shown = next(deciding, by_look[-1])
        pairs = by_claim[name] = shown.pairs
        row["seeds"] = fewest_seeds(pairs)
        levels = [
            nominal_level(alpha, shown.look, looks, spending)
            for alpha in (row["alpha_adjusted"], row["alpha_adjusted"] / len(pairs))
        ]
        for pair in pairs:
            # any of the pairs may contradict the claim
            level = levels[1 if pair["p_supporting"] == 1 else 0]
            interval = pair_interval(pair, level)
            pair |= {"low_adjusted": interval["low"], "high_adjusted": interval["high"]}
        row |= _margins(claim, pairs, levels) | look_row(shown, looks, levels)
        last = nominal_level(claim["alpha"] / max(1, undecided), -1, looks, spending)
        row |= _verdict(row, claim, shown, last)


def _margins(claim: dict, pairs: list[dict], levels: list[float]) -> dict:
    """The margins at which all pairs would support the claim, or one contradict it."""
    found = {}
    for key, level in zip(("supported_above", "contradicted_below"), levels):
        intervals = [pair_interval(pair, level) for pair in pairs]
        ends = [margins(claim, interval["low"], interval["high"]) for interval in intervals]
        found |= {key: max(end[key] for end in ends)} if ends[0] else {}
    return found


def _verdict(row: dict, claim: dict, shown: Tested, alpha: float) -> dict:
    """The verdict, the reason for it, and for an undecided claim how many seeds it would take.

    Not over splits and of tuned sides, where more seeds help only so far.
    """
    pairs = shown.pairs
    if row["p_adjusted"] > claim["alpha"]:
        if any(pair["share"] or pair["tuning_sd"] for pair in pairs):
            return {"verdict": UNDECIDED}
        differences = [pair["differences"].to_numpy() for pair in pairs]
        seeds = seeds_to_decide(claim, differences, alpha)
        return {"verdict": UNDECIDED} | dict(zip(("seeds_from", "seeds_to"), seeds or ()))
    if shown.supporting <= shown.contradicting:
        return {"verdict": SUPPORTED}
    against = min(pairs, key=lambda pair: pair["p_contradicting"])
    reason = contradiction(claim, against["difference"])
    if len(pairs) > 1:
        reason += f", {against['first']} against {against['second']}"
    return {"verdict": CONTRADICTED, "reason": reason}
