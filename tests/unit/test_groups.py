"""Which group each sample is in: files of groups as they come, and patterns on names."""

import re
import unicodedata

import numpy as np
import pytest
from data_sources import prepared, write_folder, write_npz

from study.data.audit.leaks import check_groups
from study.data.groups import read_groups, refuse_groups_of_splits
from study.data.prepared import read_description, read_samples
from study.store.errors import UserError

NAMES = ["a/1.png", "a/2.png", "b/3.png", "b/4.png"]
PLAIN = "image,group\na/1.png,p1\na/2.png,p1\nb/3.png,p2\nb/4.png,p3\n"


def of_file(folder, content, names=NAMES, **entry):
    path = folder / "groups.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_groups("d", {"file": str(path), **entry}, names, {"groups": path})


def of_pattern(pattern, names, **entry):
    return read_groups("d", {"pattern": pattern, **entry}, names, {})


SPREADSHEETS = {
    "plain": PLAIN.encode(),
    "semicolons": PLAIN.replace(",", ";").encode(),
    "tabs in UTF-16": PLAIN.replace(",", "\t").encode("utf-16"),
    "a byte order mark": PLAIN.encode("utf-8-sig"),
    "Windows": PLAIN.replace("\n", "\r\n").replace("/", "\\").encode(),
    "sep=": ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
    "blank rows": (PLAIN.replace("\n", "\n,\n") + "\n,\n").encode(),
    "blank columns": PLAIN.replace("\n", ",,\n").encode(),
    "margins": PLAIN.replace(",", " , ").encode(),
    "twice the same": (PLAIN + "b/4.png,p3\n").encode(),
    "more columns": PLAIN.replace("\n", ",x\n").encode(),
}


@pytest.mark.parametrize("content", SPREADSHEETS.values(), ids=SPREADSHEETS.keys())
def test_files_are_read_as_spreadsheets_write_them(content, tmp_path):
    groups, decided = of_file(tmp_path, content)
    assert ([*groups], decided) == (["p1", "p1", "p2", "p3"], ())


REFUSED = {
    "cp1252": (PLAIN.replace("p2", "Ménière").encode("cp1252"), "line 4: not UTF-8; save it as"),
    "several in a cell": (
        PLAIN.replace("p3", "p1; p2"),
        "the group p1; p2 joins p1 and p2, which are groups too; an image has one group",
    ),
    "empty": ("", "is empty; it needs the columns image, group"),
    "rows of nothing": ("\n;;\n", "is empty; it needs the columns image, group"),
    "a workbook": (b"PK\x03\x04\0", "is a workbook or an archive; export it as CSV"),
    "header alone": (
        "image,group\n",
        "4 of 4 samples have no group: a/1.png, a/2.png, b/3.png, b/4.png",
    ),
    "other columns": ("name,patient\nx,y\n", "line 1: no column image, group; the file needs"),
    "a column twice": (PLAIN.replace("p", "p,p").replace("oup,p", "oup,group"), "columns 2 and 3"),
    "other separators": (
        PLAIN.replace(",", "|"),
        "but has image|group; columns must be separated by a comma, a semicolon or a tab",
    ),
    "a value more": (PLAIN.replace("p2", "p2,x"), "line 4: 3 values, but 2 columns"),
    "a quote": (PLAIN.replace("p2", '"p2'), "line 4: cannot be divided into values"),
    "two groups": (
        PLAIN + "a/2.png,p7\n",
        "lines 3 and 6: a/2.png is in the groups p1 and p7; remove one of the lines",
    ),
    "a long number": (PLAIN.replace("p2", "1.00E+11"), "line 4: 1.00E+11 is what a spreadsheet"),
    "no image": (PLAIN + ",p7\n", "line 6: a group, p7, but no image"),
    "blank": (PLAIN.replace("p2", " "), "1 of 4 samples have no group: b/3.png; or write `missing"),
    "NA and nan": (
        PLAIN.replace("p2", "NA").replace("p3", "nan"),
        "2 of 4 samples have no group: b/3.png, b/4.png; or write `missing: own`",
    ),
    "another name": (
        PLAIN.replace("b/4", "4"),
        "1 of 4 samples have no group: b/4.png; listed there, but not samples: 4.png (line 5)",
    ),
}


