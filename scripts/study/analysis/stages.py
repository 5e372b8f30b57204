"""The seeds of each planned look that a claim can be judged at."""

from collections.abc import Iterator

import pandas as pd

from study.analysis.paired import MIN_SEEDS, MIN_SEEDS_OF_LOOK


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
