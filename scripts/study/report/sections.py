"""Statistics as people read them: headings and rows of text for the report."""

import pandas as pd

from study.analysis.expectations import amount, expectation
from study.analysis.looks import chance_of_false_verdict, grown
from study.analysis.metrics import (
    CHOSEN,
    METRICS,
    SCORED,
    SCORED_SPLITS,
    format_value,
    is_percentage,
    metric_title,
)
from study.analysis.paired import ALPHA, MIN_SEEDS
from study.choices import level_title, parameter_title
from study.training import EPOCH_METRICS

# shown first in the report; the others are folded away
COMPARED_FIRST = ("val_accuracy", "val_loss", "final_val_accuracy", "final_val_roc_auc")
EFFECTS_FIRST = ("val_accuracy",)


def p_text(p_value: float) -> str:
    """`0.0625`, `<0.001`, – for nothing."""
    if pd.isna(p_value):
        return "–"
    if p_value < 0.001:
        return "<0.001"
    return f"{p_value:.2g}" if p_value < 0.01 else f"{p_value:.3g}"


def plain(value: float, digits: int = 2) -> str:
    """A number without a unit, – for nothing."""
    return "–" if pd.isna(value) else f"{value:.{digits}f}".replace("-", "−")


def interval_text(metric: str, low: float, high: float, sign: bool = True) -> str:
    """`[+0.12, +0.40]`, – for nothing."""
    if pd.isna(low) or pd.isna(high):
        return "–"
    return f"[{format_value(metric, low, sign)}, {format_value(metric, high, sign)}]"


def comparison_rows(
    comparisons: pd.DataFrame, metrics: list[str]
) -> tuple[list[str], list[tuple[bool, list[str]]]]:
    """The comparisons of one table: headings, and rows of text, each with whether it comes first.

    Args:
        comparisons: the table's rows of statistics/comparisons.csv, without refused ones.
        metrics: those that the table shows; of the four of an epoch, two come first.
    """
    first = {*COMPARED_FIRST} | {*metrics} - {*EPOCH_METRICS}
    headings = ["Comparison", "Metric", "Difference", "Interval, adjusted", "p, adjusted"]
    headings += ["95% over images", "d_z", "P(>)", "r", "n"]
    rows = []
    for row in comparisons.to_dict("records"):
        metric = row["metric"]
        sides = [level_title(row["factor"], row[side]) for side in ("level", "reference")]
        text = [
            " − ".join(sides),
            metric_title(metric),
            format_value(metric, row["difference"], sign=True),
            interval_text(metric, row["low_adjusted"], row["high_adjusted"]),
            p_text(row["p_holm"]),
            interval_text(metric, row["images_low"], row["images_high"]),
            plain(row["d_z"]),
            plain(row["probability_higher"]),
            plain(row["correlation"]),
            str(int(row["n"])),
        ]
        rows.append((metric in first, text))
    return headings, rows


def seeds_note(comparisons: pd.DataFrame) -> str:
    """Over how many comparisons Holm's adjustment is, and whether the seeds are enough."""
    seeds, tests = int(comparisons["n"].min()), int(comparisons.groupby("metric").size().max())
    over = f"Adjusted by Holm over {tests} comparisons." if tests > 1 else "One comparison."
    if seeds < MIN_SEEDS:
        over += f" {seeds} seeds are too few for a verdict: {MIN_SEEDS} needed."
    return over


def claims_note(claims: pd.DataFrame) -> str:
    """How many tests the claims are; empty if none is tested."""
    tested = claims[claims["tests"].notna()]
    if tested.empty:
        return ""
    tests = int(tested["tests"].iloc[0])
    same = f" ({len(tested)} claims: some are the same test)" if len(tested) != tests else ""
    return f"Adjusted by Holm over {tests} test{'' if tests == 1 else 's'}{same}."


