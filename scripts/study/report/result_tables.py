"""Comparisons, claims and effects as tables for a paper: Markdown, LaTeX, and their numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from study.analysis.metrics import METRICS, is_percentage, shown_by_default
from study.analysis.verdicts import VERDICTS
from study.design.tables import Table, of_one_factor
from study.report.claim_words import Row, drawn_interval
from study.report.latex import joined, latex, latex_float, latex_line, spanning
from study.report.rounding import NOTHING, decimals, difference_text, rounded
from study.report.tables import at_words, markdown_lines, table_factors
from study.report.wording import lower_first, p_text, plain, upper_first
from study.settings.choices import CHOICES, parameter_title
from study.settings.level_titles import level_title
from study.store.frames import groups_of, rows_of

POINTS = "percentage points"
OF_COMPARISONS = [
    "table", "factor", "level", "against", "round", "metric", "n", "difference", "low_adjusted",
    "high_adjusted", "p_holm",
]  # fmt: skip
OF_CLAIMS = [
    "claim", "sentence", "verdict", "first", "second", "metric", "n", "difference", "low", "high",
]  # fmt: skip
WORDS = "p{0.48\\linewidth}"  # of a column of sentences


@dataclass(frozen=True)
class ResultTable:
    """A table whose rows are in groups, each below its title; all of it text."""

    label: str  # what LaTeX refers to it by, after `tab:`
    caption: str
    headings: Sequence[str]
    groups: Mapping[str, Sequence[Sequence[str]]]  # title, or nothing -> rows
    first: str = "l"  # how LaTeX aligns the first column

    @property
    def markdown(self) -> str:
        """GitHub's Markdown, groups one below the other, the caption below all of them."""
        lines = []
        for title, rows in self.groups.items():
            lines += [f"**{title}**", ""] if title else []
            lines += [*markdown_lines([*self.headings], [[*row] for row in rows]), ""]
        return "\n".join([*lines, self.caption, ""])

    def first_cell(self, text: str) -> str:
        """The LaTeX of a row's first cell, not justified where it is a paragraph."""
        return r"\raggedright " * (self.first == WORDS) + latex(text)

    @property
    def latex(self) -> str:
        """A LaTeX float that fits a column of 85 mm, for booktabs."""
        body: list[str] = []
        for title, rows in self.groups.items():
            body += [r"\addlinespace"] if body else []
            body += [spanning(title, len(self.headings))] if title else []
            body += [joined([self.first_cell(row[0]), *map(latex, row[1:])]) for row in rows]
        columns = self.first + "r" * (len(self.headings) - 1)
        return latex_float([latex_line(self.headings)], body, columns, self.caption, self.label)


def metric_group(metric: str) -> str:
    """`Validation accuracy, percentage points`."""
    return METRICS[metric].title + (f", {POINTS}" if is_percentage(metric) else "")


def compared_tables(
    comparisons: pd.DataFrame, tables: Mapping[str, Table], measured: Iterable[str], dataset: str
) -> tuple[list[ResultTable], pd.DataFrame]:
    """A table for each of one factor: each level against the first, and the numbers of all.

    Args:
        comparisons: fixed/comparisons.csv.
        tables: the study's.
        measured: the metrics that there are.
        dataset: what the data set is called.
    """
    made, kept = [], [comparisons.iloc[:0]]
    tested = comparisons[comparisons["refused"].isna() & (comparisons["n"] > 1)]
    for name, table in of_one_factor(tables).items():
        shown = table.metrics or shown_by_default([*measured])
        rows = tested[(tested["table"] == name) & tested["metric"].isin(shown)]
        if rows.empty:
            continue
        kept.append(rows)
        of_metrics = groups_of(rows, "metric")
        groups = {metric_group(metric): _compared(of_metrics[metric,]) for metric in shown
                  if (metric,) in of_metrics}  # fmt: skip
        text = (
            f"{table_factors(table)}{at_words(table.changes)} on {dataset}, round {table.round}:"
            " differences seed by seed, with intervals that have 95% confidence jointly over the"
            f" rows of a metric (paired t-test, Holm), {_seeds(rows['n'])}."
        )
        headings = ["Comparison", "Difference", "p"]
        made.append(ResultTable(f"{name}_differences", text, headings, groups))
    return made, pd.concat(kept)[OF_COMPARISONS]


def _compared(rows: pd.DataFrame) -> list[list[str]]:
    return [
        [
            " − ".join(level_title(row["factor"], row[side]) for side in ("level", "against")),
            difference_text(
                row["metric"],
                row["difference"],
                row["low_adjusted"],
                row["high_adjusted"],
                row["one_sample"],
            ),
            p_text(row["p_holm"]),
        ]
        for row in rows_of(rows)
    ]


def _seeds(counts: pd.Series) -> str:
    low, high = int(counts.min()), int(counts.max())
    return f"n = {low} seeds" if low == high else f"n = {low} to {high} seeds"


