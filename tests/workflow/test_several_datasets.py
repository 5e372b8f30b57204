"""Several data sets in one study: each as if it were alone, and what they say together."""

import copy
import html
import json
import re

import numpy as np
import pytest
import yaml
from run_snakemake import assert_readable, contents, jobs_by_rule, snakemake, without_terms
from session import REPOSITORY
from small_study import NOTHING, RESULTS, SMALL_STUDY, planned, read_csv, tiny_arrays, write_study
from studies import default_study

from study.report.across_inputs import AcrossInputs
from study.report.sections.across_claims import holds_words
from study.report.sections.across_reports import headline
from study.report.sections.across_tables import level_text, shown_order
from study.snake.datasets import across_folder, arguments_on, read_configs
from study.store.errors import UserError

TOGETHER = "results/across/tiny+dim"


def on_both(folder, **changes) -> None:
    """The small study on its data set, and on one of darker images."""
    arrays = tiny_arrays()
    darker = {name: array // 2 if "images" in name else array for name, array in arrays.items()}
    np.savez(folder / "dim.npz", **darker)
    datasets = SMALL_STUDY["datasets"] | {"dim": {"kind": "npz", "path": "dim.npz"}}
    study = copy.deepcopy(SMALL_STUDY) | {"dataset": ["tiny", "dim"], "datasets": datasets}
    write_study(folder, study, **changes)


def test_two_data_sets_beside_a_study_on_one_of_them(finished):
    before = contents(finished / "results" / "tiny", *RESULTS)
    on_both(finished)
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    # what the study on one of them has trained is not trained again, nor is its report made again
    jobs = jobs_by_rule(done.stdout)
    assert (jobs["train"], jobs["make_report"], jobs["compare_datasets"]) == (2, 1, 1)
    assert re.search(r"^\d+/\d+ dim bce_\S+ round 1, val 0\.\d{3}$", done.stdout, re.MULTILINE)
    assert done.stdout.splitlines()[-1] == f"Report: {TOGETHER}/report.html"
    assert contents(finished / "results" / "tiny", *RESULTS) == before
    alone = snakemake(finished, "--dry-run", "all", "--config", "dataset=dim")
    assert NOTHING in alone.stdout, alone.stdout

    levels = read_csv(finished / TOGETHER / "levels.csv")
    for dataset in ("tiny", "dim"):
        table = read_csv(finished / "results" / dataset / "tables" / "table1.csv")
        of_dataset = [row for row in levels if row["dataset"] == dataset]
        assert [row["level"] for row in of_dataset] == ["bce", "ce"]
        assert [row["mean"] for row in of_dataset] == [row["val_accuracy"] for row in table]
    claims = read_csv(finished / TOGETHER / "claims.csv")
    assert {row["dataset"] for row in claims} == {"tiny", "dim"}
    page = (finished / TOGETHER / "report.html").read_text()
    assert 'href="../../dim/report.html"' in page and "A test needs 6 data sets" in page
    (finished / TOGETHER / "../../dim/report.html").resolve(strict=True)
    for dataset in ("tiny", "dim"):
        said = json.loads((finished / "results" / dataset / "report.json").read_text())
        assert html.escape(" ".join(said["headline"]), quote=False) in without_terms(page)

    made = contents(finished / "results", *RESULTS)
    done = snakemake(finished, "verify")
    assert done.returncode == 0, done.stdout
    assert f"files match {TOGETHER}/SHA256SUMS" in done.stdout
    done = snakemake(finished, "regenerate_report")
    assert done.returncode == 0, done.stdout
    assert "dim: 2 of 2 runs present" in done.stdout
    assert contents(finished / "results", *RESULTS) == made


def test_the_example_is_planned(tmp_path):
    """Six cells on each of three data sets, of which two have more than two classes."""
    example = yaml.safe_load((REPOSITORY / "examples" / "datasets" / "config.yaml").read_text())
    files = example["datasets"]["wine"]["train"]
    files.update({name: str(REPOSITORY / path) for name, path in files.items()})
    write_study(tmp_path, example)
    jobs = planned(tmp_path)
    assert (jobs["train"], jobs["judge"], jobs["make_across_page"]) == (3 * 6, 3, 1)


def test_what_one_data_set_cannot_have_is_said_before_anything_trains(fresh):
    digits = {"kind": "sklearn", "name": "digits"}
    on_both(fresh, dataset=["tiny", "digits", "wdcb"])
    study = yaml.safe_load((fresh / "study.yaml").read_text())
    write_study(fresh, study, datasets=study["datasets"] | {"digits": digits})
    done = snakemake(fresh)
    assert_readable(done, "the loss bce is for two classes, and digits has 10", "'wdcb' is not")
    assert "as it stands, the study can run only on tiny\n" in done.stdout
    assert not (fresh / "results").exists()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["wdbc"], "a list needs two data sets or more"),
        (["wdbc", "wdbc"], "wdbc is listed twice"),
        (["wdbc", 3], "3 is not text"),
    ],
)
def test_a_list_that_is_none_of_data_sets_is_refused(names, message):
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    with pytest.raises(UserError, match=message):
        read_configs(config, names)


