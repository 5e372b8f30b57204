"""A study's tables: from each seed's metrics to a frame, and from there to Markdown and LaTeX."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from study.analysis.averages import over_seeds
from study.analysis.epochs import scored_epoch
from study.analysis.metrics import COUNTED, FINAL, metric_title, shown_by_default
from study.design.cell import Design, cell_parameters, make_cell
from study.design.tables import Table
from study.report.budget_words import budget_note
from study.report.latex import column_blocks, joined, latex, latex_float, latex_line, text_width
from study.report.rounding import NOTHING, mean_and_spread
from study.report.wording import counted, upper_first
from study.report.worth import Worth, simple_title
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.settings.parameters import (
    DEFAULTS,
    Parameters,
    differences,
    listed,
)
from study.store.frames import rows_of
from study.training.epoch_choices import ends_early

CROSSED = ["val_accuracy"]  # what a table of two factors shows if it is not told
FINAL_NOTE = " Final metrics are taken after the round's {epoch} epoch."
SEEDS = "Seeds"  # the heading of the column that is shown where rows differ in their number
NO_WORTH = Worth()
# how headings of narrow columns shorten those of wide ones
SHORT = {
    "Training": "Train.",
    "Validation": "Val.",
    "validation": "val.",
    "accuracy": "acc.",
    "balanced": "bal.",
    "sensitivity": "sens.",
    "specificity": "spec.",
    "expected calibration error": "ECE",
    ", threshold chosen on validation": ", chosen",
}
SHORTER = re.compile("|".join(map(re.escape, sorted(SHORT, key=len, reverse=True))))


def make_table(values: pd.DataFrame, table: Table) -> pd.DataFrame:
    """One row per cell: what varies, `round`, `n`, `diverged`, and mean and sd of the metrics.

    Args:
        values: as `study.analysis.values.read_values` returns it.
        table: which rows it has and which metrics it shows; without any of its own, those shown
            by default, or with two factors the validation accuracy.
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


def caption(
    table: Table,
    design: Design,
    metrics: Iterable[str] = (),
    dataset: str = "",
    cell_seeds: Mapping[str, int] | None = None,
) -> str:
    """The table's own caption, or a sentence that says what it shows, of its metrics too.

    Args:
        table: of one factor.
        design: the study's.
        metrics: those that it shows.
        dataset: what the data set is called, or nothing.
        cell_seeds: with how many seeds each cell is trained, where that is to be said.
    """
    if table.caption:
        return table.caption
    metrics, others = [*metrics], held_parameters(table, design)
    seeds = seed_range(cell_seeds, table.cells) if cell_seeds else "seeds"
    return (
        f"{table_factors(table)}{f' on {dataset}' * bool(dataset)}, round {table.round};"
        f"{f' {describe(others)};' * bool(others)} {average_words(table, design, metrics)}"
        f"mean ± standard deviation over {seeds}."
        + budget_note(table, design)
        + final_note(table, design, metrics)
    )


def average_words(table: Table, design: Design, metrics: Sequence[str]) -> str:
    """`averages over epochs 4 to 30 of the round, `; nothing where no metric is an average."""
    if metrics and all(name in FINAL or name in COUNTED for name in metrics):
        return ""
    parameters = [cell_parameters(design, table.changes | row) for row in table.rows]
    cells = [make_cell(design, each, table.round) for each in parameters]
    spans = {(cell.warmup + 1, cell.epochs) for cell in cells}
    if len(spans) > 1:
        return "averages over the round's epochs after the warm-up, "
    ((first, last),) = spans
    if any(ends_early(each.get("epoch_choice", "last")) for each in parameters):
        return f"averages over the round's epochs from epoch {first} on, "
    return f"averages over epochs {first} to {last} of the round, "


def worth_note(worth: Worth) -> str:
    """What bold numbers are, and the row of the simple model."""
    bold = (
        " Bold: the best, and any that cannot be distinguished from it (paired t-test by seed,"
        " Holm, 5%)."
    )
    simple = " Logistic regression: one fit, not compared."
    return bold * any(map(any, worth.best.values())) + simple * bool(worth.simple)


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
    """After which epoch final metrics are taken, where a table shows some."""
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
    """Where something is, if not at the baseline: `, at loss CE`."""
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

    They are numbered in order; a name that says something else is added.
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


def mean_text(metric: str, mean: float, deviation: float, one_sample: float = math.nan) -> str:
    """`0.1845 ± 0.0031` for a loss, `94.9 ± 0.2` for an accuracy in per cent, – for nothing."""
    return Entry(*mean_and_spread(metric, mean, deviation, one_sample)).text


class Entry(NamedTuple):
    """What a table has in one place."""

    mean: str  # or any other text
    spread: str = ""
    best: bool = False

    @property
    def text(self) -> str:
        """As plain text: `95.5 ± 0.3`."""
        return f"{self.mean} ± {self.spread}" if self.spread else self.mean

    @property
    def markdown(self) -> str:
        """The best in bold."""
        return f"**{self.mean}**{self.text[len(self.mean) :]}" if self.best else self.text

    @property
    def latex(self) -> str:
        """The same, escaped."""
        mean, rest = latex(self.mean), latex(self.text[len(self.mean) :])
        return rf"\textbf{{{mean}}}{rest}" if self.best else mean + rest


