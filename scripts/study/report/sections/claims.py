"""Every claim once: its verdict, its differences as they are drawn, and what they rest on."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.expectations import amount, bounds, expectation
from study.analysis.metrics import format_value, is_percentage, metric_title
from study.analysis.pairs import SMALL, is_below_one_sample
from study.analysis.power import MOST_SEEDS
from study.analysis.recorded_looks import chance_of_false_verdict, grown
from study.analysis.significance import ALPHA
from study.analysis.tuned_sides import AT_CHOSEN
from study.analysis.verdict_changes import each_difference, joined
from study.analysis.verdicts import BORDERLINE, NO_SIGNAL, UNDECIDED, VERDICTS
from study.design.claims import Claim
from study.design.judged_claims import judged_claims
from study.design.protocols import FIXED, PROTOCOLS
from study.design.study import Study
from study.report.axis import Axis, axis_of, band, strip
from study.report.claim_words import (
    difference_words,
    drawn_interval,
    hypothesis_words,
)
from study.report.inputs import Inputs
from study.report.looks_words import decided_words, look_words, looks_words
from study.report.pair_words import place_words, skewness_words, wins_words
from study.report.sections.tables import published_title
from study.report.tables import cell_title
from study.report.wording import (
    counted,
    interval_text,
    lower_first,
    p_text,
    upper_first,
    with_titles,
)
from study.store.frames import groups_of, rows_of

TITLE = ""
PERCENT = "Percentage points"


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The claims in the groups whose differences share an axis, and how they are adjusted;
    None where the configuration declares none."""
    if inputs.frames.claims.empty:
        return None
    frames, study = inputs.frames, inputs.study
    seeds = study.looks[0] if study.looks else study.seeds  # with looks, a claim states its own
    unit = "split" if study.primary.splits else "seed"
    seeds = len(study.splits) if study.primary.splits else seeds
    items = claim_items(frames.claims, frames.pairs, seeds, unit)
    return {
        "groups": groups(items, inputs),
        "counts": {
            verdict: count
            for verdict in VERDICTS
            if (count := int((frames.claims["verdict"] == verdict).sum()))
        },
        "units": f"{unit}s",
        "note": claims_note(frames.claims),
        "looks": looks_note(frames.looks),
        "planned": looks_words(study),
        "by_look": decided_words(frames.claims, study) if study.looks else [],
    }


def groups(items: Sequence[Mapping[str, Any]], inputs: Inputs) -> list[dict[str, Any]]:
    """The claims in groups that share an axis, in the order of verdicts."""
    study, of_claims = inputs.study, groups_of(inputs.frames.pairs, "claim")
    checks = groups_of(checked(inputs.frames.verdicts, study), "name")
    claims, found = judged_claims(study), []
    ordered = sorted(items, key=lambda item: VERDICTS.index(item["row"]["verdict"]))
    for kind in dict.fromkeys(metric_kind(item["row"]["metric"]) for item in ordered):
        of_kind = [item for item in ordered if metric_kind(item["row"]["metric"]) == kind]
        pairs = {
            item["row"]["claim"]: rows_of(of_claims[item["row"]["claim"],]) for item in of_kind
        }
        others = {name: rows_of(checks[name,]) if (name,) in checks else [] for name in pairs}
        axis = axis_of(
            [value for name in pairs for value in drawn_values(pairs[name], others[name])],
            kind == PERCENT,
        )
        shown = [
            card(item, study)
            | {"runs": trained_cells(study.claims[name], study)}
            | drawn(claims[name], pairs[name], others[name], axis)
            for item, name in zip(of_kind, pairs, strict=True)
        ]
        found.append({"kind": kind, "axis": axis, "claims": shown})
    return found


def metric_kind(metric: str) -> str:
    """What differences may share an axis: those in percentage points, of losses, of one metric."""
    if is_percentage(metric):
        return PERCENT
    return "Loss" if "loss" in metric else metric_title(metric)


def drawn_values(
    pairs: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]
) -> list[float]:
    """All that is drawn of a claim: its differences, intervals and seeds, and what checks found."""
    values = [row[key] for row in others for key in ("difference", "low", "high")]
    for pair in pairs:
        if not pd.isna(pair["n"]):
            values += [*drawn_interval(pair), *(value for _, value in seed_values(pair))]
    return values


