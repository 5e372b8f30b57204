"""What is worked out from the scores of more than two classes.

Scores are logits, with an axis of classes at the end: their softmax are the classes' probabilities,
and the class with the largest is predicted. Labels count from 0. A metric that is a mean over the
classes is NaN where one of them has no sample.
"""

import numpy as np


def probabilities(scores: np.ndarray) -> np.ndarray:
    """The probability of each class, (..., classes)."""
    from scipy.special import softmax

    return softmax(scores.astype(float), axis=-1)


def one_hot(labels: np.ndarray, count: int) -> np.ndarray:
    """(n, count) booleans, true at each sample's label."""
    return labels[:, None] == np.arange(count)


def all_there(labels: np.ndarray, scores: np.ndarray) -> bool:
    """Whether each class has a sample."""
    return len(np.unique(labels)) == scores.shape[-1]


def accuracy(labels: np.ndarray, scores: np.ndarray) -> float:
    """The share of the samples whose class is predicted: labels (n,), scores (n, classes)."""
    return float((scores.argmax(axis=1) == labels).mean())


def balanced_accuracy(labels: np.ndarray, scores: np.ndarray) -> float:
    """The mean over the classes of the share of each that is predicted."""
    if not all_there(labels, scores):
        return np.nan
    right = scores.argmax(axis=1) == labels
    return float((np.bincount(labels, weights=right) / np.bincount(labels)).mean())


def roc_auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """The mean over the classes of the AUC of each against the rest, by its probability.

    This is the AUC that MedMNIST reports (macro average, one against the rest).
    """
    from sklearn.metrics import roc_auc_score

    if not all_there(labels, scores):
        return np.nan
    return float(roc_auc_score(one_hot(labels, scores.shape[1]), probabilities(scores)))


def brier_score(labels: np.ndarray, scores: np.ndarray) -> float:
    """The squared error of the probabilities, summed over the classes: from 0 to 2 (Brier 1950)."""
    errors = probabilities(scores) - one_hot(labels, scores.shape[1])
    return float(np.square(errors).sum(axis=1).mean())