@pytest.mark.parametrize(("content", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_right_is_named_with_its_line(content, expected, tmp_path):
    with pytest.raises(UserError) as error:
        of_file(tmp_path, content)
    assert str(error.value).startswith(str(tmp_path / "groups.csv"))
    assert expected in str(error.value)


def test_samples_without_a_group_are_their_own_where_that_is_declared(tmp_path):
    content = PLAIN.replace("p2", "NA").replace("b/4.png,p3\n", "")
    groups, decided = of_file(tmp_path, content, missing="own")
    assert [*groups] == ["p1", "p1", "", ""]
    assert decided == (
        "2 of 4 samples have no group, and each is its own group: b/3.png, b/4.png.",
    )
    # a name that is spelt in another way is not taken for a sample without a group
    with pytest.raises(UserError, match=r"not samples: 3\.png \(line 4\).*; or remove these lines"):
        of_file(tmp_path, PLAIN.replace("b/3", "3"), missing="own")
    assert check_groups([*groups], np.array(["train", "train", "train", "val"]))["severity"] == "ok"
    torn = check_groups([*groups], np.array(["train", "val", "train", "val"]))
    assert (torn["text"], torn["samples"]) == ("1 of 3 groups is in more than one split", [["p1"]])


def test_images_that_are_not_there_and_groups_spelt_alike_are_said(tmp_path):
    content = PLAIN.replace("p3", "P02") + "c/5.png,p4\n"
    groups, decided = of_file(tmp_path, content)
    assert [*groups] == ["p1", "p1", "p2", "P02"]
    assert decided == (
        "groups.csv lists images that are not samples: c/5.png (line 6).",
        "Groups that are spelt nearly alike are treated as different: p2 and P02.",
    )


@pytest.mark.parametrize("other", ["P 7", "p07", "P-7", "P_7", "P7.0", "Ｐ7"])
def test_a_patient_that_is_spelt_in_two_ways_is_said(tmp_path, other):
    _, decided = of_file(tmp_path, PLAIN.replace("p2", "P7").replace("p3", other))
    assert decided == (
        f"Groups that are spelt nearly alike are treated as different: P7 and {other}.",
    )
    _, decided = of_file(tmp_path, PLAIN.replace("p2", "Müller").replace("p3", "MÃ¼ller"))
    assert decided[0].endswith("are treated as different: Müller and MÃ¼ller.")
    numbers = PLAIN.replace("p2", "1.001").replace("p3", "1001")
    assert "1.001 and 1001" in of_file(tmp_path, numbers)[1][0]
    numbers = PLAIN.replace("p2", "6.1").replace("p3", "6.10")
    assert "6.1 and 6.10" in of_file(tmp_path, numbers)[1][0]
    for one, other in (("6.1", "6.100"), ("6.1", "61"), ("v6", "v60")):
        assert of_file(tmp_path, PLAIN.replace("p2", one).replace("p3", other))[1] == ()
    assert of_file(tmp_path, PLAIN.replace("p2", "P1-1").replace("p3", "P11"))[1] == ()


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("P 7", "P\u00a07", r"'P 7' and 'P\xa07'"),
        ("P 7", "P\u20097", r"'P 7' and 'P\u20097'"),
        ("P 7", "P  7", "'P 7' and 'P  7'"),
        ("P7", "P7\ufe0f", r"'P7' and 'P7\ufe0f'"),
        ("P7", "P\u31647", r"'P7' and 'P\u31647'"),
        ("P7", "\u04207", r"'P7' and '\u04207'"),
        ("P7", "\u03a17", r"'P7' and '\u03a17'"),
        ("Ü\u20037", "Ü 7", r"'Ü\u20037' and 'Ü 7'"),
    ],
)
def test_groups_that_look_alike_are_told_apart(tmp_path, one, other, said):
    groups, decided = of_file(tmp_path, PLAIN.replace("p2", one).replace("p3", other))
    assert [*groups] == ["p1", "p1", one, other]
    assert decided == (f"Groups that are spelt nearly alike are treated as different: {said}.",)


