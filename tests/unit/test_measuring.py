"""What runs left, measured alike for every protocol, and refused where it is something else."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from run_files import HEADER, cell, write_run

from study.analysis.averages import HALF_METRICS
from study.analysis.mistakes import Mistakes
from study.analysis.results import Result, collect_runs, read_results
from study.analysis.values import collect_values, measure, present_metrics, read_values
from study.design.protocols import cell_in_place, chosen_cells
from study.design.runs import Run
from study.design.tuning import UNKNOWN
from study.settings.parameters import DEFAULTS, PARAMETERS, declared, listed
from study.store.errors import UserError
from study.store.files import file_digest
from study.store.frames import write_frame
from study.store.records import Chosen, Trial, chosen_values, read_record
from study.training import EPOCH_METRICS
from study.training.untrained import write_untrained

# seeds 0 and 1, three epochs of which the first is the warm-up
METRICS = (
    HEADER
    + "0,1,9.0,0.1,9.0,0.1\n0,2,0.5,0.8,0.6,0.7\n0,3,0.3,0.9,0.4,0.8\n"
    + "1,1,8.0,0.2,8.0,0.2\n1,2,0.4,0.6,0.8,0.5\n1,3,0.2,0.8,0.6,0.7\n"
)
LABELS = np.array([0, 0, 1, 1], np.int8)
CHOSEN = Chosen(
    "c",
    "val_loss",
    0.1,
    {},
    [Trial(1, {"learning_rate": 0.003}, 0.8), Trial(0, {"learning_rate": 0.1}, 0.2)],
)
SCORES = {
    "seeds": np.arange(2),
    "val_scores": np.float32([[-1, -2, 1, 2], [-1, 2, 1, 2]]),  # right, and one of four wrong
    "val_labels": LABELS,
}


def measured(folder: Path, runs, cells, specs=PARAMETERS, scores=SCORES, **changes) -> pd.DataFrame:
    """The values of runs that all left the same, but for what each one is."""
    frames = []
    for place, run in enumerate(runs):
        about = {"first": run.first, "last": run.last, "round": run.round} | changes
        files = write_run(folder / str(place), METRICS, scores, **about)
        frames += [measure(each) for each in read_results([run], [cells[run.cell]], specs, *files)]
    return collect_values(frames, cells, specs)


def test_a_row_a_cell_round_and_seed_with_the_listed_parameters_and_all_metrics(tmp_path):
    cells = {"z": cell(rounds=2), "a": cell()}
    runs = [Run("a", 0, 1, 1), Run("z", 0, 1, 2), Run("z", 0, 1, 1)]
    values = measured(tmp_path, runs, cells)
    rows = [["z", 1, 0], ["z", 1, 1], ["z", 2, 0], ["z", 2, 1], ["a", 1, 0], ["a", 1, 1]]
    assert values[["cell", "round", "seed"]].values.tolist() == rows  # cells in their order
    final = [
        "accuracy", "balanced_accuracy", "sensitivity", "specificity", "roc_auc", "brier_score",
        "calibration_error",
    ]  # fmt: skip
    assert list(values.columns) == [
        "cell", "place", *listed(DEFAULTS), "round", "seed", *EPOCH_METRICS,
        "loss_gap", "accuracy_gap",
        *(f"final_val_{name}" for name in final), *HALF_METRICS,
    ]  # fmt: skip
    row = values.iloc[0]
    assert (row["batch_size"], row["loss"]) == (32, "bce")
    assert row["val_loss"] == pytest.approx(0.5) and row["train_loss"] == pytest.approx(0.4)
    assert row["loss_gap"] == pytest.approx(0.1) and row["accuracy_gap"] == pytest.approx(0.1)
    assert values["final_val_accuracy"].tolist() == [1, 0.75] * 3
    write_frame(tmp_path / "values.csv", values)
    read = read_values(tmp_path / "values.csv")
    pd.testing.assert_frame_equal(read, values.drop(columns=[*listed(DEFAULTS)]))
    assert present_metrics(read)[:6] == [*EPOCH_METRICS, "loss_gap", "accuracy_gap"]


def test_over_splits_a_seed_is_the_number_of_the_split(tmp_path):
    scores = SCORES | {"seeds": np.array([3]), "val_scores": SCORES["val_scores"][:1]}
    metrics = HEADER + "".join(f"3{line[1:]}" for line in METRICS.splitlines(True)[1:4])
    run = Run("c", 3, 3, 1, split=3)
    files = write_run(tmp_path / "split", metrics, scores, first=3, last=3)
    (result,) = read_results([run], [cell()], PARAMETERS, *files)
    assert measure(result)[["cell", "round", "seed"]].values.tolist() == [["c", 1, 3]]
    assert collect_runs([(run, result.record)], PARAMETERS)["split"].tolist() == [3]


def test_of_no_run_at_all_there_is_a_header(tmp_path):
    write_frame(tmp_path / "values.csv", collect_values([], {}, PARAMETERS))
    header = (tmp_path / "values.csv").read_text().strip().split(",")
    assert header[: -len(HALF_METRICS)] == [
        "cell", "place", *listed(DEFAULTS), "round", "seed", *EPOCH_METRICS,
        "loss_gap", "accuracy_gap",
    ]  # fmt: skip
    assert read_values(tmp_path / "values.csv").empty


def test_epochs_are_counted_where_a_cell_has_a_rule_that_chooses_one(tmp_path):
    rules = {"last": "last", "best": "best(metric='val_accuracy')"}
    cells = {name: cell(epoch_choice=rule) for name, rule in rules.items()}
    frames = []
    for name, rule in rules.items():
        parameters = {"epoch_choice": rule}
        files = write_run(tmp_path / name, METRICS, SCORES, parameters=parameters)
        results = read_results([Run(name, 0, 1, 1)], [cells[name]], PARAMETERS, *files)
        frames += [measure(each) for each in results]
    values = collect_values(frames, cells, PARAMETERS)
    assert values["chosen_epoch"].tolist() == [3, 3, 3, 3] and "epochs_trained" not in values
    early = cells | {"best": cell(epoch_choice="best(patience=1)")}
    assert collect_values(frames, early, PARAMETERS)["epochs_trained"].tolist() == [3] * 4
    only = {"last": cells["last"]}
    assert "chosen_epoch" not in collect_values(frames[:1], only, PARAMETERS)


def test_what_a_program_does_not_measure_has_no_column(tmp_path):
    specs = declared({"depth": 3})
    metrics = "seed,epoch,val_accuracy\n0,1,0.5\n0,2,0.6\n1,1,0.5\n1,2,0.7\n"
    about = {"parameters": {"depth": 4}, "epochs": 2, "command": "grow"}
    files = write_run(tmp_path / "run", metrics, **about)
    record = json.loads(Path(files[1][0]).read_text())
    del record["device"], record["files"]["checkpoint.pt"]
    Path(files[1][0]).write_text(json.dumps(record) + "\n")
    cells = {"c": replace(cell(epochs=2), parameters={"depth": 4})}
    (result,) = read_results([Run("c", 0, 1, 1)], [*cells.values()], specs, *files)
    values = collect_values([measure(result)], cells, specs)
    assert list(values.columns) == [
        "cell", "place", "depth", "round", "seed",
        "val_accuracy", "val_accuracy_early", "val_accuracy_late",
    ]  # fmt: skip
    runs = collect_runs([(result.run, result.record)], specs)
    assert (runs["command"][0], runs["depth"][0], "device" in runs) == ("grow", 4, False)


# ---- Recorded against configured -----------------------------------------------------------------


def refused(folder: Path, run: Run, wanted, **recorded) -> str:
    about = {"first": run.first, "last": run.last, "round": run.round}
    files = write_run(folder / "seeds" / "round1", METRICS, SCORES, **about | recorded)
    with pytest.raises(UserError) as error:
        list(read_results([run], [wanted], PARAMETERS, *files))
    assert str(error.value).startswith(f"{files[1][0]}: this run was not trained as its cell c")
    assert str(error.value).endswith(f"; delete {folder / 'seeds'} and run again")
    return str(error.value)


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ({"parameters": {"learning_rate": 0.002}}, "with learning_rate 0.002, not 0.001; delete"),
        ({"parameters": {"dropout": 0.5}}, "with dropout 0.5, not 0.0; delete"),  # at its default
        ({"epochs": 4}, "with epochs a round 4, not 3; delete"),
        ({"last": 3}, "with seeds 0 to 3, not 0 to 1; delete"),
        ({"round": 2}, "with round 2, not 1; delete"),
        (
            {"parameters": {"wide": 3}},
            "with wide 3, which is not a parameter of this study; delete",
        ),
        (
            {"parameters": {"loss": "ce", "batch_size": 8}},
            "with loss ce, not bce; batch_size 8, not 32; delete",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_run_that_was_trained_otherwise_than_its_cell_is_named(recorded, said, tmp_path):
    assert said in refused(tmp_path, Run("c", 0, 1, 1), cell(), **recorded)


@pytest.mark.parametrize("split", [0, 2])
def test_a_tuned_run_is_compared_with_what_was_chosen(split, tmp_path):
    unknown = {"c": cell(learning_rate=UNKNOWN)}
    (chosen,) = chosen_cells(unknown, {"c": CHOSEN}).values()
    first, last = (split, split) if split else (0, 1)
    run = Run("c", first, last, 1, "tuned1", split)
    parameters = {"learning_rate": 0.003}
    text = METRICS if not split else HEADER + "2,1,1,1,1,1\n2,2,1,1,1,1\n2,3,1,1,1,1\n"
    scores = SCORES if not split else {"seeds": np.array([2])}
    about = {"parameters": parameters, "first": first, "last": last}
    files = write_run(tmp_path / "as chosen", text, scores, **about)
    (result,) = read_results([run], [chosen], PARAMETERS, *files)
    assert result.record["parameters"]["learning_rate"] == 0.003
    before = refused(tmp_path, run, chosen, parameters={"learning_rate": 0.001})
    assert "says, but with learning_rate 0.001, not 0.003; delete" in before


def test_each_place_of_a_tuned_side_has_the_values_of_its_trial(tmp_path):
    """A place that there is no trial for has valid files, of which nothing is measured."""
    side, frames = cell(learning_rate=UNKNOWN), []
    (tmp_path / "chosen.json").write_text(json.dumps(asdict(CHOSEN)))
    for place, rate in (("tuned1", 0.003), ("tuned2", 0.1), ("tuned3", None)):
        run, values = Run("c", 0, 1, 1, place), chosen_values([tmp_path / "chosen.json"], place)
        assert values == (None if rate is None else {"learning_rate": rate})
        wanted = cell_in_place(side, CHOSEN, place)
        files = write_run(tmp_path / place, METRICS, SCORES, parameters=values or {})
        if values is None:
            told = read_record(Path(files[1][0]))
            write_untrained(told, tmp_path / place, ["checkpoint.pt"])
            record = read_record(Path(files[1][0]))
            assert record["trained"] is False
            for name, digest in record["files"].items():
                assert file_digest(tmp_path / place / name) == digest
        results = read_results([run], [wanted], PARAMETERS, *files)
        frames += [measure(each) for each in results]
    values = collect_values(frames, {"c": side}, PARAMETERS, {"c": CHOSEN})
    assert values[["place", "learning_rate", "seed"]].to_numpy().tolist() == [
        ["tuned1", 0.003, 0], ["tuned1", 0.003, 1], ["tuned2", 0.1, 0], ["tuned2", 0.1, 1],
    ]  # fmt: skip


def test_a_parameter_that_a_run_did_not_record_was_at_its_default(tmp_path):
    """So that one which is added later leaves runs as they are; all have a value in runs.csv."""
    files = write_run(tmp_path / "run", METRICS, SCORES, parameters={"network": "logistic"})
    cells = {"c": cell(network="logistic")}
    (result,) = read_results([Run("c", 0, 1, 1)], [*cells.values()], PARAMETERS, *files)
    frame = collect_runs([(result.run, result.record)], PARAMETERS)
    assert list(frame.columns) == [
        "cell", "place", "split", "first", "last", "round", "epochs", *listed(DEFAULTS), "network",
        "device", "data", "code_trainer", "code_loss",
    ]  # fmt: skip
    assert frame.loc[0, ["cell", "epochs", "hidden_units"]].tolist() == ["c", 3, 256]
    other = result.record | {"code": {"trainer": "t", "network": "n"}}
    two = collect_runs([(result.run, result.record), (result.run, other)], PARAMETERS)
    assert two["code_network"].tolist() == ["", "n"] and two["code_loss"].tolist() == ["b", ""]
    nothing = collect_runs([], PARAMETERS)
    assert list(nothing.columns)[-3:] == ["device", "data", "code_trainer"]


def test_a_file_that_has_changed_is_named_and_scores_are_read_where_they_are_asked_for(tmp_path):
    """Of the metrics another digit, in a file that is whole."""
    files = write_run(tmp_path / "run", METRICS, SCORES)
    for path, other in ((files[0][0], METRICS.replace("0.5,0.8", "0.6,0.8")), (files[2][0], "")):
        kept = Path(path).read_bytes()
        Path(path).write_text(other)
        with pytest.raises(UserError, match="damaged, or changed since its run wrote it"):
            list(read_results([Run("c", 0, 1, 1)], [cell()], PARAMETERS, *files))
        Path(path).write_bytes(kept)
    (result,) = read_results([Run("c", 0, 1, 1)], [cell()], PARAMETERS, *files[:2])
    assert result.scores == {} and "final_val_accuracy" not in measure(result)


# ---- values.csv ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cell,place,loss,seed,val_loss\n", "column round is missing"),
        ("cell,place,round,seed,speed\nc,fixed,1,0,2\n", "column speed is not a metric"),
        (
            "cell,place,round,seed,val_loss\nc,fixed,1,0,x\n",
            "column val_loss has something other than numbers",
        ),
        (
            "cell,place,round,seed,val_loss\nc,fixed,one,0,2\n",
            "column round has something other than numbers",
        ),
        ("cell,place,round,seed,val_loss\nc,fixed,1,0,2", "its last line is cut off"),
    ],
)
def test_values_from_a_file_are_checked(text, said, tmp_path):
    (tmp_path / "values.csv").write_text(text)
    with pytest.raises(UserError, match=rf"values\.csv: .*{said}.*; delete it and run again"):
        read_values(tmp_path / "values.csv")


def test_a_parameter_that_is_called_as_half_a_metric_is_none(tmp_path):
    (tmp_path / "values.csv").write_text(
        "cell,place,val_loss_early,round,seed,val_loss\nc,fixed,x,1,0,2\n"
    )
    assert list(read_values(tmp_path / "values.csv")) == [
        "cell", "place", "round", "seed", "val_loss",
    ]  # fmt: skip


# ---- Mistakes ------------------------------------------------------------------------------------


def test_mistakes_are_counted_after_the_last_round_on_the_own_split_and_most_runs_data():
    mistakes, last = Mistakes(), cell(rounds=2)
    wrong = SCORES | {"val_scores": -SCORES["val_scores"]}
    diverged = SCORES | {"val_scores": np.full((2, 4), np.nan, np.float32)}

    def add(scores, data="d", **about):
        run = replace(Run("c", 0, 1, 2), **about)
        mistakes.add(Result(run, last, {"data": data}, pd.DataFrame(), scores))

    add(SCORES)
    add(SCORES, first=2, last=3)
    add(diverged, first=4, last=5)
    for about in ({"round": 1}, {"split": 1}, {"data": "older"}):
        add(wrong, **about)
    frame = mistakes.ranked()
    assert frame.to_dict("list") == {
        "split": ["val"], "row": [1], "label": [0], "wrong": [2], "runs": [4],
        "tied": [1],
    }  # fmt: skip
    assert Mistakes().ranked().empty


# ---- Seeds that are alike ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["all", "metrics", "scores", "diverged"])
def test_seeds_are_alike_in_every_metric_and_score_or_not_at_all(kind, tmp_path):
    """Three seeds in two blocks: of all the metrics one epoch's, which no mean has, and a score."""
    cells, frames = {"c": cell(epochs=3)}, []
    for first, last in ((0, 1), (2, 2)):
        seeds, text = range(first, last + 1), HEADER
        for seed in seeds:
            loss = "nan" if kind == "diverged" and seed == 1 else seed if kind == "metrics" else 2
            text += f"{seed},1,{loss},0.5,2,0.5\n{seed},2,1,0.5,1,0.5\n{seed},3,1,0.5,1,0.5\n"
        scores = {"seeds": np.array(seeds), "val_labels": LABELS}
        of_each = [[-1.0, -2, 1, 2 + 1e-6 * seed * (kind == "scores")] for seed in seeds]
        scores["val_scores"] = np.float32(of_each)
        files = write_run(tmp_path / str(first), text, scores, first=first, last=last)
        results = read_results([Run("c", first, last, 1)], [*cells.values()], PARAMETERS, *files)
        frames += [measure(each) for each in results]
    values = collect_values(frames, cells, PARAMETERS)
    expected = {"all": [0, 0, 0], "diverged": [0, -1, 0]}.get(kind)
    if expected is None:
        assert "same_as" not in values
    else:
        assert values["same_as"].fillna(-1).tolist() == expected
    write_frame(tmp_path / "values.csv", values)
    assert ("same_as" in read_values(tmp_path / "values.csv")) == bool(expected)