def test_a_data_set_may_be_called_across_and_many_have_a_short_folder():
    """No data set and no study has a plus in its name."""
    assert across_folder(["across", "runs"]) == "across/across+runs"
    many = [f"data_set_{number}" for number in range(100)]
    assert len(across_folder(many)) < 200
    assert across_folder(many) != across_folder(many[:-1])


def test_each_is_told_what_would_run_it_alone():
    given = " --configfile mine.yaml --config 'dataset=[a, b]' seeds=3"
    alone = " --configfile mine.yaml --config seeds=3 dataset=a"
    assert arguments_on(given, "a") == alone
    assert arguments_on("", "a") == " --config dataset=a"


def test_on_how_many_a_claim_holds():
    assert holds_words(["supported"] * 3) == "3 of 3"
    found = ["no signal", "supported", "contradicted", "no signal"]
    assert holds_words(found) == "1 of 4; 1 contradicted; 2 no signal"


def test_the_headline_says_on_what_the_data_sets_agree():
    held, open_, turns = {"supported"}, {"supported", "no signal"}, {"contradicted", "supported"}
    assert headline([], 3) == ""
    assert headline([held, held], 2) == "2 of 2 claims are supported on both data sets."
    assert headline([held, open_, {"contradicted"}], 3) == (
        "1 of 3 claims is supported on all 3 data sets."
    )
    assert headline([open_, turns, turns], 3) == (
        "0 of 3 claims are supported on all 3 data sets; 2 are supported on one and contradicted on"
        " another."
    )


def test_a_data_set_is_rounded_by_its_own_samples_and_levels_are_in_their_order():
    """Of 20 validation samples one is 5 points, of 1000 a tenth of one."""
    row = {"metric": "val_accuracy", "mean": 0.91234, "sd": 0.0123, "n": 5, "diverged": 0}
    counts = {"few": 20, "many": 1000}
    inputs = AcrossInputs(
        tables={}, claims={}, seeds=5, frames=None, links={}, summaries={}, diagrams={},
        descriptions={name: {"splits": {"val": {"count": n}}} for name, n in counts.items()},
    )  # fmt: skip
    texts = [level_text(row | {"dataset": name}, inputs) for name in ("few", "many", "unknown")]
    assert texts == ["91 ± 1", "91.2 ± 1.2", "91.2 ± 1.2"]
    assert level_text(row | {"dataset": "many", "n": 4, "diverged": 1}, inputs) == (
        "91.2 ± 1.2 (4 of 5 seeds; 1 diverged)"
    )
    assert shown_order(default_study().tables["table3"]) == [1, 0, 2]  # 32, 16, 64
    assert shown_order(default_study().tables["table5"]) == [0, 1, 2]  # names
