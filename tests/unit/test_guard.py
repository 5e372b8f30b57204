"""The confound guard: sides that differ in more than the factor are refused."""

import math
from dataclasses import replace

import pytest
from measurements import BCE, CE, HIGH, LOW, claim, make_runs, make_values, verdict

from study.analysis.guard import (
    Confounded,
    NotTrained,
    Recorded,
    check_comparison,
    check_grid,
    check_sides,
    read_runs,
)
from study.settings.parameters import DEFAULTS
from study.store.errors import UserError


def proof_of(runs, *about, **more) -> str:
    return check_comparison(Recorded(runs), *about, **more)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"batch_size": 64}, r"differ in batch_size \(64 against 32\), not in loss alone"),
        ({"data": "other"}, r"differ in data \(other against d\)"),
        ({"code_trainer": "u", "epochs": 40}, r"epochs \(40 against 30\) and in code_trainer \(u"),
        ({"code_optimizer": "other"}, r"differ in code_optimizer \(other against code of ada"),
        ({"loss": "bce"}, "do not differ in loss"),
    ],
)
def test_confounded_sides_are_refused(changes, expected):
    with pytest.raises(Confounded, match=expected):
        proof_of(make_runs(**changes), CE, BCE, "loss")
    values = make_values(bce=LOW, ce=HIGH)
    row = verdict({"a": claim("greater", (CE, BCE))}, values, make_runs(**changes)).loc["a"]
    assert row["verdict"] == "refused" and math.isnan(row["p_value"])


def test_values_are_told_whole():
    """Those of options differ at their end."""
    sides = {"bce": "leaky_relu(negative_slope=0.1)", "ce": "leaky_relu(negative_slope=0.2)"}
    cells = {name: DEFAULTS | {"activation": text} for name, text in sides.items()}
    proof = proof_of(make_runs(cells), CE, BCE, "activation")
    assert proof.startswith(
        "differ in activation alone (leaky_relu(negative_slope=0.2) against"
        " leaky_relu(negative_slope=0.1)): all"
    )


def test_confounded_sides_are_refused_before_they_are_trained():
    other = replace(CE, parameters=DEFAULTS | {"loss": "ce", "batch_size": 8}, cell="not trained")
    row = verdict({"a": claim("greater", (other, BCE))}, make_values(bce=LOW)).loc["a"]
    assert row["verdict"] == "refused"
    assert row["reason"] == "the sides differ in batch_size (8 against 32), not in loss alone"


def test_the_code_of_the_factors_choice_goes_with_it_and_of_no_other():
    """CE's code is another than BCE's; where the batch size is the factor, it must be the same."""
    proof_of(make_runs(code_loss="other"), CE, BCE, "loss")
    cells = {"bce": DEFAULTS, "ce": DEFAULTS | {"batch_size": 8}}
    proof_of(make_runs(cells), CE, BCE, "batch_size")
    with pytest.raises(Confounded, match=r"in code_loss \(other against code of bce\), not in b"):
        proof_of(make_runs(cells, code_loss="other"), CE, BCE, "batch_size")


def test_what_moves_along_is_part_of_the_factor_where_it_has_its_level():
    """On both sides, and with the code that it chooses; another level confounds."""
    along = {"optimizer": {32: "adam", 8: "sgd"}}
    cells = {"bce": DEFAULTS, "ce": DEFAULTS | {"batch_size": 8, "optimizer": "sgd"}}
    proof = proof_of(make_runs(cells), CE, BCE, "batch_size", along)
    assert proof.startswith(
        "differ in batch_size (8 against 32) with optimizer changed in step (sgd against adam): all"
        " their runs have the same loss, activation, hidden_layers,"
    )
    assert "optimizer" not in proof.partition("the same")[2]
    sides = [replace(side, parameters=cells[side.cell]) for side in (CE, BCE)]
    check_sides(*sides, "batch_size", along)
    for levels in ({32: "adam", 8: "adam"}, {32: "sgd", 8: "sgd"}, {8: "sgd"}):
        for check in (
            lambda moves: proof_of(make_runs(cells), CE, BCE, "batch_size", moves),
            lambda moves: check_sides(*sides, "batch_size", moves),
        ):
            with pytest.raises(
                Confounded, match=r"differ in optimizer \(sgd against adam\).*alone"
            ):
                check({"optimizer": levels})
    with pytest.raises(Confounded, match="differ in learning_rate"):
        runs = make_runs(cells, learning_rate=0.1)
        proof_of(runs, CE, BCE, "batch_size", along)
    # a side that moves nothing may still be compared: the factor alone differs
    cells["ce"] = DEFAULTS | {"batch_size": 8}
    proof = proof_of(make_runs(cells), CE, BCE, "batch_size", along)
    assert proof.startswith("differ in batch_size alone (8 against 32)")


