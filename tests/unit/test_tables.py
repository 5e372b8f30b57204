"""Tables as data and as people read them."""

import io
import os
import shutil
import subprocess
from dataclasses import replace

import pandas as pd
import pytest
from small_table import METRICS, TABLE, make_values
from studies import study_of

from study.design.cell import Design
from study.report import crossed
from study.report.latex import column_blocks
from study.report.result_tables import claims_tables, compared_tables, effects_tables
from study.report.tables import (
    caption,
    cell_title,
    describe,
    make_table,
    name_title,
    table_metrics,
    to_latex,
    to_markdown,
)
from study.report.worth import Worth
from study.settings.parameters import DEFAULTS
from study.training.networks import NETWORKS


def design_at(baseline: dict) -> Design:
    """A design whose cells differ from this."""
    return replace(study_of(tables={}, figures={}).design, baseline=baseline)


def test_a_row_a_level_with_mean_and_deviation():
    frame = make_table(make_values(), TABLE)
    assert list(frame.columns) == [
        "loss", "round", "n", "diverged", "train_loss", "train_loss_sd", "train_accuracy",
        "train_accuracy_sd", "val_loss", "val_loss_sd", "val_accuracy", "val_accuracy_sd",
    ]  # fmt: skip
    first, second = frame.to_dict("records")
    assert (first["loss"], first["round"], first["n"], first["diverged"]) == ("bce", 2, 2, 1)
    assert first["train_loss"] == pytest.approx(0.2)
    assert first["train_loss_sd"] == pytest.approx(0.1 * 2**0.5)
    assert (second["n"], second["val_loss"]) == (1, 0.75)


def test_markdown_as_people_read_it():
    frame = make_table(make_values(), TABLE)
    frame = pd.read_csv(io.StringIO(frame.to_csv(index=False)))  # as the report reads it
    assert to_markdown(frame, 3, "A caption.").splitlines() == [
        "| Loss | Training loss | Training accuracy (%) | Validation loss"
        " | Validation accuracy (%) | Seeds |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| BCE | 0.20 ± 0.14 | 97.0 ± 1.4 | 0.40 ± 0.14 | 90.00 ± 0.00"
        " | 2 of 3 seeds; 1 diverged |",
        "| CE | 0.2500 | 50.00 | 0.7500 | 100.00 | 1 of 3 seeds; 2 missing |",
        "",
        "A caption.",
    ]


def test_a_level_without_runs_says_so():
    frame = make_table(make_values(), replace(TABLE, cells=["a", "not there"]))
    assert "| CE | – | – | – | – | 0 of 3 seeds; 3 missing |" in to_markdown(frame, 3, "")


def test_a_table_shows_the_metrics_that_it_asks_for():
    """Here a gap, and one that there is nothing of: a split that the data do not have."""
    metrics = ["accuracy_gap", "final_test_roc_auc"]
    values = make_values().assign(accuracy_gap=[0.01, 0.03, None, 0.02, 0.5])
    frame = make_table(values, replace(TABLE, metrics=metrics))
    assert list(frame.columns) == [
        "loss", "round", "n", "diverged", "accuracy_gap", "accuracy_gap_sd", "final_test_roc_auc",
        "final_test_roc_auc_sd",
    ]  # fmt: skip
    assert to_markdown(frame, 3, "").splitlines()[::2][:2] == [
        "| Loss | Accuracy gap (%) | Final test AUC | Seeds |",
        "| BCE | 2.0 ± 1.4 | – | 2 of 3 seeds; 1 diverged |",
    ]


def test_the_test_split_is_shown_beside_validation_where_there_is_one():
    values = make_values()
    final = ["final_val_accuracy", "final_test_accuracy", "final_val_roc_auc", "final_test_roc_auc"]
    table = replace(TABLE, metrics=[])
    frame = make_table(values.assign(**dict.fromkeys(final, 0.5)), table)
    assert table_metrics(frame) == [*METRICS, *final]
    assert table_metrics(make_table(values.assign(final_val_accuracy=0.5), table)) == METRICS
    text = caption(TABLE, design_at(DEFAULTS), table_metrics(frame))
    assert "; averages over epochs 4 to 30 of the round, mean ± " in text
    assert text.endswith("over seeds. Final metrics are taken after the round's last epoch.")
    text = caption(TABLE, design_at(DEFAULTS), final)
    assert "learning rate 0.001; mean ± standard deviation" in text


