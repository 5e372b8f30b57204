"""What the page's sections say, without a browser."""

import math
from dataclasses import fields, replace
from typing import Any

import pandas as pd
import pytest
from jinja2 import Environment, FileSystemLoader
from run_snakemake import without_terms
from studies import DEFAULT, default_study, study_of

from study.analysis.claims import CLAIM_COLUMNS
from study.analysis.noise import NOISE_COLUMNS
from study.analysis.posterior import ROPE_COLUMNS
from study.design.cell import Cell
from study.design.claims import Claim, Side
from study.design.study import Study
from study.report.axis import INDENT, Axis, axis_of
from study.report.claim_words import difference_words, drawn_words
from study.report.data_table import DataTable
from study.report.inputs import COLUMNS, Drawings, Frames, Inputs
from study.report.page import render_sections
from study.report.pictures import DataCard
from study.report.sections import cells, method
from study.report.sections.claims import claims_note, drawn, drawn_values
from study.report.sections.cost import duration, weights_table
from study.report.sections.fair import counts_of_changes
from study.report.sections.noise import context as noise_context
from study.report.sections.summary import (
    clearest,
    counted_once,
    fair_found,
    found,
    open_claims,
    undecided,
)
from study.report.wording import counted, listed, with_titles
from study.settings.parameters import DEFAULTS, PARAMETERS
from study.store.paths import REPORT_FOLDER
from study.training import EPOCH_METRICS


def side(rounds, changes=None, half="") -> Side:
    changes = changes or {}
    return Side("", rounds, parameters=DEFAULTS | changes, changes=changes, half=half)


def page_inputs(study: Study, **frames: pd.DataFrame) -> Inputs:
    """What a page of the study is made from, with these tables and nothing else."""
    found = {name: pd.DataFrame(columns=[*columns]) for name, columns in COLUMNS.items()}
    found |= dict.fromkeys(("values", "runs"), pd.DataFrame()) | frames
    pictures = {field.name: "" for field in fields(Drawings) if field.name != "figures"}
    nothing: dict[str, Any] = {"card": None, "chosen": {}, "tables": [], "curves": ""}
    nothing |= {"run_count": 0, "missing": [], "outdated": [], "folders": [], "arguments": ""}
    return Inputs(study, Frames(**found), Drawings([], **pictures), **nothing)


def pair(metric, difference, low, high, adjusted=(math.nan, math.nan)) -> dict:
    return {
        "metric": metric, "difference": difference, "low": low, "high": high, "n": 3,
        "low_adjusted": adjusted[0], "high_adjusted": adjusted[1],
        "differences": f"0:{low} 1:{difference} 2:{high}",
    }  # fmt: skip


ROUNDS = [side([3], {"loss": "ce"}), side([1], {"loss": "ce"})]


@pytest.mark.parametrize(
    ("factor", "sides", "measured", "words"),
    [
        (
            "round", ROUNDS, pair("train_accuracy", 0.0144, 0.0136, 0.0152, (0.0129, 0.0159)),
            "Training accuracy rises by 1.44 percentage points (95% 1.36 to 1.52)"
            " from round 1 to round 3, loss CE",
        ),
        (
            "round", ROUNDS, pair("val_loss", -0.0222, -0.0263, -0.0181),
            "Validation loss falls by 0.0222 (95% 0.0181 to 0.0263)"
            " from round 1 to round 3, loss CE",
        ),
        (
            "loss", [side([3], {"loss": "ce"}), side([3], {"loss": "bce"})],
            pair("val_accuracy", 0.0021, 0.0002, 0.004, (-0.001, 0.0052)),
            "Validation accuracy differs by +0.21 percentage points (95% +0.02 to +0.40),"
            " CE minus BCE, round 3",
        ),
        (
            "batch_size", [side([1], {"batch_size": 16}), side([1])],
            pair("final_val_roc_auc", 0.01, 0.005, 0.015),
            "Final validation AUC is 0.0100 higher (95% 0.0050 to 0.0150)"
            " with batch size 16 than with 32, round 1",
        ),
        (
            "loss", [side([1, 3], {"loss": "ce"}), side([1, 3])],
            pair("val_accuracy", 0.02, 0.01, 0.03),
            "The change in validation accuracy since round 1 is 2.00 percentage points higher"
            " (95% 1.00 to 3.00) with CE than with BCE, round 3",
        ),
        (
            "epoch", [side([1], half="late"), side([1], half="early")],
            pair("val_loss", -0.02, -0.03, -0.01),
            "Validation loss falls by 0.0200 (95% 0.0100 to 0.0300) from the early to the late"
            " epochs, round 1",
        ),
    ],
)  # fmt: skip
def test_differences_in_words(factor, sides, measured, words):
    claim = Claim("", measured["metric"], factor, "greater", [])
    assert difference_words(claim, sides, measured) == words


