"""What a user gets wrong is said in a line or two, and nothing finished is lost."""

import numpy as np
import pytest
from conftest import SMALL_STUDY, assert_readable, contents, jobs_by_rule, snakemake, tiny_arrays
from small_study import CE, NOTHING, cell_folder, change_study


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sedes": 3}, "unknown key 'sedes'; did you mean 'seeds'?"),
        ({"baseline": {"loss": "bec"}}, "baseline.loss: unknown value 'bec'; did you mean 'bce'?"),
        ({"baseline": {"activation": "rel"}}, "baseline.activation: unknown value 'rel'"),
        ({"grid": {"depth": [1, 2]}}, "grid: unknown key 'depth'"),
        ({"grid": {"batch_size": [16, "big"]}}, "grid.batch_size[1]: 'big' should be a whole"),
        ({"warmup_epochs": 4}, "warmup_epochs: 4 leaves no epoch to average"),
        ({"tables": {"t": {"vary": "depth"}}}, "tables.t.vary: unknown value 'depth'"),
        ({"tables": {"t": {"vary": "batch_size", "levels": ["big"]}}}, "tables.t.levels[0]: 'big'"),
        ({"tables": {"../../t": {"vary": "loss"}}}, "the name '../../t' cannot be a file's name"),
        ({"dataset": "nope"}, "dataset: 'nope' is not declared under datasets"),
        (
            {"datasets": {"tiny": {"kind": "npz", "path": "no.npz"}}},
            "tiny.path: there is no file no.npz",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_configuration(fresh, changes, expected):
    change_study(fresh, **changes)
    assert_readable(snakemake(fresh), expected)
    assert not (fresh / "results").exists()


def test_bad_configuration_leaves_results_alone(finished):
    before = contents(finished, "results/**/*.*")
    change_study(finished, warmup_epochs=4)
    assert_readable(snakemake(finished), "warmup_epochs: 4 leaves no epoch to average")
    assert contents(finished, "results/**/*.*") == before


ARRAYS = tiny_arrays()
NAN = {name: ARRAYS[name] / 255 for name in ("train_images", "val_images")}
NAN["val_images"][1, 2, 3] = np.nan
BAD_DATA = {
    "lengths": ({"train_labels": np.zeros((49, 1), np.uint8)}, "50 images but 49 labels"),
    "labels": ({"val_labels": np.arange(20) % 3}, "val_labels hold 0, 1, 2; a set of two classes"),
    "one class": ({"val_labels": np.zeros(20, int)}, "both classes are needed"),
    "NaN": (NAN, "val[1] has values that are NaN or infinite"),
    "pickled": ({"val_labels": np.array([None] * 20)}, "pickled objects, which are not loaded"),
    "truncated": (None, "it may be truncated"),
}


@pytest.mark.parametrize(("changes", "expected"), BAD_DATA.values(), ids=BAD_DATA.keys())
def test_bad_data(finished, changes, expected):
    """The study is stopped before it trains; once the file is right again, nothing was lost."""
    results = finished / "results" / "tiny"
    kept = ("runs/**/*.*", "tables/*", "figures/*", "summary.csv", "cells.csv", "report.html")
    before = contents(results, *kept)
    whole = (finished / "tiny.npz").read_bytes()
    if changes is None:
        (finished / "tiny.npz").write_bytes(whole[: len(whole) // 2])
    else:
        np.savez(finished / "tiny.npz", **(ARRAYS | changes))
    change_study(finished, rounds=2)  # would change cells.csv as well
    assert_readable(snakemake(finished), "tiny.npz", expected)
    assert contents(results, *kept) == before
    (finished / "tiny.npz").write_bytes(whole)
    change_study(finished)
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    assert "train" not in jobs_by_rule(done.stdout)
    assert contents(results, *kept) == before


def test_a_damaged_metrics_file_is_named(finished):
    path = cell_folder(finished, CE) / "seeds_0-1" / "round1" / "metrics.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-2]))
    (finished / "results" / "tiny" / "SHA256SUMS").unlink()  # as if the study were not finished
    done = snakemake(finished, "regenerate_report")
    assert done.returncode != 0
    assert f"{path.relative_to(finished)}: seed 1 has 2 of 4 epochs" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_target_that_is_not_declared_is_named(finished):
    done = snakemake(finished, "results/tiny/tables/table9.csv")
    assert_readable(done, "table9: the configuration declares no such entry under tables")


def test_another_data_set_by_name(finished):
    change_study(finished, datasets=SMALL_STUDY["datasets"] | {"other": {"kind": "sklearn"}})
    done = snakemake(finished, "--dry-run", "--config", "dataset=other")
    assert jobs_by_rule(done.stdout)["train"] == 2
    assert NOTHING in snakemake(finished).stdout


def test_text_from_the_configuration_is_escaped(finished):
    caption = "<script>alert(1)</script> & more"
    change_study(finished, tables=SMALL_STUDY["tables"] | {"table1": {"caption": caption}})
    assert snakemake(finished).returncode == 0
    html = (finished / "results" / "tiny" / "report.html").read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html
    assert "<script" not in html