def test_blanks_at_the_end_of_a_group_are_shown():
    _, decided = of_pattern("([^/_]*)_", ["a/P7_1.png", "a/P7 _2.png", "a/P7_3.png"])
    assert decided[0].endswith("are treated as different: 'P7' and 'P7 '.")


def test_what_has_no_width_is_not_a_part_of_a_name(tmp_path):
    groups, decided = of_file(tmp_path, PLAIN.replace("p3", "p2\u200b"))
    assert ([*groups], decided) == (["p1", "p1", "p2", "p2"], ())


@pytest.mark.parametrize(
    "nothing",
    [
        "#NV",
        "#REF!",
        "-",
        "?",
        "unbekannt",
        "Unknown",
        "keine Angabe",
        "K. A.",
        "不明",
        "-999",
        "s/d",
        "Brak",
        "нет данных",
        "NA.",
        "...",
        "okänd",
        "TBD",
        "####",
        "非公開",
    ],
)
def test_what_stands_for_nothing_is_no_group(tmp_path, nothing):
    with pytest.raises(UserError) as error:
        of_file(tmp_path, PLAIN.replace("p2", nothing))
    assert "1 of 4 samples have no group" in str(error.value)
    assert str(error.value).endswith(f" ({nothing} is not a group)")


def test_several_numbers_below_0_are_groups(tmp_path):
    """As signed digests of names are."""
    content = PLAIN.replace("p1", "-7").replace("p2", "-999")
    assert [*of_file(tmp_path, content)[0]] == ["-7", "-7", "-999", "p3"]


@pytest.mark.parametrize("date", ["03. Dez", "12-Mar", "Mär-12", "1/12/2024", "01.12.2024"])
def test_what_a_spreadsheet_may_have_made_a_date_is_said(tmp_path, date):
    groups, decided = of_file(tmp_path, PLAIN.replace("p2", date))
    assert date in groups
    assert decided == (f"Groups that may be text turned into dates by a spreadsheet: {date}.",)
    for other in ("12-Ann", "1/12", "Mara-12", "1.12.3"):
        assert of_file(tmp_path, PLAIN.replace("p2", other))[1] == ()


def test_long_numbers_that_a_spreadsheet_rounded_are_said(tmp_path):
    content = PLAIN.replace("p1", "1234567890123450").replace("p2", "1234567890123460")
    (sentence,) = of_file(tmp_path, content)[1]
    assert sentence.startswith(
        "All groups of more than 15 digits end in 0: a spreadsheet may have rounded"
    )
    assert of_file(tmp_path, content.replace("p3", "1234567890123461"))[1] == ()


def test_groups_of_one_sample_each_are_said(tmp_path):
    content = PLAIN.replace("a/2.png,p1", "a/2.png,p4")
    assert of_file(tmp_path, content)[1] == (
        "No group has two samples, so groups keep nothing together.",
    )


def test_the_index_that_pandas_writes_is_no_column(tmp_path):
    rows = PLAIN.splitlines()
    content = "\n".join([f",{rows[0]}", *(f"{n},{row}" for n, row in enumerate(rows[1:]))])
    assert [*of_file(tmp_path, content)[0]] == ["p1", "p1", "p2", "p3"]
    with pytest.raises(UserError, match="line 2: '0' is in a column without a name"):
        of_file(tmp_path, content.replace("\n1,", "\n7,"))


def test_a_group_of_all_that_is_not_known_is_said(tmp_path):
    names = [f"a/{number}.png" for number in range(12)]
    rows = [
        f"{name},{'kein Patient' if number > 5 else number}" for number, name in enumerate(names)
    ]
    _, decided = of_file(tmp_path, "\n".join(["image,group", *rows]), names)
    assert decided == (
        "The group kein Patient has 6 of 12 samples, more than three times as many as any other; if"
        " it stands for samples whose group is not known, leave it blank.",
    )


