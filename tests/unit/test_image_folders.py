"""Images in folders are read, checked, made grey and resized."""

import numpy as np
import pytest
from data_sources import prepared, save_image, write_folder
from PIL import Image

from study.data.prepared import load_all, load_splits
from study.store.errors import UserError


def test_folders_are_made_grey_and_resized(tmp_path):
    folder = prepared(tmp_path, **write_folder(tmp_path / "x"))
    splits, names, _ = load_all(folder)
    inputs = np.concatenate([pair[0] for pair in splits.values()])
    labels = np.concatenate([pair[1] for pair in splits.values()])
    assert inputs.shape == (12, 8, 10) and inputs.dtype == np.uint8
    assert np.abs(inputs.astype(int) - np.where(labels, 180, 60)[:, None, None]).max() <= 1
    assert all(("PNEUMONIA" in name) == label for name, label in zip(names, labels))
    assert [len(pair[1]) for pair in splits.values()] == [9, 3]


def test_folders_with_splits_above(tmp_path):
    entry = write_folder(tmp_path / "x", ("train", "val", "test"))
    splits, names, _ = load_all(prepared(tmp_path, **entry))
    assert [(split, len(pair[1])) for split, pair in splits.items()] == [
        ("train", 12), ("val", 12), ("test", 12),
    ]  # fmt: skip
    assert all(name.startswith("val/") for name in names[12:24])


def test_an_image_is_averaged_when_it_is_made_smaller(tmp_path):
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    for class_name in ("a", "b"):
        for number in range(2):
            path = tmp_path / "x" / class_name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(board).save(path)
    entry = {"kind": "folder", "path": str(tmp_path / "x"), "size": 8, "positive": "a"}
    inputs, _ = load_splits(prepared(tmp_path, **entry, val_share=0.5))["train"]
    assert np.abs(inputs.astype(int) - 127).max() <= 6


def test_orientation_noted_in_a_file_is_applied(tmp_path):
    entry = write_folder(tmp_path / "x", count=2) | {"size": [2, 4], "val_share": 0.5}
    image = Image.fromarray(
        np.repeat(np.array([[0, 250]], np.uint8), 20, axis=1).repeat(20, axis=0)
    )
    exif = Image.Exif()
    exif[0x0112] = 3  # turned by 180 degrees
    for path in (tmp_path / "x").rglob("*.*"):
        image.save(path, exif=exif) if path.suffix == ".jpeg" else image.save(path)
    splits, names, _ = load_all(prepared(tmp_path, **entry))
    inputs = np.concatenate([pair[0] for pair in splits.values()]).astype(int)
    for name, picture in zip(names, inputs):
        assert (picture[0, 0] > 200) == name.endswith(".jpeg")


def test_bad_folders_are_named(tmp_path):
    entry = write_folder(tmp_path / "x")
    broken = tmp_path / "x" / "NORMAL" / "broken.png"
    for content in (b"no image", (tmp_path / "x/NORMAL/person1_2.png").read_bytes()[:60]):
        broken.write_bytes(content)
        with pytest.raises(UserError, match=r"NORMAL/broken\.png: cannot be decoded"):
            prepared(tmp_path, **entry)
    broken.unlink()
    save_image(tmp_path / "x" / "stray.png")
    with pytest.raises(UserError, match=r"stray\.png is not in the folder of a class"):
        prepared(tmp_path, **entry)
    (tmp_path / "x" / "stray.png").unlink()
    save_image(tmp_path / "outside.png")
    save_image(tmp_path / "x" / "COVID" / "1.png")
    with pytest.raises(UserError, match="positive is for two classes, but there are 3; leave it"):
        prepared(tmp_path, **entry)
    with pytest.raises(UserError, match="there is no folder"):
        prepared(tmp_path, **entry | {"path": str(tmp_path / "nowhere")})
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="contains no images; known extensions:"):
        prepared(tmp_path, **entry | {"path": str(tmp_path / "empty")})
    with pytest.raises(UserError, match="is a file, not a folder; an archive must be unpacked"):
        prepared(tmp_path, **entry | {"path": str(tmp_path / "outside.png")})


def test_hidden_and_other_files_are_left_out(tmp_path):
    entry = write_folder(tmp_path / "x")
    for name in (".DS_Store", "._person0.png", "notes.txt"):
        (tmp_path / "x" / "NORMAL" / name).write_text("")
    assert len(load_all(prepared(tmp_path, **entry))[1]) == 12
