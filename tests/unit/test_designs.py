"""Designs: which cells of a grid a study has, counted by hand; and what a design refuses."""

import itertools
from types import SimpleNamespace

import pandas as pd
import pytest
from studies import MINIMAL

from study.analysis.effects import EFFECT_COLUMNS, MEAN_COLUMNS
from study.config.read import read_config
from study.design.cell import find_cell
from study.design.levels import factor_levels
from study.design.study import Study, expand_study
from study.report.design_words import design_facts, factor_words, plan_lines
from study.report.plots.names import group_name, level_names
from study.report.sections import grid
from study.report.sections.summary import compared
from study.store.errors import UserError

GRID = {
    "loss": ["bce", "ce"],
    "batch_size": [32, 16, 64],
    "activation": ["relu", "leaky_relu", "tanhshrink"],
}
STEP = {
    "grid": {"loss": ["bce", "ce"], "batch_size": [16, 32], "learning_rate": [0.0005, 0.001]},
    "together": [["batch_size", "learning_rate"]],
}


def make(**changes) -> Study:
    return expand_study(read_config(MINIMAL | changes), {})


def design_of(study: Study, *names: str) -> list[tuple]:
    """The design's cells by some of their parameters, in its order."""
    cells = (study.cells[name].parameters for name in study.grid_cells)
    return [tuple(cell[name] for name in names or GRID) for cell in cells]


def problems(**changes) -> list[str]:
    with pytest.raises(UserError) as error:
        make(**changes)
    first, *lines = str(error.value).split("\n  ")
    assert first == "Configuration error"
    return lines


# ---- Which cells ---------------------------------------------------------------------------------


def test_the_full_grid_is_the_product():
    assert design_of(make(grid=GRID)) == list(itertools.product(*GRID.values()))
    assert design_of(make()) == [("bce", 32, "relu")]


def test_one_at_a_time_is_the_baseline_and_each_other_level():
    assert design_of(make(grid=GRID, design="one_at_a_time")) == [
        ("bce", 32, "relu"),
        ("ce", 32, "relu"),
        ("bce", 16, "relu"),
        ("bce", 64, "relu"),
        ("bce", 32, "leaky_relu"),
        ("bce", 32, "tanhshrink"),
    ]
    # the baseline is trained where the grid lacks its level
    sizes = {"batch_size": [8, 16]}
    assert design_of(make(grid=sizes, design="one_at_a_time"), "batch_size") == [(32,), (8,), (16,)]


def test_a_list_names_its_cells():
    cells = [{"loss": "ce"}, {"batch_size": 64.0, "loss": "bce"}, {}]
    study = make(design={"list": cells}, tables={"t": {"vary": "batch_size"}})
    assert design_of(study, "loss", "batch_size") == [("ce", 32), ("bce", 64), ("bce", 32)]
    assert study.factors == {"loss": ["ce", "bce"], "batch_size": [32, 64]}
    assert study.tables["t"].row_levels == [32, 64]
    assert len(study.cells) == 3


def test_a_random_design_is_the_same_whenever_and_in_whichever_order():
    drawn = [
        ("ce", 64, "relu"),
        ("bce", 16, "leaky_relu"),
        ("ce", 16, "relu"),
        ("ce", 64, "tanhshrink"),
        ("ce", 16, "tanhshrink"),
    ]
    assert design_of(make(grid=GRID, design={"random": 5})) == drawn
    other_way = {name: levels[::-1] for name, levels in reversed(GRID.items())}
    assert design_of(make(grid=other_way, design={"random": 5, "seed": 0})) == drawn
    # more cells are these and others; another seed has others
    assert design_of(make(grid=GRID, design={"random": 9}))[:5] == drawn
    assert design_of(make(grid=GRID, design={"random": 5, "seed": 1})) != drawn
    every = design_of(make(grid=GRID, design={"random": 18}))
    assert sorted(every) == sorted(itertools.product(*GRID.values()))


def test_a_new_level_leaves_most_of_a_random_design():
    """Here 20 of 1,000 combinations, and then of 1,100: draws that the new level does not win."""
    levels = [round(0.001 * number, 3) for number in range(1, 11)]
    grid = {"learning_rate": levels, "batch_size": levels_of(10), "hidden_units": levels_of(10)}
    design = {"random": 20}
    names = ("learning_rate", "batch_size", "hidden_units")
    before = set(design_of(make(grid=grid, design=design), *names))
    grid["learning_rate"] = [*levels, 0.5]
    after = set(design_of(make(grid=grid, design=design), *names))
    assert len(before) == len(after) == 20
    assert len(before & after) == 20 - sum(rate == 0.5 for rate, *_ in after) >= 15


