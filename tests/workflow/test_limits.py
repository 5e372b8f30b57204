"""What nobody may have meant: keys given twice, shares too large, batches of all samples."""

import json

import numpy as np
import pytest
from run_snakemake import assert_readable, snakemake
from small_study import change_study

from study.config.yaml_files import check_yaml
from study.data.limits import batch_notes, refuse_shares
from study.store.errors import UserError

ARRAYS = ("images", "labels")
FILES = {
    "twice": (
        b"a:\n  b: 1\n  c: 2\n  b: 3\n",
        "line 4: the key a.b is given twice, first on line 2",
    ),
    "in a list": (b"a:\n- {b: 1, b: 2}\n", "line 2: the key a.b is given twice"),
    "not YAML": (
        b"a: 1\nb: [1,\nc: 2\n",
        "line 4, column 1: not valid YAML: expected ',' or ']'",
    ),
    "not UTF-8": (b"a: 1\nb: \xff\n", "line 2: not UTF-8"),
}


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES.keys())
def test_a_file_of_the_configuration_is_named_with_the_line(tmp_path, text, expected):
    path = tmp_path / "study.yaml"
    path.write_bytes(text)
    with pytest.raises(UserError) as error:
        check_yaml([path])
    assert f"{path}, {expected}" in str(error.value)


def test_what_yaml_may_say_is_accepted(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("a: &one {b: 1}\nc: *one\nd: [{b: 1}, {b: 1}]\ne: {<<: *one, b: 2}\n")
    check_yaml([path])
    path.write_text("")
    check_yaml([path])


def test_mistakes_are_said_at_a_dry_run(fresh, monkeypatch):
    """Each by the one line that Snakemake ends with, apart from those that it begins with."""
    (fresh / "results").write_text("a file")
    assert_readable(snakemake(fresh, "-n"), "results is a file, but results/tiny must be a folder")
    (fresh / "results").unlink()
    change_study(fresh, device="cuda")
    done = snakemake(fresh, "-n")
    if done.returncode:  # where there is no GPU
        assert_readable(done, "device: cuda, but this machine has no GPU")
    assert snakemake(fresh, "plan").returncode == 0
    with (fresh / "study.yaml").open("a") as file:
        file.write("device: cpu\n")
    assert_readable(snakemake(fresh, "-n"), "study.yaml, line ", "the key device is given twice")
    change_study(fresh, pathvars={"results": "./$PLACE//out"})
    assert_readable(snakemake(fresh, "-n", "--config", "seeds=012"), "write 12")
    monkeypatch.setenv("PLACE", "elsewhere")
    done = snakemake(fresh, "-n")
    assert done.returncode == 0 and "strongly discouraged" not in done.stdout, done.stdout


def test_shares_that_leave_nothing_to_train_on(tmp_path):
    shares = {"val_share": 0.6, "test_share": 0.5}
    with pytest.raises(UserError, match=r"val_share 0\.6 and test_share 0\.5 leave nothing"):
        refuse_shares("mine", {"kind": "sklearn", **shares})
    arrays = {
        f"{split}_{what}": np.zeros(3)
        for split in ("train", "val")
        for what in ("images", "labels")
    }
    np.savez(tmp_path / "mine.npz", **arrays)
    refuse_shares("mine", {"kind": "npz", "path": str(tmp_path / "mine.npz"), **shares})


def test_batches_of_more_than_the_training_samples_are_noted(tmp_path):
    path = tmp_path / "description.json"
    sizes = [32, 50, 64]
    assert batch_notes(sizes, path) == []
    path.write_text(json.dumps({"splits": {"train": {"count": 50}}}))
    (note,) = batch_notes(sizes, path)
    assert note.startswith("batch_size 64: there are only 50 training samples")
