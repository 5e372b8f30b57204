"""The verdicts beside each other: fixed, tuned, on other splits; and what tuning found and cost."""

import pandas as pd

from study.analysis.metrics import METRICS, format_value, is_percentage, metric_title
from study.analysis.verdict_changes import DECIDED, FOUND, GONE, TURNED, change
from study.choices import level_title, parameter_title
from study.protocols import FIXED, TITLES
from study.report.data_table import data_table
from study.report.pictures import picture
from study.report.sections.cost import duration
from study.report.sections.tables import FIRST
from study.report.tables import describe, numbered_titles
from study.report.wording import counted, interval_text, listed, lower_first, upper_first
from study.tuning import FIRST_SEED

TITLE = "Verdicts side by side"
# What a protocol has that the fixed one has not.
WHERE = {
    "tuned": "where each side is tuned",
    "splits": "on other splits",
    "tuned_splits": "where each side is tuned, on other splits",
}
# What becomes of a verdict: one, and of several.
BECOMES = {
    GONE: ("becomes undecided", "become undecided"),
    TURNED: ("turns round", "turn round"),
    FOUND: ("is decided only so", "are decided only so"),
}


def context(inputs: dict) -> dict | None:
    """The tables, the pictures and the sentences; None where there is one protocol."""
    frames, study, tuning = inputs["frames"], inputs["study"], inputs["tuning"]
    verdicts = frames["verdicts"]
    if verdicts.empty:
        return None
    protocols = [name for name in TITLES if name in {*verdicts["protocol"]}]
    measured = {*verdicts.loc[verdicts["kind"] == "comparison", "metric"]}
    tables = {
        metric: comparison_table(verdicts, protocols, metric, study)
        for metric in METRICS
        if metric in measured
    }
    pictures = ("curves_of_arms", "budget") if tuning["tuned"] else ()
    return {
        "changes": [line for name in protocols[1:] for line in change_lines(inputs, name)],
        "claims": claim_rows(verdicts, protocols, study),
        "protocols": [TITLES[name] for name in protocols],
        "tables": [table for metric, table in tables.items() if metric in FIRST],
        "others": [table for metric, table in tables.items() if metric not in FIRST],
        "splits": study["resample"] if "splits" in protocols else 0,
        "tuned": tuning_words(inputs) if tuning["tuned"] else None,
        "pictures": {name: picture(inputs["files"][name]) for name in pictures},
        "edges": edge_lines(tuning),
        "not_compared": not_compared(verdicts, study),
    }


def verdict_pairs(verdicts: pd.DataFrame, protocol: str, kind: str) -> pd.DataFrame:
    """The fixed verdict, difference and interval of each claim or comparison, and a protocol's."""
    keys = ["name"] if kind == "claim" else ["name", "level", "reference", "metric"]
    of_kind = verdicts[verdicts["kind"] == kind]
    both = [of_kind[of_kind["protocol"] == name] for name in (FIXED, protocol)]
    return both[0].merge(both[1], on=keys, suffixes=("", "_then"))


def counts_of_changes(verdicts: pd.DataFrame, protocol: str) -> str:
    """`Where each side is tuned: of 9 decided claims 7 keep their verdict, 2 become undecided.`"""
    pairs = verdict_pairs(verdicts, protocol, "claim")
    pairs = pairs.assign(change=list(map(change, pairs["verdict"], pairs["verdict_then"])))
    decided = pairs[pairs["verdict"].isin(DECIDED)]
    kept = int((decided["change"] == "holds").sum())
    parts = [f"{kept} {'keeps' if kept == 1 else 'keep'} {'its' if kept == 1 else 'their'} verdict"]
    for name in (GONE, TURNED):
        if count := int((decided["change"] == name).sum()):
            parts.append(f"{count} {BECOMES[name][count > 1]}")
    if count := int(decided["change"].isna().sum()):
        parts.append(f"{count} {'has' if count == 1 else 'have'} no verdict")
    text = f"of {counted(len(decided), 'decided claim')} {listed(parts)}"
    if decided.empty:
        text = "there is no verdict to lose"
    if count := int((pairs["change"] == FOUND).sum()):
        text += f"; {count} more {BECOMES[FOUND][count > 1]}"
    return f"{upper_first(WHERE[protocol])}, {text}."


def lost_and_found(inputs: dict, protocol: str) -> list[str]:
    """Which claims a protocol leaves without their verdict, and which it gives one."""
    pairs = verdict_pairs(inputs["frames"]["verdicts"], protocol, "claim")
    said = {}
    for row in pairs.to_dict("records"):
        what = change(row["verdict"], row["verdict_then"])
        if what in BECOMES:
            sentence = inputs["study"]["claims"][row["name"]]["sentence"].rstrip(".")
            said.setdefault(what, []).append(f"“{sentence}”")
    titles = {GONE: "No longer decided", TURNED: "Turned round", FOUND: "Decided only so"}
    return [f"{titles[what]}: {listed(said[what])}." for what in titles if what in said]


def change_lines(inputs: dict, protocol: str) -> list[dict]:
    """A sentence for each claim whose verdict is another in a protocol, with its anchor."""
    study, lines = inputs["study"], []
    pairs = verdict_pairs(inputs["frames"]["verdicts"], protocol, "claim")
    for row in pairs.to_dict("records"):
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
                "sentence": study["claims"][row["name"]]["sentence"],
                "words": f"{row['verdict']} as it is, {row['verdict_then']} {WHERE[protocol]}:"
                f" the difference is {after} rather than {before}{unit}",
            }
        )
    return lines


