"""Splits that are drawn, and groups that no split divides."""

import numpy as np
import pytest
from data_sources import prepared, write_folder, write_npz
from hypothesis import given, settings
from hypothesis import strategies as st

from study.data.prepared import load_all
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
    (tmp_path / "groups.csv").write_text("image,group\n" + rows.replace("train[7],", "train[99],"))
    with pytest.raises(UserError, match=r"groups\.csv: has no group for train\[7\] and 0 others"):
        prepared(tmp_path, kind="npz", path=path, groups=groups)
    (tmp_path / "groups.csv").write_text("name,patient\n")
    with pytest.raises(UserError, match="the columns must be image,group"):
        prepared(tmp_path, kind="npz", path=path, groups=groups)


def test_a_pattern_that_does_not_fit_is_named(tmp_path):
    path = write_npz(tmp_path / "a.npz")
    with pytest.raises(UserError, match=r"is not in train\[0\] and 69 others"):
        prepared(tmp_path, kind="npz", path=path, groups={"pattern": "(patient)"})


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
    try:
        splits = complete_splits("d", labels, ["a", "b"], None, given_rows, entry)
    except UserError as error:  # too few for a share that small
        assert "cannot be drawn" in str(error)
        return
    again = complete_splits("d", labels, ["a", "b"], None, given_rows, entry)
    assert sorted(np.concatenate(list(splits.values()))) == list(range(len(labels)))
    for name, rows in splits.items():
        assert np.array_equal(rows, again[name])
        share = labels[rows].mean()
        assert abs(share * len(rows) - labels.mean() * len(rows)) <= 2
    assert abs(len(splits["val"]) - val_share * len(labels)) <= 1


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
    try:
        splits = complete_splits(
            "d", labels, ["a", "b"], groups, {"train": np.arange(len(labels))}, entry
        )
    except UserError as error:
        assert "cannot be drawn" in str(error)
        return
    assert not set(groups[splits["train"]]) & set(groups[splits["val"]])
    assert sorted(np.concatenate(list(splits.values()))) == list(range(len(labels)))
