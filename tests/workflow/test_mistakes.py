"""What a user gets wrong is said in a line or two, and nothing finished is lost."""

import numpy as np
from run_snakemake import assert_readable, contents, jobs_by_rule, snakemake
from small_study import SMALL_STUDY, change_study, planned, tiny_arrays


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


def test_bad_data(finished):
    """The study is stopped before it trains; once the file is right again, nothing was lost.

    test_data.py has every kind of damage.
    """
    arrays = tiny_arrays()
    arrays |= {name: arrays[name] / 255 for name in ("train_images", "val_images")}
    arrays["val_images"][1, 2, 3] = np.nan
    results = finished / "results" / "tiny"
    kept = ("runs/**/*.*", "tables/*", "figures/*", "fixed/values.csv", "cells.csv", "report.html")
    before = contents(results, *kept)
    whole = (finished / "tiny.npz").read_bytes()
    np.savez(finished / "tiny.npz", **arrays)
    change_study(finished, rounds=2)  # would change cells.csv as well
    assert_readable(snakemake(finished), "tiny.npz", "val[1] has values that are NaN or infinite")
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
    assert planned(finished) == {}
