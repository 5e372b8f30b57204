"""The verdicts beside each other: fixed, tuned, on other splits; and what tuning found and cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.metrics import METRICS, format_value, is_percentage, metric_title
from study.analysis.verdict_changes import DECIDED, FOUND, GONE, HOLDS, TURNED, change
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
from study.settings.choices import level_title, parameter_title
from study.store.frames import groups_of, rows_of
from study.store.records import Chosen

TITLE = "Verdicts side by side"
# What a protocol has that the fixed one has not.
WHERE = {
    "tuned": "where each side is tuned",
    "splits": "on other splits",
    "tuned_splits": "on other splits, with values tuned on the study’s own split",
}
# What becomes of a verdict: one, and of several.
BECOMES = {
    GONE: ("becomes undecided", "become undecided"),
    TURNED: ("turns round", "turn round"),
    FOUND: ("is decided only here", "are decided only here"),
}


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
        "changes": [line for name in protocols[1:] for line in change_lines(inputs, name)],
        "claims": claim_rows(verdicts, protocols, study.claims),
        "protocols": [PROTOCOLS[name].heading for name in protocols],
        "tables": [table for metric, table in tables.items() if metric in FIRST],
        "others": [table for metric, table in tables.items() if metric not in FIRST],
        "splits": len(study.splits) if "splits" in protocols else 0,
        "tuned": tuning_words(inputs, study.tuning) if study.tuning else None,
        "edges": edge_lines(inputs, study.tuning) if study.tuning else [],
        "not_compared": not_compared(verdicts, study),
    }


def verdict_pairs(verdicts: pd.DataFrame, protocol: str, kind: str) -> pd.DataFrame:
    """The fixed verdict, difference and interval of each claim or comparison, and a protocol's."""
    keys = ["name"] if kind == "claim" else ["name", "level", "against", "metric"]
    of_kind = verdicts[verdicts["kind"] == kind]
    both = [of_kind[of_kind["protocol"] == name] for name in (FIXED.name, protocol)]
    return both[0].merge(both[1], on=keys, suffixes=("", "_then"))


def counts_of_changes(verdicts: pd.DataFrame, protocol: str, claims: Mapping[str, Claim]) -> str:
    """`Where each side is tuned: of 9 decided claims 7 keep their verdict, 2 become undecided.`

    Claims that are one test in other words count once.
    """
    counted_once = verdicts[verdicts["name"].isin(tested_once(claims))]
    pairs = rows_of(verdict_pairs(counted_once, protocol, "claim"))
    changes = [(row["verdict"], change(row["verdict"], row["verdict_then"])) for row in pairs]
    decided = [what for verdict, what in changes if verdict in DECIDED]
    kept = decided.count(HOLDS)
    parts = [f"{kept} {'keeps' if kept == 1 else 'keep'} {'its' if kept == 1 else 'their'} verdict"]
    for name in (GONE, TURNED):
        if count := decided.count(name):
            parts.append(f"{count} {BECOMES[name][count > 1]}")
    if count := decided.count(None):
        parts.append(f"{count} {'has' if count == 1 else 'have'} no verdict")
    text = f"of {counted(len(decided), 'decided claim')} {listed(parts)}"
    if not decided:
        text = "there is no verdict to lose"
    if count := [what for _, what in changes].count(FOUND):
        text += f"; {count} more {BECOMES[FOUND][count > 1]}"
    return f"{upper_first(WHERE[protocol])}, {text}."


def lost_and_found(inputs: Inputs, protocol: str) -> list[str]:
    """Which claims a protocol leaves without their verdict, and which it gives one."""
    pairs = verdict_pairs(inputs.frames.verdicts, protocol, "claim")
    pairs = pairs[pairs["name"].isin(tested_once(inputs.study.claims))]
    said: dict[str, list[str]] = {}
    for row in rows_of(pairs):
        what = change(row["verdict"], row["verdict_then"])
        if what in BECOMES:
            sentence = inputs.study.claims[row["name"]].sentence.rstrip(".")
            said.setdefault(what, []).append(f"“{sentence}”")
    titles = {GONE: "No longer decided", TURNED: "Turned round", FOUND: "Decided only here"}
    return [f"{titles[what]}: {listed(said[what])}." for what in titles if what in said]


def change_lines(inputs: Inputs, protocol: str) -> list[dict[str, str]]:
    """A sentence for each claim whose verdict is another in a protocol, with its anchor."""
    lines = []
    pairs = verdict_pairs(inputs.frames.verdicts, protocol, "claim")
    for row in rows_of(pairs):
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
        lines.append(
            {
                "claim": row["name"],
                "sentence": inputs.study.claims[row["name"]].sentence,
                "words": f"{row['verdict']} as it is, {row['verdict_then']} {WHERE[protocol]}:"
                f" the difference is {after} rather than {before}{unit}",
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
    return {"verdict": row["verdict"], "text": why or _difference(row)}


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
            star = "*" if row and row["verdict"] in DECIDED else ""
            texts.append(f"{_difference(row) or '–'}{star}" if row else "–")
        rows.append([f"{titles[table]}: {sides}, round {number}", *texts])
    unit = ", in percentage points" if is_percentage(metric) else ""
    return DataTable(
        f"Difference{unit} with its adjusted interval; * where it leaves out 0.",
        ["Comparison", *(PROTOCOLS[name].heading for name in protocols)],
        rows,
        title=METRICS[metric].title,
        kind="fine",
        text_columns=["Comparison"],
        file="statistics/verdicts.csv",
    )


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
        "hours": duration(seconds["trials"] / 3600),
        "rest": duration(seconds["others"] / 3600),
        "chosen": DataTable(
            "What was chosen for each side, and its mean over the tuning seeds, numbered from"
            f" {FIRST_SEED:,}; in what share of samples of these seeds it is chosen, and what is"
            " chosen in the others.",
            [
                "Side",
                *map(parameter_title, tuning.space),
                metric_title(metric),
                "Chosen in (%)",
                "Or else",
            ],
            rows,
            title="Chosen",
            text_columns=["Side", "Or else"],
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
