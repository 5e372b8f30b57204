"""A study's tables: from each seed's metrics to a frame, and from there to Markdown and LaTeX."""

import re
from collections.abc import Iterable

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from study.analysis.averages import over_seeds
from study.analysis.epochs import EPOCH_COUNTS
from study.analysis.metrics import FINAL, format_value, metric_title
from study.choices import level_title, parameter_title
from study.parameters import DEFAULTS, declared, differences, listed
from study.training import EPOCH_METRICS

# What a table shows of the test split if it is not told, and of the validation split beside it.
BESIDE_TEST = (
    "final_val_accuracy",
    "final_test_accuracy",
    "final_val_roc_auc",
    "final_test_roc_auc",
)
FINAL_NOTE = (
    " Final metrics are taken after the round's {epoch} epoch, the others averaged over its epochs"
    " after the warm-up."
)


def make_table(values: pd.DataFrame, table: dict) -> pd.DataFrame:
    """One row per level: the factor, `round`, `n`, `diverged`, and mean and sd of the metrics.

    Args:
        values: as `study.analysis.averages.join_metrics` returns it.
        table: its `vary`, `levels`, `round` and `cells`, the cell of each level; and the `metrics`
            to show, else the four of an epoch and, where there is a test split, `BESIDE_TEST`.
    """
    metrics = table.get("metrics")
    if metrics is None:
        beside = BESIDE_TEST if set(BESIDE_TEST) <= set(values.columns) else ()
        metrics = [name for name in (*EPOCH_METRICS, *EPOCH_COUNTS) if name in values] + [*beside]
    rows = []
    for level, cell in zip(table["levels"], table["cells"]):
        seeds = values[(values["cell"] == cell) & (values["round"] == table["round"])]
        averages = over_seeds(seeds, metrics)
        rows.append({table["vary"]: level, "round": table["round"], **averages})
    return pd.DataFrame(rows)


def table_metrics(frame: pd.DataFrame) -> list[str]:
    """The metrics that a table shows, in its order."""
    return [name for name in frame.columns if f"{name}_sd" in frame]


def caption(table: dict, study: dict, metrics: list[str] | tuple = ()) -> str:
    """The table's own caption, or a sentence that says what it shows, of its metrics too."""
    if "caption" in table:
        return table["caption"]
    others = listed(study["baseline"], declared(study))
    others = {name: value for name, value in others.items() if name != table["vary"]}
    last = {cell.get("epoch_choice", "last") for cell in study.get("cells", {}).values()} <= {
        "last"
    }
    note = FINAL_NOTE.format(epoch="last" if last else "chosen")
    return (
        f"{parameter_title(table['vary'])}, round {table['round']};"
        f"{f' {describe(others)};' * bool(others)} mean ± standard deviation over seeds."
    ) + (note if any(name in FINAL for name in metrics) else "")


def describe(parameters: dict) -> str:
    """Parameters in words: `loss BCE, batch size 32, …`."""
    return ", ".join(
        f"{parameter_title(name).lower()} {level_title(name, value)}"
        for name, value in parameters.items()
    )


def cell_title(parameters: dict, study: dict) -> str:
    """A cell in a few words: `BCE, batch size 32, ReLU, 3 hidden layers`, and what is unusual."""
    if study.get("program"):
        return describe({name: parameters[name] for name in declared(study)})
    layers = parameters["hidden_layers"]
    words = [
        level_title("loss", parameters["loss"]),
        f"batch size {parameters['batch_size']}",
        level_title("activation", parameters["activation"]),
        f"{layers} hidden layer{'' if layers == 1 else 's'}",
    ]
    named = ("loss", "batch_size", "activation", "hidden_layers")
    rest = differences(parameters, DEFAULTS)
    words += [describe({name: value}) for name, value in rest.items() if name not in named]
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


def seed_count(n: int, diverged: int, seeds: int) -> str:
    """How many seeds a row is over: `5`, or `3 of 5 seeds; 1 diverged; 1 missing`."""
    if n == seeds:
        return str(n)
    missing = seeds - n - diverged
    notes = [f"{n} of {seeds} seeds"]
    notes += [f"{diverged} diverged"] if diverged else []
    notes += [f"{missing} missing"] if missing else []
    return "; ".join(notes)


def mean_text(metric: str, mean: float, deviation: float) -> str:
    """`0.1845 ± 0.0031` for a loss, `94.87 ± 0.21` for an accuracy in per cent, – for nothing."""
    if pd.isna(mean):
        return "–"
    text = format_value(metric, mean)
    return text if pd.isna(deviation) else f"{text} ± {format_value(metric, deviation)}"


def printed(frame: pd.DataFrame, seeds: int) -> tuple[list[str], list[list[str]]]:
    """A table as people read it: its headings, and its rows as text, levels in their order."""
    factor, metrics = frame.columns[0], table_metrics(frame)
    if is_numeric_dtype(frame[factor]) and not is_bool_dtype(frame[factor]):
        frame = frame.sort_values(factor, key=lambda levels: levels.astype(float), kind="stable")
    headings = [parameter_title(factor), "Round", *map(metric_title, metrics), "Seeds"]
    rows = [
        [
            level_title(factor, row[factor]),
            str(row["round"]),
            *(mean_text(metric, row[metric], row[f"{metric}_sd"]) for metric in metrics),
            seed_count(row["n"], row["diverged"], seeds),
        ]
        for row in frame.to_dict("records")
    ]
    return headings, rows


def to_markdown(frame: pd.DataFrame, seeds: int, text: str) -> str:
    """The table in GitHub's Markdown, its caption below it."""
    headings, rows = printed(frame, seeds)
    rule = ["---"] + ["---:"] * (len(headings) - 1)
    lines = [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]
    return "\n".join([*lines, "", text, ""])


def to_latex(frame: pd.DataFrame, seeds: int, text: str, label: str) -> str:
    """The table as a LaTeX float, for a document that uses booktabs."""
    headings, rows = printed(frame, seeds)
    lines = [" & ".join(_latex(cell) for cell in cells) + r" \\" for cells in (headings, *rows)]
    return "\n".join(
        [
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{_latex(text)}}}",
            rf"  \label{{tab:{label}}}",
            rf"  \begin{{tabular}}{{l{'r' * (len(headings) - 1)}}}",
            r"    \toprule",
            f"    {lines[0]}",
            r"    \midrule",
            *(f"    {line}" for line in lines[1:]),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _latex(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special |= {character: f"\\{character}" for character in "&%$#_{}"}
    special |= {"±": r"$\pm$", "–": "--", "−": "$-$"}
    return "".join(special.get(character, character) for character in text)
