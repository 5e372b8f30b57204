"""The verdicts beside each other: fixed, tuned, on other splits; and what tuning found and cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.metrics import METRICS, format_value, is_percentage, metric_title
from study.analysis.significance import ALPHA
from study.analysis.tuned_sides import AT_CHOSEN
from study.analysis.verdict_changes import (
    DECIDED,
    FOUND,
    GONE,
    HOLDS,
    TURNED,
    change,
    joined,
)
from study.analysis.verdicts import tested_once
from study.design.claims import Claim
from study.design.protocols import FIXED, PROTOCOLS
from study.design.study import Study
from study.design.tuning import FIRST_SEED, Tuning, side_changes
from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.pictures import picture
from study.report.sections.cost import duration
from study.report.sections.tables import FIRST
from study.report.tables import numbered_titles, side_title
from study.report.wording import counted, interval_text, listed, lower_first, upper_first
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.store.frames import groups_of, rows_of
from study.store.records import Chosen

TITLE = "Verdicts side by side"
MOVES = {"fixed", "tuned"}  # the protocols on the same seeds
# Where the verdicts of a protocol are.
WHERE = {
    "fixed": "with fixed values",
    "tuned": "where each side is tuned",
    "splits": "on other splits",
    "tuned_splits": "on other splits, with values tuned on the study’s own split",
}
# What becomes of a verdict: for one, for several, and before their names.
BECOMES = {
    GONE: ("becomes undecided", "become undecided", "Undecided here"),
    TURNED: ("is reversed", "are reversed", "Reversed"),
    FOUND: ("is decided only here", "are decided only here", "Decided only here"),
}
NOT_MOVED = ", though the difference did not clearly move"
AT_EDGE = "at an edge"
EDGE = "a chosen value is at the edge of what was tried, so the side is not tuned"


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The tables, the pictures and the sentences; None where there is one protocol."""
    study, verdicts = inputs.study, inputs.frames.verdicts
    if verdicts.empty:
        return None
    protocols = [name for name in PROTOCOLS if name in {*verdicts["protocol"]}]
    measured = {*verdicts.loc[verdicts["kind"] == "comparison", "metric"]}
    tables = {
        metric: comparison_table(verdicts, protocols, metric, study)
        for metric in METRICS
        if metric in measured
    }
    return {
        "primary": WHERE[study.primary.name],
        "changes": [
            line
            for name in protocols
            if name != study.primary.name
            for line in change_lines(inputs, name)
        ],
        "claims": claim_rows(verdicts, protocols, study.claims),
        "protocols": [PROTOCOLS[name].heading for name in protocols],
        "tables": [table for metric, table in tables.items() if metric in FIRST],
        "others": [table for metric, table in tables.items() if metric not in FIRST],
        "splits": len(study.splits) if "splits" in protocols else 0,
        "tuned": tuning_words(inputs, study.tuning) if study.tuning else None,
        "edges": edge_lines(inputs, study.tuning) if study.tuning else [],
        "not_compared": not_compared(verdicts, study),
    }


def verdict_pairs(verdicts: pd.DataFrame, before: str, after: str) -> list[dict[str, Any]]:
    """Each claim's verdict by one protocol beside that by another, whose keys end in `_then`."""
    of_claims = verdicts[verdicts["kind"] == "claim"]
    both = [of_claims[of_claims["protocol"] == name] for name in (before, after)]
    return rows_of(both[0].merge(both[1], on="name", suffixes=("", "_then")))