def test_the_interval_that_is_drawn_is_the_one_that_decides():
    measured = pair("train_accuracy", 0.0144, 0.0136, 0.0152, (0.0129, 0.0159))
    assert drawn_words(measured) == "1.29 to 1.59"
    assert drawn_words(pair("val_loss", 0.0, -0.01, 0.01)) == "−0.0100 to +0.0100"
    axis = Axis(-0.02, 0.02, [])
    claim = Claim("", "train_accuracy", "round", "equivalent", [ROUNDS], margin=0.01)
    found = drawn(claim, [measured], [], axis)
    (shown,), band = found["strips"], found["band"]
    assert shown["strip"].low > band.start + band.width  # contradicted
    assert (shown["strip"].low, shown["strip"].high) == (axis.place(0.0129), axis.place(0.0159))
    assert [seed.text for seed in shown["strip"].seeds] == [
        "seed 0: +1.36", "seed 1: +1.44", "seed 2: +1.52",
    ]  # fmt: skip
    greater = replace(claim, expect="greater", margin=0.0)
    band = drawn(greater, [measured], [], axis)["band"]
    assert (band.start, band.width) == (50.0, 50.0)


def test_an_axis_holds_all_and_zero():
    pairs = [pair("val_loss", 0.2, 0.1, 0.31), pair("val_loss", 0.3, 0.25, 0.4)]
    axis = axis_of(drawn_values(pairs, []), percent=False)
    assert (axis.low, axis.high) == (0, 0.4)
    assert axis.values == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert (axis.place(0), axis.place(0.4)) == (INDENT, 100 - INDENT)
    assert axis_of([], percent=True).low < 0 < axis_of([], percent=True).high


def test_columns_of_numbers_are_told_from_text():
    rows = [["16", "[−1.20, +0.30]", "relu"], ["<0.001", "–", "12"]]
    table = DataTable("", ["a", "b", "c"], rows)
    assert table.numbers == [True, True, False]
    assert table.numbers is table.numbers  # once, for it is asked for with each text
    assert DataTable("", ["a", "b", "c"], rows, text_columns=["a"]).numbers[0] is False


def test_one_and_many():
    assert [counted(1, "seed"), counted(9000, "run")] == ["1 seed", "9,000 runs"]
    assert [listed(["a"]), listed(["a", "b", "c"])] == ["a", "a, b and c"]
    assert with_titles("the same train_accuracy and hidden_units", PARAMETERS) == (
        "the same training accuracy and hidden units"
    )
    claims = pd.DataFrame([{"tests": 1}, {"tests": math.nan}], columns=list(CLAIM_COLUMNS))
    assert claims_note(claims) == "One test: nothing to adjust for."


def test_hours_are_told_by_the_tenth():
    assert [duration(0.04), duration(0.11), duration(1234.56)] == [
        "less than 0.1 hours", "0.1 hours", "1,234.6 hours",
    ]  # fmt: skip


def test_weights_are_counted():
    """30 inputs, 256 hidden: 31 · 256 + 257 · outputs."""
    changes = {"a": {}, "b": {"batch_size": 64}, "c": {"loss": "ce"}}
    cells = {name: Cell(DEFAULTS | each, 1, 1, 0) for name, each in changes.items()}
    card = DataCard({"shape": [30], "classes": ["no", "yes"]}, {})
    table = weights_table(cells, card)
    assert [row[2:] for row in table.rows] == [["1", "2", "8,193"], ["2", "1", "8,450"]]
    assert weights_table(cells, None) is None


def test_the_first_screen_says_where_splits_disagree():
    tables = {name: {"vary": "loss"} for name in ("table1", "rates", "table3")}
    study = study_of(grid={"loss": ["bce", "ce"]}, tables=tables, figures={})
    tables = ["table1", "rates", "rates", "table3"]
    warned = pd.DataFrame({"table": tables, "text": ["…", "…", "…", None]})
    assert undecided(page_inputs(study, disagreements=warned))[0].startswith(
        "The validation and the test split disagree: see the notes under Table 1 and"
        " Table 2 (rates)."
    )
    assert not any("disagree" in text for text in undecided(page_inputs(study)))


def judged(*verdicts: str) -> pd.DataFrame:
    rows = [{"verdict": word, "tests": len(verdicts), "alpha": 0.05} for word in verdicts]
    return pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))


