"""A study's tables: from each seed's metrics to a frame, and from there to Markdown and LaTeX."""

import re
from collections.abc import Iterable, Mapping

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from study.analysis.averages import over_seeds
from study.analysis.epochs import scored_epoch
from study.analysis.metrics import FINAL, format_value, metric_title, shown_by_default
from study.design.cell import Design
from study.design.tables import Table
from study.report.budget_words import budget_note
from study.report.wording import counted, upper_first
from study.settings.choices import level_title, parameter_title
from study.settings.parameters import (
    DEFAULTS,
    Parameters,
    differences,
    listed,
)
from study.store.frames import rows_of

CROSSED = ["val_accuracy"]  # what a table of two factors shows if it is not told
FINAL_NOTE = (
    " Final metrics are taken after the round's {epoch} epoch, the others averaged over its epochs"
    " after the warm-up."
)


def make_table(values: pd.DataFrame, table: Table) -> pd.DataFrame:
    """One row per cell: what varies, `round`, `n`, `diverged`, and mean and sd of the metrics.

    Args:
        values: as `study.analysis.values.read_values` returns it.
        table: which rows it has and which metrics it shows; without any of its own those that are
            shown by default, of two factors the validation accuracy.
    """
    usual = CROSSED if table.is_crossed else shown_by_default(values.columns)
    metrics = table.metrics or usual
    rows = []
    for row, cell in zip(table.rows, table.cells, strict=True):
        seeds = values[(values["cell"] == cell) & (values["round"] == table.round)]
        rows.append({**row, "round": table.round, **over_seeds(seeds, metrics)})
    return pd.DataFrame(rows)


def table_metrics(frame: pd.DataFrame) -> list[str]:
    """The metrics that a table shows, in its order."""
    return [name for name in frame.columns if f"{name}_sd" in frame]


def caption(table: Table, design: Design, metrics: Iterable[str] = ()) -> str:
    """The table's own caption, or a sentence that says what it shows, of its metrics too."""
    if table.caption:
        return table.caption
    others = held_parameters(table, design)
    return (
        (
            f"{table_factors(table)}, round {table.round};"
            f"{f' {describe(others)};' * bool(others)} mean ± standard deviation over seeds."
        )
        + budget_note(table, design)
        + final_note(table, design, metrics)
    )


def held_parameters(table: Table, design: Design) -> Parameters:
    """What is the same in all rows of a table, without what means nothing in any of them."""
    varied = {name for row in table.rows for name in row}
    cell, trainer = design.baseline | table.changes, design.trainer
    return {
        name: value
        for name, value in listed(cell, design.specs).items()
        if name not in varied
        and (varied & {*trainer.conditions.get(name, ())} or trainer.applies(name, cell))
    }


def final_note(table: Table, design: Design, metrics: Iterable[str]) -> str:
    """After which epoch final metrics are, where a table shows some."""
    if not any(name in FINAL for name in metrics):
        return ""
    cell = design.baseline | table.changes
    rules = [(cell | row).get("epoch_choice", "last") for row in table.rows]
    return FINAL_NOTE.format(epoch=scored_epoch(rules))


def factor_title(factor: str, along: Iterable[str] = ()) -> str:
    """A factor with what moves along with it: `Batch size`, `Batch size with learning rate`."""
    others = " and ".join(parameter_title(name).lower() for name in along)
    return parameter_title(factor) + (f" with {others}" if others else "")


def table_factors(table: Table) -> str:
    """What a table varies: `Loss`, `Loss by batch size with learning rate`."""
    titles = [factor_title(name, table.along[name]) for name in table.vary]
    return " by ".join([titles[0], *(title[:1].lower() + title[1:] for title in titles[1:])])


def at_words(changes: Parameters) -> str:
    """Where something is that is not at the baseline: `, at loss CE`."""
    return f", at {describe(changes)}" if changes else ""


def describe(parameters: Parameters) -> str:
    """Parameters in words: `loss BCE, batch size 32, …`."""
    return ", ".join(
        f"{parameter_title(name).lower()} {level_title(name, value)}"
        for name, value in parameters.items()
    )


def side_title(changes: Parameters) -> str:
    """A side that is tuned, by what it changes of the baseline: `Loss CE`, `Baseline`."""
    return upper_first(describe(changes)) or "Baseline"


def cell_title(parameters: Parameters, design: Design) -> str:
    """A cell in a few words: `BCE, batch size 32, ReLU, 3 hidden layers`, and what is unusual."""
    if not design.trainer.is_known:
        return describe({name: parameters[name] for name in design.specs})
    layers = parameters["hidden_layers"]
    titles = {
        "loss": level_title("loss", parameters["loss"]),
        "batch_size": f"batch size {parameters['batch_size']}",
        "activation": level_title("activation", parameters["activation"]),
        "hidden_layers": f"{layers} hidden layer{'' if layers == 1 else 's'}",
    }
    words = [title for name, title in titles.items() if design.trainer.applies(name, parameters)]
    rest = differences(parameters, DEFAULTS)
    words += [describe({name: value}) for name, value in rest.items() if name not in titles]
    return ", ".join(words)