def looks_note(looks: pd.DataFrame) -> str:
    """What it means that a study grew after its verdicts had been seen; empty if it did not."""
    numbers = grown(looks)
    if not numbers:
        return ""
    before = ", ".join(map(str, numbers[:-1]))
    chance = chance_of_false_verdict(numbers)
    return (
        f"The verdicts were seen with {before} seeds before {numbers[-1]} were run. Each look is"
        f" another chance: of claims with nothing to find, up to {100 * chance:.0f}% rather than"
        f" {100 * ALPHA:.0f}% would by now have had a false verdict, before adjustment."
    )


def level_rows(levels: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The levels of one table with their intervals and each seed's value.

    Args:
        levels: the table's rows of statistics/levels.csv.
    """
    headings = ["Level", "Metric", "Mean", "95% over seeds", "Each seed"]
    rows = []
    for row in levels.to_dict("records"):
        metric = row["metric"]
        values = [] if pd.isna(row["values"]) else str(row["values"]).split()
        rows.append(
            [
                level_title(row["factor"], row["level"]),
                metric_title(metric),
                format_value(metric, row["mean"]),
                interval_text(metric, row["low"], row["high"], sign=False),
                "  ".join(_seed_text(metric, value) for value in values),
            ]
        )
    return headings, rows


def _seed_text(metric: str, value: str) -> str:
    """`0:0.95` -> `0: 95.00`."""
    seed, _, text = value.partition(":")
    return f"{seed}: {format_value(metric, float(text))}"


def claim_items(claims: pd.DataFrame, pairs: pd.DataFrame, seeds: int) -> list[dict]:
    """What the report says of a claim: its `row`, `p`, `note`, what is `expected`, its `pairs`."""
    items = []
    for row in claims.to_dict("records"):
        of_claim = [
            _pair_text(pair, seeds)
            for pair in pairs[pairs["claim"] == row["claim"]].to_dict("records")
        ]
        items.append(
            {
                "row": row,
                "p": p_text(row["p_adjusted"]),
                "note": _claim_note(row),
                "expected": _expectation(row),
                "pairs": of_claim,
            }
        )
    return items


def _pair_text(pair: dict, seeds: int) -> dict:
    metric = pair["metric"]
    tested = not pd.isna(pair["n"])
    return {
        "sides": f"{pair['first']} − {pair['second']}",
        "difference": format_value(metric, pair["difference"], sign=True) if tested else "–",
        "interval": interval_text(metric, *(pair[key] for key in _interval_keys(pair))),
        "adjusted": not pd.isna(pair["low_adjusted"]),
        "caveat": "" if pd.isna(pair["caveat"]) else pair["caveat"],
        "seeds": f"{int(pair['n'])} of {seeds} seeds" if tested and pair["n"] < seeds else "",
        "guard": "" if pd.isna(pair["guard"]) else pair["guard"],
    }


def _interval_keys(pair: dict) -> tuple[str, str]:
    """The adjusted interval where the claim was tested, else the 95% one."""
    adjusted = ("low_adjusted", "high_adjusted")
    return ("low", "high") if pd.isna(pair["low_adjusted"]) else adjusted


def _claim_note(row: dict) -> str:
    notes = []
    if not pd.isna(row["reason"]) and row["reason"]:
        notes.append(str(row["reason"]))
    if not pd.isna(row["seeds_from"]):
        low, high = int(row["seeds_from"]), int(row["seeds_to"])
        number = f"about {low}" if low == high else f"{low} to {high}"
        notes.append(f"{number} seeds would probably decide it")
    if not pd.isna(row["supported_above"]):
        above, below = (
            amount(row["metric"], float(f"{row[key]:.2g}"))
            for key in ("supported_above", "contradicted_below")
        )
        text = f"supported with a margin above {above}"
        notes.append(text + (f", contradicted below {below}" if row["contradicted_below"] else ""))
    return "; ".join(notes)


def _expectation(row: dict) -> str:
    """`Difference of validation accuracy: above 0`."""
    title = metric_title(row["metric"]).removesuffix(" (%)")
    claim = {"metric": row["metric"], "expect": row["expect"]}
    claim |= {} if pd.isna(row["margin"]) else {"margin": row["margin"]}
    return f"Difference of {title[0].lower()}{title[1:]}: {expectation(claim)}"


def effect_rows(effects: pd.DataFrame) -> tuple[list[str], list[tuple[bool, list[str]]]]:
    """The effects of the grid's factors, and which of them come first."""
    headings = ["Effect", "Metric", "F", "Degrees of freedom", "ε", "p", "p, Holm", "Partial η²"]
    rows = []
    for row in effects.to_dict("records"):
        text = [
            " × ".join(parameter_title(name) for name in row["effect"].split(" × ")),
            metric_title(row["metric"]),
            plain(row["f_value"]),
            f"{row['df_effect']}, {row['df_error']}",
            plain(row["epsilon"]),
            p_text(row["p_value"]),
            p_text(row["p_holm"]),
            plain(row["partial_eta_squared"]),
        ]
        rows.append((row["metric"] in EFFECTS_FIRST, text))
    return headings, rows


def marginal_rows(means: pd.DataFrame) -> tuple[list[str], list[tuple[bool, list[str]]]]:
    """Each level's mean over the grid, and which rows come first."""
    headings = ["Factor", "Level", "Metric", "Mean", "95% over seeds"]
    headings += ["Against the baseline", "95% over seeds"]
    rows = []
    for row in means.to_dict("records"):
        metric = row["metric"]
        text = [
            parameter_title(row["factor"]),
            level_title(row["factor"], row["level"]),
            metric_title(metric),
            format_value(metric, row["mean"]),
            interval_text(metric, row["low"], row["high"], sign=False),
            format_value(metric, row["difference"], sign=True),
            interval_text(metric, row["difference_low"], row["difference_high"]),
        ]
        rows.append((metric in EFFECTS_FIRST, text))
    return headings, rows


def evaluation_rows(evaluation: pd.DataFrame, cells: dict, titles: dict) -> list[tuple]:
    """(split, headings, rows): every cell's final metrics after its last round, mean ± sd.

    Args:
        evaluation: as `study.analysis.evaluation.evaluate_runs` returns it.
        cells: name -> cell with its `rounds`.
        titles: name -> what to call it.
    """
    parts = []
    for split in SCORED_SPLITS:
        metrics = [f"final_{split}_{name}" for name in SCORED]
        metrics += [name for name in CHOSEN if split == "test"]
        if evaluation[metrics].isna().all(axis=None):
            continue
        rows = []
        for name, cell in cells.items():
            last = evaluation[
                (evaluation["cell"] == name) & (evaluation["round"] == cell["rounds"])
            ]
            values = [last[metric].dropna() for metric in metrics]
            rows.append(
                [
                    titles[name],
                    str(cell["rounds"]),
                    *(_short_mean(metric, column) for metric, column in zip(metrics, values)),
                    str(len(values[0])),
                ]
            )
        headings = ["Cell", "Round", *(METRICS[metric].short for metric in metrics), "Seeds"]
        parts.append((split, headings, rows))
    return parts


def _short_mean(metric: str, values: pd.Series) -> str:
    """`95.6 ± 0.9`, `0.992 ± 0.001`: shorter than elsewhere, as seven stand beside each other."""
    if values.empty:
        return "–"
    scale, digits = 100 if is_percentage(metric) else 1, METRICS[metric].digits - 1
    text = f"{scale * values.mean():.{digits}f}"
    return f"{text} ± {scale * values.std(ddof=1):.{digits}f}" if len(values) > 1 else text


def beside_rows(beside: pd.DataFrame, factor: str) -> tuple[list[str], list[list[str]]]:
    """One table's published numbers beside ours."""
    headings = ["Level", "Metric", "As printed", "Ours", "95% for one more run of ours", "Verdict"]
    rows = [
        [
            level_title(factor, row["level"]),
            metric_title(row["metric"]),
            row["printed"],
            format_value(row["metric"], row["mean"]),
            interval_text(row["metric"], row["run_low"], row["run_high"], sign=False),
            row["verdict"],
        ]
        for row in beside.to_dict("records")
    ]
    return headings, rows