def test_columns_may_be_in_large_letters(tmp_path):
    groups, _ = of_file(tmp_path, PLAIN.replace("image,group", "Image,GROUP"))
    assert [*groups] == ["p1", "p1", "p2", "p3"]


def test_names_are_compared_in_composed_form(tmp_path):
    names = [unicodedata.normalize("NFD", "Ménière/é1.png"), "Ménière/é2.png"]
    groups, _ = of_file(tmp_path, "image,group\nMénière/é1.png,é\nMénière/é2.png,é\n", names)
    assert [*groups] == ["é", "é"]
    groups, _ = of_pattern("(é)", names)
    assert [*groups] == ["é", "é"]


def test_a_pattern_whose_parentheses_are_not_always_met():
    names = ["person7_1", "IM-3", "person7_2"]
    with pytest.raises(UserError) as error:
        of_pattern("person([0-9]+)|IM-[0-9]+", names)
    assert str(error.value) == (
        "datasets.d.groups.pattern: person([0-9]+)|IM-[0-9]+: 1 of 3 samples have no group: IM-3;"
        " or write `missing: own` to make each of these samples a group of its own"
    )
    groups, decided = of_pattern("person([0-9]+)|IM-[0-9]+", names, missing="own")
    assert [*groups] == ["7", "", "7"] and "IM-3" in decided[0]
    with pytest.raises(UserError, match="3 of 3 samples have no group: person7_1, IM-3, person7_2"):
        of_pattern("(patient)", names, missing="own")


def test_a_pattern_that_cuts_numbers_off_is_refused():
    names = ["patient1_1", "patient12_1", "patient13_1"]
    with pytest.raises(
        UserError, match=r"matches patient1 in patient12_1, .* `\(patient\[0-9\]\+\)`"
    ):
        of_pattern("(patient[0-9])", names)
    assert of_pattern("([0-9a-f]{3})", ["0a12", "0a1c", "2c345"])[1] == ()  # of hashes
    assert [*of_pattern("(patient[0-9]+)", names)[0]] == ["patient1", "patient12", "patient13"]
    groups, decided = of_pattern("(patient[0-9])[0-9]*", names)
    assert [*groups] == ["patient1"] * 3 and not any("part of a number" in text for text in decided)


def test_a_pattern_that_cuts_numbers_of_several_lengths_is_said():
    groups, (sentence,) = of_pattern("(P[0-9]{2})", ["P123_1", "P1234_1", "P12_2"])
    assert [*groups] == ["P12"] * 3
    assert sentence.startswith("The pattern of groups matches part of a number in 2 of 3 names")
    assert of_pattern("(P[0-9]{3})", ["P00101", "P00102"])[1] == ()  # a patient's and an image's


@pytest.mark.parametrize(
    ("pattern", "name", "advised"),
    [
        ("([0-9]+)", "{split}/{label}/pat{n}_1.png", "pat([0-9]+)"),
        ("([0-9]+)", "{split}/{label}/{n}_1.png", "([0-9]+)[^/]*$"),
        ("(Part[0-9])", "{split}/{label}/pat{n}_1.png", None),
        ("([A-Za-z0-9]+)", "{split}[{n}]", None),
    ],
)
def test_a_pattern_that_finds_the_folders_of_splits_is_refused(pattern, name, advised):
    names = [
        name.format(split=split, label=label, n=n)
        for split in ("Part1", "Part2")
        for label in ("ill", "well")
        for n in (11, 12, 13)
    ]
    splits = {"train": np.arange(6), "val": np.arange(6, 12), "test": np.array([], int)}
    with pytest.raises(UserError, match="matches what all names of a split begin with") as error:
        refuse_groups_of_splits("d", {"pattern": pattern}, names, splits)
    assert re.findall("`(.*)`", str(error.value)) == ([advised] if advised else [])
    if advised:
        refuse_groups_of_splits("d", {"pattern": advised}, names, splits)
        assert [*of_pattern(advised, names)[0]] == ["11", "12", "13"] * 4
    refuse_groups_of_splits("d", {"pattern": "(ill|well)"}, names, splits)
    refuse_groups_of_splits("d", {"file": "groups.csv"}, names, splits)