def levels_of(count: int) -> list[int]:
    return list(range(1, count + 1))


def test_what_is_excluded_is_left_out_whatever_the_design():
    rules = [{"loss": "ce", "batch_size": [16, 64]}, {"activation": "leaky_relu"}]
    kept = [
        (loss, size, activation)
        for loss, size, activation in itertools.product(*GRID.values())
        if not (loss == "ce" and size in (16, 64)) and activation != "leaky_relu"
    ]
    assert len(kept) == 8
    study = make(grid=GRID, exclude=rules)
    assert design_of(study) == kept
    assert sorted(design_of(make(grid=GRID, exclude=rules, design={"random": 8}))) == sorted(kept)
    alone = make(grid=GRID, exclude=rules[1:], design="one_at_a_time")
    assert len(design_of(alone)) == 5
    # a rule is about the grid: another network may have the activation
    deep = {"cell": {"activation": "leaky_relu", "hidden_layers": 3}}
    assert len(make(grid=GRID, exclude=rules, figures={"deep": deep}).cells) == 9


def test_factors_that_move_together_are_one():
    names = ("loss", "batch_size", "learning_rate")
    assert design_of(make(**STEP), *names) == [
        ("bce", 16, 0.0005), ("bce", 32, 0.001), ("ce", 16, 0.0005), ("ce", 32, 0.001),
    ]  # fmt: skip
    assert design_of(make(**STEP, design="one_at_a_time"), *names) == [
        ("bce", 32, 0.001), ("ce", 32, 0.001), ("bce", 16, 0.0005),
    ]  # fmt: skip
    # what names one of them names the other, if that is not named too
    figures = {
        "one": {"cell": {"batch_size": 16}},
        "both": {"cell": {"batch_size": 16, "learning_rate": 0.1}},
    }
    study = make(**STEP, figures=figures)
    assert study.figures["one"].changes == {"batch_size": 16, "learning_rate": 0.0005}
    assert study.figures["both"].changes["learning_rate"] == 0.1
    assert len(study.cells) == 4 + 1


def test_tables_at_another_cell_and_of_two_factors():
    tables = {
        "at": {"vary": "loss", "cell": {"batch_size": 64}},
        "two": {"vary": ["loss", "batch_size"]},
        "own": {"vary": ["loss", "hidden_units"], "levels": {"hidden_units": [8, 4]}},
    }
    excluded = [{"loss": "ce", "batch_size": 16}]
    study = make(grid=GRID | {"activation": ["relu"]}, tables=tables, exclude=excluded)
    at, two, own = study.tables.values()
    assert at.cells == [
        find_cell(study.design, {"loss": x, "batch_size": 64}) for x in GRID["loss"]
    ]
    assert [tuple(row.values()) for row in two.rows] == [
        ("bce", 32), ("bce", 16), ("bce", 64), ("ce", 32), ("ce", 64),
    ]  # fmt: skip
    assert [tuple(row.values()) for row in own.rows] == [
        ("bce", 8), ("bce", 4), ("ce", 8), ("ce", 4),
    ]  # fmt: skip
    assert set(own.cells) <= study.cells.keys()


def test_cells_that_differ_in_what_does_not_apply_are_one():
    """A logistic regression has no hidden units."""
    grid = {"network": ["mlp", "logistic"], "hidden_units": [256, 64]}
    study = make(grid=grid)
    assert len(study.cells) == 3 and len(study.grid_cells) == 4
    assert plan_lines(study) == [
        "design: full, 2 × 2 = 4 combinations: 3 cells",
        "  duplicates of other cells: 1, because hidden units applies only to network"
        " multilayer perceptron",
    ]
    assert design_facts(study) == [
        (
            "Conditional",
            "hidden units applies only to network multilayer perceptron; elsewhere its levels count"
            " as one cell",
        )
    ]
    assert study.factorial.left_out == (
        "the 4 combinations of levels are 3 different cells, because a parameter does not apply to"
        " all of them"
    )
    assert len(set(make(grid=grid, design={"random": 3}).grid_cells)) == 3
    (line,) = problems(grid=grid, design={"random": 4})
    assert line.endswith(
        "4 combinations of levels, of which 3 are left after exclusions and duplicates"
    )


def test_rows_that_a_table_does_not_name_are_those_that_the_design_has():
    study = make(grid=GRID, tables={"t": {"vary": "batch_size"}}, exclude=[{"batch_size": 16}])
    assert study.tables["t"].row_levels == [32, 64]


