"""Equal epochs or equal updates: how long cells train, and what a comparison says of it."""

import json
from dataclasses import replace

import pytest
from measurements import make_runs
from run_snakemake import snakemake
from small_study import SMALL_STUDY, change_study, read_csv

from study.analysis.caveats import caveat
from study.analysis.guard import Confounded, Recorded, check_comparison, check_grid
from study.config.cell_checks import refuse_cells
from study.config.read import read_config
from study.design.budget import cell_epochs, cell_warmup, training_samples, updates_a_round
from study.design.cell import find_cell
from study.design.claims import Side
from study.design.study import Study, expand_study
from study.report.budget_words import budget_note, epochs_words
from study.settings.parameters import DEFAULTS
from study.store.errors import UserError

# PneumoniaMNIST: 4,708 training images of 28 × 28
CHESTS = {
    "shape": [28, 28],
    "classes": ["normal", "pneumonia"],
    "splits": {"train": {"count": 4708, "negative": 1214, "positive": 3494}},
}
UNTUNED = (
    "The learning rate (0.001) was tuned for neither side, so a difference may come from how well"
    " it suits each."
)


def study(**changes) -> Study:
    return expand_study(read_config(SMALL_STUDY | {"epochs_per_round": 30} | changes), {})


def side(parameters: dict, **tuned) -> Side:
    """A side with these parameters, and what tuning chose for it."""
    return Side("c", [1], parameters=parameters, tuned=tuned)


@pytest.mark.parametrize(
    ("changes", "epochs"),
    [
        ({}, 30),
        ({"batch_size": 16}, 15),
        ({"batch_size": 64}, 60),
        ({"batch_size": 24}, 23),  # 22.5
        ({"batch_size": 1}, 1),  # 0.94
        ({"train_share": 0.1}, 300),
        ({"train_share": 0.3, "batch_size": 16}, 50),
    ],
)
def test_a_cell_has_as_many_epochs_as_give_the_baselines_updates(changes, epochs):
    assert cell_epochs(30, "steps", DEFAULTS, DEFAULTS | changes) == epochs
    assert cell_epochs(30, "epochs", DEFAULTS, DEFAULTS | changes) == 30


def test_of_one_epoch_nothing_is_left_out():
    """And the warm-up is never a smaller share of a round than the baseline's 3 of 30."""
    warmups = {1: 0, 2: 1, 15: 2, 23: 3, 30: 3, 60: 6, 61: 7}
    assert {epochs: cell_warmup(3, 30, epochs) for epochs in warmups} == warmups


def test_the_budget_is_in_cells_names_and_texts_where_it_changes_them():
    grid = {"loss": None, "batch_size": [32, 16, 64]}
    equal, steps = study(grid=grid), study(grid=grid, budget="steps")
    assert equal.cells.keys() & steps.cells.keys() == {find_cell(steps.design, {})}
    by_size = {cell.parameters["batch_size"]: cell.epochs for cell in steps.cells.values()}
    assert by_size == {32: 30, 16: 15, 64: 60}
    longer = study(grid=grid, epochs_per_round=60)
    large = {"batch_size": 64}
    assert find_cell(steps.design, large) == find_cell(longer.design, large)
    said = "15 epochs per round at batch size 16, 30 at batch size 32, 60 at batch size 64"
    assert epochs_words(steps.cells) == said
    tables = {"sizes": {"vary": "batch_size"}, "losses": {"vary": "loss", "levels": ["ce", "bce"]}}
    varied = [study(grid=grid, tables=tables, budget=budget) for budget in ("steps", "epochs")]
    noted = [[bool(budget_note(table, made.design)) for table in made.tables.values()]
             for made in varied]  # fmt: skip
    assert noted == [[True, False], [False, False]]


