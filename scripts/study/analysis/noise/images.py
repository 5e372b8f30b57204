"""Images: how far a difference varies because the images that it is taken on are a sample.

Of a validation metric it is within what splits vary by, and not to be added to it. This variance is
of the images alone: it is the same for one run and for the mean of many, and only more images make
it smaller. (Of few seeds it has a little of the seeds' noise too.) Whole groups are the units,
because images of one are alike. The variance of a mean is about the sum of the squares of each
group's influence on it.
"""

from typing import NamedTuple

import numpy as np

from study.analysis.evaluation import Scores, correct_predictions, whole_seeds
from study.analysis.interval import Added
from study.analysis.measured import Measured
from study.analysis.noise import Estimate, Observed, deviations
from study.analysis.significance import ALPHA
from study.design.claims import Side

TITLE = "Images"
UNITS = ("image or group of images", "images or groups of images")
MEANING = (
    "which images the metric is computed on; whole groups are drawn together. Seeds do not average"
    " it out; more images do. For a validation metric it is already part of the variation between"
    " splits, as each split has different validation images."
)
RESAMPLES = 2000  # of images or groups


class OverImages(NamedTuple):
    """How far a mean over seeds varies because its images are a sample."""

    variance: float
    influence: np.ndarray  # (groups,), what each adds to the mean, about zero


def added(first: Side, second: Side, metric: str, measured: Measured) -> Added:
    """Nothing: a verdict is about the images that there are. Their interval stands beside it."""
    return Added()


def estimate(observed: Observed) -> Estimate | None:
    """Of a final accuracy or AUC of two classes, over the seeds of both sides."""
    found = of_difference(observed.first, observed.second, observed.metric, observed.measured)
    if found is None or len(found.influence) < 2:
        return None
    interval = variance_interval(found.variance, found.influence, ALPHA)
    return deviations(found.variance, *interval, len(found.influence))


def of_difference(first: Side, second: Side, metric: str, measured: Measured) -> OverImages | None:
    """Of the mean difference over the seeds of both sides; None where there is no formula."""
    if not metric.startswith("final_"):
        return None
    _, split, quantity = metric.split("_", 2)
    found = [_scores_of(side, split, measured) for side in (first, second)]
    if quantity not in ("accuracy", "roc_auc") or None in found:
        return None
    sides = [scores for scores in found if scores]
    whole = [set(side["seeds"][whole_seeds(side[f"{split}_scores"])].tolist()) for side in sides]
    picked = [np.isin(side["seeds"], [*(whole[0] & whole[1])]) for side in sides]
    of_split = (measured.groups or {}).get(split)
    if quantity == "accuracy":
        one, other = (correct_predictions(side, split)[rows] for side, rows in zip(sides, picked))
        return accuracy_images(one, other, of_split)
    one, other = (side[f"{split}_scores"][rows] for side, rows in zip(sides, picked))
    if one.ndim > 2:  # of more than two classes there is no such formula
        return None
    return auc_images(one, other, sides[0][f"{split}_labels"], of_split)


def of_accuracy(side: Side, split: str, measured: Measured) -> OverImages | None:
    """Of a side's mean accuracy over its seeds; None where there are no scores of the split."""
    scores = _scores_of(side, split, measured)
    if scores is None:
        return None
    correct = correct_predictions(scores, split)[whole_seeds(scores[f"{split}_scores"])]
    none = np.zeros_like(correct)
    return accuracy_images(correct, none, (measured.groups or {}).get(split))


def _scores_of(side: Side, split: str, measured: Measured) -> Scores | None:
    scores = measured.scores.get((side.cell, side.rounds[-1]))
    return scores if scores and f"{split}_scores" in scores else None


def accuracy_images(
    first: np.ndarray, second: np.ndarray, groups: np.ndarray | None = None
) -> OverImages:
    """Of a difference of accuracies.

    A ratio of totals over groups, linearized (Cochran 1977, Sampling Techniques, chapter 2 and 6);
    of single images it is the variance of a mean.

    Args:
        first, second: (seeds, images), whether an image is classified correctly, of the same seeds.
        groups: (images,), to which group each belongs; None if each image is its own.
    """
    by_image = (np.asarray(first, float) - second).mean(axis=0)
    influence = _by_group((by_image - by_image.mean()) / len(by_image), groups)
    return OverImages(_between(influence), influence)


