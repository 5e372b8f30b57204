"""Whole groups dealt to splits, so that each has every class and comes nearest to its share.

For few groups, or rare classes, where no fold has what a split needs. How far a dealing is off
is the sum, over splits, of how many samples a split has more or fewer than its share of each class
and of all. Groups are dealt at random, and then moved, or exchanged in pairs, as long as that comes
nearer. All of it is in whole numbers, so that it is the same on every machine.
"""

from collections.abc import Mapping

import numpy as np

DEALS = 64  # begun at random, of which the nearest is taken
TRIES = 256  # begun at most, until one has every class in every split
MOST_PAIRS = 60  # groups, up to which pairs are exchanged
MOST_MOVED = 10_000  # groups that all deals together move


def nearest_split(
    labels: np.ndarray,
    groups: np.ndarray | None,
    counts: Mapping[str, int],
    seed: int,
    nearest: bool,
) -> dict[str, np.ndarray] | None:
    """The rows of `train` and of each split that is drawn; None where there is no such dealing.

    Args:
        labels: (n,) int.
        groups: (n,) group of each row; None where each row is its own.
        counts: split -> how many rows it should have.
        seed: what decides the dealing.
        nearest: whether the nearest of many is taken. Otherwise it is the first that cannot
            be brought nearer by moving a group.
    """
    label = _numbered(labels)
    member = _numbered(np.arange(len(labels)) if groups is None else groups)
    table = np.zeros((member.max() + 1, label.max() + 1), dtype=np.int64)
    np.add.at(table, (member, label), 1)
    table = np.column_stack([table, table.sum(axis=1)])
    wanted = np.maximum([len(labels) - sum(counts.values()), *counts.values()], 1)
    if (table > 0).sum(axis=0).min() < len(wanted):  # a class is in too few groups
        return None
    rng = np.random.default_rng(seed)
    deals = min(DEALS, max(1, MOST_MOVED // len(table))) if nearest else 1
    found: list[tuple[int, int, np.ndarray]] = []
    for number in range(TRIES):
        order = rng.permutation(len(table))
        deal = np.searchsorted(
            wanted.cumsum(), rng.integers(wanted.sum(), size=len(table)), "right"
        )
        off = _settle(table[order], deal, wanted, nearest and len(table) <= MOST_PAIRS)
        if off is not None:
            found.append((off, number, deal[order.argsort()]))
        if len(found) == deals:
            break
    if not found:
        return None
    best = min(found)[2]  # of those as near, the first
    return {name: np.flatnonzero(best[member] == s) for s, name in enumerate(["train", *counts])}


def _numbered(values: np.ndarray) -> np.ndarray:
    """Numbers in place of values, from 0, as they first occur."""
    _, first, places = np.unique(values, return_index=True, return_inverse=True)
    return first.argsort().argsort()[places]


def _settle(table: np.ndarray, deal: np.ndarray, wanted: np.ndarray, pairs: bool) -> int | None:
    """Move groups, in place, while that comes nearer; how far off it then is.

    Args:
        table: (groups, classes + 1) samples of each class, and of all.
        deal: (groups,) the split of each.
        wanted: (splits,) how many samples each should have.
        pairs: whether two groups may be exchanged as well.

    Returns:
        The distance, in samples times their number; None where a split lacks a class.
    """
    total, here = table[:, -1].sum(), np.arange(len(table))
    target = wanted[:, None] * table.sum(axis=0) * total // wanted.sum()
    lacking = 8 * total**2  # more than any distance

    def off(split, sums):
        return (abs(sums * total - target[split]) + lacking * (sums == 0)).sum(axis=-1)

    while True:
        sums = np.array([table[deal == split].sum(axis=0) for split in range(len(wanted))])
        now = off(np.arange(len(wanted)), sums)
        taken = off(deal, sums[deal] - table) - now[deal]
        given = off(np.arange(len(wanted)), sums + table[:, None]) - now
        moves = taken[:, None] + given
        moves[here, deal] = 0
        group, split = np.unravel_index(moves.argmin(), moves.shape)
        gain, change = moves[group, split], {group: split}
        if pairs:
            # of the split of each row's group, which gives that group and takes the column's
            swapped = off(deal[:, None], sums[deal][:, None] - table[:, None] + table)
            swapped = swapped - now[deal][:, None]
            swaps = swapped + swapped.T
            swaps[deal[:, None] == deal] = 0
            one, other = np.unravel_index(swaps.argmin(), swaps.shape)
            if swaps[one, other] < gain:
                gain, change = swaps[one, other], {one: deal[other], other: deal[one]}
        if gain >= 0:
            return None if (sums == 0).any() else int(now.sum())
        for group, split in change.items():
            deal[group] = split
