"""The pairs of sides that a claim compares: each difference, its noise and its p-values."""

import numpy as np
import pandas as pd

from study.analysis import paired
from study.analysis.alike import Alike, refuse_alike
from study.analysis.averages import half_name
from study.analysis.caveats import caveat
from study.analysis.expectations import p_values
from study.analysis.guard import (
    Confounded,
    check_comparison,
    check_on_splits,
    check_sides,
    on_split,
    recorded_side,
)
from study.analysis.metrics import format_value, is_of_test
from study.analysis.trials import deviation_of_sides
from study.analysis.tuned import tuned_interval
from study.analysis.verdicts import NOT_TESTED, REFUSED, TOO_FEW


def side_values(
    values: pd.DataFrame, side: dict, metric: str, by_program: bool = False
) -> pd.Series:
    """A side's metric, seed -> value, without seeds that diverged.

    Args:
        values: indexed by cell, round and seed.
        by_program: whether a program trained, which may not measure everything.

    Raises:
        LookupError: nothing of the side has been trained, or it has no such metric.
    """
    if metric not in values.columns:
        why = ", or a program that writes what it is made from" if by_program else ""
        raise LookupError(
            f"there is no {metric}, which needs a split that this data set lacks{why}"
        )
    if side.get("epochs"):
        metric = half_name(metric, side["epochs"])
    by_round = []
    for round_number in side["rounds"]:
        try:
            found = values.loc[(side["cell"], round_number), metric].dropna()
        except KeyError:
            what = "is left out by `exclude`" if side.get("excluded") else "has not been trained"
            raise LookupError(f"{side['title']} {what}") from None
        if found.empty:
            raise LookupError(f"{side['title']}: all seeds diverged")
        by_round.append(found)
    return by_round[-1] - by_round[0] if len(by_round) == 2 else by_round[0]


def compare_sides(
    name: str, claim: dict, values, runs, needed: int, **about
) -> tuple[list[dict], tuple | None]:
    """A claim's pairs, and where it cannot be judged by them the verdict, and the reason."""
    pairs, problem = [], None
    for first, second in claim["compare"]:
        pair = {"claim": name, "first": first["title"], "second": second["title"]}
        try:
            pair |= _compare_pair(claim, values, runs, first, second, **about)
        except Confounded as error:
            problem = problem or (REFUSED, str(error))
        except (LookupError, Alike) as error:
            problem = problem or (NOT_TESTED, str(error.args[0]))
        pairs.append(pair | {"metric": claim["metric"]})
    if problem is None and fewest_seeds(pairs) < needed:
        problem = (TOO_FEW, f"{needed} needed; {fewest_seeds(pairs)} run")
    return pairs, problem


def _compare_pair(
    claim: dict,
    values: pd.DataFrame,
    runs: pd.DataFrame,
    first: dict,
    second: dict,
    data: dict[str, dict],
    share: float,
    tuning: dict | None,
) -> dict:
    along, by_program = claim.get("along", {}), "command" in runs
    check_sides(first, second, claim["factor"], along)
    if share and is_of_test(claim["metric"]):
        raise LookupError(
            "other splits leave the test split as it is; of its metrics no test over splits keeps"
            " its level"
        )
    sides = [side_values(values, side, claim["metric"], by_program) for side in (first, second)]
    about = (claim["factor"], along)
    both = pd.concat(sides, axis=1, join="inner").dropna()
    if share and len(both):
        guard = check_on_splits(runs, [first, second], list(both.index), *about)
    else:
        guard = check_comparison(runs, first, second, *about)
    if len(both) < 2:
        raise LookupError(f"seeds with both sides: {len(both)}; at least 2 seeds are needed")
    for side in (first, second):
        _refuse_alike(values, side, both.index, by_program, "splits" if share else "seeds")
    one, other = both.iloc[:, 0].to_numpy(), both.iloc[:, 1].to_numpy()
    differences = pd.Series(paired.paired_differences(one, other), both.index)
    constant = np.ptp(one) == 0 and np.ptp(other) == 0 and not differences.any()
    if constant and claim["expect"] in ("greater", "less"):
        value = format_value(claim["metric"], one[0])
        raise LookupError(f"it is {value} in all runs of both sides: there is nothing to test")
    noise = {
        "share": share,
        "tuning_sd": deviation_of_sides(tuning, first, second, claim["metric"]),
    }
    pair = paired.compare_pairs(one, other) | noise
    pair |= p_values(claim, differences.to_numpy(), **noise)
    pair["p_sign_flip"] = paired.sign_flip_p(differences)
    records = [
        recorded_side(runs, on_split(side, both.index[0]) if share else side)
        for side in (first, second)
    ]
    said = caveat(
        claim["factor"],
        *(side["parameters"] for side in (first, second)),
        epochs=[record["epochs"] for record in records],
        data=data.get(records[0]["data"]),
        along=along,
        by_program=by_program,
        tuned=(first["tuned"], second["tuned"]) if first.get("tuned") else None,
        trials=tuning["count"] if tuning else 0,
    )
    pair |= {"differences": differences, "guard": guard, "caveat": said}
    if any(noise.values()):  # for which signs cannot be flipped
        interval = pair_interval(pair, paired.ALPHA)
        pair |= {key: interval[key] for key in ("low", "high")} | {"p_sign_flip": np.nan}
    return pair


def _refuse_alike(values: pd.DataFrame, side: dict, seeds, by_program: bool, over: str) -> None:
    for number in side["rounds"]:
        of_round = values.loc[(side["cell"], number)]
        refuse_alike(of_round, seeds, side["title"], by_program, over)


def pair_interval(pair: dict, alpha: float) -> dict:
    """The interval of a pair's difference at a level, with all of its noise: `low` and `high`."""
    return tuned_interval(pair["differences"], pair["tuning_sd"], pair["share"], alpha)


def fewest_seeds(pairs: list[dict]) -> int:
    """Of how many seeds the pair is that has the fewest."""
    return min(pair["n"] for pair in pairs)
