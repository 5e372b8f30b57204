"""Errors of typing and copying in published tables: what is found, and what nearly is one."""

import random
import re
from decimal import Decimal

import bench_published
import pytest
from planted_errors import ERRORS

from study.published.counts import is_possible, share_refused
from study.published.plausibility import find_problems
from study.published.printed import read_tables
from study.published.runs import infer_baseline

# Two runs with 94.44 and two with 95.58; the baseline is in six tables.
TABLES = """\
table,factor,level,round,train_loss,train_accuracy,val_loss,val_accuracy
1,loss,BCE,1,0.1339,94.78,0.1580,93.89
1,loss,CE,1,0.1332,94.82,0.1470,94.44
2,loss,BCE,3,0.0933,96.46,0.1116,95.65
2,loss,CE,3,0.0927,96.52,0.1107,95.60
3,batch_size,32,1,0.1339,94.78,0.1580,93.89
3,batch_size,16,1,0.1311,94.94,0.1385,94.66
3,batch_size,64,1,0.1309,94.91,0.1453,94.44
4,batch_size,32,3,0.0933,96.46,0.1116,95.65
4,batch_size,16,3,0.0914,96.54,0.1140,95.58
4,batch_size,64,3,0.0955,96.41,0.1131,95.54
5,activation,ReLU,1,0.1339,94.78,0.1580,93.89
5,activation,Leaky ReLU,1,0.1334,94.81,0.1522,94.23
5,activation,Tanhshrink,1,0.1337,94.86,0.1492,94.39
6,activation,ReLU,3,0.0933,96.46,0.1116,95.65
6,activation,Leaky ReLU,3,0.0912,96.56,0.1151,95.58
6,activation,Tanhshrink,3,0.0975,96.45,0.1173,95.38
7,activation,Tanhshrink,4,0.0850,96.88,0.1253,95.26
"""
BASELINE = {"loss": "BCE", "batch_size": "32", "activation": "ReLU"}


def problems(folder, changes=None, baseline=None, more=""):
    """What is found where rows, by table and level, have other numbers: (check, text, rows)."""
    lines = TABLES.splitlines()
    for (table, level), numbers in (changes or {}).items():
        ((place, line),) = (
            (place, line)
            for place, line in enumerate(lines)
            if line.startswith(f"{table},") and line.split(",")[2] == level
        )
        lines[place] = ",".join([*line.split(",")[:4], numbers])
    path = folder / "tables.csv"
    path.write_text("\n".join(lines) + "\n" + more)
    return [
        (found.check, found.text, {(row.table, row.level) for row, _ in found.cells})
        for found in find_problems(read_tables(path), baseline)
    ]


@pytest.mark.parametrize("baseline", [None, BASELINE])
def test_lone_coincidences_and_a_baseline_in_many_tables_are_no_findings(tmp_path, baseline):
    assert problems(tmp_path, baseline=baseline) == []


# ---- The decimal point, training and validation -------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        (
            "0.1332,94.82,0.1470,9.44",
            "Table 1, CE: val_accuracy 9.44 is far from the rest of its column; 94.4",
        ),
        (
            "0.1332,94.82,1.4700,94.44",
            "Table 1, CE: val_loss 1.4700 is far from the rest of its column; 0.147",
        ),
        (
            "0.0133,94.82,0.1470,94.44",
            "Table 1, CE: train_loss 0.0133 is far from the rest of its column; 0.13",
        ),
    ],
)
def test_a_decimal_slip(tmp_path, numbers, text):
    ((check, found, cells),) = problems(tmp_path, {("1", "CE"): numbers})
    assert check == "decimal slip" and cells == {("1", "CE")}
    assert found.startswith(text) and "would fit: the decimal point may have slipped" in found


@pytest.mark.parametrize(
    "numbers",
    [
        "0.1332,94.82,0.1470,90.44",  # far out, and no point would make it fit
        "1.3300,60.20,1.4800,59.92",  # a training that failed: all of its numbers are far out
        "0.1132,95.32,0.1270,94.94",
    ],
)
def test_what_is_no_decimal_slip(tmp_path, numbers):
    assert problems(tmp_path, {("1", "CE"): numbers}) == []