# ---- What follows from a design ------------------------------------------------------------------


def test_effects_are_of_full_factorials_alone():
    step = make(**STEP).factorial
    assert step.factors == {"loss": ["bce", "ce"], "batch_size": [16, 32]}
    assert step.along == {"batch_size": ["learning_rate"]}
    assert step.cells == make(**STEP).grid_cells and step.left_out == ""
    for changes, count in (
        ({"design": "one_at_a_time"}, 6),
        ({"design": {"random": 17}}, 17),
        ({"exclude": [{"loss": "ce", "batch_size": 16}]}, 15),
    ):
        found = make(grid=GRID, **changes).factorial
        assert found.cells == []
        assert found.left_out == f"the design has {count} of the 18 combinations of levels"
    # in another order, and listed one by one, it is full
    drawn = make(grid=GRID, design={"random": 18})
    assert drawn.factorial.cells == make(grid=GRID).grid_cells != drawn.grid_cells
    cells = [{"loss": loss, "batch_size": size} for size in (8, 4) for loss in ("bce", "ce")]
    listed = make(design={"list": cells}).factorial
    assert listed.factors == {"loss": ["bce", "ce"], "batch_size": [8, 4]}
    assert len(listed.cells) == 4


def test_the_page_says_why_there_are_no_effects(tmp_path):
    picture = tmp_path / "interactions.svg"
    picture.write_text("<svg/>")
    frames = SimpleNamespace(
        effects=pd.DataFrame(columns=list(EFFECT_COLUMNS)),
        means=pd.DataFrame(columns=list(MEAN_COLUMNS)),
    )
    drawings = SimpleNamespace(interactions=str(picture))

    def shown(study: Study) -> dict:
        return grid.context(SimpleNamespace(study=study, frames=frames, drawings=drawings))

    one_at_a_time = shown(make(grid=GRID, design="one_at_a_time"))
    assert one_at_a_time["left_out"].startswith("the design has 6 of")
    assert shown(make(**STEP))["along"] == [
        "Learning rate changes in step with batch size: what is said about batch size applies to"
        " both together."
    ]


def test_pictures_have_a_panel_for_what_moves_together_and_for_tables_elsewhere():
    tables = {
        "at": {"vary": "loss", "cell": {"batch_size": 16}},
        "rates": {"vary": "learning_rate"},
    }
    study = make(**STEP, tables=tables)
    groups = factor_levels(study)
    assert [group_name(group) for group in groups] == [
        "Loss", "Batch size with learning rate", "Loss, at batch size 16, learning rate 0.0005",
    ]  # fmt: skip
    design = study.design
    small = find_cell(design, {"batch_size": 16, "learning_rate": 0.0005})
    assert groups[1].cells == [small, find_cell(design, {})]
    assert level_names(groups) == {
        (find_cell(design, {}), 3): "Baseline",
        (find_cell(design, {"loss": "ce"}), 3): "Loss CE",
        (small, 3): "Batch size 16",
        (find_cell(design, {"loss": "ce", "batch_size": 16, "learning_rate": 0.0005}), 3): (
            "Loss CE, at batch size 16, learning rate 0.0005"
        ),
    }


def test_a_design_in_words():
    study = make(grid=GRID, design={"random": 5}, exclude=[{"loss": "ce", "batch_size": [16, 64]}],
                 figures={"deep": {"cell": {"hidden_layers": 3}}})  # fmt: skip
    assert plan_lines(study) == [
        "design: random, 5 cells of 2 × 3 × 3 = 18 combinations, without those that are excluded,"
        " drawn with seed 0",
        "  beyond it, for tables and figures: 1 cell",
    ]
    assert design_facts(study) == [
        ("Design", "5 of the 18 combinations of levels, drawn at random (seed 0)"),
        ("Left out", "cells with loss CE and batch size 16 or 64"),
    ]
    assert "in 5 of the 18 combinations, drawn at random, and 1 beyond" in compared(study, None)
    study = make(grid=GRID, exclude=[{"loss": "ce", "batch_size": [16, 64]}])
    assert plan_lines(study) == [
        "design: full, 2 × 3 × 3 = 18 combinations: 12 cells",
        "  left out by exclude: 6 cells",
    ]
    assert plan_lines(make(grid=GRID, design="one_at_a_time")) == [
        "design: one at a time, of 2 × 3 × 3 = 18 combinations: 6 cells"
    ]
    assert factor_words(make(**STEP)) == [
        "loss (BCE, CE)", "batch size with learning rate (16 with 0.0005, 32 with 0.001)",
    ]  # fmt: skip


