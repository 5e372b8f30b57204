"""Where noise comes from: each source against a published example, or worked out another way."""

import math

import numpy as np
import pytest
from measurements import BCE, CE, LOW, make_values, measured
from scipy import stats

from study.analysis.noise import NOISE_COLUMNS, Observed, noise_rows, sample_deviation
from study.analysis.noise.images import (
    accuracy_images,
    auc_images,
    image_interval,
    variance_interval,
)


def with_variance(variance: float, n: int) -> np.ndarray:
    """n values with exactly this variance."""
    values = np.arange(n) - (n - 1) / 2
    return values * math.sqrt(variance / values.var(ddof=1))


# ---- Seeds and splits ---------------------------------------------------------------------------


def test_the_interval_over_seeds_is_chi_squared():
    """Ten values of variance 4: 36 / 19.02277 and 36 / 2.700389 (tables of chi-squared)."""
    found = sample_deviation(with_variance(4, 10))
    assert found.sd == pytest.approx(2)
    assert found.low**2 == pytest.approx(36 / 19.02277, rel=1e-6)
    assert found.high**2 == pytest.approx(36 / 2.700389, rel=1e-6)


@pytest.mark.parametrize("variance", [5, 0.5])
def test_splits_that_each_have_another_seed_vary_by_both_at_once(variance):
    """Also where they vary less than seeds on one split do: 7 V / 16.01276 and 7 V / 1.689869."""
    seed, both = noise_rows(observed(with_variance(1, 12), with_variance(variance, 8)))
    assert (seed["source"], both["source"], both["n"]) == ("seed", "split_and_seed", 8)
    found = [both[key] ** 2 for key in ("sd", "low", "high")]
    expected = [variance, 7 * variance / 16.01276, 7 * variance / 1.689869]
    assert found == pytest.approx(expected, rel=1e-6)


# ---- Images -------------------------------------------------------------------------------------


def correct(seed: int, images: int = 300, seeds: int = 4) -> np.ndarray:
    drawn = np.random.default_rng(seed).random((2, seeds, images)) < [[[0.9]], [[0.85]]]
    return drawn.astype(float)


def test_accuracies_of_single_images_vary_as_a_mean():
    first, second = correct(0)
    variance, influence = accuracy_images(first, second)
    by_image = first.mean(axis=0) - second.mean(axis=0)
    assert variance == pytest.approx(by_image.var(ddof=1) / 300)
    assert influence.sum() == pytest.approx(0)


def test_accuracies_of_groups_vary_as_whole_groups_do():
    """As the bootstrap over groups has it; twice the same image is one image."""
    first, second = np.repeat(correct(1), 3, axis=2)
    groups = np.arange(900) // 3
    twofold, _ = accuracy_images(first, second, groups)
    assert twofold == pytest.approx(accuracy_images(first[:, ::3], second[:, ::3])[0])
    uneven = np.array([f"person{number}" for number in np.arange(900) ** 2 % 97])
    variance, influence = accuracy_images(first, second, uneven)
    low, high = image_interval(first, second, uneven)
    assert (high - low) / (2 * 1.96) == pytest.approx(math.sqrt(variance), rel=0.1)
    assert len(influence) == len(set(uneven))


# Ovarian cancer (DeLong, DeLong and Clarke-Pearson 1988): albumin, total protein, K-G score and
# whether surgery helped, of the 43 patients that SAS/STAT's example of comparing ROC curves has.
PATIENTS = np.array([
    (3.0, 5.8, 10, 0), (3.2, 6.3, 5, 1), (3.9, 6.8, 3, 1), (2.8, 4.8, 6, 0), (3.2, 5.8, 3, 1),
    (0.9, 4.0, 5, 0), (2.5, 5.7, 8, 0), (1.6, 5.6, 5, 1), (3.8, 5.7, 5, 1), (3.7, 6.7, 6, 1),
    (3.2, 5.4, 4, 1), (3.8, 6.6, 6, 1), (4.1, 6.6, 5, 1), (3.6, 5.7, 5, 1), (4.3, 7.0, 4, 1),
    (3.6, 6.7, 4, 0), (2.3, 4.4, 6, 1), (4.2, 7.6, 4, 0), (4.0, 6.6, 6, 0), (3.5, 5.8, 6, 1),
    (3.8, 6.8, 7, 1), (3.0, 4.7, 8, 0), (4.5, 7.4, 5, 1), (3.7, 7.4, 5, 1), (3.1, 6.6, 6, 1),
    (4.1, 8.2, 6, 1), (4.3, 7.0, 5, 1), (4.3, 6.5, 4, 1), (3.2, 5.1, 5, 1), (2.6, 4.7, 6, 1),
    (3.3, 6.8, 6, 0), (1.7, 4.0, 7, 0), (3.7, 6.1, 5, 1), (3.3, 6.3, 7, 1), (4.2, 7.7, 6, 1),
    (3.5, 6.2, 5, 1), (2.9, 5.7, 9, 0), (2.1, 4.8, 7, 1), (2.8, 6.2, 8, 0), (4.0, 7.0, 7, 1),
    (3.3, 5.7, 6, 1), (3.7, 6.9, 5, 1), (3.6, 6.6, 5, 1),
])  # fmt: skip
ALBUMIN, PROTEIN, SCORE, HELPED = PATIENTS.T