@pytest.mark.parametrize(
    ("verdicts", "looks", "how"),
    [
        (["supported"], [], "a paired t-test"),
        (["supported", "undecided"], [], "paired t-tests, Holm over 2 tests"),
        (["supported"], [5, 10], "a paired t-test, 2 planned looks"),
    ],
)
def test_what_a_level_says(verdicts, looks, how):
    """How often studies have a false verdict, not how probably this one's are false."""
    _, surely = found(judged(*verdicts), looks)
    assert surely == (
        "How sure this is: a study like this gives a false verdict in about 5 of 100 repeats,"
        f" through chance differences between seeds alone ({how})."
    )


def test_claims_that_are_one_test_count_once():
    """Three claims, of which two are one: on the first screen, and beside the other protocols."""
    study = study_of(grid={"loss": ["bce", "ce", "focal"]}, tables={}, figures={})
    bce, ce, focal = (Side(name, [1]) for name in ("bce", "ce", "focal"))
    about = {"metric": "val_loss", "factor": "loss", "expect": "greater"}
    claims = {
        name: Claim(name, compare=[(one, bce)], **about)
        for name, one in (("ce is worse", ce), ("bce is better", ce), ("focal is worse", focal))
    }
    study = replace(study, claims=claims)
    frame = judged("supported", "supported", "no signal").assign(claim=[*claims])
    verdicts = pd.DataFrame(
        [
            {"kind": "claim", "name": name, "protocol": protocol, "verdict": verdict}
            for protocol, said in (("fixed", frame["verdict"]), ("tuned_splits", ["supported"] * 3))
            for name, verdict in zip(claims, said)
        ]
    ).assign(level=None, against=None, metric="val_loss", difference=0.1, low=0.05, high=0.2)
    inputs = page_inputs(study, claims=frame, verdicts=verdicts)
    counted_claims = counted_once(inputs)
    assert counted_claims["claim"].tolist() == ["ce is worse", "focal is worse"]
    assert found(counted_claims, [], same=1)[0] == (
        "1 of 2 claims (1 more restates one of these) is supported and 1 shows no signal."
    )
    assert fair_found(inputs) == [
        "On other splits, with values tuned on the study’s own split, 1 of 1 decided claim keeps"
        " its verdict; 1 more is decided only here."
    ]
    assert undecided(inputs)[0] == "1 claim is undecided."


def test_without_a_decided_claim_there_is_none_to_check():
    claim = Claim(
        "a", metric="val_loss", factor="loss", expect="greater",
        compare=[(Side("ce", [1]), Side("bce", [1]))],
    )  # fmt: skip
    for then, said in (("no signal", ""), ("supported", "; 1 is decided only here")):
        verdicts = pd.DataFrame(
            {"kind": "claim", "name": "a", "protocol": ["fixed", "splits"],
             "verdict": ["no signal", then]}
        )  # fmt: skip
        assert counts_of_changes(verdicts, "splits", {"a": claim}) == (
            f"On other splits, there is no decided claim to check{said}."
        )


def test_the_clearest_claims_are_the_decided_ones_with_the_smallest_p():
    """Of two pairs the clearer is told; what is the same in other words is told once."""
    study = study_of(grid={"loss": ["bce", "ce"]}, tables={}, figures={})
    about = {"metric": "val_loss", "factor": "round", "expect": "less"}
    compare = [(side([last]), side([1])) for last in (2, 3)]
    names = ("falls", "falls in other words", "open", "loss")
    claims = {name: Claim(name, compare=compare, **about) for name in names}
    by_loss = (side([3], {"loss": "ce"}), side([3]))
    claims["loss"] = Claim("loss", "val_loss", "loss", "less", [by_loss])
    later = pair("val_loss", -0.02, -0.03, -0.01) | {"d_z": -2.0}
    pairs = [
        found | {"claim": name}
        for name in names[:3]
        for found in (later | {"d_z": 0.1, "difference": -0.5}, later)
    ]
    pairs.append(pair("val_loss", 0.3, 0.2, 0.4) | {"d_z": 1.0, "claim": "loss"})
    rows = [("loss", "contradicted", 0.02), ("falls", "supported", 0.001)]
    rows += [("falls in other words", "supported", 0.001), ("open", "no signal", 0.0001)]
    judged_rows = [
        {"claim": name, "verdict": verdict, "p_value": p, "sides": ""} for name, verdict, p in rows
    ]
    inputs = page_inputs(
        replace(study, claims=claims), claims=pd.DataFrame(judged_rows), pairs=pd.DataFrame(pairs)
    )
    falls = "Validation loss falls by 0.0200 (95% 0.0100 to 0.0300) from round 1 to round 3"
    rises = "Validation loss is 0.3000 higher (95% 0.2000 to 0.4000) with CE than with BCE, round 3"
    assert [(item["claim"], item["words"], item["verdict"]) for item in clearest(inputs)] == [
        ("falls", falls, "supported"), ("loss", rises, "contradicted"),
    ]  # fmt: skip