def name_title(name: str) -> str:
    """How a table's or a figure's name is printed: `table1` -> `Table 1`."""
    return re.sub(r"(?<=[a-z])(?=\d)", " ", name.replace("_", " ")).capitalize()


def numbered_titles(kind: str, names: Iterable[str]) -> dict[str, str]:
    """What tables, or figures, are called on one page: `Table 1`, and `Table 2 (rates)`.

    They are numbered as they come; a name that says something else is said with it.
    """
    return {
        name: f"{kind} {number}"
        + (f" ({name})" if name_title(name) not in (f"{kind} {number}", str(number)) else "")
        for number, name in enumerate(names, start=1)
    }


def varied_columns(frame: pd.DataFrame) -> list[str]:
    """What varies from row to row of a table: its factor, and what moves along with it."""
    return list(frame.columns[: list(frame.columns).index("round")])


def seed_count(n: int, diverged: int, seeds: int) -> str:
    """How many seeds a row is over: `5`, or `3 of 5 seeds; 1 diverged; 1 missing`."""
    if n == seeds:
        return str(n)
    missing = seeds - n - diverged
    notes = [f"{n} of {seeds} seeds"]
    notes += [f"{diverged} diverged"] if diverged else []
    notes += [f"{missing} missing"] if missing else []
    return "; ".join(notes)


def seed_range(cell_seeds: Mapping[str, int], cells: Iterable[str]) -> str:
    """With how many seeds cells are trained: `12 seeds`, `5 to 20 seeds`."""
    counts = sorted({cell_seeds[cell] for cell in cells})
    least, most = counts[0], counts[-1]
    return f"{least} to {most} seeds" if least < most else counted(most, "seed")


def mean_text(metric: str, mean: float, deviation: float) -> str:
    """`0.1845 ± 0.0031` for a loss, `94.87 ± 0.21` for an accuracy in per cent, – for nothing."""
    if pd.isna(mean):
        return "–"
    text = format_value(metric, mean)
    return text if pd.isna(deviation) else f"{text} ± {format_value(metric, deviation)}"


def printed(frame: pd.DataFrame, seeds: int | list[int]) -> tuple[list[str], list[list[str]]]:
    """A table as people read it: its headings, and its rows as text, levels in their order.

    Args:
        frame: as `make_table` returns it.
        seeds: how many each row is over, if it is complete; of all, or of each.
    """
    frame = frame.assign(seeds=seeds)
    varied, metrics = varied_columns(frame), table_metrics(frame)
    factor = varied[0]
    if is_numeric_dtype(frame[factor]) and not is_bool_dtype(frame[factor]):
        frame = frame.sort_values(factor, key=lambda levels: levels.astype(float), kind="stable")
    headings = [*map(parameter_title, varied), "Round", *map(metric_title, metrics), "Seeds"]
    rows = [
        [
            *(level_title(name, row[name]) for name in varied),
            str(row["round"]),
            *(mean_text(metric, row[metric], row[f"{metric}_sd"]) for metric in metrics),
            seed_count(row["n"], row["diverged"], row["seeds"]),
        ]
        for row in rows_of(frame)
    ]
    return headings, rows


def to_markdown(frame: pd.DataFrame, seeds: int | list[int], text: str) -> str:
    """The table in GitHub's Markdown, its caption below it."""
    return "\n".join([*markdown_lines(*printed(frame, seeds)), "", text, ""])


def markdown_lines(headings: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a table in Markdown, all but its first column to the right."""
    rule = ["---"] + ["---:"] * (len(headings) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]


def to_latex(frame: pd.DataFrame, seeds: int | list[int], text: str, label: str) -> str:
    """The table as a LaTeX float, for a document that uses booktabs."""
    headings, rows = printed(frame, seeds)
    head, *body = (latex_line(cells) for cells in (headings, *rows))
    return latex_float([head], body, len(headings), text, label)


def latex_line(cells: list[str]) -> str:
    """A line of a table in LaTeX, its text escaped."""
    return " & ".join(map(latex, cells)) + r" \\"


def latex_float(head: list[str], body: list[str], columns: int, text: str, label: str) -> str:
    """A table as a LaTeX float with its caption, of lines that are LaTeX."""
    return "\n".join(
        [
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{latex(text)}}}",
            rf"  \label{{tab:{label}}}",
            rf"  \begin{{tabular}}{{l{'r' * (columns - 1)}}}",
            r"    \toprule",
            *(f"    {line}" for line in head),
            r"    \midrule",
            *(f"    {line}" for line in body),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def latex(text: str) -> str:
    """Text with all that LaTeX takes for something else escaped."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special |= {character: f"\\{character}" for character in "&%$#_{}"}
    special |= {"±": r"$\pm$", "–": "--", "−": "$-$"}
    return "".join(special.get(character, character) for character in text)