@pytest.mark.parametrize(("test", "error"), [(ALBUMIN, 0.0953), (PROTEIN, 0.1046)])
def test_delongs_standard_errors_of_differences(test, error):
    """Beside the K-G score, of which less is better."""
    variance, _ = auc_images(test[None], -SCORE[None], HELPED)
    assert math.sqrt(variance) == pytest.approx(error, abs=5e-5)


def auc(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Of each row, by the sum of the positives' ranks."""
    positives = labels.sum(axis=1)
    ranks = np.where(labels == 1, stats.rankdata(scores, axis=1), 0).sum(axis=1)
    return (ranks / positives - (positives + 1) / 2) / (labels.shape[1] - positives)


def test_aucs_of_groups_vary_as_whole_groups_do():
    """Twice the same patient is one; groups of both classes vary as they do in a bootstrap."""
    single, _ = auc_images(ALBUMIN[None], -SCORE[None], HELPED)
    twice = [np.repeat(values, 2, axis=-1) for values in (ALBUMIN[None], -SCORE[None], HELPED)]
    assert auc_images(*twice, np.arange(86) // 2)[0] == pytest.approx(single)

    generator = np.random.default_rng(3)
    groups = np.repeat(np.arange(80), 4)
    labels = np.repeat(generator.random(80) < 0.4, 4).astype(int)
    labels[::4] = generator.random(80) < 0.4  # an image of most patients may be of the other class
    patient = np.repeat(generator.normal(0, 0.7, 80), 4)  # what images of a patient have in common
    first, second = labels + patient * [[1.0], [0.2]] + generator.normal(0, 1, (2, 320))
    rows = 4 * generator.integers(0, 80, (1000, 80, 1)) + np.arange(4)
    rows = rows.reshape(1000, 320)  # the images of 80 patients, drawn again and again
    drawn = auc(first[rows], labels[rows]) - auc(second[rows], labels[rows])
    variance, influence = auc_images(first[None], second[None], labels, groups)
    assert math.sqrt(variance) == pytest.approx(np.std(drawn), rel=0.1)
    assert len(influence) == 80
    assert variance != pytest.approx(auc_images(first[None], second[None], labels)[0], rel=0.1)


def test_more_seeds_do_not_make_the_images_less():
    """200 seeds that agree on every image are as uncertain as one."""
    first, second = correct(2, seeds=1)
    one, _ = accuracy_images(first, second)
    assert accuracy_images(np.repeat(first, 200, 0), np.repeat(second, 200, 0))[0] == one


def test_the_interval_of_the_images_variance():
    """Of normal influences about as wide as chi-squared has it, (0.87, 1.16) of 400."""
    influence = np.random.default_rng(0).normal(size=400)
    low, high = variance_interval(9.0, influence, 0.05)
    assert low / 9 == pytest.approx(0.87, abs=0.05) and high / 9 == pytest.approx(1.16, abs=0.05)
    assert variance_interval(0.0, np.zeros(5), 0.05) == (0, 0)


# ---- All together -------------------------------------------------------------------------------


def observed(seeds, splits=(), scores=None, tuning=None) -> Observed:
    values = make_values(bce=LOW, ce=LOW).assign(final_val_accuracy=0.9)
    about, metric = measured(values, scores=scores or {}), "final_val_accuracy"
    return Observed(CE, BCE, metric, about, np.asarray(seeds), np.asarray(splits), tuning)


def test_a_row_for_each_source_that_there_is():
    seeds, splits = with_variance(1, 12), with_variance(5, 8)
    first, second = correct(4)
    labels = np.ones(300, np.int8)
    scores = {
        (cell, 1): {"seeds": np.arange(4), "val_labels": labels, "val_scores": 2 * side - 1}
        for cell, side in (("ce", first), ("bce", second))
    }
    rows = noise_rows(observed(seeds, splits, scores, (0.02, 2)))
    assert [(row["source"], row["n"]) for row in rows] == [
        ("seed", 12), ("split_and_seed", 8), ("images", 300), ("tuning", 2),
    ]  # fmt: skip
    assert rows[1]["sd"] == pytest.approx(math.sqrt(5))
    assert rows[2]["sd"] == pytest.approx(math.sqrt(accuracy_images(first, second)[0]))
    assert all(row["low"] <= row["sd"] <= row["high"] for row in rows[:3])
    assert rows[3]["sd"] == 0.02
    assert set(rows[0]) <= set(NOISE_COLUMNS)
    assert rows[:3] == noise_rows(observed(seeds, splits, scores))


def test_no_row_for_what_there_is_too_little_of():
    seeds, splits = with_variance(1, 12), with_variance(5, 8)
    assert [row["source"] for row in noise_rows(observed(seeds))] == ["seed"]
    assert [row["source"] for row in noise_rows(observed(seeds[:1], splits))] == ["split_and_seed"]
    assert [row["source"] for row in noise_rows(observed(seeds, splits[:1]))] == ["seed"]
