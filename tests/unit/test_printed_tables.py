"""What is found in published tables, and how they are set beside ours."""

import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from session import REPOSITORY
from studies import source_study

from study.published.beside import claims_as_printed, set_beside, without_counterpart
from study.published.findings import Sentence
from study.published.plausibility import find_problems
from study.published.printed import PrintedRow, read_tables
from study.store.errors import UserError

HEADER = "table,factor,level,round,train_loss,train_accuracy,val_loss,val_accuracy\n"
SOURCE = REPOSITORY / "workflow" / "reference" / "source_study.csv"
CLEAN = ["1,loss,BCE,1,0.20,92.0,0.30,91.0", "1,loss,CE,1,0.19,93.0,0.29,91.5"]


def write_table(folder, *lines):
    path = folder / "tables.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n")
    return path


def problems(folder, *lines, **keys):
    found = find_problems(read_tables(write_table(folder, *lines)), **keys)
    return [(finding.check, finding.text) for finding in found]


def test_clean_tables_have_no_findings(tmp_path):
    assert problems(tmp_path, *CLEAN, "2,loss,CE,3,0.10,96.0,0.31,91.6") == []


def test_one_row_with_two_values(tmp_path):
    """BCE in table 1 is batch size 32 in table 2: each holds the other at its baseline."""
    lines = (*CLEAN, "2,batch_size,32,1,0.20,92.0,0.31,91.0")
    assert problems(tmp_path, *lines) == []
    ((check, text),) = problems(tmp_path, *lines, baseline={"loss": "BCE", "batch_size": "32"})
    assert check == "one row, two values"
    assert text.endswith("with different values: val_loss 0.30 and 0.31")
    ((check, _),) = problems(tmp_path, *CLEAN, "2,loss,BCE,1,0.20,92.0,0.31,91.0")
    assert check == "one row, two values"


def test_a_worse_loss_with_a_much_better_accuracy(tmp_path):
    found = problems(
        tmp_path, "1,loss,BCE,1,0.20,98.0,0.30,91.0", "1,loss,CE,1,0.15,94.0,0.29,91.5"
    )
    assert [check for check, _ in found] == ["loss against accuracy"]
    assert "0.20 against 0.15), and yet 4.0 percentage points more" in found[0][1]


@pytest.mark.parametrize(
    ("accuracy", "keys", "found"),
    [
        ("91.5", {"images": {"val": 524}}, True),  # 479 of 524 are 91.41, 480 are 91.60
        ("91.4", {"images": {"val": 524}}, False),
        ("91.41", {"images": {"val": 524}}, False),
        ("91.42", {"images": {"val": 524}}, True),
        ("91.42", {"images": {"val": 524}, "epochs": 27}, False),  # steps of 0.007
        ("91.5", {"images": {"train": 524}}, True),  # 93.0 is no count of 524 either
        ("100.1", {}, True),
    ],
)
def test_accuracies_that_no_count_gives(tmp_path, accuracy, keys, found):
    line = f"1,loss,CE,1,0.19,93.0,0.29,{accuracy}"
    assert [check for check, _ in problems(tmp_path, line, **keys)] == ["impossible number"] * found


