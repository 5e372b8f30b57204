"""Values that YAML, or Snakemake's command line, reads as something else than what is written."""

import math

import pytest
import yaml

from study.config.messages import yaml_number
from study.config.yaml_files import check_arguments, check_yaml, read_claims
from study.store.errors import UserError

# what is written; what YAML makes of it; what the message says to write
MISREAD = [
    ("a: 032", 26, 'a: 032 is read as 26; write 32, or for text "032", in quotes'),
    ("a: 1_0", 10, "write 10"),
    ("a: 0x10", 16, "write 16"),
    ("a: 0b10", 2, "write 2"),
    ("a: 1:30", 90, "a: 1:30 is read as 90; write 90"),
    ("a: 1:30.5", 90.5, "write 90.5"),
    ("a: 1_0.5", 10.5, "write 10.5"),
    ("a: 1e-3", "1e-3", 'a: 1e-3 is read as text; write 0.001, or for text "1e-3", in quotes'),
    ("a: 1e-7", "1e-7", "write 1.0e-07"),
    ("a: 08", "08", "write 8"),
    ("a: NO", False, 'a: NO is read as false; write false, or for text "NO", in quotes'),
    ("a: on", True, "write true"),
    ("a: {b: [1, off]}", {"b": [1, False]}, "a.b: off is read as false"),
    ("a: 2026-11-26", None, 'is read as a date; write "2026-11-26", in quotes'),
    ("a: {path: ~}", {"path": None}, 'a.path: ~ is read as null; write "~", in quotes, for your'),
    ("a: {NO: 1}", {False: 1}, 'the key a.NO is not text; put it in quotes: "NO"'),
    ("a: {7: 1}", {7: 1}, 'the key a.7 is not text; put it in quotes: "7"'),
]


@pytest.mark.parametrize(("text", "read", "expected"), MISREAD)
def test_what_is_not_read_as_it_is_written_is_refused_with_its_line(text, read, expected, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(f"b: 1\n{text}\n")
    assert read is None or yaml.safe_load(path.read_text())["a"] == read
    with pytest.raises(UserError) as error:
        check_yaml([path])
    assert f"{path}, line 2: " in str(error.value) and expected in str(error.value)
    with pytest.raises(UserError, match="line 2"):
        read_claims(str(path))


def test_what_is_read_as_it_is_written_is_accepted(tmp_path):
    path = tmp_path / "study.yaml"
    lines = [
        "a: [0, -3, +5, 32, .5, 5., 1.0e-3, -1.5e+10, .inf, true, False, null, ~]",
        "b: ['032', \"NO\", '1e-3', 'yes', \"2026-11-26\", y, n, 1.2.3, v1e3, 0.1.0, 1e99999]",
        "baseline: {flip: yes, batch_norm: off, optimizer: {name: sgd, nesterov: on}}",
    ]
    path.write_text("\n".join(lines))
    check_yaml([path])
    path.write_text('{"rate": 1e-07, "path": null}')  # JSON has no other readings
    check_yaml([path])


def test_a_programs_own_words_are_no_booleans(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("program: {parameters: {flip: yes}}")
    with pytest.raises(UserError, match=r"program\.parameters\.flip: yes is read as true"):
        check_yaml([path])


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("seeds=012", "--config seeds=012: 012 is read as 12; write 12"),
        ("seeds=1_0", "1_0 is read as 10; write 10"),
        ("looks=[5, 10]", "looks=[5, 10]: 5 is in brackets, where Snakemake reads everything as"),
        ("program={parameters: {rate: 1e-3}}", "1e-3 is in brackets"),
        ("tables={table1: null}", "null is in brackets"),
    ],
)
def test_the_same_on_the_command_line(argument, expected):
    with pytest.raises(UserError) as error:
        check_arguments(["dataset=wdbc", argument])
    assert expected in str(error.value)


def test_what_a_command_line_may_say_is_accepted():
    check_arguments(
        [
            "seeds=12",
            "a=-.5",
            "b=1e-3",
            "c=[x, 'y']",
            "d={e: f}",
            "g=no",
            "h=1:30",
            "i=",
            "j=[",
            "k=0",
        ]
    )
    with pytest.raises(UserError, match="--config seeds: is given twice"):
        check_arguments(["seeds=5", "seeds=6"])


@pytest.mark.parametrize("number", [1e-7, 5e-324, 1.5e-9, 0.001, 32.0, -2.5, 1e22, math.pi])
def test_a_number_is_written_so_that_yaml_reads_it_as_one(number):
    assert yaml.safe_load(yaml_number(number)) == number
