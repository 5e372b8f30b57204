"""A claim at each of several planned looks: at the seeds of that look, and over all looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from study.analysis.expectations import PValues
from study.analysis.measured import Measured
from study.analysis.pairs import Pair
from study.analysis.significance import MIN_SEEDS, MIN_SEEDS_OF_LOOK
from study.analysis.spending import nominal_level, overall_p
from study.design.claims import Claim, Side

# What rows of claims have of the look that they are of.
PLANNED_COLUMNS = {"look": int, "look_seeds": int, "p_nominal": float, "alpha_nominal": float}


@dataclass(frozen=True)
class Plan:
    """The looks that are planned, and how the level is spent over them."""

    looks: tuple[int, ...] = ()  # their numbers of seeds, rising; none if it is one, at all seeds
    spending: str = "obrien_fleming"  # of study.analysis.spending.SPENDING

    def level(self, alpha: float, look: int) -> float:
        """The level that a look, by its place from 0, is tested at, for `alpha` over all looks."""
        return nominal_level(alpha, look, self.looks, self.spending)


ONE_LOOK = Plan()


@dataclass(frozen=True, eq=False)
class JudgedPair:
    """A pair of a claim's sides, with the p-values for and against what is expected of it."""

    pair: Pair
    p: PValues
    constant: str = ""  # why it says nothing for its claim and nothing against it


@dataclass(frozen=True, eq=False)
class AtLook:
    """A claim as it is tested at one look: its pairs, and its p-values over all looks."""

    look: int  # its place, from 0
    pairs: list[JudgedPair]
    over_looks: PValues

    @property
    def p_value(self) -> float:
        """The smaller one: a claim may be supported or contradicted."""
        return min(self.over_looks)


def values_by_look(measured: Measured, plan: Plan) -> list[Measured]:
    """What there is at each look: the values of its first seeds; without looks, all."""
    return [_first_seeds(measured, count) for count in plan.looks] or [measured]


def _first_seeds(measured: Measured, count: int) -> Measured:
    by_place = measured.by_place
    if by_place is not None:
        by_place = by_place[by_place.index.get_level_values("seed") < count]
    seeds = measured.values.index.get_level_values("seed")
    return replace(measured, values=measured.values[seeds < count], by_place=by_place)


def looks_of_claim(
    claim: Claim, by_look: Sequence[Measured], plan: Plan
) -> Iterator[tuple[int, Measured, int]]:
    """The looks that a claim can be judged at, because all its sides have their seeds.

    Seeds that diverged count, for they were trained. The first look comes in any case, and asks for
    all its seeds where they are not there.

    Args:
        claim: the claim.
        by_look: as `values_by_look` returns it.
        plan: the looks.

    Yields:
        The look's place, from 0; what there is; and how many seeds a test needs there.
    """
    if not plan.looks:
        yield 0, by_look[0], MIN_SEEDS
        return
    for look, (measured, seeds) in enumerate(zip(by_look, plan.looks, strict=True)):
        sides = (side for pair in claim.compare for side in pair)
        trained = all(_has_seeds(measured.values, side, seeds) for side in sides)
        if trained:
            yield look, measured, MIN_SEEDS_OF_LOOK
        elif look == 0:
            yield look, measured, seeds
        if not trained:
            return


def _has_seeds(values: pd.DataFrame, side: Side, count: int) -> bool:
    trained = values.index
    return all(
        (side.cell, number, seed) in trained for number in side.rounds for seed in range(count)
    )


def at_look(look: int, pairs: list[JudgedPair], plan: Plan) -> AtLook:
    """A claim at a look: supported by the weakest of its pairs, contradicted by any of them."""
    supporting = max(judged.p.supporting for judged in pairs)
    contradicting = min(judged.p.contradicting for judged in pairs)
    against = overall_p(contradicting, look, plan.looks, plan.spending)
    return AtLook(
        look,
        pairs,
        PValues(
            overall_p(supporting, look, plan.looks, plan.spending), min(1.0, len(pairs) * against)
        ),
    )


def look_row(shown: AtLook, plan: Plan, levels: Sequence[float]) -> dict[str, float]:
    """Which look a row is of, with its p-value and the level; empty without looks.

    Args:
        shown: the claim at that look.
        plan: the looks.
        levels: at which it is supported, and contradicted.
    """
    if not plan.looks:
        return {}
    supporting, contradicting = shown.over_looks
    if supporting <= contradicting:
        p_value, level = max(judged.p.supporting for judged in shown.pairs), levels[0]
    else:
        p_value, level = min(judged.p.contradicting for judged in shown.pairs), levels[1]
    return dict(zip(PLANNED_COLUMNS, (shown.look + 1, plan.looks[shown.look], p_value, level)))
