"""What a user gets wrong is said in a line or two, and nothing finished is lost."""

import numpy as np
import pytest
from run_snakemake import assert_readable, contents, jobs_by_rule, pages, snakemake
from small_study import NOTHING, SMALL_STUDY, change_study, planned, tiny_arrays


def test_bad_configuration_leaves_results_alone(finished):
    """All that is wrong at once, each with its key; test_config.py has every kind of mistake."""
    before = contents(finished, "results/**/*.*")
    change_study(
        finished,
        sedes=3,
        baseline={"loss": "bec"},
        tables={"../../t": {"vary": "loss"}, "t": {"vary": "batch_size", "levels": ["big"]}},
    )
    assert_readable(
        snakemake(finished),
        "unknown key 'sedes'; did you mean 'seeds'?",
        "baseline.loss: unknown value 'bec'; did you mean 'bce'?",
        "the name '../../t' cannot be a file's name",
        "tables.t.levels[0]: 'big'",
    )
    assert contents(finished, "results/**/*.*") == before


def test_missing_data_are_named_where_they_are_needed(finished):
    (finished / "tiny.npz").unlink()
    change_study(finished, seeds=4)
    assert_readable(snakemake(finished), "datasets.tiny.path: there is no file tiny.npz")
    for harmless in ("--unlock", "--list-rules", "plan", "verify"):
        done = snakemake(finished, harmless)
        assert done.returncode == 0, done.stdout


ARRAYS = tiny_arrays()
NAN = {name: ARRAYS[name] / 255 for name in ("train_images", "val_images")}
NAN["val_images"][1, 2, 3] = np.nan
BAD_DATA = {
    "NaN": (NAN, "val[1] has values that are NaN or infinite"),
    "truncated": (None, "it may be truncated"),
}


@pytest.mark.parametrize(("changes", "expected"), BAD_DATA.values(), ids=BAD_DATA.keys())
def test_bad_data(finished, changes, expected):
    """The study is stopped before it trains; once the file is right again, nothing was lost.

    test_data.py has every kind of damage.
    """
    results = finished / "results" / "tiny"
    kept = ("runs/**/*.*", "tables/*", "figures/*", "fixed/values.csv", "cells.csv", "report.html")
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
    assert "train" not in planned(finished)


def test_damaged_prepared_data_are_named_and_made_again_without_training(finished):
    """Were the file deleted, Snakemake would train all runs again."""
    labels = next(finished.glob("results/tiny/data/*/labels.npy"))
    whole = labels.read_bytes()
    labels.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))  # one label, of validation
    change_study(finished, seeds=3)
    done = snakemake(finished)
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert f"{labels.relative_to(finished).parent}/inputs.npy or labels.npy: damaged" in done.stdout
    assert "add --forcerun prepare_data --until prepare_data to the command once" in done.stdout
    done = snakemake(finished, "--forcerun", "prepare_data", "--until", "prepare_data")
    assert done.returncode == 0, done.stdout
    assert labels.read_bytes() == whole
    assert planned(finished)["train"] == 2  # the new seed's alone


def test_a_target_that_is_not_declared_is_named(finished):
    done = snakemake(finished, "results/tiny/tables/table9.csv")
    assert_readable(done, "MissingRuleException", "results/tiny/tables/table9.csv")


def test_another_data_set_by_name(finished):
    change_study(finished, datasets=SMALL_STUDY["datasets"] | {"other": {"kind": "sklearn"}})
    done = snakemake(finished, "--dry-run", "--config", "dataset=other")
    assert jobs_by_rule(done.stdout)["train"] == 2
    assert NOTHING in snakemake(finished).stdout


def test_text_from_the_configuration_is_escaped(finished):
    caption = "<script>alert(1)</script> & more"
    change_study(finished, tables=SMALL_STUDY["tables"] | {"table1": {"caption": caption}})
    assert snakemake(finished).returncode == 0
    html = pages(finished / "results" / "tiny")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html
    assert "<script>alert" not in html