# ---- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"design": "ful"},
            "design: unknown value 'ful'; did you mean 'full'? known: full, one_at",
        ),
        ({"design": {}}, "design: needs either list or random: {list: [{parameter: level}, …]}"),
        ({"design": {"list": [{"los": "ce"}]}, "grid": None}, "design.list[0]: unknown key 'los'"),
        ({"design": {"list": [{"loss": "ce"}]}}, "so there must be no grid: set `grid: null`"),
        (
            {"design": {"list": [{"loss": "ce"}, {"loss": "ce", "batch_size": 32}]}, "grid": None},
            "design.list[1]: is the same cell as design.list[0]",
        ),
        (
            {"design": {"random": 19}},
            "design.random: asks for 19 cells, but the grid has only 18 combinations of",
        ),
        (
            {"design": {"random": 10}, "exclude": [{"loss": "ce"}]},
            "18 combinations of levels, of which 9 are left after exclusions",
        ),
        ({"exclude": [{"loss": "ee"}]}, "exclude[0].loss: unknown value 'ee'"),
        ({"exclude": [{"batch_size": [16, "a"]}]}, "exclude[0].batch_size[1]: 'a' should be a wh"),
        (
            {"exclude": [{"loss": "ce"}, {"loss": "ce", "batch_size": 8}]},
            "exclude[1]: no cell of the design has loss ce, batch_size 8",
        ),
        (
            {"design": "one_at_a_time", "exclude": [{"loss": "ce", "batch_size": 16}]},
            "exclude[0]: no cell of the design has loss ce, batch_size 16",
        ),
        ({"exclude": [{"loss": ["bce", "ce"]}]}, "exclude: leaves no cell of the design"),
        (
            {"exclude": [{"batch_size": 16}], "figures": {"f": {"cell": {"batch_size": 16}}}},
            "figures.f.cell: batch_size 16 is left out by exclude[0], batch_size 16;",
        ),
        (
            {
                "exclude": [{"batch_size": 16}],
                "tables": {"t": {"vary": "batch_size", "levels": [16]}},
            },
            "tables.t.levels: batch_size 16 is left out by exclude[0]",
        ),
        (
            {"tables": {"t": {"vary": "loss", "cell": {"loss": "ce"}}}},
            "tables.t.cell: loss is what the table varies",
        ),
        ({"tables": {"t": {"vary": ["loss"]}}}, "tables.t.vary: ['loss'] is too short"),
        (
            {"tables": {"t": {"vary": ["loss", "hidden_units"]}}},
            "tables.t.vary: hidden_units is not a factor of the grid; give the table its `levels`",
        ),
        (
            {"tables": {"t": {"vary": ["loss", "batch_size"], "levels": {"loss": ["mse"]}}}},
            "tables.t.levels.loss[0]: unknown value 'mse'",
        ),
        (
            {"together": [["loss", "batch_size"]]},
            "need the same number of levels; loss has 2 and batch_size has 3",
        ),
        ({"together": [["loss", "hidden_units"]]}, "together[0]: hidden_units is not a factor of"),
        ({"together": [["loss", "los"]]}, "together[0][1]: unknown value 'los'; did you mean"),
        (
            {
                "together": [["batch_size", "activation"]],
                "grid": GRID | {"batch_size": [16, 32, 8]},
            },
            "the grid has batch_size 16, activation relu, but the baseline batch_size 32, activ",
        ),
        (
            {
                "together": [["batch_size", "activation"]],
                "figures": {"f": {"cell": {"batch_size": 8}}},
            },
            "figures.f.cell: batch_size 8 is not a level of the grid, so it is not known which",
        ),
        (
            {
                "together": [["batch_size", "activation"]],
                "tables": {"t": {"vary": ["activation", "batch_size"]}},
            },
            "tables.t.vary: activation and batch_size move together, as one factor",
        ),
    ],
)
def test_a_mistake_is_one_line_with_its_key(changes, expected):
    (line, *_) = problems(**{"grid": GRID} | changes)
    assert expected in line


def test_a_claim_may_name_what_is_left_out():
    """It is not tested, and `plan` and its verdict say why."""
    side = {"cell": {"batch_size": 16}, "round": 1}
    claim = {
        "sentence": "It matters.", "metric": "val_loss", "factor": "batch_size",
        "expect": "less", "compare": [[side, {"round": 1}]],
    }  # fmt: skip
    study = make(grid=GRID, exclude=[{"batch_size": 16}], claims={"sizes": claim})
    first, second = study.claims["sizes"].compare[0]
    assert first.excluded and not second.excluded