def claim_rows(verdicts: pd.DataFrame, protocols: list[str], study: dict) -> list[dict]:
    """Each claim with its verdict, difference and interval in every protocol."""
    rows = []
    for name, of_claim in verdicts[verdicts["kind"] == "claim"].groupby("name", sort=False):
        by_protocol = {row["protocol"]: row for row in of_claim.to_dict("records")}
        cells = [_cell(by_protocol.get(protocol)) for protocol in protocols]
        rows.append({"name": name, "sentence": study["claims"][name]["sentence"], "cells": cells})
    return rows


def _cell(row: dict | None) -> dict:
    if row is None:
        return {"verdict": "", "text": "its factor is tuned"}
    why = row["reason"] if isinstance(row["reason"], str) else ""
    return {"verdict": row["verdict"], "text": why or _difference(row)}


def not_compared(verdicts: pd.DataFrame, study: dict) -> list[str]:
    """Which tables have no comparison by a protocol, and why: `Tuned: Table 2, because …`."""
    of_tables = verdicts[(verdicts["kind"] == "comparison") & verdicts["reason"].notna()]
    titles, lines = numbered_titles("Table", study["tables"]), []
    for (protocol, reason), rows in of_tables.groupby(["protocol", "reason"], sort=False):
        tables = listed([titles[name] for name in dict.fromkeys(rows["name"])])
        lines.append(f"{TITLES[protocol]}: {tables}, because {reason}")
    return lines


def _difference(row: dict) -> str:
    """`+0.23 [+0.02, +0.44]`."""
    if pd.isna(row["difference"]):
        return ""
    difference = format_value(row["metric"], row["difference"], sign=True)
    return f"{difference} {interval_text(row['metric'], row['low'], row['high'])}"


def comparison_table(
    verdicts: pd.DataFrame, protocols: list[str], metric: str, study: dict
) -> dict:
    """The comparisons of the study's tables on one metric, a column a protocol."""
    shown = verdicts[(verdicts["kind"] == "comparison") & (verdicts["metric"] == metric)]
    titles, rows = numbered_titles("Table", study["tables"]), []
    keys = ["name", "level", "reference"]
    for (table, level, reference), found in shown.groupby(keys, sort=False):
        by_protocol = {row["protocol"]: row for row in found.to_dict("records")}
        factor = study["tables"][table]["vary"]
        number = study["tables"][table]["round"]
        sides = " − ".join(level_title(factor, side) for side in (level, reference))
        texts = []
        for protocol in protocols:
            row = by_protocol.get(protocol)
            star = "*" if row and row["verdict"] in DECIDED else ""
            texts.append(f"{_difference(row) or '–'}{star}" if row else "–")
        rows.append([f"{titles[table]}: {sides}, round {number}", *texts])
    unit = ", in percentage points" if is_percentage(metric) else ""
    return data_table(
        f"Difference{unit} with its adjusted interval; * where it leaves out 0.",
        ["Comparison", *(TITLES[name] for name in protocols)],
        rows,
        title=METRICS[metric].title,
        kind="fine",
        text_columns=["Comparison"],
        file="statistics/verdicts.csv",
    )


def tuning_words(inputs: dict) -> dict:
    """How much tuning it was, what it took, and what it chose."""
    study, tuning = inputs["study"], inputs["tuning"]
    space = study["tune"]["space"]
    names = listed([lower_first(parameter_title(name)) for name in space])
    seconds = _seconds(inputs)
    rows = [
        [
            upper_first(describe(tuning["changes"][arm]) or "baseline"),
            *(level_title(name, chosen["values"][name]) for name in space),
            format_value(tuning["metric"], chosen["mean"]),
        ]
        for arm, chosen in zip(tuning["tuned"], tuning["chosen"])
    ]
    trials, seeds = len(tuning["trials"]), study["tune"]["seeds"]
    return {
        "names": names,
        "budget": f"{counted(trials, 'trial')} of {counted(seeds, 'seed')} and"
        f" {counted(tuning['round'], 'round')} for each of {counted(len(rows), 'side')}, chosen by"
        f" {lower_first(METRICS[tuning['metric']].title)}",
        "trials": f"{trials * len(rows):,}",
        "hours": duration(seconds["trials"] / 3600),
        "rest": duration(seconds["others"] / 3600),
        "chosen": data_table(
            f"What was chosen for each side, and its mean over the tuning seeds, numbered from"
            f" {FIRST_SEED:,}.",
            ["Side", *(parameter_title(name) for name in space), metric_title(tuning["metric"])],
            rows,
            title="Chosen",
        ),
    }


def _seconds(inputs: dict) -> dict[str, float]:
    """What the trials took, and all other runs."""
    environments = inputs["frames"]["environments"]
    trials = environments["first"] >= FIRST_SEED
    return {
        "trials": environments.loc[trials, "seconds"].sum(),
        "others": environments.loc[~trials, "seconds"].sum(),
    }


def edge_lines(tuning: dict) -> list[str]:
    """The sides whose chosen value is the end of what was tried."""
    lines = []
    for arm, chosen in zip(tuning["tuned"], tuning["chosen"]):
        side = upper_first(describe(tuning["changes"][arm]) or "baseline")
        for name, end in chosen["edges"].items():
            value = level_title(name, chosen["values"][name])
            lines.append(f"{side}: {lower_first(parameter_title(name))} {value} is the {end} tried")
    return lines
