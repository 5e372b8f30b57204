"""Splits that are drawn, and groups that no split divides."""

import itertools

import numpy as np
import pytest
from data_sources import prepared, write_folder, write_npz
from hypothesis import given, settings
from hypothesis import strategies as st

from study.data.prepared import load_all, read_description
from study.data.redrawn import redraw
from study.data.splits import complete_splits
from study.store.errors import UserError


def test_a_group_is_never_divided(tmp_path):
    entry = write_folder(tmp_path / "x", count=20)
    groups = {"pattern": r"(person\d+)_"}
    folder = prepared(tmp_path, **entry, groups=groups, val_share=0.3, test_share=0.2)
    splits, names, found = load_all(folder)
    split_of = [split for split, pair in splits.items() for _ in pair[1]]
    of_group = {}
    for name, group, split in zip(names, found, split_of):
        assert f"/{group}_" in name
        of_group.setdefault(group, set()).add(split)
    assert len(of_group) == 10
    assert all(len(splits) == 1 for splits in of_group.values())
    assert set.union(*of_group.values()) == {"train", "val", "test"}


def test_groups_from_a_file(tmp_path):
    path = write_npz(tmp_path / "a.npz", val_images=None, val_labels=None)
    rows = "".join(f"train[{row}],p{row % 10}\n" for row in range(50))
    (tmp_path / "groups.csv").write_text("image,group\n" + rows)
    groups = {"file": str(tmp_path / "groups.csv")}
    folder = prepared(tmp_path, kind="npz", path=path, groups=groups)
    splits, names, found = load_all(folder)
    assert all(group == f"p{int(name[6:-1]) % 10}" for name, group in zip(names, found))
    count = len(splits["train"][1])
    assert not set(found[:count]) & set(found[count:])


@settings(max_examples=60, deadline=None)
@given(
    counts=st.tuples(st.integers(3, 60), st.integers(3, 60)),
    val_share=st.floats(0.05, 0.45),
    test_share=st.sampled_from([0, 0.1, 0.4]),
    seed=st.integers(0, 2**32 - 1),
)
def test_drawn_splits_are_disjoint_stratified_and_reproducible(counts, val_share, test_share, seed):
    labels = np.repeat([0, 1], counts)
    given_rows = {"train": np.arange(len(labels))}
    entry = {"val_share": val_share, "test_share": test_share, "split_seed": seed}
    splits = complete_splits("d", labels, ["a", "b"], None, given_rows, entry)
    again = complete_splits("d", labels, ["a", "b"], None, given_rows, entry)
    assert sorted(np.concatenate(list(splits.values()))) == list(range(len(labels)))
    for name, rows in splits.items():
        assert np.array_equal(rows, again[name])
        share = labels[rows].mean()
        assert abs(share * len(rows) - labels.mean() * len(rows)) <= 2
        assert len(np.unique(labels[rows])) == 2
    assert len(splits["val"]) == 2 or abs(len(splits["val"]) - val_share * len(labels)) <= 1


@pytest.mark.filterwarnings("ignore:The least populated class")  # small ones are drawn here
@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 5), min_size=12, max_size=30),
    val_share=st.floats(0.1, 0.5),
    seed=st.integers(0, 1000),
)
def test_drawn_splits_keep_groups_whole(sizes, val_share, seed):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    labels = groups % 2
    entry = {"val_share": val_share, "split_seed": seed}
    rows = {"train": np.arange(len(labels))}
    splits = complete_splits("d", labels, ["a", "b"], groups, rows, entry)
    assert not set(groups[splits["train"]]) & set(groups[splits["val"]])
    assert sorted(np.concatenate(list(splits.values()))) == list(range(len(labels)))


def off_share(labels, splits, asked):
    """How many samples of a class, and of all, splits have more or fewer than their share."""
    wanted = np.array([len(labels) - sum(asked.values()), *asked.values()]) / len(labels)
    found = np.array([np.bincount(labels[splits[name]], minlength=2) for name in ("train", *asked)])
    off = found - wanted[:, None] * np.bincount(labels)
    return np.abs(off).sum() + np.abs(off.sum(axis=1)).sum()


