"""The protocols by which sides are compared: with fixed values or tuned, over seeds or splits.

fixed: the study's own cells, over seeds. tuned: each side with the values that tuning chose for it,
on the same seeds. splits: the study's cells on redrawn splits, which take the place of
seeds, each with a seed of its own number, so that both sources of variance move at once
(Bouthillier et al. 2021, MLSys 3). The cells of one split are trained on the same samples with the
same seed, and are paired by it. tuned_splits: the same with the values that tuning chose on the
study's own split; nothing is tuned on the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from study.design.cell import Cell
from study.design.claims import Claim, Side
from study.design.factors import Along
from study.design.tables import Table, of_one_factor
from study.design.tuning import UNKNOWN, Tuning
from study.store.paths import place_number, tuned_places
from study.store.records import Chosen


@dataclass(frozen=True)
class Protocol:
    """One way to compare the same sides."""

    name: str  # as folders have it
    title: str  # as people read it
    tuned: bool  # whether each side has what tuning chose for it
    splits: bool  # whether the seeds are redrawn splits
    short: str = ""  # the title where a column has no room for it

    @property
    def heading(self) -> str:
        """The title of a column."""
        return self.short or self.title


FIXED = Protocol("fixed", "Fixed", tuned=False, splits=False)
PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        FIXED,
        Protocol("tuned", "Tuned", tuned=True, splits=False),
        Protocol("splits", "Fixed, other splits", tuned=False, splits=True),
        Protocol(
            "tuned_splits",
            "Other splits, with values tuned on the study’s own split",
            tuned=True,
            splits=True,
            short="Other splits, tuned on the study’s own",
        ),
    )
}


def protocols_of(tuned: bool, splits: bool) -> list[Protocol]:
    """The protocols of a study that tunes, that draws other splits, or that does both."""
    return [
        protocol
        for protocol in PROTOCOLS.values()
        if tuned >= protocol.tuned and splits >= protocol.splits
    ]


def protocol_tables(
    protocol: Protocol, tables: Mapping[str, Table], tuning: Tuning | None
) -> dict[str, Table]:
    """The tables that a protocol compares, about its own cells.

    For tuned sides, those of one factor that is not tuned.
    """
    if not protocol.tuned or tuning is None:
        return dict(tables)
    return {
        name: replace(
            table,
            cells=[tuning.side_of.get(cell, cell) for cell in table.cells],
            along={factor: _kept(along, tuning) for factor, along in table.along.items()},
        )
        for name, table in of_one_factor(tables).items()
        if table.factor not in tuning.space
    }


def protocol_claims(
    protocol: Protocol, claims: Mapping[str, Claim], tuning: Tuning | None
) -> dict[str, Claim]:
    """The claims that a protocol judges, about its own cells; not those whose factor is tuned."""
    if not protocol.tuned or tuning is None:
        return dict(claims)

    def tuned(side: Side) -> Side:
        return replace(side, cell=tuning.side_of.get(side.cell, side.cell))

    return {
        name: replace(
            claim,
            compare=[(tuned(first), tuned(second)) for first, second in claim.compare],
            along=_kept(claim.along, tuning),
        )
        for name, claim in claims.items()
        if claim.factor not in tuning.space
    }


def _kept(along: Along, tuning: Tuning) -> Along:
    """What moves along with a factor and is not tuned."""
    return {name: levels for name, levels in along.items() if name not in tuning.space}


def protocol_cells(
    protocol: Protocol, cells: Mapping[str, Cell], tuning: Tuning | None
) -> dict[str, Cell]:
    """The cells that a protocol's runs train; tuned values are not known yet."""
    if not protocol.tuned or tuning is None:
        return dict(cells)
    unknown = dict.fromkeys(tuning.space, UNKNOWN)
    return {
        name: replace(cell, parameters=cell.parameters | unknown)
        for name, cell in tuning.side_cells.items()
    }


def chosen_cells(cells: Mapping[str, Cell], chosen: Mapping[str, Chosen]) -> dict[str, Cell]:
    """Cells of which the tuned ones have the values that tuning chose.

    Args:
        cells: as `protocol_cells` returns them.
        chosen: side -> what was chosen for it.
    """
    first = tuned_places(1)[0]
    return {name: cell_in_place(cell, chosen.get(name), first) for name, cell in cells.items()}


def cell_in_place(cell: Cell, chosen: Chosen | None, place: str) -> Cell:
    """A cell as it is trained in a place: of a tuned side with the values of the trial there.

    Args:
        cell: as `protocol_cells` returns it.
        chosen: what tuning chose for it; None where it is not tuned.
        place: as a run has it. Where there is no trial in it nothing is trained.
    """
    if chosen is None or place_number(place) >= len(chosen.trials):
        return cell
    return replace(cell, parameters=cell.parameters | chosen.trials[place_number(place)].values)


def with_chosen(claims: Mapping[str, Claim], chosen: Mapping[str, Chosen]) -> dict[str, Claim]:
    """Claims whose sides have the values that tuning chose.

    Args:
        claims: about sides that are tuned.
        chosen: side -> what was chosen for it.
    """

    def known(side: Side) -> Side:
        values = chosen[side.cell].values if side.cell in chosen else {}
        return replace(side, parameters=side.parameters | values, tuned=values)

    return {
        name: replace(
            claim, compare=[(known(first), known(second)) for first, second in claim.compare]
        )
        for name, claim in claims.items()
    }
