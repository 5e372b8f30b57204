"""docs/networks.md says what its runs.csv has."""

import math
import re

import pandas as pd
from scipy import stats
from session import REPOSITORY

from study.settings.parameters import DEFAULTS
from study.training.networks.cnn import count_weights

PAGE = (REPOSITORY / "docs" / "networks.md").read_text()
RUNS = pd.read_csv(REPOSITORY / "docs" / "networks" / "runs.csv")
TITLES = {
    "Logistic regression": "logistic",
    "Multilayer perceptron": "mlp",
    "Convolutional network": "cnn",
    "ResNet-18": "resnet18",
}


def test_the_table_has_the_means_of_the_runs():
    rows = re.findall(r"^\| (\w.*?)(?:,.*?)? \| (\d+) \| (\d+) \| (.*?) \| (.*?) \|$", PAGE, re.M)
    assert [TITLES[row[0]] for row in rows] == list(RUNS["network"].unique())
    for title, epochs, seeds, auc, accuracy in rows:
        runs = RUNS[RUNS["network"] == TITLES[title]]
        assert (set(runs["epochs"]), len(runs)) == ({int(epochs)}, int(seeds))
        values = runs["test_roc_auc"]
        assert auc == f"{values.mean():.3f} ± {values.std():.3f}"
        values = 100 * runs["test_accuracy"]
        assert accuracy == f"{values.mean():.1f} ± {values.std():.1f}"


def test_the_differences_are_those_of_paired_seeds():
    aucs = RUNS.pivot(index="seed", columns="network", values="test_roc_auc")
    found = []
    for first, second in (("cnn", "mlp"), ("logistic", "mlp")):
        difference = (aucs[first] - aucs[second]).dropna()
        mean, half = difference.mean(), stats.t.ppf(0.975, 11) * stats.sem(difference)
        found.append((mean, mean - half, mean + half))
    assert (
        "{:.3f} higher than the perceptron's (95%\ninterval {:.3f} to {:.3f})".format(*found[0])
        in PAGE
    )
    assert (
        "{:.4f} lower than that of logistic regression ({:.4f} to {:.4f})".format(*found[1]) in PAGE
    )
    half = 1.96 * math.sqrt(0.83 * 0.17 / 624)
    assert f"uncertain by {100 * half:.1f}\npoints" in PAGE
    accuracies = 100 * RUNS.groupby("network")["test_accuracy"].mean()
    assert accuracies.max() - accuracies.min() < 3.5
    weights = count_weights((28, 28), 1, DEFAULTS | {"network": "cnn"})
    assert f"Convolutional network, {weights:,} weights" in PAGE
