"""Tables as data and as people read them."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from studies import study_of

from study.design.cell import Design
from study.design.tables import Table
from study.report import crossed
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
from study.settings.parameters import DEFAULTS
from study.training import EPOCH_METRICS
from study.training.networks import NETWORKS

METRICS = list(EPOCH_METRICS)
TABLE = Table(
    vary=["loss"],
    levels={"loss": ["bce", "ce"]},
    changes={},
    round=2,
    metrics=METRICS,
    caption="",
    rows=[{"loss": "bce"}, {"loss": "ce"}],
    cells=["a", "b"],
    along={"loss": {}},
)


def design_at(baseline: dict) -> Design:
    """A design whose cells differ from this."""
    return replace(study_of(tables={}, figures={}).design, baseline=baseline)


def make_values() -> pd.DataFrame:
    """Cell a with seeds 0 to 2, of which 2 diverged; cell b with seed 0 alone; round 1 differs."""
    rows = [
        ("a", 2, 0, 0.1, 0.96, 0.3, 0.9),
        ("a", 2, 1, 0.3, 0.98, 0.5, 0.9),
        ("a", 2, 2, None, None, None, None),
        ("b", 2, 0, 0.25, 0.5, 0.75, 1.0),
        ("a", 1, 0, 7.0, 0.0, 7.0, 0.0),
    ]
    return pd.DataFrame(rows, columns=["cell", "round", "seed", *METRICS])


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
        "| Loss | Round | Training loss | Training accuracy (%) | Validation loss"
        " | Validation accuracy (%) | Seeds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| BCE | 2 | 0.2000 ± 0.1414 | 97.00 ± 1.41 | 0.4000 ± 0.1414 | 90.00 ± 0.00"
        " | 2 of 3 seeds; 1 diverged |",
        "| CE | 2 | 0.2500 | 50.00 | 0.7500 | 100.00 | 1 of 3 seeds; 2 missing |",
        "",
        "A caption.",
    ]


def test_a_level_without_runs_says_so():
    frame = make_table(make_values(), replace(TABLE, cells=["a", "not there"]))
    assert "| CE | 2 | – | – | – | – | 0 of 3 seeds; 3 missing |" in to_markdown(frame, 3, "")


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
        "| Loss | Round | Accuracy gap (%) | Final test AUC | Seeds |",
        "| BCE | 2 | 2.00 ± 1.41 | – | 2 of 3 seeds; 1 diverged |",
    ]


def test_the_test_split_is_shown_beside_validation_where_there_is_one():
    values = make_values()
    final = ["final_val_accuracy", "final_test_accuracy", "final_val_roc_auc", "final_test_roc_auc"]
    table = replace(TABLE, metrics=[])
    frame = make_table(values.assign(**dict.fromkeys(final, 0.5)), table)
    assert table_metrics(frame) == [*METRICS, *final]
    assert table_metrics(make_table(values.assign(final_val_accuracy=0.5), table)) == METRICS
    text = caption(TABLE, design_at(DEFAULTS), table_metrics(frame))
    assert text.endswith("Final metrics are taken after the round's last epoch, the others averaged"
                         " over its epochs after the warm-up.")  # fmt: skip


def test_latex_is_escaped_and_complete():
    frame = make_table(make_values(), TABLE)
    text = to_latex(frame, 3, "50% & more_", "table1")
    assert r"\caption{50\% \& more\_}" in text
    assert r"BCE & 2 & 0.2000 $\pm$ 0.1414 & 97.00 $\pm$ 1.41" in text
    assert text.count(r" \\") == 3
    assert text.count(r"\begin{") == text.count(r"\end{") == 2


def test_captions_and_titles(monkeypatch):
    baseline = DEFAULTS | {"activation": "leaky_relu"}
    design = design_at(baseline)
    assert caption(TABLE, design) == (
        "Loss, round 2; batch size 32, activation Leaky ReLU, hidden layers 1, hidden units 256,"
        " optimizer Adam, learning rate 0.001; mean ± standard deviation over seeds."
    )
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
        "0.001, network another one; mean ± standard deviation over seeds."
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