def test_rounds_are_a_factor_as_well():
    later = replace(CE, rounds=[3])
    assert "round alone (3 against 1)" in proof_of(make_runs(), later, CE, "round")
    with pytest.raises(Confounded, match=r"in round \(3 against 1\), not in loss alone"):
        proof_of(make_runs(), later, BCE, "loss")


def test_all_rounds_that_led_to_a_side_count():
    runs = make_runs()
    runs.loc[(runs["cell"] == "ce") & (runs["round"] == 1), "data"] = "other"
    later = [replace(side, rounds=[3]) for side in (CE, BCE)]
    with pytest.raises(Confounded, match="led to ce, round 3 differ among themselves in data"):
        proof_of(runs, *later, "loss")


def test_a_side_that_is_trained_in_part_has_not_been_trained():
    """Round 1 is there, and a table of round 3 asks for it."""
    runs = make_runs()
    runs = runs[(runs["cell"] != "ce") | (runs["round"] < 3)]
    sides = [replace(side, rounds=[3]) for side in (CE, BCE)]
    with pytest.raises(NotTrained, match="ce, round 3 has not been trained"):
        proof_of(runs, *sides, "loss")


def test_sides_are_proved_on_every_split():
    """The proof is of the first. Data differ from split to split, but not between the sides."""
    runs = make_runs(splits=(1, 2))
    proof = proof_of(runs, CE, BCE, "loss", splits=(1, 2))
    assert "differ in loss alone (ce against bce)" in proof and "data (d1)" in proof
    with pytest.raises(NotTrained, match="ce, round 1 has not been trained"):
        proof_of(runs, CE, BCE, "loss", splits=(1, 3))
    runs.loc[(runs["cell"] == "ce") & (runs["split"] == 2), "batch_size"] = 8
    proof_of(runs, CE, BCE, "loss", splits=(1,))
    with pytest.raises(Confounded, match=r"differ in batch_size \(8 against 32\)"):
        proof_of(runs, CE, BCE, "loss", splits=(1, 2))


def test_the_grid_is_guarded_as_well():
    check_grid(make_runs(), ["bce", "ce"], 3, ["loss"])
    for column in ("data", "code_activation"):
        with pytest.raises(Confounded, match=f"differ in {column} as well"):
            check_grid(make_runs(**{column: "other"}), ["bce", "ce"], 3, ["loss"])
    runs = make_runs()
    runs.loc[(runs["cell"] == "ce") & (runs["round"] == 2), "code_loss"] = "other"
    with pytest.raises(Confounded, match="differ in code_loss as well"):
        check_grid(runs, ["bce", "ce"], 3, ["loss"])


def test_runs_survive_their_file(tmp_path):
    """Digests that look like numbers stay text."""
    codes = dict.fromkeys(("code_trainer", "code_loss"), "1e10")
    make_runs(data="123456789012", **codes).to_csv(tmp_path / "runs.csv", index=False)
    runs = read_runs(tmp_path / "runs.csv")
    ce = runs[runs["cell"] == "ce"]
    assert set(ce["data"]) == {"123456789012"}
    assert set(ce["code_trainer"]) == set(ce["code_loss"]) == {"1e10"}
    runs.drop(columns="code_trainer").to_csv(tmp_path / "runs.csv", index=False)
    with pytest.raises(UserError, match=r"runs.csv: no column code_trainer; delete it and run ag"):
        read_runs(tmp_path / "runs.csv")
