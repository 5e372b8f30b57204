"""What figures and the report are drawn from, against numbers worked out by hand."""

import math

import make_figure
import make_report
import pytest
from test_tables import make_summary

from study.files import replacing
from study.parameters import DEFAULTS

HEADER = "seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy\n"


def write_rounds(folder):
    """Two rounds of two epochs, seeds 0 to 2; seed 2 diverges in round 2."""
    rows = {
        1: "0,1,1,.5,2,.4\n0,2,.8,.6,1.8,.5\n1,1,3,.7,4,.6\n1,2,.6,.8,1.6,.7\n"
        "2,1,2,.6,3,.5\n2,2,.7,.7,1.7,.6\n",
        2: "0,1,.5,.9,1,.8\n0,2,.4,.9,1,.8\n1,1,.3,.9,2,.8\n1,2,.2,.9,2,.8\n2,1,inf,.5,9,.5\n",
    }
    runs, paths = [], []
    for number, text in rows.items():
        path = folder / f"round{number}.csv"
        path.write_text(HEADER + text)
        runs.append({"cell": "c", "first": 0, "last": 2, "round": number})
        paths.append(str(path))
    return runs, paths


def plan(rounds):
    return {
        "figure": {"rounds": rounds},
        "parameters": DEFAULTS,
        "epochs_per_round": 2,
        "seeds": 3,
    }


def test_curves_go_on_over_the_rounds(tmp_path):
    curves = make_figure.collect_curves(*write_rounds(tmp_path), 2)
    means = make_figure.over_seeds(curves)
    assert list(means.index) == [1, 2, 3, 4]
    assert means["train_loss", "mean"].tolist() == pytest.approx([2, 0.7, 0.4, 0.3])
    # of 1, 3 and 2: the deviation is 1; of .5 and .3, without the diverged seed: .2 / sqrt(2)
    assert means["train_loss", "std"].tolist() == pytest.approx(
        [1, 0.1, 0.2 / math.sqrt(2), 0.2 / math.sqrt(2)]
    )
    assert make_figure.count_seeds(curves, [1], 3) == "3 seeds"
    assert make_figure.count_seeds(curves, [1, 2], 3) == (
        "round 1: 3, round 2: 2 of 3 seeds; 1 diverged"
    )
    assert make_figure.count_seeds(curves, [3], 3) == "0 of 3 seeds; 3 missing"


def test_a_figure_draws_means_and_bands(tmp_path):
    runs, paths = write_rounds(tmp_path)
    curves = make_figure.collect_curves(runs, paths, 2)
    loss, accuracy = make_figure.draw(curves, plan([1, 2])).axes
    training, validation = loss.lines[:2]
    assert training.get_xdata().tolist() == [1, 2, 3, 4]
    assert training.get_ydata().tolist() == pytest.approx([2, 0.7, 0.4, 0.3])
    assert validation.get_ydata()[0] == pytest.approx(3)
    assert accuracy.lines[0].get_ydata()[0] == pytest.approx(60)  # per cent
    band = loss.collections[0].get_paths()[0].vertices
    assert band[band[:, 0] == 1, 1].max() == pytest.approx(3)
    assert band[band[:, 0] == 1, 1].min() == pytest.approx(1)
    assert loss.get_xlim() == (0.5, 4.5)


def test_a_round_that_is_not_shown_leaves_a_gap(tmp_path):
    runs, paths = write_rounds(tmp_path)
    runs[1]["round"] = 3
    curves = make_figure.collect_curves(runs, paths, 2)
    means = make_figure.over_seeds(curves)["train_loss", "mean"]
    assert list(means.index) == [1, 2, 3, 4, 5, 6]
    assert means.isna().tolist() == [False, False, True, True, False, False]


def test_every_cell_is_shown_after_its_last_round():
    cells = {"a": DEFAULTS | {"rounds": 2}, "b": DEFAULTS | {"loss": "ce", "rounds": 2}}
    headings, rows = make_report.cell_table(make_summary(), cells, 3)
    assert headings[:2] == ["Loss", "Round"]  # nothing else differs
    assert rows[0][:3] == ["BCE", "2", "0.2000 ± 0.1414"]
    assert rows[0][-1] == "2 of 3 seeds; 1 diverged"
    assert rows[1][:3] == ["CE", "2", "0.2500"]


def test_splits_and_floors_are_shown():
    card = {
        "description": {"classes": ["well", "ill"]},
        "audit": {
            "splits": {
                "train": {"count": 40, "negative": 30, "positive": 10, "positive_share": 0.25},
                "val": {"count": 8, "negative": 4, "positive": 4, "positive_share": 0.5},
            },
            "floors": {"val": {"majority": 0.5, "logistic_regression": 0.875}},
        },
    }
    headings, rows = make_report.split_table(card)
    assert headings[2:5] == ["well", "ill", "ill (%)"]
    assert rows == [
        ["train", "40", "30", "10", "25.0", "–", "–"],
        ["val", "8", "4", "4", "50.0", "50.0", "87.5"],
    ]


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "file"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), replacing(path) as part:
        part.write_text("half")
        assert path.read_text() == "before"
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    with replacing(path) as part:
        part.write_text("after")
    assert path.read_text() == "after"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_figures_have_the_same_bytes(tmp_path):
    curves = make_figure.collect_curves(*write_rounds(tmp_path), 2)
    for name in ("a", "b"):
        make_figure.draw(curves, plan([1, 2])).savefig(
            tmp_path / name, format="svg", metadata={"Date": None}
        )
    first, second = ((tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second