def test_decimals_that_change(tmp_path):
    lines = [*CLEAN, "2,loss,CE,3,0.100,96,0.31,91.6", "2,loss,BCE,3,0.11,95.0,0.35,91.7"]
    texts = [text for check, text in problems(tmp_path, *lines) if check == "decimals change"]
    assert texts == [
        "Table 2, CE: train_loss 0.100 has 3 decimals, where 2 are usual",
        "Table 2, CE: train_accuracy 96 has 0 decimals, where 1 are usual",
    ]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("CE reaches 93.0%, BCE 92.0%: 1 point more, after 1 round.", None),
        ("CE reaches 93.2%.", "93.2"),
        ("about half a point, 0.5, of validation accuracy", None),
        ("0.7 points of it", "0.7"),
    ],
)
def test_numbers_in_sentences(tmp_path, sentence, found):
    said = [Sentence("claim", sentence, ["1"])]
    texts = [text for _, text in problems(tmp_path, *CLEAN, sentences=said)]
    expected = f"claim: the sentence has {found}, which table 1 lacks"
    assert texts == ([expected] if found else [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("table,factor,level\n1,loss,BCE\n", "no column round"),
        (HEADER + "1,loss,BCE,1,20%,92,0.3,91\n", "line 2: train_loss '20%' is in per cent, but"),
        (
            HEADER + "1,loss,BCE,1,0.2,92,-,91\n",
            "line 2: val_loss '-' is not a number; leave",
        ),
        (
            HEADER + "1,loss,BCE,1,0.2,9_2,0.3,91\n",
            "line 2: train_accuracy '9_2' is not a",
        ),
        (HEADER + '1,loss,BCE,1,0.2,"92,1",0.3,91\n', "line 2: train_accuracy '92,1' is not a num"),
        (
            HEADER + "1,loss,BCE,1,0.2,92.1 ± 0.3,0.3,91\n",
            r"line 2: train_accuracy '92.1 ± 0.3' is a number with its spread; write 92.1 alone",
        ),
        (HEADER + "1,loss,BCE,1,0.2,92.1% (0.3),0.3,91\n", "spread; write 92.1% alone"),
        (HEADER + "1,loss,BCE,1,0.2,92,0.3,91\n,,CE,1,0.2,92,0.3,91\n", "line 3: table is empty"),
        (
            HEADER.replace("val_loss", "train_loss") + "1,loss,BCE,1,0.2,92,0.3,91\n",
            "line 1: the column train_loss occurs twice, as columns 5 and 7; remove one",
        ),
        (
            HEADER.replace(",", ";") + "1;loss;BCE;1;0,2;92,1;0.3;91\n",
            "line 2: train_loss '0,2' has a comma, and line 2: val_loss '0.3' a point; write all",
        ),
        (
            HEADER + "1,loss,BCE,one,0.2,92,0.3,91\n",
            "line 2: round 'one' is not a whole number from 1",
        ),
        (HEADER + "1,loss,BCE,1,0.2\n", "line 2: 5 values, but 8 columns"),
        (HEADER, "has no numbers"),
        (HEADER + "1,loss,BCE,1,0.2,0.92,0.3,0.91\n", "train_accuracy is never above 1"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path, text, message):
    path = tmp_path / "tables.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        read_tables(path)


def test_tables_are_read_as_spreadsheets_and_typesetters_write_them(tmp_path):
    path = tmp_path / "tables.csv"
    plain = HEADER + "1,loss,BCE,1,-0.2,92.10,0.3,91\n1,loss,CE,1,0.4,92.5,,91.25\n"
    path.write_text(plain)
    rows = read_tables(path)
    assert rows[0].printed["train_accuracy"] == "92.10" and "val_loss" not in rows[1].printed
    for text in (
        plain.replace(",", ";").replace(".", ","),
        plain.replace(",", "\t").replace(".", ","),
        plain.replace("-0.2", "\N{MINUS SIGN}0.2"),
        plain.replace("92.10", "92.10 %").replace("91.25", "91.25%"),
        plain.replace("\n", "\r\n,,,,,,,\r\n\r\n"),
        "\ufeff" + plain,
    ):
        path.write_bytes(text.encode())
        assert read_tables(path) == rows


def command(*arguments):
    program = [sys.executable, REPOSITORY / "scripts" / "check_published.py", *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def test_what_a_careful_reader_finds_in_the_source_study():
    """The row of BCE, batch size 32 and ReLU after three rounds repeats that after one."""
    done = command(SOURCE)
    found = done.stdout.splitlines()
    assert done.returncode == 1
    for level in ("BCE", "32", "ReLU"):
        same = "train_accuracy (98.68), val_loss (0.2723) and val_accuracy (93.43)"
        assert any(
            f"Level {level} has the same {same} after rounds 1 and 3" in line for line in found
        )
    assert not any("92.93" in line for line in found)  # a lone coincidence in Table 6
    assert any("train_loss 0.014 has 3 decimals" in line for line in found)
    assert any("train_loss 0.03488 has 5 decimals" in line for line in found)
    assert any("val_accuracy 93.5 has 1 decimal," in line for line in found)
    assert any(
        "Table 1: level BCE has a higher training loss than level CE" in line for line in found
    )


def test_the_command_says_how_much_counting_images_can_refuse():
    train, val = command(SOURCE, "--images", "val=524").stdout.splitlines()[1:3]
    assert train == (
        "train_accuracy: not checked against whole numbers of images; that check needs --images"
    )
    check = "requiring a whole number of correct images among"
    said = "exposes about 95% of the wrong numbers with 2 decimals"
    assert val == f"val_accuracy: {check} 524 images {said}"
    images = ["--images", "train=4708", "val=524", "--epochs", "27"]
    train, val = command(SOURCE, *images).stdout.splitlines()[1:3]
    said = "over 27 epochs exposes none of the wrong numbers with 2 decimals"
    assert train == f"train_accuracy: {check} 4,708 images {said}"
    assert val == f"val_accuracy: {check} 524 images {said}"


def test_the_command_says_what_is_wrong_with_its_arguments(tmp_path):
    path = write_table(tmp_path, *CLEAN)
    done = command(path)
    assert done.returncode == 0
    said = ["2 rows; accuracies: train_accuracy, val_accuracy", "No problems found"]
    assert done.stdout.splitlines() == said
    for options, message in (
        (["--images", "val:524"], "--images: val:524 is not of the form name=value"),
        (["--images", "val=0"], "--images: val=0; the tables have accuracies for: train, val"),
        (["--images", "foo=10"], "--images: foo=10; the tables have accuracies for: train, val"),
        (["--epochs", "0"], "'0' is not a whole number above 0"),
    ):
        done = command(path, *options)
        assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr
    done = command(path, "--claims", path)
    assert "is not a claim; a file of claims" in done.stderr and "Traceback" not in done.stderr


# ---- Beside ours --------------------------------------------------------------------------------


def test_reproduced_outside_or_not_comparable():
    """Five seeds of mean 0.92, sd 0.01: one more run is in 0.92 ± 2.7764 · 0.01 · sqrt(1.2)."""
    levels = pd.DataFrame(
        [
            ("table1", "loss", "bce", 1, "val_accuracy", 5, 0.92, 0.01),
            ("table1", "loss", "ce", 1, "val_accuracy", 5, 0.92, 0.01),
            ("table1", "loss", "ce", 3, "val_accuracy", 5, 0.92, 0.01),  # not published
        ],
        columns=["table", "factor", "level", "round", "metric", "n", "mean", "sd"],
    )
    rows = [
        PrintedRow("1", "loss", "BCE", 1, {"val_accuracy": "95.0"}),
        PrintedRow("1", "loss", "ce", 1, {"val_accuracy": "95.2"}),
    ]
    beside = set_beside(levels, rows, same_data=True)
    assert beside["verdict"].tolist() == ["reproduced", "outside"]
    half = 2.776445 * 0.01 * 1.2**0.5
    assert beside["run_high"].tolist() == pytest.approx([0.92 + half] * 2)
    assert set(set_beside(levels, rows, same_data=False)["verdict"]) == {"not comparable"}
    assert without_counterpart(levels, rows) == []
    others = [replace(row, factor="batch size") for row in rows]
    (told,) = without_counterpart(levels, others)
    assert told.startswith(f"table {rows[0].table}: no table of this study has batch size ")
    one = levels.assign(n=1, sd=float("nan"))
    assert set(set_beside(one, rows, same_data=True)["verdict"]) == {"too few seeds"}


def test_conclusions_that_rest_on_a_finding():
    """By the study's own numbers: what they say, and which of them are in doubt."""
    study = source_study()
    rows = study.reference["rows"]
    findings = find_problems(rows)
    frame = claims_as_printed(study.claims, rows, findings).set_index("claim")
    assert frame.loc["ce_train_accuracy_rises", "printed"] == "+2.88"
    assert frame.loc["ce_needs_more_training", "printed"] == "+0.68"
    assert frame.loc["smaller_batch_train_accuracy", "printed"] == "+0.96, +0.43"
    assert frame.loc["fourth_round_train_accuracy", "printed"] == "+1.59"  # 99.08 - 97.49
    assert frame.loc["batch_size_first_round", "agrees"]  # over a point lower: no improvement
    assert pd.isna(frame.loc["one_layer_val_loss_falls", "printed"])  # no table has half a round
    assert frame.loc["bce_val_accuracy_unchanged", "agrees"]
    copied = [
        str(number)
        for number, finding in enumerate(findings, start=1)
        if finding.check == "same number in two rounds"
    ]
    rests = frame["findings"].map(lambda text: bool(set(text.split()) & set(copied)))
    assert set(frame.index[rests]) == {
        "bce_val_loss_unchanged", "bce_train_accuracy_unchanged", "bce_val_accuracy_unchanged",
        "ce_needs_more_training", "others_val_loss_falls_by_more",
        "batch_size_first_round", "smaller_batch_train_accuracy",
        "smaller_batch_val_accuracy", "relu_highest_train_accuracy", "relu_highest_val_accuracy",
        "relu_val_loss_unchanged",
    }  # fmt: skip
    assert pd.isna(frame.loc["deep_network_overfits", "printed"])
