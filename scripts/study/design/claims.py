"""The claims of a study: which sides they compare, and what they expect of the difference."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from study.design.cell import Design, cell_parameters, find_cell, round_epochs
from study.design.factors import Along, companions, excluded_by
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.settings.parameters import Parameters


@dataclass(frozen=True)
class Side:
    """One of the two sides of a comparison: a cell in a round, or its change between two."""

    cell: str  # its name
    rounds: list[int]  # the round; two, for the change from the first to the second
    title: str = ""  # for people: `loss CE, round 3`
    parameters: Parameters = field(default_factory=dict)  # of the cell
    half: str = ""  # of the epochs after the warm-up: early, late, or nothing for all
    epochs: int | None = None  # of a round of the cell, by the study's budget; None: not known
    excluded: bool = False  # whether the design leaves the cell out
    tuned: Parameters = field(default_factory=dict)  # what tuning chose for it, where it was tuned
    changes: Parameters = field(default_factory=dict)  # that its claim names, of the baseline


@dataclass(frozen=True)
class Claim:
    """A sentence, and what it means in the study: every pair's difference is as expected."""

    sentence: str
    metric: str
    factor: str  # what the sides of each pair differ in: a parameter, round or epoch
    expect: str  # greater, less, not_greater, not_less or equivalent
    compare: list[tuple[Side, Side]]
    margin: float = 0.0  # in the metric's own unit; 0 where there is none
    alpha: float = 0.05  # the level of its test
    required: bool = False  # whether check_claims fails unless it is supported
    along: Along = field(default_factory=dict)  # what moves along with the factor
    made_in: str = ""  # the section of the source that makes it
    quote: str = ""  # what the source says in its own words
    tables: list[str] = field(default_factory=list)  # of the source, that its numbers are in


def expand_claim(design: Design, declared: Mapping[str, Any]) -> Claim:
    """A declared claim, with the cells of its sides."""
    pairs = [[expand_side(design, side) for side in pair] for pair in declared["compare"]]
    return Claim(
        **dict(declared) | {"compare": [(first, second) for first, second in pairs]},
        along=companions(design, declared["factor"]),
    )


def expand_side(design: Design, declared: Mapping[str, Any]) -> Side:
    """A declared side of a claim, with its cell and a title."""
    changes, number = declared["cell"], declared["round"]
    title = [
        f"{parameter_title(name).lower()} {level_title(name, level)}"
        for name, level in changes.items()
    ] or ["baseline"]
    title.append(f"round {number}")
    rounds = [number]
    if "since" in declared:
        title.append(f"change since round {declared['since']}")
        rounds = [declared["since"], number]
    if "epochs" in declared:
        title.append(f"{declared['epochs']} epochs")
    parameters = cell_parameters(design, changes)
    return Side(
        cell=find_cell(design, changes),
        rounds=rounds,
        title=", ".join(title),
        parameters=parameters,
        half=declared.get("epochs", ""),
        epochs=round_epochs(design, parameters),
        excluded=excluded_by(design, changes) is not None,
        changes=dict(changes),
    )
