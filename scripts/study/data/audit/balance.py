"""How many samples of each class a split has, and whether the splits agree in that."""

from statistics import NormalDist

import numpy as np

from study.data.findings import finding
from study.data.saving import count_classes

RARE = 0.2  # a class with less than this part of an equal share is rare: 10% of two
APART = 3  # standard errors between two splits' shares above which that is not chance


def describe_split(labels: np.ndarray, classes: list[str]) -> dict:
    """Counts by class, and of two the positive class's share."""
    found = {"count": len(labels)} | count_classes(labels, classes)
    if len(classes) == 2:
        found["positive_share"] = found["positive"] / len(labels)
    return found


def class_shares(labels: np.ndarray, count: int) -> np.ndarray:
    """Each class's share of the samples, (count,); the first class has what the others leave."""
    others = np.bincount(labels, minlength=count)[1:] / len(labels)
    return np.array([1 - others.sum(), *others])


def check_balance(splits: dict, classes: list[str]) -> list[dict]:
    """How rare the rarest class is, and whether the splits' shares differ by more than chance."""
    findings, several = [], len(classes) > 2
    train = splits["train"][1]
    expected = class_shares(train, len(classes))
    # of more than two shares, one is more often apart by chance (Bonferroni)
    limit = -NormalDist().inv_cdf(NormalDist().cdf(-APART) / (len(classes) if several else 1))
    for split, (_, labels) in splits.items():
        shares = class_shares(labels, len(classes))
        # the differences from the training split's shares, in standard errors
        error = np.sqrt(expected * (1 - expected) * (1 / len(labels) + 1 / len(train)))
        apart = np.abs(shares - expected) / error
        text = f"{split}: {_balance_words(shares, classes)}"
        if apart.max() > limit:
            text += f"; {f'{classes[apart.argmax()]} is ' if several else ''}{apart.max():.1f}"
            text += " standard errors from the training split's share"
        surprising = shares.min() < RARE / len(classes) or apart.max() > limit
        findings.append(finding("balance", "warning" if surprising else "ok", text))
    return findings


def _balance_words(shares: np.ndarray, classes: list[str]) -> str:
    shown = [f"{100 * share:.1f}%" for share in shares]
    if len(classes) == 2:
        return f"{shown[1]} {classes[1]}, {shown[0]} {classes[0]}"
    rarest, largest = shares.argmin(), shares.argmax()
    return (
        f"the rarest class is {classes[rarest]} ({shown[rarest]}), the most frequent"
        f" {classes[largest]} ({shown[largest]})"
    )