def entries(
    frame: pd.DataFrame, seeds: int | list[int], worth: Worth = NO_WORTH
) -> tuple[list[str], list[str], list[list[Entry]]]:
    """A table as people read it, levels in their order, and last the simple model.

    What is the same in all rows has no column: the round, and for complete rows the seeds.

    Args:
        frame: as `make_table` returns it.
        seeds: how many each row is over, if it is complete; for all, or for each.
        worth: what is known of its numbers.

    Returns:
        The headings of what varies; the metrics, and `Seeds` where that is a column; the rows.
    """
    frame = frame.assign(seeds=seeds).reset_index(drop=True)
    varied, metrics = varied_columns(frame), table_metrics(frame)
    factor = varied[0]
    if is_numeric_dtype(frame[factor]) and not is_bool_dtype(frame[factor]):
        frame = frame.sort_values(factor, key=lambda levels: levels.astype(float), kind="stable")
    by_row = bool((frame["n"] != frame["seeds"]).any() or frame["seeds"].nunique() > 1)
    rows = []
    for place, row in zip(frame.index, rows_of(frame)):
        found = [Entry(level_title(name, row[name])) for name in varied]
        for name in metrics:
            parts = mean_and_spread(
                name, row[name], row[f"{name}_sd"], worth.one_sample.get(name, math.nan)
            )
            found.append(Entry(*parts, best=name in worth.best and worth.best[name][place]))
        if by_row:
            found.append(Entry(seed_count(row["n"], row["diverged"], row["seeds"])))
        rows.append(found)
    if any(name in worth.simple for name in metrics):
        networks = frame["network"] if "network" in varied else ()
        line = [Entry(simple_title(networks)), *[Entry("")] * (len(varied) - 1)]
        for name in metrics:
            value, one = worth.simple.get(name, math.nan), worth.one_sample.get(name, math.nan)
            line.append(Entry(*mean_and_spread(name, value, math.nan, one)))
        rows.append(line + [Entry("1 fit")] * by_row)
    return [*map(parameter_title, varied)], [*metrics, *[SEEDS] * by_row], rows


def column_title(column: str) -> str:
    """The heading of one of the columns that `entries` returns."""
    return column if column == SEEDS else metric_title(column)


def short_title(column: str) -> str:
    """A heading for a narrow column: `Val. acc. (%)`."""
    return SHORTER.sub(lambda found: SHORT[found[0]], column_title(column))


def two_lines(title: str) -> tuple[str, str]:
    """A heading in two lines, the first of them empty where it is one word."""
    first, _, rest = title.partition(" ")
    while rest and len(first) < len(rest):
        word, _, left = rest.partition(" ")
        if not left:
            break
        first, rest = f"{first} {word}", left
    return (first, rest) if rest else ("", first)


def to_markdown(
    frame: pd.DataFrame, seeds: int | list[int], text: str, worth: Worth = NO_WORTH
) -> str:
    """The table in GitHub's Markdown, its caption below it."""
    varied, columns, rows = entries(frame, seeds, worth)
    headings = [*varied, *map(column_title, columns)]
    lines = markdown_lines(headings, [[each.markdown for each in row] for row in rows])
    return "\n".join([*lines, "", text, ""])


def markdown_lines(headings: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a table in Markdown, all but its first column to the right."""
    rule = ["---"] + ["---:"] * (len(headings) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]


def to_latex(
    frame: pd.DataFrame, seeds: int | list[int], text: str, label: str, worth: Worth = NO_WORTH
) -> str:
    """The table as a LaTeX float that fits a column of 85 mm, for a document that uses booktabs.

    Where not all metrics fit beside each other, some are below the others.
    """
    simple = (simple_title(()), simple_title(["logistic"]))
    varied, columns, rows = entries(frame, seeds, worth)
    titles, count = [two_lines(short_title(column)) for column in columns], len(varied)
    texts = [[each.text for each in row] for row in rows]
    over, under = zip(*[("", title) for title in varied], *titles)
    widths = [*map(text_width, zip(over, under, *texts))]
    blocks = column_blocks(widths[:count], widths[count:])
    lines: list[str] = []
    for block in blocks:
        places = [*range(count), *(count + place for place in block)]
        lines += [r"\midrule"] if lines else []
        lines += [latex_line(heading[at] for at in places) for heading in (over, under)]
        lines += [r"\midrule"]
        for row in rows:
            shown = [row[at] for at in places]
            if row[0].mean not in simple or any(each.mean != NOTHING for each in shown[count:]):
                lines.append(joined(each.latex for each in shown))
    aligned = "l" * count + "r" * max(map(len, blocks))
    return latex_float(lines[:2], lines[3:], aligned, text, label)
