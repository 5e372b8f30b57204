"""A claim at each of several planned looks: at the seeds of that look, and over all looks."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from study.analysis.paired import MIN_SEEDS, MIN_SEEDS_OF_LOOK
from study.analysis.spending import overall_p

# What rows of claims have of the look that they are of.
LOOK_COLUMNS = {"look": int, "look_seeds": int, "p_nominal": float, "alpha_nominal": float}


class Tested(NamedTuple):
    """A claim as it is tested at one look: its pairs, and its p-values over all looks."""

    look: int  # its position, from 0
    pairs: list[dict]
    supporting: float
    contradicting: float

    @property
    def p_value(self) -> float:
        return min(self.supporting, self.contradicting)


def values_by_look(values: pd.DataFrame, looks: tuple[int, ...]) -> list[pd.DataFrame]:
    """The values that each look is at: those of its first seeds; without looks, all.

    Args:
        values: indexed by cell, round and seed.
        looks: their numbers of seeds, rising.
    """
    seeds = values.index.get_level_values("seed")
    return [values[seeds < count] for count in looks] or [values]


def stages(
    claim: dict, by_look: list[pd.DataFrame], looks: tuple[int, ...]
) -> Iterator[tuple[int, pd.DataFrame, int]]:
    """The looks that a claim can be judged at, because all its sides have their seeds.

    Seeds that diverged count, for they were trained. The first look comes in any case, and asks for
    all its seeds where they are not there.

    Args:
        claim: with the name of the cell in each side.
        by_look: as `values_by_look` returns it.
        looks: the numbers of seeds.

    Yields:
        The look's position, from 0; its values; and how many seeds a test needs there.
    """
    if not looks:
        yield 0, by_look[0], MIN_SEEDS
        return
    for look, (values, seeds) in enumerate(zip(by_look, looks, strict=True)):
        trained = all(_has_seeds(values, side, seeds) for pair in claim["compare"] for side in pair)
        if trained:
            yield look, values, MIN_SEEDS_OF_LOOK
        elif look == 0:
            yield look, values, seeds
        if not trained:
            return


def _has_seeds(values: pd.DataFrame, side: dict, count: int) -> bool:
    trained = values.index
    return all(
        (side["cell"], round_number, seed) in trained
        for round_number in side["rounds"]
        for seed in range(count)
    )


def p_values_over_looks(
    pairs: list[dict], look: int, looks: tuple, spending: str
) -> tuple[float, float]:
    """That of the claim and that against it, each over all looks."""
    supporting = max(pair["p_supporting"] for pair in pairs)
    contradicting = min(pair["p_contradicting"] for pair in pairs)
    against = overall_p(contradicting, look, looks, spending)
    return overall_p(supporting, look, looks, spending), min(1.0, len(pairs) * against)


def look_row(shown: Tested, looks: tuple[int, ...], levels: list[float]) -> dict:
    """Which look a row is of, and how its p-value is beside the level; empty without looks."""
    if not looks:
        return {}
    if shown.supporting <= shown.contradicting:
        p_value, level = max(pair["p_supporting"] for pair in shown.pairs), levels[0]
    else:
        p_value, level = min(pair["p_contradicting"] for pair in shown.pairs), levels[1]
    return dict(zip(LOOK_COLUMNS, (shown.look + 1, looks[shown.look], p_value, level)))