def test_latex_is_escaped_and_complete():
    frame = make_table(make_values(), TABLE)
    text = to_latex(frame, 3, "50% & more_", "table1")
    assert r"\caption{50\% \& more\_}" in text
    assert r"BCE & 0.20 $\pm$ 0.14 & 97.0 $\pm$ 1.4 \\" in text
    assert "Round" not in text
    assert text.count(r"\begin{") == text.count(r"\end{") == 2


def test_the_best_is_bold_and_the_simple_model_is_the_last_row():
    worth = Worth(
        {"val_accuracy": 1 / 114}, {"val_accuracy": [False, True]}, {"val_accuracy": 0.95614}
    )
    values = make_values().assign(val_accuracy=[0.91, 0.92, None, 0.95, 0.0])
    frame = make_table(values, replace(TABLE, metrics=["val_loss", "val_accuracy"]))
    assert to_markdown(frame, [2, 1], "", worth).splitlines()[2:5] == [
        "| BCE | 0.40 ± 0.14 | 91.5 ± 0.7 | 2 |",
        "| CE | 0.7500 | **95.0** | 1 |",
        "| Logistic regression | – | 95.6 | 1 fit |",
    ]
    assert r"CE & 0.7500 & \textbf{95.0} & 1 \\" in to_latex(frame, [2, 1], "", "t", worth)
    # in complete rows with equally many seeds these are no column
    assert "Seeds" not in to_markdown(frame.assign(n=2), 2, "", worth)


def test_columns_stand_below_each_other_where_they_do_not_fit():
    """85 mm are 241 points: three columns of 50 beside a label of 60, and four by twos."""
    assert column_blocks([60], [50] * 3) == [[0, 1, 2]]
    assert column_blocks([60], [50] * 4) == [[0, 1], [2, 3]]
    assert column_blocks([60], [50] * 5) == [[0, 1, 2], [3, 4]]
    assert column_blocks([60], [500, 500]) == [[0], [1]]