def test_training_and_validation_exchanged(tmp_path):
    ((check, text, _),) = problems(tmp_path, {("5", "Leaky ReLU"): "0.1522,94.23,0.1334,94.81"})
    assert check == "training and validation swapped"
    assert text.startswith("Table 5, Leaky ReLU: training and validation seem to be swapped")
    assert "train_loss 0.1522 with val_loss 0.1334" in text
    # A validation that comes out better than the training is nothing odd in itself.
    assert problems(tmp_path, {("3", "16"): "0.1321,94.74,0.1311,94.94"}) == []


def test_a_row_exchanged_that_another_table_prints_right(tmp_path):
    changes = {("5", "ReLU"): "0.1580,93.89,0.1339,94.78"}
    found = [text for check, text, _ in problems(tmp_path, changes) if "two values" in check]
    assert found and all("training and validation are swapped" in text for text in found)
    changes = {("5", "ReLU"): "0.1580,93.89,0.1339,94.79"}
    found = problems(tmp_path, changes, BASELINE)
    found = [text for check, text, _ in found if "two values" in check]
    assert found and not any("are swapped" in text for text in found)


# ---- Copies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "check"),
    [
        (("3", "64"), "row printed twice"),
        (("5", "Leaky ReLU"), "row copied"),  # another table, the same round
        (("6", "Leaky ReLU"), "row copied"),
        (("2", "CE"), "row copied"),
    ],
)
def test_a_copied_row(tmp_path, target, check):
    found = problems(tmp_path, {target: "0.1311,94.94,0.1385,94.66"})
    assert [(check, {("3", "16"), target})] == [(check, cells) for check, _, cells in found]
    numbers = (
        "train_loss (0.1311), train_accuracy (94.94), val_loss (0.1385) and val_accuracy (94.66)"
    )
    assert numbers in found[0][1] and "; expected by chance in " in found[0][1]


@pytest.mark.parametrize(
    ("target", "numbers", "differs"),
    [
        (("3", "64"), "0.1311,94.94,0.1453,94.66", "val_loss differs, 0.1385 and 0.1453"),
        (("5", "Leaky ReLU"), "0.1334,94.94,0.1385,94.66", "train_loss differs, 0.1311 and 0.1334"),
        (("6", "Leaky ReLU"), "0.0912,94.94,0.1385,94.66", "train_loss differs, 0.1311 and 0.0912"),
    ],
)
def test_a_row_repeated_with_one_value_changed(tmp_path, target, numbers, differs):
    found = problems(tmp_path, {target: numbers})
    assert ("row repeated with one value changed", {("3", "16"), target}) in [
        (check, cells) for check, _, cells in found
    ]
    assert any(f"and only {differs}" in text for _, text, _ in found)


def test_two_numbers_alike_that_chance_explains(tmp_path):
    assert problems(tmp_path, {("3", "64"): "0.1311,94.94,0.1453,94.44"}) == []


def test_levels_that_are_always_close_may_coincide(tmp_path):
    """Of 16 and 64, three numbers are alike after a round; that is odd, unless all always are."""
    nearly = {("3", "64"): "0.1311,94.94,0.1386,94.66"}
    assert [check for check, *_ in problems(tmp_path, nearly)] == [
        "row repeated with one value changed"
    ]
    assert problems(tmp_path, nearly | {("4", "64"): "0.0915,96.55,0.1141,95.59"}) == []


def test_a_level_twice_in_one_table(tmp_path):
    row = "batch_size,16,1,0.1311,94.94,0.1385,94.66\n"
    ((check, text, _),) = problems(tmp_path, more=f"3,{row}")
    assert (check, text) == ("row printed twice", "Table 3 prints 16 twice")
    assert problems(tmp_path, more=f"8,{row}") == []  # in another table, for comparison
    ((check, text, _),) = problems(tmp_path, more=f"3,{row}".replace("94.94", "94.97"))
    assert check == "one row, two values"
    assert text.startswith("Table 3 prints the same run (16 after round 1) with different values: ")