def counts_of_changes(
    verdicts: pd.DataFrame, protocol: str, claims: Mapping[str, Claim], primary: str = FIXED.name
) -> str:
    """`Where each side is tuned, 7 of 9 decided claims keep their verdict and 2 become undecided.`

    Claims that are one test in other words count once. A verdict on a side that is not tuned,
    because its chosen value is at an edge, does not count as kept.

    Args:
        verdicts: statistics/verdicts.csv.
        protocol: the one that is a check.
        claims: of the study.
        primary: the protocol whose verdicts count.
    """
    counted_once = verdicts[verdicts["name"].isin(tested_once(claims))]
    pairs = verdict_pairs(counted_once, primary, protocol)
    changes = [(row["verdict"], change(row["verdict"], row["verdict_then"]), row) for row in pairs]
    decided = [
        AT_EDGE if what == HOLDS and edge_of(row) else what
        for verdict, what, row in changes
        if verdict in DECIDED
    ]
    kept = decided.count(HOLDS)
    of_all = f"{kept} of {counted(len(decided), 'decided claim')}"
    parts = [f"{of_all} {'keeps its' if kept == 1 else 'keep their'} verdict"]
    if count := decided.count(AT_EDGE):
        parts.append(
            f"{count} {'does' if count == 1 else 'do'} so with a value at the edge of what was"
            " tried"
        )
    for name in (GONE, TURNED):
        if count := decided.count(name):
            parts.append(f"{count} {BECOMES[name][count > 1]}")
    if count := decided.count(None):
        parts.append(f"{count} {'has' if count == 1 else 'have'} no verdict")
    text = listed(parts)
    at_chosen = sum(is_at_chosen(row, "_then") for _, _, row in changes)
    if at_chosen and protocol == "tuned":
        text += f" ({at_chosen} of all {len(changes)} verdicts {AT_CHOSEN})"
    if not decided:
        text = "there is no decided claim to check"
    if count := [what for _, what, _ in changes].count(FOUND):
        text += f"; {count}{' more' if decided else ''} {BECOMES[FOUND][count > 1]}"
    return f"{upper_first(WHERE[protocol])}, {text}."


def is_at_chosen(row: Mapping[str, Any], end: str = "") -> bool:
    """Whether a verdict on the study's own split is about the values that were chosen, not about
    tuned sides: for a row of statistics/verdicts.csv, or of `verdict_pairs`."""
    return row.get("protocol" + end) == "tuned" and row.get("sides" + end) == AT_CHOSEN


def verdict_words(row: Mapping[str, Any], end: str = "") -> str:
    """`supported`, or `supported, at the chosen values`."""
    return f"{row['verdict' + end]}{f' ({AT_CHOSEN})' * is_at_chosen(row, end)}"


def edge_of(row: Mapping[str, Any]) -> str:
    """Which values of a verdict, or of the one beside it, are at an edge of what was tried."""
    return joined(row.get(key) for key in ("edge", "edge_then"))


def lost_and_found(inputs: Inputs, protocol: str) -> list[str]:
    """Which claims a check on the same seeds leaves undecided or gives a verdict, and whether the
    difference itself changes there or only its interval."""
    said: dict[str, list[str]] = {}
    verdicts = inputs.frames.verdicts
    once = verdicts[verdicts["name"].isin(tested_once(inputs.study.claims))]
    for row in verdict_pairs(once, inputs.study.primary.name, protocol):
        what = change(row["verdict"], row["verdict_then"])
        if what not in BECOMES:
            continue
        sentence = inputs.study.claims[row["name"]].sentence.rstrip(".")
        moved = has_moved(row)
        how = "" if moved is None else ", and the difference moved" if moved else NOT_MOVED
        title = BECOMES[what][2] + how
        said.setdefault(title, []).append(f"“{sentence}”")
    return [f"{title}: {listed(claims)}." for title, claims in said.items()]


def has_moved(row: Mapping[str, Any]) -> bool | None:
    """Whether a difference changes where its sides are tuned; None where that is not tested.

    Args:
        row: of statistics/verdicts.csv, or of `verdict_pairs`.
    """
    found = [row.get(key) for key in ("p_moved", "p_moved_then")]
    tested = [p for p in found if p is not None and not pd.isna(p)]
    return tested[0] <= ALPHA if tested else None


def moved_words(row: Mapping[str, Any]) -> str:
    """`the difference itself moved by +0.21 [+0.02, +0.40]`; nothing where that is not tested."""
    moved = has_moved(row)
    if moved is None:
        return ""
    end = "" if not pd.isna(row["p_moved"]) else "_then"
    size = format_value(row["metric"], row[f"moved{end}"], sign=True)
    by = f"{size} {interval_text(row['metric'], row[f'moved_low{end}'], row[f'moved_high{end}'])}"
    if moved:
        return f"from fixed to tuned sides the difference itself moved by {by}"
    if "low_then" not in row:
        return f"not clearly moved ({by})"
    widths = {name: row[f"high{name}"] - row[f"low{name}"] for name in ("", "_then")}
    other = "" if end else "_then"
    wider = "; only its interval is wider" if widths[end] > widths[other] else ""
    return f"from fixed to tuned sides the difference did not clearly move ({by}){wider}"


