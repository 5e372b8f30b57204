"""The numbers that the explorer draws, unpacked and compared with what went in."""

import base64

import numpy as np
import pandas as pd
import pytest

from study.analysis import curves
from study.analysis.curves import CODES, Curves, scale, unpacked_means
from study.design.runs import Run
from study.training import EPOCH_METRICS


def epochs_of(values: dict[int, np.ndarray], diverged: tuple = ()) -> pd.DataFrame:
    """A run as `read_epochs` returns it, from seed -> (epochs, metrics)."""
    frames = [
        pd.DataFrame(array, columns=list(EPOCH_METRICS)).assign(
            seed=seed, epoch=range(1, len(array) + 1), diverged=seed in diverged
        )
        for seed, array in values.items()
    ]
    return pd.concat(frames, ignore_index=True)


def unpack(text: str, shape: tuple) -> np.ndarray:
    """(metrics, …) values from base64, NaN where there is nothing to draw."""
    codes = np.frombuffer(base64.b64decode(text), "<u2").reshape(-1, len(EPOCH_METRICS), *shape)
    values = np.full(codes.shape, np.nan)
    for place, metric in enumerate(EPOCH_METRICS):
        low, high, log = scale(metric)
        share = (codes[:, place].astype(float) - 1) / (CODES - 1)
        found = low * (high / low) ** share if log else low + share * (high - low)
        values[:, place] = np.where(codes[:, place] == 0, np.nan, found)
    return values


def random_runs(seeds: int = 4, epochs: int = 5) -> dict[int, np.ndarray]:
    generator = np.random.default_rng(0)
    losses = np.exp(generator.normal(-3, 2, (seeds, epochs, 2)))
    shares = generator.uniform(0.5, 1, (seeds, epochs, 2))
    arrays = np.stack([losses[..., 0], shares[..., 0], losses[..., 1], shares[..., 1]], axis=-1)
    return dict(enumerate(arrays))


def test_means_sds_and_seeds_survive_the_packing():
    runs = random_runs()
    collected = Curves({"c": 5}, 5)
    blocks = [{seed: runs[seed] for seed in pair} for pair in ((0, 1), (2, 3))]
    for block in blocks[::-1]:  # whatever the order of jobs
        collected.add(Run("c", min(block), max(block), 1), epochs_of(block))
    packed = collected.packed()
    (cell,) = packed["cells"]
    assert cell == {"name": "c", "rounds": [1], "n": [4], "seeds": [0, 1, 2, 3]}
    stacked = np.array(list(runs.values())).transpose(2, 0, 1)  # (metrics, seeds, epochs)
    means = unpack(packed["means"], (2, 5))[0]
    np.testing.assert_allclose(means[:, 0], stacked.mean(axis=1), rtol=3e-4)
    np.testing.assert_allclose(means[:, 1], stacked.std(axis=1, ddof=1), rtol=3e-4)
    np.testing.assert_allclose(unpack(packed["each"], (4, 5))[0], stacked, rtol=3e-4)
    assert np.abs(means[[1, 3], 0] - stacked[[1, 3]].mean(axis=1)).max() < 1e-5  # in shares


def test_means_are_read_back_round_after_round():
    """Also behind a cell without runs and one whose rounds are shorter; what ended early ends."""
    first, second = random_runs(2), random_runs(2)
    collected = Curves({"never": 5, "short": 3, "c": 5}, 5)
    collected.add(Run("short", 0, 0, 1), epochs_of({0: first[0][:3]}))
    collected.add(Run("c", 0, 1, 2), epochs_of({seed: run[:4] for seed, run in second.items()}))
    collected.add(Run("c", 0, 1, 1), epochs_of(first))
    packed = collected.packed()
    for metric, place in (("val_loss", 2), ("val_accuracy", 3)):
        assert EPOCH_METRICS[place] == metric
        found = unpacked_means(packed, metric)
        rounds = [np.mean([*first.values()], axis=0), np.mean([*second.values()], axis=0)[:4]]
        expected = np.concatenate(rounds)[:, place]
        np.testing.assert_allclose(found["c"], expected, rtol=3e-4)
        np.testing.assert_allclose(found["short"], first[0][:3, place], rtol=3e-4)
        assert len(found["never"]) == 0


def test_a_diverged_seed_has_no_curve_and_one_seed_no_spread():
    runs = random_runs(2)
    collected = Curves(dict.fromkeys(("c", "never"), 5), 5)
    collected.add(Run("c", 0, 1, 2), epochs_of({0: runs[0], 1: runs[1][:3]}, diverged=(1,)))
    packed = collected.packed()
    assert packed["cells"][0] == {"name": "c", "rounds": [2], "n": [1], "seeds": [0, 1]}
    assert packed["cells"][1] == {"name": "never", "rounds": [], "n": [], "seeds": []}
    means = unpack(packed["means"], (2, 5))[0]
    np.testing.assert_allclose(means[:, 0], runs[0].T, rtol=3e-4)
    assert np.isnan(means[:, 1]).all()
    assert np.isnan(unpack(packed["each"], (2, 5))[0][:, 1]).all()


@pytest.mark.parametrize("loss, drawn", [(0.0, 1e-8), (1e12, 1e8), (1e-5, 1e-5)])
def test_losses_of_any_size_are_drawn(loss, drawn):
    collected = Curves({"c": 1}, 1)
    values = {0: np.array([[loss, 1.0, loss, 0.0]])}
    collected.add(Run("c", 0, 0, 1), epochs_of(values))
    found = unpack(collected.packed()["means"], (2, 1))[0][:, 0, 0]
    np.testing.assert_allclose(found, [drawn, 1, drawn, 0], rtol=3e-4)


def test_seeds_are_packed_while_there_is_room(monkeypatch):
    monkeypatch.setattr(curves, "SEED_VALUES", 45)  # two cells of one seed and five epochs
    collected = Curves(dict.fromkeys("abc", 5), 5)
    for cell in "abc":
        collected.add(Run(cell, 0, 0, 1), epochs_of(random_runs(1)))
    seeds = {cell["name"]: cell["seeds"] for cell in collected.packed(["c"])["cells"]}
    assert seeds == {"a": [0], "b": [], "c": [0]}
    assert collected.packed()["means"] == collected.packed(["c"])["means"]


def test_nothing_at_all_is_packed():
    packed = Curves({}, 5).packed()
    assert (packed["cells"], packed["means"], packed["each"]) == ([], "", "")


def test_a_cell_with_other_epochs_has_its_own_number_of_them():
    collected = Curves({"c": 5, "long": 8}, 5)
    values = {"c": random_runs(1), "long": random_runs(1, epochs=8)}
    for cell, runs in values.items():
        collected.add(Run(cell, 0, 0, 1), epochs_of(runs))
    packed = collected.packed()
    assert packed["epochs"] == 5 and [cell.get("epochs") for cell in packed["cells"]] == [None, 8]
    codes = np.frombuffer(base64.b64decode(packed["each"]), "<u2")
    assert len(codes) == (5 + 8) * len(EPOCH_METRICS)
    long = base64.b64encode(codes[5 * len(EPOCH_METRICS) :].tobytes()).decode()
    np.testing.assert_allclose(unpack(long, (1, 8))[0, :, 0], values["long"][0].T, rtol=3e-4)