def auc_images(
    first: np.ndarray, second: np.ndarray, labels: np.ndarray, groups: np.ndarray | None = None
) -> OverImages:
    """Of a difference of ROC AUCs.

    By the placements of DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44), summed by group as
    Obuchowski has it (1997, Biometrics 53), of the mean area over the seeds.

    Args:
        first, second: (seeds, images), the logits of the positive class, of the same seeds.
        labels: (images,), 0 or 1, both among them.
        groups: (images,), to which group each belongs; None if each image is its own.
    """
    labels = np.asarray(labels)
    placed = (_placements(first, labels) - _placements(second, labels)).mean(axis=0)
    codes = np.arange(len(labels)) if groups is None else np.unique(groups, return_inverse=True)[1]
    parts = []
    for label in (1, 0):
        of_label = labels == label
        centred = (placed[of_label] - placed[of_label].mean()) / of_label.sum()
        sums = np.bincount(codes[of_label], weights=centred, minlength=codes.max() + 1)
        parts.append((sums, len(np.unique(codes[of_label]))))
    (positive, with_positive), (negative, with_negative) = parts
    total = len(positive)
    variance = (
        _scale(with_positive) * np.square(positive).sum()
        + _scale(with_negative) * np.square(negative).sum()
        + 2 * _scale(total) * (positive * negative).sum()
    )
    return OverImages(float(max(variance, 0.0)), positive + negative)


def variance_interval(variance: float, influence: np.ndarray, alpha: float) -> tuple[float, float]:
    """The percentile bootstrap interval of such a variance, over 2,000 draws of whole groups.

    From a fixed seed. No group's influence need be normal: of an accuracy most are zero.
    """
    from scipy import stats

    if not np.any(influence):
        return variance, variance
    result = stats.bootstrap(
        (influence,),
        lambda drawn, axis: drawn.var(axis=axis) / influence.var(),
        n_resamples=RESAMPLES,
        confidence_level=1 - alpha,
        batch=max(1, 10_000_000 // len(influence)),
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    ends = result.confidence_interval
    return float(variance * ends.low), float(variance * ends.high)


def image_interval(
    first: np.ndarray, second: np.ndarray, groups: np.ndarray | None = None
) -> tuple[float, float]:
    """How far the difference of two accuracies may depend on which images it is taken on.

    Args:
        first, second: (seeds, images), whether an image is classified correctly, of the same seeds.
        groups: (images,), to which group, such as a patient, each belongs. Whole groups are drawn,
            because images of one are alike; None if each image is its own.

    Returns:
        The 95% percentile interval of first - second over 2,000 paired bootstrap samples of the
        images or groups, with the seeds held fixed; from a fixed seed.
    """
    from scipy import stats

    by_image = (first - second).mean(axis=0)
    if groups is None:
        sums, sizes = by_image, np.ones(len(by_image))
    else:
        _, codes = np.unique(groups, return_inverse=True)
        sums, sizes = np.bincount(codes, weights=by_image), np.bincount(codes).astype(float)
    result = stats.bootstrap(
        (sums, sizes),
        lambda sums, sizes, axis: sums.sum(axis=axis) / sizes.sum(axis=axis),
        n_resamples=RESAMPLES,
        batch=max(1, 10_000_000 // len(sums)),
        method="percentile",
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _placements(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The share of images of the other class that each is on the right side of, (seeds, images).

    Ties count half. From midranks (Sun and Xu 2014, IEEE Signal Processing Letters 21).
    """
    from scipy.stats import rankdata

    scores, placed = np.asarray(scores, float), np.empty(np.shape(scores))
    ranks = rankdata(scores, axis=1)
    for label in (0, 1):
        own = labels == label
        below = ranks[:, own] - rankdata(scores[:, own], axis=1)
        placed[:, own] = np.abs((1 - label) - below / (~own).sum())
    return placed


def _by_group(values: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    if groups is None:
        return values
    return np.bincount(np.unique(groups, return_inverse=True)[1], weights=values)


def _between(influence: np.ndarray) -> float:
    return float(_scale(len(influence)) * np.square(influence).sum())


def _scale(groups: int) -> float:
    """Of a sum of squares about a mean, for one degree of freedom; nothing varies in one group."""
    return groups / (groups - 1) if groups > 1 else 0.0