def change_lines(inputs: Inputs, protocol: str) -> list[dict[str, str]]:
    """A sentence for each claim whose verdict a protocol changes, with its anchor."""
    lines, primary = [], inputs.study.primary.name
    for row in verdict_pairs(inputs.frames.verdicts, primary, protocol):
        what = change(row["verdict"], row["verdict_then"])
        if what not in BECOMES:
            continue
        metric = row["metric"]
        before, after = (
            f"{format_value(metric, row[f'difference{end}'], sign=True)}"
            f" {interval_text(metric, row[f'low{end}'], row[f'high{end}'])}"
            for end in ("", "_then")
        )
        unit = " percentage points" if is_percentage(metric) else ""
        moved = moved_words(row) if {primary, protocol} == MOVES else ""
        lines.append(
            {
                "claim": row["name"],
                "sentence": inputs.study.claims[row["name"]].sentence,
                "words": f"{upper_first(verdict_words(row))} {WHERE[primary]},"
                f" but {verdict_words(row, '_then')} {WHERE[protocol]}:"
                f" the difference is {after} rather than {before}{unit}"
                + (f"; {moved}" if moved else ""),
            }
        )
    return lines


def claim_rows(
    verdicts: pd.DataFrame, protocols: Sequence[str], claims: Mapping[str, Claim]
) -> list[dict[str, Any]]:
    """Each claim with its verdict, difference and interval in every protocol."""
    rows = []
    for (name,), of_claim in groups_of(verdicts[verdicts["kind"] == "claim"], "name").items():
        by_protocol = {row["protocol"]: row for row in rows_of(of_claim)}
        cells = [_cell(by_protocol.get(protocol)) for protocol in protocols]
        rows.append({"name": name, "sentence": claims[name].sentence, "cells": cells})
    return rows


def _cell(row: Mapping[str, Any] | None) -> dict[str, str]:
    if row is None:
        return {"verdict": "", "text": "its factor is tuned"}
    why = row["reason"] if isinstance(row["reason"], str) else ""
    beside = [AT_CHOSEN * is_at_chosen(row), moved_words(row), EDGE if edge_of(row) else ""]
    text = "; ".join(filter(None, [why or _difference(row), *beside]))
    return {"verdict": row["verdict"], "text": text}


def not_compared(verdicts: pd.DataFrame, study: Study) -> list[str]:
    """Which tables have no comparison by a protocol, and why: `Tuned: Table 2, because …`."""
    of_tables = verdicts[(verdicts["kind"] == "comparison") & verdicts["reason"].notna()]
    titles, lines = numbered_titles("Table", study.tables), []
    for (protocol, reason), rows in groups_of(of_tables, "protocol", "reason").items():
        tables = listed([titles[name] for name in dict.fromkeys(rows["name"])])
        lines.append(f"{PROTOCOLS[protocol].title}: {tables}, because {reason}")
    return lines


def _difference(row: Mapping[str, Any]) -> str:
    """`+0.23 [+0.02, +0.44]`."""
    if pd.isna(row["difference"]):
        return ""
    difference = format_value(row["metric"], row["difference"], sign=True)
    return f"{difference} {interval_text(row['metric'], row['low'], row['high'])}"


def comparison_table(
    verdicts: pd.DataFrame, protocols: Sequence[str], metric: str, study: Study
) -> DataTable:
    """The comparisons of the study's tables on one metric, a column a protocol."""
    shown = verdicts[(verdicts["kind"] == "comparison") & (verdicts["metric"] == metric)]
    titles, rows = numbered_titles("Table", study.tables), []
    by_sides = groups_of(shown, "name", "level", "against")
    for (table, level, against), found in by_sides.items():
        by_protocol = {row["protocol"]: row for row in rows_of(found)}
        factor, number = study.tables[table].factor, study.tables[table].round
        sides = " − ".join(level_title(factor, side) for side in (level, against))
        texts = []
        for protocol in protocols:
            row = by_protocol.get(protocol)
            texts.append(f"{_difference(row) or '–'}{_marks(row)}" if row else "–")
        rows.append([f"{titles[table]}: {sides}, round {number}", *texts])
    unit = ", in percentage points" if is_percentage(metric) else ""
    return DataTable(
        f"Difference{unit}, with its adjusted interval; * where it excludes 0, † where the"
        " difference itself is not the same as with fixed values (paired t-test at 5%, not"
        f" adjusted), ‡ {EDGE}, § {AT_CHOSEN}.",
        ["Comparison", *(PROTOCOLS[name].heading for name in protocols)],
        rows,
        title=METRICS[metric].title,
        kind="fine",
        text_columns=["Comparison"],
        file="statistics/verdicts.csv",
    )