def test_a_number_left_from_another_round(tmp_path):
    ((check, text, cells),) = problems(tmp_path, {("4", "64"): "0.0955,94.91,0.1131,95.54"})
    assert check == "same number in two rounds" and cells == {("3", "64"), ("4", "64")}
    assert (
        "Level 64 has the same train_accuracy (94.91) after rounds 1 and 3 (tables 3 and 4)" in text
    )
    assert ", although its train_loss went from 0.1309 to 0.0955, its val_loss went" in text
    # From round 3 to 4 the validation accuracy moves too little for this to be improbable.
    assert problems(tmp_path, {("7", "Tanhshrink"): "0.0850,96.88,0.1253,95.38"}) == []


def test_numbers_at_a_bound_are_no_copies(tmp_path):
    """Trainings that learn their images by heart have an accuracy of 100% and no loss left."""
    rows = [line.split(",") for line in TABLES.splitlines()[1:]]
    perfect = {(row[0], row[2]): ",".join(["0.0000", "100.00", *row[6:]]) for row in rows}
    assert problems(tmp_path, perfect) == []


def test_the_baseline_is_what_several_tables_repeat(tmp_path):
    path = tmp_path / "tables.csv"
    path.write_text(TABLES)
    assert infer_baseline(read_tables(path)) == BASELINE
    # A row copied between two tables does not make their levels the baseline.
    path.write_text(TABLES.replace("0.1334,94.81,0.1522,94.23", "0.1311,94.94,0.1385,94.66"))
    assert infer_baseline(read_tables(path)) == BASELINE
    lines = [line for line in TABLES.splitlines(True) if not re.match("[^1-6].*32|.*(ReLU),", line)]
    path.write_text("".join(lines))
    assert infer_baseline(read_tables(path)) == {"loss": "BCE", "batch_size": "32"}


# ---- Counts of images ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "epochs", "about"), [(524, 1, 0.95), (4708, 1, 0.53), (524, 27, 0), (114, 27, 0.69)]
)
def test_how_many_wrong_numbers_whole_images_refuse(images, epochs, about):
    unit = Decimal("0.01")
    numbers = [number * unit for number in range(8000, 10000)]
    refused = [not is_possible(number, unit, images * epochs) for number in numbers]
    share = share_refused(2, images, epochs)
    assert share == pytest.approx(sum(refused) / len(refused), abs=0.005)
    assert share == pytest.approx(about, abs=0.005)


# ---- Rates --------------------------------------------------------------------------------------


def page_counts(name: str) -> tuple[int, list[int]]:
    """Of how many sets, and how many had findings, by the rates in docs/published.md."""
    line = re.search(rf"^\| {re.escape(name)} \| ([\d,]+) \| ([\d.]+)%.* \| ([\d.]+)%.* \|$",
                     bench_published.PAGE.read_text(), re.MULTILINE)  # fmt: skip
    sets = int(line[1].replace(",", ""))
    return sets, [round(sets * float(share) / 100) for share in line.groups()[1:]]


@pytest.mark.parametrize("error", ERRORS)
def test_rates_of_errors_are_those_of_the_page(error):
    """The first sets of the page's: it can have no fewer hits, and no fewer misses."""
    sets, hits = page_counts(error)
    for few, all_ in zip(bench_published.count_hits(error, 6), hits):
        assert few <= all_ and 6 - few <= sets - all_


@pytest.mark.parametrize("source", bench_published.SOURCES)
def test_rates_of_clean_sets_are_those_of_the_page(source):
    sets, alarms = page_counts(source)
    assert all(count <= 0.05 * sets for count in alarms)
    for few, all_ in zip(bench_published.count_false_alarms(source, 6), alarms):
        assert few <= all_ and 6 - few <= sets - all_


def test_the_pages_sets_are_a_thousand_of_each():
    assert page_counts("all")[0] == sum(page_counts(error)[0] for error in ERRORS) == 1000


@pytest.mark.parametrize("error", ERRORS)
def test_a_planted_error_changes_what_it_says(error):
    rng = random.Random(0)
    plant, sources = ERRORS[error]
    tables = bench_published.SOURCES[sources[0]](rng)
    before = [dict(row.printed) for row in tables["rows"]]
    changed = plant(tables["rows"], rng)
    for row, old in zip(tables["rows"], before):
        names = {name for changed_row, name in changed if changed_row is row}
        assert names == {name for name in old if row.printed[name] != old[name]}