def test_groups_that_are_the_folders_of_splits_stop_the_data(tmp_path):
    entry = write_folder(tmp_path / "x", ("Part1", "Part2"))
    entry |= {"splits": {"train": "Part1", "val": "Part2"}, "groups": {"pattern": "([0-9])"}}
    with pytest.raises(UserError, match=r"as 1 in Part1/.* each split is one group"):
        prepared(tmp_path, **entry)


def test_an_image_of_two_folders_is_to_be_written_with_its_path(tmp_path):
    text = "image,group\n1.png,p1\n1.png,p2\n"
    with pytest.raises(UserError) as error:
        of_file(tmp_path, text, ["a/1.png", "b/1.png"])
    assert str(error.value) == (
        f"{tmp_path / 'groups.csv'}, lines 2 and 3: 1.png could be any of two images, a/1.png and"
        " b/1.png; write"
        " their paths"
    )


def test_blanks_below_groups_may_be_merged_cells(tmp_path):
    merged = PLAIN.replace("2.png,p1", "2.png,").replace("4.png,p3", "4.png,")
    with pytest.raises(UserError, match="fill the group down to all of its rows; or write `miss"):
        of_file(tmp_path, merged)
    *_, said = of_file(tmp_path, merged, missing="own")[1]
    assert said.startswith("groups.csv: each group is in one row, above blank ones: if these were")
    for other in (PLAIN.replace("p3", ""), merged.replace("p2", "p1")):
        assert not any("merged" in text for text in of_file(tmp_path, other, missing="own")[1])


@pytest.mark.parametrize("above", ["dito", "Ditto", '""""', "''", "same", "〃", '"-""-"', "s. o."])
def test_what_stands_for_the_group_above_is_refused(tmp_path, above):
    for entry in ({}, {"missing": "own"}):
        with pytest.raises(UserError, match=r"line 3: .* stands for the group above; write it out"):
            of_file(tmp_path, f"image,group\na,p1\nb,{above}\n", ["a", "b"], **entry)


def test_splits_are_no_groups(tmp_path):
    content = PLAIN.replace("p1", "train").replace("p2", "val").replace("p3", "test")
    with pytest.raises(UserError, match="the groups are test, train and val, which are splits"):
        of_file(tmp_path, content)


def test_quotation_marks_that_stand_alone_are_refused(tmp_path):
    with pytest.raises(UserError, match="line 3: lone quotation mark; write the group"):
        of_file(tmp_path, 'image,group\na,p1\nb,"\nc,"\n', ["a", "b", "c"], missing="own")


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({"pattern": "person"}, "needs exactly one pair of parentheses, around the group, as in"),
        ({"pattern": "(person)(1)"}, "needs exactly one pair of parentheses"),
        ({"pattern": "(a)", "file": "x.csv"}, "groups: needs a pattern or a file, and not both"),
        ({"missing": "own"}, "groups: needs a pattern or a file, and not both"),
        ({"pattern": "(a)", "missing": "drop"}, "groups.missing: unknown value 'drop'"),
    ],
)
def test_an_entry_that_cannot_be_right_is_named(groups, expected, tmp_path):
    with pytest.raises(UserError) as error:
        prepared(tmp_path, kind="npz", path="x.npz", groups=groups)
    assert expected in str(error.value)


def test_what_was_decided_is_in_the_description(tmp_path):
    path = write_npz(tmp_path / "a.npz")
    assert "decided" not in read_description(prepared(tmp_path, kind="npz", path=path))
    groups = {"pattern": r"(train)\[[0-4]\]", "missing": "own"}
    folder = prepared(tmp_path / "own", kind="npz", path=path, groups=groups)
    assert read_samples(folder)[1].count("train") == 5
    (sentence,) = read_description(folder)["decided"]
    assert sentence.startswith("65 of 70 samples have no group, and each is its own group: train[")
