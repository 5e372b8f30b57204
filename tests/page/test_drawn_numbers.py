"""What figures and the report are drawn from, against numbers worked out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from run_files import cell, write_record
from small_table import make_values
from studies import study_of

from study.analysis.epochs import collect_epochs
from study.design.runs import Run
from study.design.tables import Figure
from study.report.figures.contact_sheet import as_picture, draw_contact_sheet
from study.report.figures.curves import caption, count_seeds, draw, mean_curves
from study.report.figures.interactions import draw_interactions
from study.report.figures.saving import save_figure
from study.report.page import render_parts
from study.report.pictures import DataCard
from study.report.sections import data
from study.report.sections.cells import cell_table
from study.report.sections.data import class_table, split_table
from study.report.tables import numbered_titles

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
        runs.append(Run("c", 0, 2, number))
        paths.append(str(path))
    return runs, paths, [write_record(path) for path in paths]


DESIGN = study_of(tables={}, figures={}).design
FIGURE = Figure("curves", {"hidden_layers": 3}, [1, 2], caption="", cell="c", epochs=2)


def test_curves_go_on_over_the_rounds(tmp_path):
    epochs = collect_epochs(*write_rounds(tmp_path), 2)
    means = mean_curves(epochs)
    assert list(means.index) == [1, 2, 3, 4]
    assert means["train_loss", "mean"].tolist() == pytest.approx([2, 0.7, 0.4, 0.3])
    # of 1, 3 and 2: the deviation is 1; of .5 and .3, without the diverged seed: .2 / sqrt(2)
    assert means["train_loss", "std"].tolist() == pytest.approx(
        [1, 0.1, 0.2 / math.sqrt(2), 0.2 / math.sqrt(2)]
    )
    assert count_seeds(epochs, [1], 3) == "3 seeds"
    assert count_seeds(epochs, [1, 2], 3) == ("round 1: 3, round 2: 2 of 3 seeds; 1 diverged")
    assert count_seeds(epochs, [3], 3) == "0 of 3 seeds; 3 missing"


def test_a_figure_draws_means_and_bands(tmp_path):
    drawing = draw(FIGURE, collect_epochs(*write_rounds(tmp_path), 2), DESIGN, 3)
    assert drawing.get_suptitle() == (
        "BCE, batch size 32, ReLU, 3 hidden layers\n"
        "mean ± sd over round 1: 3, round 2: 2 of 3 seeds; 1 diverged"
    )
    loss, accuracy = drawing.axes
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
    runs, paths, records = write_rounds(tmp_path)
    runs[1] = replace(runs[1], round=3)
    means = mean_curves(collect_epochs(runs, paths, records, 2))["train_loss", "mean"]
    assert list(means.index) == [1, 2, 3, 4, 5, 6]
    assert means.isna().tolist() == [False, False, True, True, False, False]


def test_every_cell_is_shown_after_its_last_round():
    cells = {"a": cell(rounds=2), "b": cell(rounds=2, loss="ce")}
    headings, rows = cell_table(make_values(), cells, {"a": 3, "b": 3}, {})
    assert headings[:2] == ["Loss", "Round"]  # nothing else differs
    assert rows[0][:3] == ["BCE", "2", "0.20 ± 0.14"]
    assert rows[0][-1] == "2 of 3 seeds; 1 diverged"
    assert rows[1][:3] == ["CE", "2", "0.2500"]


def test_tables_are_numbered_as_they_come():
    assert numbered_titles("Table", ["table1", "table2"]) == {
        "table1": "Table 1", "table2": "Table 2",
    }  # fmt: skip
    assert numbered_titles("Table", ["rates", "table7"]) == {
        "rates": "Table 1 (rates)", "table7": "Table 2 (table7)",
    }  # fmt: skip


def test_splits_and_floors_are_shown():
    card = DataCard(
        description={"classes": ["well", "ill"]},
        audit={
            "splits": {
                "train": {"count": 40, "negative": 30, "positive": 10, "positive_share": 0.25},
                "val": {"count": 8, "negative": 4, "positive": 4, "positive_share": 0.5},
            },
            "floors": {"val": {"majority": 0.5, "logistic_regression": 0.875}},
        },
    )
    headings, rows = split_table(card)
    assert headings[2:5] == ["well", "ill", "ill (%)"]
    assert rows == [
        ["training", "40", "30", "10", "25.0", "–", "–"],
        ["validation", "8", "4", "4", "50.0", "50.0", "87.5"],
    ]


def test_many_classes_have_a_row_each():
    card = DataCard(
        description={"classes": ["none", "mild", "severe"]},
        audit={
            "splits": {
                "train": {"count": 40, "by_class": [20, 10, 10]},
                "val": {"count": 8, "by_class": [3, 4, 1]},
            },
            "floors": {"val": {"majority": 0.5, "logistic_regression": 0.875}},
        },
    )
    assert split_table(card)[1][1] == ["validation", "8", "50.0", "87.5"]
    assert class_table(card).rows == [
        ["none", "20", "3", "50.0", "37.5"],
        ["mild", "10", "4", "25.0", "50.0"],
        ["severe", "10", "1", "25.0", "12.5"],
    ]


def test_a_figure_without_runs_says_so(tmp_path):
    drawing = draw(FIGURE, collect_epochs([], [], [], 2), DESIGN, 3)
    assert [axes.texts[0].get_text() for axes in drawing.axes] == ["no seed to show"] * 2
    assert drawing.get_suptitle().endswith("mean ± sd over 0 of 3 seeds; 3 missing")
    assert caption(FIGURE, DESIGN) == (
        "Loss and accuracy epoch by epoch, round 1, 2; loss BCE, batch size 32, activation ReLU,"
        " hidden layers 3, hidden units 256, optimizer Adam, learning rate 0.001;"
        " mean ± standard deviation over seeds."
    )


def test_interactions_are_means_over_the_other_factors():
    """(2 seeds, 2 losses, 3 batch sizes, 1 more factor of 2), in per cent."""
    measured = np.arange(24).reshape(2, 2, 3, 2) / 100
    factors = {"loss": ["bce", "ce"], "batch_size": [32, 16, 64], "hidden_units": [8, 16]}
    panels = draw_interactions(measured, factors, 3).axes
    assert [axes.get_xlabel() for axes in panels] == ["Loss", "Loss", "Batch size"]
    lines = [container.lines[0] for container in panels[0].containers]
    assert [container.get_label() for container in panels[0].containers] == ["16", "32", "64"]
    assert panels[0].get_ylim()[1] <= 100
    for position, line in zip((1, 0, 2), lines):
        expected = 100 * measured.mean(axis=(0, 3))[:, position]
        assert line.get_ydata().tolist() == pytest.approx(expected.tolist())
    empty = draw_interactions(measured[:0, :, 0, 0], {"loss": ["bce", "ce"]}, 3)
    assert empty.texts[0].get_text() == "no complete grid to show"


def test_a_contact_sheet_shows_samples_of_each_class_and_split():
    """Black is 0 and white 255, whatever the images have; of a volume the middle is shown."""
    images = np.full((20, 4, 6), 100, np.uint8)
    sheet = draw_contact_sheet({"train": (images, np.arange(20) % 2)}, ["well", "ill"])
    rows = [sheet.axes[:8], sheet.axes[8:]]
    assert [row[0].get_title(loc="left") for row in rows] == ["train: well", "train: ill"]
    pictures = [axes.images[0] for axes in sheet.axes]
    assert {picture.get_clim() for picture in pictures} == {(0, 255)}
    assert as_picture(np.arange(5)).shape == (1, 5)
    assert as_picture(np.zeros((4, 6, 3))).shape == (4, 6, 3)
    volume = np.zeros((5, 4, 6))
    volume[2] = 1
    assert as_picture(volume).tolist() == np.ones((4, 6)).tolist()


def test_pictures_are_from_black_to_white_of_the_declared_range():
    images = np.full((20, 4, 6), 1000, np.uint16)
    splits = {"train": (images, np.arange(20) % 2)}
    sheet = draw_contact_sheet(splits, ["well", "ill"], [0, 4095])
    assert {axes.images[0].get_clim() for axes in sheet.axes} == {(0, 4095)}
    colours = np.full((4, 6, 3), 4095, np.uint16)
    assert as_picture(colours, 0, 4095).tolist() == np.ones((4, 6, 3)).tolist()


def test_what_was_decided_is_on_the_data_card():
    pixels = {"minimum": 0, "maximum": 4000, "constant_share": 0, "saturated_share": None}
    description = {
        "classes": ["well", "ill"],
        "kind": "npz",
        "shape": [4, 6],
        "dtype": "int16",
        "normalize": "unit",
        "subtract": [-1024.0],
        "divide_by": [4095.0],
        "sha256": "0",
    }
    audit = {"splits": {}, "floors": {}, "findings": [], "pixels": pixels}
    pages = []
    for decided in ({"decided": ["not read of <its> arrays: ids."]}, {}):
        inputs = SimpleNamespace(card=DataCard(description | decided, audit))
        pages.append(render_parts({"data": ("Data", [data])}, inputs, "mine"))
    assert "<li>Not read of &lt;its&gt; arrays: ids.</li>" in pages[0]
    assert "<dd>−1024 subtracted, then divided by 4095</dd>" in pages[0]
    assert ["Decided when" in page for page in pages] == [True, False]


def test_figures_have_the_same_bytes(tmp_path):
    epochs = collect_epochs(*write_rounds(tmp_path), 2)
    for name in ("a", "b"):
        save_figure(
            draw(FIGURE, epochs, DESIGN, 3), tmp_path / f"{name}.svg", tmp_path / f"{name}.png"
        )
    for kind in ("svg", "png"):
        first, second = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("a", "b"))
        assert first == second
