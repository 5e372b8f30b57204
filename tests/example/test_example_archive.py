"""The published example's files are made from its archive, and its numbers are those of the runs.

The runs' files are read here with csv and numpy alone.
"""

import csv
import importlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256

import numpy as np
import pytest
from published import EXAMPLE, IMAGES, REPOSITORY, STUDY, read
from run_snakemake import TIMED, TIMES

# that runs were trained with other code or data than now, which is true of ever more versions
OUTDATED = re.compile(
    rb'<div class="note">\s*<p><strong>Some runs are outdated.*?</div>\s*', re.DOTALL
)
# what only a page has that was made where the data are: pictures of samples, and links to them
PICTURES = re.compile(rb'<div id="section-mistaken".*?</section>', re.DOTALL)
LINKS = re.compile(rb'<a href="#mistaken-[^>]*>(.*?)</a>')


@pytest.fixture(scope="module")
def packed() -> dict[str, bytes]:
    """Every file of the archive, by its path below the results."""
    with tarfile.open(EXAMPLE / "runs.tar.xz") as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    """The results folder that the page's commands make."""
    folder = tmp_path_factory.mktemp("regenerated")
    sys.path.insert(0, str(REPOSITORY / "docs"))
    try:
        archive = importlib.import_module("example_archive")
    finally:
        sys.path.pop(0)
    results = folder / "results" / "pneumoniamnist"
    archive.unpack(results)
    command = [sys.executable, "-m", "snakemake", "regenerate_report", "--cores", "2"]
    study = (EXAMPLE / "study.yaml").relative_to(REPOSITORY)  # as the page's commands have it
    (folder / study).parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / study, folder / study)
    command += ["--snakefile", REPOSITORY / "Snakefile", "--configfile", study]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return results


def folders(packed: dict[str, bytes]) -> list[str]:
    """The folders of the runs that were trained."""
    found = [name.removesuffix("/run.json") for name in packed if name.endswith("/run.json")]
    return [name for name in found if f"{name}/metrics.csv" in packed]


def test_every_run_is_whole(packed):
    """The files that results are made from have the digests that each run recorded."""
    for folder in folders(packed):
        record = json.loads(packed[f"{folder}/run.json"])
        for name in ("metrics.csv", "scores.npz"):
            found = sha256(packed[f"{folder}/{name}"]).hexdigest()
            assert found == record["files"][name], folder


def test_values_are_those_of_the_runs(packed):
    """Means over the epochs after the warm-up, and shares of images that the scores get right."""
    values = {(row["cell"], row["round"], row["seed"]): row
              for row in read(EXAMPLE / "fixed" / "values.csv")}  # fmt: skip
    seen = set()
    for folder in folders(packed):
        cell, place, split, *_, number = folder.removeprefix("runs/").split("/")
        if (place, split) != ("fixed", "split0") or "/seeds_1000000-" in folder:
            continue  # on another protocol, or a trial
        number = number.removeprefix("round")
        text = packed[f"{folder}/metrics.csv"].decode()
        epochs = {}
        for row in csv.DictReader(io.StringIO(text)):
            epochs.setdefault(row["seed"], []).append(row)
        scores = np.load(io.BytesIO(packed[f"{folder}/scores.npz"]))
        for place, seed in enumerate(scores["seeds"]):
            row = values[cell, number, str(seed)]
            seen.add((cell, number, str(seed)))
            kept = epochs[str(seed)][STUDY["warmup_epochs"] :]
            assert len(kept) == STUDY["epochs_per_round"] - STUDY["warmup_epochs"]
            for metric in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
                mean = np.mean([float(epoch[metric]) for epoch in kept])
                assert float(row[metric]) == pytest.approx(mean, rel=1e-9)
            for split in ("val", "test"):
                found, labels = scores[f"{split}_scores"][place], scores[f"{split}_labels"]
                assert len(labels) == IMAGES[split]
                right = float(row[f"final_{split}_accuracy"])
                assert right == pytest.approx(np.mean((found > 0) == labels), rel=1e-9)
    assert seen == {*values}


def test_the_archive_holds_each_tuned_side_and_other_split(packed):
    found = {}
    for folder in folders(packed):
        _, place, split, *_ = folder.removeprefix("runs/").split("/")
        found.setdefault("tuned" if place != "fixed" else "fixed", set()).add(split)
    splits = {f"split{number}" for number in range(STUDY["resample"] + 1)}
    assert found == {"fixed": splits, "tuned": splits}


def compared(path) -> bytes:
    """A file without times; a page without what depends on where and when it is regenerated."""
    content = TIMES.sub(b"", path.read_bytes())
    if path.suffix == ".html":
        content = LINKS.sub(rb"\1", PICTURES.sub(b"", OUTDATED.sub(b"", content)))
    return content


@pytest.mark.slow
def test_the_archive_makes_the_examples_files_to_the_byte(regenerated):
    """Neither a statistic nor a word of the pages has changed since they were made."""
    several = ("fixed/*.csv", "tuned/*.csv", "splits/*.csv", "tuned_splits/*.csv", "tables/*.csv")
    several += ("statistics/*.csv", "tuning/*.csv", "report.html", "appendix.html", "report.json")
    names = [path.relative_to(EXAMPLE) for pattern in several for path in EXAMPLE.glob(pattern)]
    assert len(names) > 40
    assert [
        str(name)
        for name in sorted(names)
        if name.name not in TIMED and compared(EXAMPLE / name) != compared(regenerated / name)
    ] == []
    page = (regenerated / "report.html").read_text(encoding="utf-8")
    assert "The prepared data are not here" in page and "No sample is misclassified" not in page