def test_what_would_decide_the_open_claims_is_said_of_those_without_a_signal():
    rows = [("no signal", 20, 35), ("borderline", 15, 22), ("no signal", None, None)]
    rows += [("not tested", None, None), ("supported", None, None)]
    claims = pd.DataFrame(rows, columns=["verdict", "seeds_half", "seeds_most"])
    assert open_claims(claims) == [
        "3 claims are undecided; to decide 1 of them with a probability of 50% (80%) would take"
        " this many seeds in all: 20 (35).",
        "1 claim could not be judged, for the reasons given below.",
    ]


@pytest.mark.parametrize(
    ("changes", "limits", "epoch"),
    [
        ({}, "one split of one data set;", "the last epoch"),
        (
            {"resample": 10, "baseline": DEFAULT["baseline"] | {"epoch_choice": "best"}},
            "one data set, its own split and 10 redrawn from the same samples;",
            "the chosen epoch",
        ),
        (
            {"grid": DEFAULT["grid"] | {"epoch_choice": ["last", "best"]}},
            "one split of one data set;",
            "the last or the chosen epoch",
        ),
    ],
)
def test_the_method_says_which_splits_and_which_epoch(changes, limits, epoch):
    study = default_study(**changes)
    name, cell = next(iter(study.cells.items()))
    run = {"cell": name, "round": cell.rounds, "seed": 0, "final_val_accuracy": 0.5}
    values = pd.DataFrame([run | dict.fromkeys(EPOCH_METRICS, 0.5)])
    inputs = page_inputs(study, claims=judged(), values=values)
    environment = Environment(loader=FileSystemLoader(REPORT_FOLDER))
    (section,) = render_sections(environment, (method,), inputs)
    assert f"Limits: {limits}" in without_terms(section["content"])
    assert f"Final metrics are taken after {epoch}." in section["content"]
    (split,) = cells.context(inputs)["splits"]
    assert f"From the scores after {epoch}; " in split["table"].caption


def noise_inputs(**frames: pd.DataFrame) -> Inputs:
    tables = {"table1": {"vary": "loss"}, "rates": {"vary": "learning_rate"}}
    levels = {"loss": ["bce", "ce"], "learning_rate": [0.001, 0.01]}
    return page_inputs(study_of(grid=levels, tables=tables, figures={}), **frames)


def test_noise_by_metric_comparison_and_source():
    noise = [
        ("table1", "ce", "bce", "val_accuracy", "seed", 0.0031, 0.0022, 0.0053, 12),
        ("table1", "ce", "bce", "val_accuracy", "split_and_seed", 0.0102, 0.0, 0.0153, 10),
        ("rates", "0.01", "0.001", "val_accuracy", "seed", 0.0044, 0.0031, 0.0075, 11),
        ("table1", "ce", "bce", "val_loss", "seed", 0.01234, 0.01, 0.02, 12),
    ]
    rope = [("table1", "ce", "bce", "val_accuracy", 0.005, 0.004, 0.25, 0.746, "seeds")]
    found = noise_context(
        noise_inputs(
            noise=pd.DataFrame(noise, columns=list(NOISE_COLUMNS)),
            rope=pd.DataFrame(rope, columns=list(ROPE_COLUMNS)),
        )
    )
    (loss,), (accuracy, probabilities) = found["shown"]
    assert accuracy.headings == ["Comparison", "Seed", "Split and seed"]
    assert accuracy.rows == [
        ["Table 1: CE − BCE", "0.31 [0.22, 0.53]", "1.02 [0.00, 1.53]"],
        ["Table 2 (rates): 0.01 − 0.001", "0.44 [0.31, 0.75]", "–"],
    ]
    assert "percentage points" in accuracy.caption
    assert accuracy.caption.endswith("estimated from 11 to 12 seeds and 10 splits.")
    assert probabilities.rows == [["Table 1: CE − BCE", "seeds", "±0.50", "0.4", "25.0", "74.6"]]
    assert loss.rows[0][1] == "0.0123 [0.0100, 0.0200]"
    assert "percentage" not in loss.caption and found["others"] == []
    assert [source["title"] for source in found["sources"]] == ["Seed", "Split and seed"]
    assert not found["over_splits"]


def test_noise_is_not_told_where_there_is_none():
    assert noise_context(noise_inputs()) is None
    assert noise_context(noise_inputs(noise=pd.DataFrame(columns=list(NOISE_COLUMNS)))) is None
    rope = [("table1", "ce", "bce", "final_test_brier_score", 0.01, 0.2, 0.3, 0.5, "splits")]
    found = noise_context(noise_inputs(rope=pd.DataFrame(rope, columns=list(ROPE_COLUMNS))))
    assert found["shown"] == [] and found["over_splits"] and len(found["others"]) == 1