def _marks(row: Mapping[str, Any]) -> str:
    marks = {"*": row["verdict"] in DECIDED, "†": has_moved(row), "‡": edge_of(row)}
    marks |= {"§": is_at_chosen(row)}
    return "".join(mark for mark, holds in marks.items() if holds)


def tuning_words(inputs: Inputs, tuning: Tuning) -> dict[str, Any]:
    """How much tuning it was, what it took, and what it chose; with its pictures."""
    seconds, titles = _seconds(inputs.frames.environments), side_titles(inputs.study, tuning)
    rows = [
        [
            titles[side],
            *(level_title(name, chosen.values[name]) for name in tuning.space),
            format_value(tuning.metric, chosen.mean),
            f"{100 * chosen.trials[0].weight:.0f}",
            _others(chosen, tuning),
        ]
        for side, chosen in inputs.chosen.items()
    ]
    trials, (first, last), metric = len(tuning.trials), tuning.seeds, tuning.metric
    return {
        "names": listed([lower_first(parameter_title(name)) for name in tuning.space]),
        "budget": f"{counted(trials, 'trial')} of {counted(last - first + 1, 'seed')} and"
        f" {counted(tuning.round, 'round')} for each of {counted(len(rows), 'side')}, chosen by"
        f" {lower_first(METRICS[metric].title)}",
        "trials": f"{trials * len(rows):,}",
        "others": tuning.places - 1,
        "hours": duration(seconds["trials"] / 3600),
        "rest": duration(seconds["others"] / 3600),
        "chosen": DataTable(
            "The trial chosen for each side, and its mean over the tuning seeds (which are numbered"
            f" from {FIRST_SEED:,}). “Chosen in” is the share of resamples of these seeds in which"
            " the same trial is chosen; “Otherwise” is what is chosen in the others.",
            [
                "Side",
                *map(parameter_title, tuning.space),
                metric_title(metric),
                "Chosen in (%)",
                "Otherwise",
            ],
            rows,
            title="Chosen",
            text_columns=["Side", "Otherwise"],
        ),
        "curves": picture(inputs.drawings.curves_of_sides),
        "by_budget": picture(inputs.drawings.budget),
    }


def _others(chosen: Chosen, tuning: Tuning) -> str:
    """`0.002 (31%), 0.0005 (4%, not trained)`: what might have been chosen as well."""
    others = []
    for position, trial in enumerate(chosen.trials[1:], start=1):
        values = " and ".join(level_title(name, trial.values[name]) for name in tuning.space)
        untrained = ", not trained" if position >= tuning.places else ""
        others.append(f"{values} ({100 * trial.weight:.0f}%{untrained})")
    return ", ".join(others) or "–"


def side_titles(study: Study, tuning: Tuning) -> dict[str, str]:
    """What each side that is tuned is called: `Loss CE`."""
    return {side: side_title(side_changes(study.design, tuning, side)) for side in tuning.sides}


def _seconds(environments: pd.DataFrame) -> dict[str, float]:
    """What the trials took, and all other runs."""
    trials = environments["first"] >= FIRST_SEED
    return {
        "trials": environments.loc[trials, "seconds"].sum(),
        "others": environments.loc[~trials, "seconds"].sum(),
    }


def edge_lines(inputs: Inputs, tuning: Tuning) -> list[str]:
    """The sides whose chosen value is the end of what was tried."""
    titles = side_titles(inputs.study, tuning)
    return [
        f"{titles[side]}: {lower_first(parameter_title(name))}"
        f" {level_title(name, chosen.values[name])} is the {end} tried"
        for side, chosen in inputs.chosen.items()
        for name, end in chosen.edges.items()
    ]