def test_what_does_not_go_with_equal_updates():
    program = {"command": "run --rate {rate} {seed} {output}", "files": [__file__]}
    own = {"dataset": "wdbc", "budget": "steps", "program": program | {"parameters": {"rate": 1}}}
    own["datasets"] = {"wdbc": {"kind": "sklearn", "name": "wdbc", "positive": "malignant"}}
    with pytest.raises(UserError, match="budget: steps counts updates by batch_size, which a prog"):
        read_config(own)
    with pytest.raises(UserError, match="budget: unknown value 'updates'; known: epochs, steps"):
        study(budget="updates")
    cosine = {"schedule": {"name": "cosine", "over": "training"}}
    sizes = {"grid": {"loss": None, "batch_size": [32, 64]}, "budget": "steps"}
    refuse_cells(study(baseline=cosine, budget="steps"))
    with pytest.raises(UserError, match=r"runs over 30 epochs.*rounds have 60: write `over: r"):
        refuse_cells(study(baseline=cosine, **sizes))
    patient = {"epoch_choice": {"name": "best", "patience": 2}}
    with pytest.raises(UserError, match="a patience of 2 may end a round within the 3 warm-up"):
        refuse_cells(study(baseline=patient, warmup_epochs=1, **sizes | {"grid": {
            "loss": None, "batch_size": [32, 96]}}))  # fmt: skip


def test_updates_are_those_of_the_samples_that_a_seed_draws():
    """A tenth of 1,214 and of 3,494 is 121 and 349: 15 batches of 32."""
    tenth = DEFAULTS | {"train_share": 0.1}
    assert training_samples(tenth, CHESTS) == 121 + 349
    assert updates_a_round(tenth, 300, CHESTS) == 300 * 15
    several = {"splits": {"train": {"count": 33, "by_class": [3, 10, 20]}}}
    assert training_samples(tenth, several) == 1 + 1 + 2  # one at least
    assert updates_a_round(DEFAULTS, 30, several) == 30 * 2


@pytest.mark.parametrize(
    ("changes", "epochs", "said"),
    [
        (
            {"batch_size": 16},
            30,
            "Epochs are equal but updates are not: 8,850 against 4,440 a round.",
        ),
        (
            {"batch_size": 16},
            15,
            "Updates are equal (4,425 against 4,440 a round) but the samples seen are not (70,620"
            " against 141,240).",
        ),
        (
            {"train_share": 0.1},
            300,
            "Updates are equal (4,500 against 4,440 a round) but epochs are not (300 against 30).",
        ),
        (
            {"batch_size": 4708},
            4414,
            "Updates are equal (4,414 against 4,440 a round) but the samples seen are not"
            " (20,781,112 against 141,240).",
        ),
        (
            {"batch_size": 1},
            1,
            "Neither epochs (1 against 30 a round) nor updates (4,708 against 4,440 a round) are"
            " equal.",
        ),
        (
            {"epoch_choice": "best(patience=5)", "batch_size": 16},
            30,
            "Epochs are equal but updates are not: 8,850 against 4,440 a round, where no round ends"
            " early.",
        ),
        ({"hidden_layers": 2}, 30, "The networks have 267,009 against 201,217 weights."),
        ({"loss": "ce"}, 30, "The networks have 201,474 against 201,217 weights."),
        ({"activation": "tanhshrink"}, 30, ""),
    ],
)
def test_what_differs_besides_the_factor_in_numbers(changes, epochs, said):
    """4,708 images are 148 batches of 32 and 295 of 16; 785 × 256 + 257 weights."""
    (factor, *_) = changes
    sides = (side(DEFAULTS | changes), side(DEFAULTS))
    text = caveat(factor, *sides, epochs=(epochs, 30), data=CHESTS)
    assert text == f"{said} {UNTUNED}".strip()


@pytest.mark.parametrize(
    ("changes", "epochs", "said"),
    [
        (
            {"batch_size": 16},
            30,
            "Epochs are equal but updates are not: batch size 16 gets 2 times as many as 32.",
        ),
        ({"batch_size": 16}, 15, "Updates are equal but the samples seen are not."),
        (
            {"train_share": 0.5},
            30,
            "Epochs are equal but updates are not: the share of the training samples in an epoch is"
            " 0.5 against 1.0.",
        ),
        ({"hidden_layers": 2}, 30, "The networks differ in their number of weights."),
        ({"loss": "ce"}, 30, ""),
    ],
)
def test_without_the_data_nothing_is_counted(changes, epochs, said):
    (factor,) = changes
    text = caveat(factor, side(DEFAULTS | changes), side(DEFAULTS), epochs=(epochs, 30))
    assert text == f"{said} {UNTUNED}".strip()
    own = {"network": "net.py:Net", **changes}  # of which nothing is known, whatever the data
    sides = (side(DEFAULTS | own), side(DEFAULTS))
    text = caveat("network", *sides, epochs=(30, 30), data=CHESTS)
    assert "The networks differ in their number of weights." in text