def test_tables_fit_a_column_of_85_mm(tmp_path):
    """Of all metrics that are shown, of two factors, and of results, in a two-column document."""
    if not shutil.which("pdflatex"):
        assert "NO_SKIPS" not in os.environ, "no pdflatex"
        return
    final = ["final_val_accuracy", "final_test_accuracy", "final_val_roc_auc", "final_test_roc_auc"]
    seeds = make_values()[:3].dropna()
    values = pd.concat(
        [seeds.assign(cell=cell, **{name: [0.91234, 0.92] for name in final}) for cell in "abcdef"]
    )
    names = ["relu", "leaky_relu", "tanhshrink"]
    wide = replace(
        TABLE, vary=["activation"], metrics=[], rows=[{"activation": name} for name in names],
        cells=["a", "b", "c"], along={"activation": {}, "loss": {}}, levels={"activation": names},
    )  # fmt: skip
    crossed_rows = [{"loss": loss, "activation": name} for loss in ("bce", "ce") for name in names]
    both = replace(wide, vary=["loss", "activation"], rows=crossed_rows, cells=[*"abcdef"])
    best = {name: [True] * 3 for name in [*METRICS, *final]}
    worth = Worth({}, best, {"final_val_accuracy": 0.95, "val_accuracy": 0.95})
    texts = [
        to_latex(make_table(values, wide), 2, "Wide.", "wide", worth),
        crossed.to_latex(make_table(values, both), 2, "Crossed.", "crossed"),
    ]
    row = {"table": "one", "factor": "activation", "level": "leaky_relu", "against": "tanhshrink",
           "round": 2, "metric": "val_loss", "n": 12, "difference": -0.01234,
           "low_adjusted": -0.02345, "high_adjusted": 0.01345, "p_holm": 0.0001}  # fmt: skip
    compared = (
        pd.DataFrame([row]).assign(one_sample=None, refused=None).astype({"one_sample": float})
    )
    sentence = "The network with several hidden layers over-fits: its accuracies are far apart."
    claims = pd.DataFrame([{"claim": "c", "sentence": sentence, "verdict": "supported"}])
    pair = {"claim": "c", "first": "batch size 16, round 1", "second": "batch size 32, round 1",
            "metric": "val_accuracy", "n": 12, "difference": -0.1234, "low": -0.2, "high": 0.1,
            "low_adjusted": -0.22, "high_adjusted": 0.12, "one_sample": 0.001}  # fmt: skip
    mean = {"metric": "val_loss", "factor": "activation", "level": "leaky_relu", "n": 12,
            "mean": 0.1234, "low": 0.12, "high": 0.13, "difference": -0.0123,
            "difference_low": -0.0234, "difference_high": 0.0123}  # fmt: skip
    effect = {"metric": "val_loss", "effect": "batch_size × activation", "df_effect": 2,
              "df_error": 22, "f_value": 1234.5, "p_holm": 0.0001, "partial_eta_squared": 0.9,
              "refused": None}  # fmt: skip
    found = [
        compared_tables(compared, {"one": wide}, METRICS, "mine"),
        claims_tables(claims, pd.DataFrame([pair, pair | {"metric": "val_loss"}]), "mine"),
        effects_tables(pd.DataFrame([mean]), pd.DataFrame([effect]), 3, "mine", {}),
    ]
    texts += [table.latex for tables, _ in found for table in tables]
    assert len(texts) == 6
    layout = r"\textwidth=178mm\columnsep=8mm\oddsidemargin=-8mm"
    whole = "\\documentclass[twocolumn]{article}\\usepackage{booktabs}" + layout
    (tmp_path / "t.tex").write_text(
        f"{whole}\\begin{{document}}{''.join(texts)}\\end{{document}}", encoding="utf-8"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "Overfull" not in done.stdout, done.stdout


def test_captions_and_titles(monkeypatch):
    baseline = DEFAULTS | {"activation": "leaky_relu"}
    design = design_at(baseline)
    assert caption(TABLE, design) == (
        "Loss, round 2; batch size 32, activation Leaky ReLU, hidden layers 1, hidden units 256,"
        " optimizer Adam, learning rate 0.001; averages over epochs 4 to 30 of the round, mean ±"
        " standard deviation over seeds."
    )
    said = caption(TABLE, design, METRICS, "mine", {"a": 12, "b": 12})
    assert said.startswith("Loss on mine, round 2; ") and said.endswith(" over 12 seeds.")
    assert caption(replace(TABLE, caption="Mine."), design) == "Mine."
    assert cell_title(baseline, design) == "BCE, batch size 32, Leaky ReLU, 1 hidden layer"
    assert cell_title(DEFAULTS | {"hidden_layers": 3, "optimizer": "sgd"}, design) == (
        "BCE, batch size 32, ReLU, 3 hidden layers, optimizer SGD"
    )
    assert [name_title(name) for name in ("table1", "table_10", "rates")] == [
        "Table 1",
        "Table 10",
        "Rates",
    ]
    # a parameter that is `listed: when changed`
    monkeypatch.setitem(NETWORKS, "other", NETWORKS["mlp"]._replace(title="another one"))
    other = DEFAULTS | {"network": "other"}
    design = design_at(other)
    assert caption(TABLE, design).endswith(
        "network another one; averages over epochs 4 to 30 of the round, mean ± standard deviation"
        " over seeds."
    )
    networks = replace(TABLE, vary=["network"], along={"network": {}}, rows=[{"network": "other"}])
    assert caption(networks, design).startswith("Network, round 2; loss BCE,")
    assert "etwork" not in caption(networks, design).partition(";")[2]
    assert cell_title(other, design).endswith("1 hidden layer, network another one")
    assert describe({"network": "mlp"}) == "network multilayer perceptron"


def test_two_factors_of_any_type_survive_their_file():
    """Yes and no, and a choice with an option, as they come; a cell that is left out."""
    steep = "leaky_relu(negative_slope=0.2)"
    rows = [
        {"flip": flip, "activation": name} for flip in (True, False) for name in ("relu", steep)
    ]
    table = replace(
        TABLE, vary=["flip", "activation"], metrics=[], rows=rows[:3], cells=["a", "b", "c"]
    )
    frame = make_table(make_values(), table)
    read = pd.read_csv(io.StringIO(frame.to_csv(index=False)), dtype={"activation": str})
    for found in (frame, read):
        assert crossed.to_markdown(found, 3, "A caption.").splitlines() == [
            "| Flip | ReLU | Leaky ReLU (negative slope 0.2) |",
            "| --- | ---: | ---: |",
            "| yes | 90.00 ± 0.00 (2 of 3 seeds; 1 diverged) | 100.00 (1 of 3 seeds; 2 missing) |",
            "| no | – (0 of 3 seeds; 3 missing) | – |",
            "",
            "A caption.",
        ]