@pytest.mark.parametrize("pairs", [12, 13, 17])
@pytest.mark.parametrize("seed", range(4))
def test_pairs_of_images_are_drawn_about_as_asked(pairs, seed):
    """Of folds of whole groups one has up to a third of the images where a fifth is asked for."""
    labels, groups = np.repeat([0, 1], 2 * pairs), np.repeat(np.arange(2 * pairs), 2)
    entry, rows = {"val_share": 0.2, "split_seed": seed}, {"train": np.arange(4 * pairs)}
    splits = complete_splits("d", labels, ["a", "b"], groups, rows, entry)
    asked = 0.2 * len(labels)
    assert abs(len(splits["val"]) - asked) <= asked / 10 + 1
    assert np.ptp(np.bincount(labels[splits["val"]])) <= 2


@pytest.mark.parametrize("test_share", [0, 0.15])
def test_of_few_groups_the_split_that_comes_nearest_is_drawn(test_share):
    """All ways of dealing eight patients of other sizes, some with images of both classes."""
    sizes = np.array([[7, 0], [0, 5], [4, 4], [0, 9], [6, 0], [2, 3], [3, 0], [0, 4]])
    labels = np.concatenate([np.repeat([0, 1], size) for size in sizes])
    groups = np.repeat([f"p{number}" for number in range(8)], sizes.sum(axis=1))
    rows = {"train": np.arange(len(labels))}
    entry = {"val_share": 0.05, "test_share": test_share, "split_seed": 3}
    asked = {"val": 3} | ({"test": 8} if test_share else {})
    splits = complete_splits("d", labels, ["a", "b"], groups, rows, entry)
    least = np.inf
    for deal in itertools.product(range(1 + len(asked)), repeat=8):
        of_row = np.repeat(deal, sizes.sum(axis=1))
        ways = {name: of_row == place for place, name in enumerate(("train", *asked))}
        if all(len(np.unique(labels[way])) == 2 for way in ways.values()):
            least = min(least, off_share(labels, ways, asked))
    assert off_share(labels, splits, asked) == pytest.approx(least)
    again = complete_splits("d", labels, ["a", "b"], groups, rows, entry)
    assert all(np.array_equal(splits[name], again[name]) for name in splits)


def twelve_patients(folder):
    """60 images, five each of patients who have all of one class."""
    images = np.arange(60 * 25, dtype=np.uint8).reshape(60, 5, 5)
    labels = np.arange(60) // 5 % 2
    path = write_npz(
        folder / "a.npz", train_images=images, train_labels=labels, val_images=None, val_labels=None
    )
    lines = [f"train[{row}],patient {row // 5}" for row in range(60)]
    (folder / "groups.csv").write_text("\n".join(["image,group", *lines]))
    return {"kind": "npz", "path": path, "groups": {"file": str(folder / "groups.csv")}}


def test_a_share_that_no_folds_have_is_drawn_and_the_outcome_said(tmp_path):
    """A nineteenth of twelve patients: one of each class."""
    folder = prepared(tmp_path, **twelve_patients(tmp_path), val_share=0.05, test_share=0.2)
    description = read_description(folder)
    counts = {name: split["count"] for name, split in description["splits"].items()}
    assert counts == {"train": 40, "val": 10, "test": 10}
    assert description["decided"] == [
        "test_share 0.2 of 60 samples is 12; 10 were drawn (16.7%), in 2 whole groups.",
        "val_share 0.05 of 60 samples is 3; 10 were drawn (16.7%), in 2 whole groups.",
    ]


def test_redrawn_splits_of_few_groups_are_not_all_the_same_one(tmp_path):
    folder = prepared(tmp_path, **twelve_patients(tmp_path), val_share=0.05)
    drawn = set()
    for split in range(1, 9):
        redraw(folder, split, tmp_path / f"split{split}")
        splits, names, _ = load_all(tmp_path / f"split{split}")
        drawn.add(tuple(sorted(names[len(splits["train"][1]) :])))
    assert len(drawn) > 4


def test_only_what_has_no_split_is_refused():
    labels, groups = np.array([0, 0, 0, 1, 1, 1]), np.array(["p", "p", "q", "r", "r", "r"])
    entry, rows = {"val_share": 0.2, "split_seed": 0}, {"train": np.arange(6)}
    with pytest.raises(UserError) as error:
        complete_splits("d", labels, ["ill", "well"], groups, rows, entry)
    assert str(error.value) == (
        "d: class well is in only 1 group, r; whole groups are drawn, and train and val each need"
        " one with that class"
    )
    groups[5] = "s"
    splits = complete_splits("d", labels, ["ill", "well"], groups, rows, entry)
    assert [*splits["val"]] == [2, 5]
