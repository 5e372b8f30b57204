"""How long runs will take, from those that are done, and what a plan says of seeds together."""

from dataclasses import replace

import pytest
from studies import study_of

from study.design.study import study_runs
from study.snake.durations import estimate_seconds
from study.snake.progress import Epoch, seed_words
from study.snake.stacks import together_words, why_run_alone
from study.training.cost import DataSize

SMALL = DataSize((30,), {"train": 400, "val": 100}, 2, redrawn=False)
LARGE = SMALL._replace(shape=(28, 28))  # of which 256 hidden units have 201,217 weights


def jobs_of(study, cell: str = "") -> dict[int, object]:
    """Number of seeds -> a run of a cell."""
    return {len(run.seeds): run for run in study_runs(study) if cell in run.cell}


@pytest.fixture
def study():
    """Jobs of 16 seeds and of 2; cells that train them together, and with dropout in turn."""
    baseline = {"hidden_units": 256}
    grid = {"dropout": [0.0, 0.1], "batch_size": None, "activation": None}
    empty = {"tables": dict.fromkeys(f"table{n}" for n in range(2, 8)), "figures": {}}
    return study_of(baseline=baseline, grid=grid, seeds=18, seeds_per_job=16, **empty)


def test_a_stack_takes_as_long_whatever_its_seeds(study):
    """16 seeds are two stacks of 12, and 2 are one."""
    together, in_turn = jobs_of(study, "bce_b32_relu_44"), jobs_of(study, "dropout")
    assert estimate_seconds(study, [together[2]], [(together[16], 8.0)], SMALL) == (4.0, 0)
    assert estimate_seconds(study, [together[16]], [(together[2], 4.0)], SMALL) == (8.0, 0)
    done = [(together[2], 4.0), (together[2], 6.0), (together[16], 99.0)]
    assert estimate_seconds(study, [together[2]], done, SMALL) == (5.0, 0)  # those of its size
    # one after the other, by the number of seeds
    assert estimate_seconds(study, [in_turn[2]], [(in_turn[16], 8.0)], SMALL) == (1.0, 0)
    assert estimate_seconds(study, [together[2]], [(together[16], 8.0)], LARGE) == (1.0, 0)
    # a stack takes about as long as four of its seeds
    assert estimate_seconds(study, [together[2]], [(in_turn[16], 8.0)], SMALL) == (2.0, 1)
    assert estimate_seconds(study, [in_turn[16]], [(together[2], 4.0)], SMALL) == (16.0, 1)


def test_the_plan_says_which_seeds_train_together_and_why_others_do_not(study):
    plain, dropout = sorted(study.cells, key=lambda cell: "dropout" in cell)
    assert together_words(study, SMALL) == (
        f"seeds of a job train 12 at a time in {plain}; one after the other in {dropout}, because"
        " dropout is 0.1"
    )
    assert together_words(study, LARGE) == (
        f"seeds of a job train one after the other in {plain}, because the network has more than"
        f" 60,000 weights and biases; one after the other in {dropout}, because dropout is 0.1"
    )
    assert together_words(study, None) == ""  # before the data are prepared
    assert why_run_alone(study, replace(study_runs(study)[0], split=1), SMALL) == (
        "there is one seed per split"
    )
    on_gpu = study_of(device="cuda", grid={"batch_size": [16, 32, 64], "activation": None})
    assert "32 at a time in all" in together_words(on_gpu, LARGE)


def test_seeds_that_train_together_are_shown_as_such():
    assert seed_words(Epoch(3, 1, 4, 0.5)) == "seed 3"
    assert seed_words(Epoch(11, 1, 4, 0.5, together=12)) == "12 seeds"