def seed_values(pair: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Each seed's difference: `0:0.0147 1:0.0103` -> [("0", 0.0147), ("1", 0.0103)]."""
    return [] if pd.isna(pair["differences"]) else each_difference(str(pair["differences"]))


def drawn(
    claim: Claim,
    pairs: Sequence[Mapping[str, Any]],
    others: Sequence[Mapping[str, Any]],
    axis: Axis,
) -> dict[str, Any]:
    """A claim's differences as they are drawn, and what checks found beside.

    Args:
        claim: the claim.
        pairs: its rows of claim_pairs.csv.
        others: its rows of verdicts.csv by the protocols that are checks.
        axis: that its group shares.
    """
    low, high = bounds(claim)
    strips = [
        {
            "words": difference_words(claim, sides, pair),
            "strip": strip(
                axis,
                pair["difference"],
                *drawn_interval(pair),
                [
                    (value, f"seed {seed}: {format_value(claim.metric, value, sign=True)}")
                    for seed, value in seed_values(pair)
                ],
            ),
        }
        if not pd.isna(pair["n"])
        else None
        for sides, pair in zip(claim.compare, pairs, strict=True)
    ]
    return {
        "strips": strips,
        "band": band(axis, low, high),
        "edges": [axis.place(end) for end in (low, high) if axis.holds(end)],
        "checks": [
            {
                "title": PROTOCOLS[row["protocol"]].title,
                "verdict": row["verdict"],
                "at_chosen": row["protocol"] == "tuned" and row["sides"] == AT_CHOSEN,
                "words": f"{format_value(claim.metric, row['difference'], sign=True)}"
                f" {interval_text(claim.metric, row['low'], row['high'])}",
                "strip": strip(axis, row["difference"], row["low"], row["high"])
                if math.isfinite(row["difference"])
                else None,
            }
            for row in others
        ],
    }


def checked(verdicts: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The rows of verdicts.csv that are of claims by the protocols that are checks."""
    return verdicts[(verdicts["kind"] == "claim") & (verdicts["protocol"] != study.primary.name)]


def card(item: Mapping[str, Any], study: Study) -> dict[str, Any]:
    """A claim as its template prints it."""
    row, source = item["row"], published_title(study)
    made_in = row["made_in"] if isinstance(row["made_in"], str) else ""
    return {
        "name": row["claim"],
        "verdict": row["verdict"],
        "sentence": row["sentence"],
        "quote": row["quote"] if isinstance(row["quote"], str) else "",
        "required": bool(row["required"]),
        "made_in": upper_first(f"{source}, {made_in}") if source and made_in else made_in,
        "expected": item["expected"],
        "note": upper_first(with_titles(item["note"], study.design.specs)),
        "look": look_words(row, study.looks),
        "p": item["p"],
        "p_of": item["p_of"],
        "edge": upper_first(with_titles(item["edge"], study.design.specs)),
        "pairs": [
            pair | {"guard": with_titles(pair["guard"], study.design.specs)}
            for pair in item["pairs"]
        ],
    }


def trained_cells(claim: Claim, study: Study) -> list[tuple[str, str]]:
    """The cells that a claim is about, each once: name and title, of those that are trained.

    None where the verdict is not on the study's own cells.
    """
    if study.primary != FIXED:
        return []
    names = dict.fromkeys(side.cell for pair in claim.compare for side in pair)
    return [
        (name, cell_title(study.cells[name].parameters, study.design))
        for name in names
        if name in study.cells
    ]


def claims_note(claims: pd.DataFrame) -> str:
    """How many tests the claims are; empty if none is tested."""
    tested = claims[claims["tests"].notna()]
    if tested.empty:
        return ""
    tests = int(tested["tests"].iloc[0])
    if tests == 1:
        return "One test: nothing to adjust for."
    same = f" ({len(tested)} claims: some are the same test)" if len(tested) != tests else ""
    return f"Holm's adjustment is over {tests} tests{same}."


def looks_note(looks: pd.DataFrame) -> str:
    """What it means that a study grew after its verdicts had been seen; empty if it did not."""
    numbers = grown(looks)
    if not numbers:
        return ""
    before = ", ".join(map(str, numbers[:-1]))
    chance = chance_of_false_verdict(numbers)
    return (
        f"The verdicts had been seen with {before} seeds before {numbers[-1]} were run. Each look"
        f" is another chance of a false verdict: by now, before adjustment, up to"
        f" {100 * chance:.0f}% of the claims about differences that do not exist would have had"
        f" one, rather than {100 * ALPHA:.0f}%."
    )


def claim_items(
    claims: pd.DataFrame, pairs: pd.DataFrame, seeds: int, unit: str = "seed"
) -> list[dict[str, Any]]:
    """What the report says of a claim: its `row`, its `p` and whose it is, its `note`, what is
    `expected`, which tuned values are at the `edge` of what was tried, its `pairs`.

    Args:
        claims, pairs: the rows of claims.csv and claim_pairs.csv.
        seeds: how many a pair should have.
        unit: what they are: a seed or a split.
    """
    of_claims, items = groups_of(pairs, "claim"), []
    for row in rows_of(claims):
        of_claim, planned = rows_of(of_claims[row["claim"],]), _planned_seeds(row, seeds)
        claim, tested = _claim_of(row), not pd.isna(row["p_adjusted"])
        items.append(
            {
                "row": row,
                "p": p_text(row["p_adjusted"]),
                "p_of": hypothesis_words(claim, of_claim) if tested else "",
                "note": _claim_note(row),
                "expected": _expectation(claim),
                "edge": joined(pair.get("edge") for pair in of_claim),
                "pairs": [
                    _pair_text(pair, planned, unit) | {"skewed": _skewed(row, pair)}
                    for pair in of_claim
                ],
            }
        )
    return items


def _planned_seeds(row: Mapping[str, Any], seeds: int) -> int:
    """How many seeds a claim's pairs should have: those of its look, where it has one."""
    planned = row.get("look_seeds", float("nan"))
    return seeds if pd.isna(planned) else int(planned)


def _pair_text(pair: Mapping[str, Any], seeds: int, unit: str) -> dict[str, Any]:
    metric = pair["metric"]
    tested = not pd.isna(pair["n"])
    return {
        "sides": f"{pair['first']} − {pair['second']}",
        "difference": format_value(metric, pair["difference"], sign=True) if tested else "–",
        "interval": interval_text(metric, *(pair[key] for key in _interval_keys(pair))),
        "adjusted": not pd.isna(pair["low_adjusted"]),
        "caveat": "" if pd.isna(pair["caveat"]) else pair["caveat"],
        "small": SMALL if tested and is_below_one_sample(pair) else "",
        "seeds": f"{pair['n']:.0f} of {counted(seeds, unit)}" if pair["n"] < seeds else "",
        "guard": "" if pd.isna(pair["guard"]) else pair["guard"],
        "wins": wins_words(pair),
    }


def _skewed(row: Mapping[str, Any], pair: Mapping[str, Any]) -> str:
    """What the bootstrap-t says of skewed differences; if there is a verdict, whether it agrees."""
    said = skewness_words(pair)
    if not said or pd.isna(pair["low_adjusted"]):
        return said
    return f"{said}; {place_words(_claim_of(row), pair)}"


def _interval_keys(pair: Mapping[str, Any]) -> tuple[str, str]:
    """The adjusted interval where the claim was tested, else the 95% one."""
    adjusted = ("low_adjusted", "high_adjusted")
    return ("low", "high") if pd.isna(pair["low_adjusted"]) else adjusted


def _claim_note(row: Mapping[str, Any]) -> str:
    notes = [AT_CHOSEN] if row.get("sides") == AT_CHOSEN else []
    if not pd.isna(row["reason"]) and row["reason"]:
        notes.append(str(row["reason"]))
    if row["verdict"] == NO_SIGNAL and not pd.isna(row["seeds_half"]):
        few, many = seeds_words(row)
        notes.append(f"{few} seeds in all would decide it with 50% probability, {many} with 80%")
    if row["verdict"] == BORDERLINE:
        notes.append("its direction is clear, but its size is near the margin")
    if not pd.isna(row["supported_above"]):
        above, below = (
            amount(row["metric"], float(f"{row[key]:.2g}"))
            for key in ("supported_above", "contradicted_below")
        )
        text = f"the claim would be supported with any margin above {above}"
        text += f" and contradicted with any below {below}" if row["contradicted_below"] else ""
        if row["verdict"] in UNDECIDED:  # a margin that these data suggest is not tested by them
            text = f"to choose a margin for the next study: with these data, {text}"
        notes.append(text)
    elif row["verdict"] == BORDERLINE:
        notes.append(
            "for the next study, declare a margin that separates differences that matter from"
            " those that do not"
        )
    return "; ".join(notes)


def seeds_words(row: Mapping[str, Any]) -> tuple[str, str]:
    """With how many seeds a claim would be decided with 50% and with 80%: `18`, `71`."""
    few, many = (
        f"more than {MOST_SEEDS:,}" if pd.isna(row[key]) else f"{row[key]:,.0f}"
        for key in ("seeds_half", "seeds_most")
    )
    return few, many


def _claim_of(row: Mapping[str, Any]) -> Claim:
    """A claim of its row, without the sides."""
    return Claim(
        sentence=row["sentence"],
        metric=row["metric"],
        factor=row["factor"],
        expect=row["expect"],
        compare=[],
        margin=0.0 if pd.isna(row["margin"]) else row["margin"],
    )


def _expectation(claim: Claim) -> str:
    """`Difference in validation accuracy: above 0`."""
    title = metric_title(claim.metric).removesuffix(" (%)")
    return f"Difference in {lower_first(title)}: {expectation(claim)}"