def claims_tables(
    claims: pd.DataFrame, pairs: pd.DataFrame, dataset: str
) -> tuple[list[ResultTable], pd.DataFrame]:
    """A table for each verdict: its claims with their differences; and the numbers of all.

    Args:
        claims, pairs: claims.csv and claim_pairs.csv of the protocol whose verdicts count.
        dataset: what the data set is called.
    """
    of_claims, numbers = groups_of(pairs, "claim"), []
    of_verdicts: dict[str, list[list[str]]] = {name: [] for name in VERDICTS}
    for claim in rows_of(claims):
        found = rows_of(of_claims[claim["claim"],]) if (claim["claim"],) in of_claims else []
        for pair in found:
            low, high = drawn_interval(pair)
            numbers.append({**claim, **pair, "low": low, "high": high})
        of_verdicts[claim["verdict"]] += _claim(claim["sentence"], found)
    tables = [
        ResultTable(
            f"claims_{verdict.replace(' ', '_')}",
            f"Claims on {dataset}: {verdict}. The difference that each is about, with the interval"
            " that its verdict is read off; pp: percentage points.",
            ["Claim", "Difference"],
            {"": rows},
            WORDS,
        )
        for verdict, rows in of_verdicts.items()
        if rows
    ]
    return tables, pd.DataFrame(numbers, columns=OF_CLAIMS)


def _claim(sentence: str, pairs: Sequence[Row]) -> list[list[str]]:
    """A claim's sentence with its difference; several are listed below it, with their sides."""
    texts: list[str] = []
    for pair in pairs:
        amounts = pair["difference"], *drawn_interval(pair), pair["one_sample"]
        unit = " pp" * is_percentage(pair["metric"])
        missing = pd.isna(pair["n"])
        texts.append(NOTHING if missing else difference_text(pair["metric"], *amounts) + unit)
    if len(pairs) == 1:
        return [[sentence, texts[0]]]
    named = [upper_first(f"{pair['first']} − {pair['second']}") for pair in pairs]
    return [[sentence, ""], *([name, text] for name, text in zip(named, texts))]


def effects_tables(
    means: pd.DataFrame, effects: pd.DataFrame, number: int, dataset: str, one: Mapping[str, float]
) -> tuple[list[ResultTable], pd.DataFrame]:
    """Each level's mean over the grid with its difference from the baseline's; the factors' tests.

    Of the metrics of validation and test that tables show.

    Args:
        means, effects: statistics/marginal_means.csv and effects.csv.
        number: the round that they are of.
        dataset: what the data set is called.
        one: metric -> what one sample adds to it.
    """
    shown = [
        name
        for name in shown_by_default([*dict.fromkeys(means["metric"])])
        if METRICS[name].split in ("val", "test")
    ]
    kept, of_means = means[means["metric"].isin(shown)], groups_of(means, "metric")
    if kept.empty:
        return [], kept
    levels = {
        metric_group(metric): [_level(row, one.get(metric, math.nan)) for row in rows_of(rows)]
        for metric in shown
        for rows in [of_means[metric,]]
    }
    of_tests = groups_of(effects[effects["refused"].isna()], "metric")
    tests = {
        METRICS[metric].title: [_effect(row) for row in rows_of(of_tests[metric,])]
        for metric in shown
        if (metric,) in of_tests
    }
    about = f"over the whole grid on {dataset}, round {number}, {_seeds(kept['n'])}"
    made = [
        ResultTable(
            "main_effects",
            f"Means of the levels {about}, and their differences from the baseline's level seed by"
            " seed, with 95% intervals.",
            ["Level", "Mean", "Difference"],
            levels,
        )
    ]
    if tests:
        text = (
            f"Effects of the factors {about}: analysis of variance with repeated measures; p has"
            " Greenhouse and Geisser's correction, and Holm's adjustment over a metric's effects;"
            " η² is partial."
        )
        made.append(ResultTable("effects", text, ["Effect", "F", "p", "η²"], tests))
    return made, kept


def _level(row: Mapping, one_sample: float) -> list[str]:
    metric, factor = row["metric"], row["factor"]
    named = "" if factor in CHOICES else f"{parameter_title(factor)} "
    places = decimals(metric, (row["high"] - row["low"]) / 2, one_sample)
    changes = row["difference"], row["difference_low"], row["difference_high"]
    return [
        named + level_title(factor, row["level"]),
        rounded(metric, row["mean"], places),
        NOTHING if pd.isna(row["difference"]) else difference_text(metric, *changes, one_sample),
    ]


def _effect(row: Mapping) -> list[str]:
    names = [parameter_title(name) for name in row["effect"].split(" × ")]
    freedom = f" ({row['df_effect']}, {row['df_error']})"
    return [
        " × ".join([names[0], *map(lower_first, names[1:])]),
        plain(row["f_value"], 1) + freedom,
        p_text(row["p_holm"]),
        plain(row["partial_eta_squared"]),
    ]