def test_a_tuned_rate_is_no_caveat_of_an_untuned_one():
    parameters = (DEFAULTS | {"activation": "tanhshrink"}, DEFAULTS)
    rates = ({"learning_rate": 0.0003}, {"learning_rate": 0.002})

    def said(*tuned: dict) -> str:
        sides = [side(own, **chosen) for own, chosen in zip(parameters, tuned)]
        return caveat("activation", *sides, epochs=(30, 30), trials=8)

    assert said(*rates) == (
        "The learning rate (0.0003 and 0.002) was tuned for each side over the same number of"
        " trials (8)."
    )
    assert said(*({"weight_decay": 0.1, **rate} for rate in rates)).startswith(
        "The weight decay (0.1 for both) and the learning rate (0.0003 and 0.002) were tuned for"
    )
    assert said({"weight_decay": 0.1}, {"weight_decay": 0.1}).endswith(UNTUNED)


def test_the_guard_lets_the_budgets_epochs_differ_and_no_others():
    cells = {"bce": DEFAULTS, "ce": DEFAULTS | {"batch_size": 8}}
    runs = make_runs(cells, epochs=8)
    small, large = (Side(name, [1], epochs=epochs) for name, epochs in (("ce", 8), ("bce", 30)))
    proof = check_comparison(Recorded(runs), small, large, "batch_size")
    assert proof.startswith(
        "differ in batch_size (8 against 32), each with as many epochs per round as equal updates"
        " require (8 against 30): all their runs have the same loss"
    )
    assert "epochs" not in proof.partition("the same")[2]
    check_grid(runs, ["bce", "ce"], 3, ["batch_size"], {"ce": 8, "bce": 30})
    for epochs in (7, 30):
        other = replace(small, epochs=epochs)
        with pytest.raises(Confounded, match=r"in epochs \(8 against 30\), not in batch_size alo"):
            check_comparison(Recorded(runs), other, large, "batch_size")
        with pytest.raises(Confounded, match="differ in epochs as well"):
            check_grid(runs, ["bce", "ce"], 3, ["batch_size"], {"ce": epochs, "bce": 30})


def test_a_study_of_equal_updates(fresh):
    """4 epochs at batch size 32, of 2 batches; 2 at 16, of 4: from its runs to what is said."""
    claim = {
        "sentence": "They are alike.",
        "metric": "val_accuracy",
        "factor": "batch_size",
        "expect": "equivalent",
        "margin": 0.1,
        "compare": [[{"cell": {"batch_size": 16}, "round": 1}, {"cell": {}, "round": 1}]],
    }
    change_study(
        fresh,
        budget="steps",
        grid={"loss": None, "batch_size": [32, 16], "activation": None},
        tables=dict.fromkeys(("table1", *SMALL_STUDY["tables"])),
        figures=dict.fromkeys(("figure1", "figure2", "figure3")),
        claims={"alike": claim},
    )
    made = ("cells.csv", "fixed/values.csv", "fixed/claim_pairs.csv")
    done = snakemake(fresh, *(f"results/tiny/{name}" for name in made))
    assert done.returncode == 0, done.stdout
    cells, values, pairs = (read_csv(fresh / "results/tiny" / name) for name in made)
    assert [(row["batch_size"], row["epochs"]) for row in cells] == [("32", "4"), ("16", "2")]
    said = "Updates are equal (8 a round) but the samples seen are not (100 against 200)."
    assert pairs[0]["caveat"] == f"{said} {UNTUNED}"
    small = next(row["cell"] for row in cells if row["batch_size"] == "16")
    (folder,) = (fresh / "results/tiny/runs" / small).glob("**/round1")
    assert json.loads((folder / "run.json").read_text())["epochs"] == 2
    rows = read_csv(folder / "metrics.csv")
    last = [row["val_loss"] for row in rows if (row["seed"], row["epoch"]) == ("0", "2")]
    (mean,) = [
        row["val_loss"] for row in values if (row["cell"], row["seed"]) == (small, "0")
    ]  # after a warm-up of one epoch
    assert float(mean) == pytest.approx(float(*last))
