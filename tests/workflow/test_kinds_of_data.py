"""Whole studies on data of every kind, and on data with findings."""

import json
from pathlib import Path

import numpy as np
from PIL import Image
from run_snakemake import assert_readable, pages, snakemake
from small_study import SMALL_STUDY, change_study, planned, tiny_arrays


def kinds_of_the_same_images(folder: Path) -> dict[str, dict]:
    """The small data set as one file, as an array a class, and as a folder of images."""
    arrays = tiny_arrays()
    entries = {
        "one_file": {"kind": "npz", "path": "tiny.npz"},
        "lab": {"kind": "arrays", "positive": "ill", "train": {}, "val": {}},
        "images": {"kind": "folder", "path": "images", "positive": "ill", "size": 5},
    }
    for split in ("train", "val"):
        for label, name in enumerate(("well", "ill")):
            images = arrays[f"{split}_images"][arrays[f"{split}_labels"][:, 0] == label]
            np.save(folder / f"{split}_{name}.npy", images)
            entries["lab"][split][name] = f"{split}_{name}.npy"
            target = folder / "images" / split / name
            target.mkdir(parents=True)
            for number, image in enumerate(images):
                Image.fromarray(image).save(target / f"{number:02d}.png")
    return entries


def test_kinds_of_the_same_images_give_the_same_data(fresh):
    """Class by class, arrays and PNG files are in the same order."""
    entries = kinds_of_the_same_images(fresh)
    change_study(fresh, dataset=[*entries], datasets=SMALL_STUDY["datasets"] | entries)
    # prepares the data, and trains nothing
    done = snakemake(fresh, *(f"results/{name}/cells.csv" for name in entries))
    assert done.returncode == 0, done.stdout
    samples = {}
    for name in entries:
        (folder,) = (fresh / "results" / name / "data").glob("*")
        inputs = np.load(folder / "inputs.npy").reshape(70, -1)
        labels = np.load(folder / "labels.npy")
        samples[name] = sorted(map(tuple, np.column_stack([labels, inputs]).tolist()))
    assert samples["one_file"] == samples["lab"] == samples["images"]
    ordered = {}
    for name in ("lab", "images"):
        (folder,) = (fresh / "results" / name / "data").glob("*")
        order = np.lexsort(np.load(folder / "inputs.npy").reshape(70, -1).T)
        ordered[name] = np.load(folder / "labels.npy")[order].tolist()
    assert ordered["lab"] == ordered["images"]


def test_findings_are_shown_and_can_stop_the_study(fresh):
    arrays = tiny_arrays()
    arrays["val_images"][3] = arrays["train_images"][5]
    np.savez(fresh / "tiny.npz", **arrays)
    done = snakemake(fresh)
    assert done.returncode == 0, done.stdout
    (path,) = (fresh / "results" / "tiny" / "data").glob("*/audit.json")
    findings = {finding["check"]: finding for finding in json.loads(path.read_text())["findings"]}
    assert findings["duplicates across splits"]["samples"] == [["train[5]", "val[3]"]]
    html = pages(fresh / "results" / "tiny")
    assert "train[5] and val[3]" in html
    assert html.count("data:image/png;base64,") == 1
    change_study(fresh, audit={"fail_on": "error"}, seeds=4)
    assert_readable(
        snakemake(fresh),
        "The audit of tiny stops the study",
        "error: 1 pair of identical samples in two splits: train[5] and val[3]",
        "fail_on: never",
    )
    change_study(fresh)
    assert "train" not in planned(fresh)  # what was trained is kept


def test_data_are_not_prepared_under_the_digest_of_others(fresh):
    """As where files change between the start and the job that reads them."""
    done = snakemake(fresh, "results/tiny/data/0123456789ab/description.json")
    assert_readable(done, "datasets.tiny: its files have changed since the study was started")
    assert not list((fresh / "results").glob("*/data/*/description.json"))
