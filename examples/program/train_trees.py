"""Gradient boosting with scikit-learn, as a study's own program: docs/program.md."""

import argparse
import csv

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss

parser = argparse.ArgumentParser()
for name, kind in {"rate": float, "depth": int, "epochs": int, "seed": int}.items():
    parser.add_argument(f"--{name}", type=kind)
parser.add_argument("--data")
parser.add_argument("--out")
given = parser.parse_args()

data = np.load(given.data)
splits = ["train", "val"] + ["test"] * ("test_inputs" in data)
inputs = {split: data[f"{split}_inputs"] for split in splits}  # (n, features)
labels = {split: data[f"{split}_labels"] for split in splits}

# an epoch is one more tree; each is grown on half of the samples, drawn with the seed
model = GradientBoostingClassifier(
    n_estimators=given.epochs,
    learning_rate=given.rate,
    max_depth=given.depth,
    subsample=0.5,
    random_state=given.seed,
)
model.fit(inputs["train"], labels["train"])

columns = {"epoch": range(1, given.epochs + 1)}
for split in ("train", "val"):
    staged = [np.clip(p, 1e-7, 1 - 1e-7) for p in model.staged_predict_proba(inputs[split])]
    columns[f"{split}_loss"] = [log_loss(labels[split], p) for p in staged]
    columns[f"{split}_accuracy"] = [accuracy_score(labels[split], p[:, 1] > 0.5) for p in staged]
with open(f"{given.out}/metrics.csv", "w", newline="") as file:
    csv.writer(file).writerows([columns, *zip(*columns.values())])

# after the last epoch, the log-odds of the positive class
np.savez(
    f"{given.out}/scores.npz",
    **{f"{split}_scores": model.decision_function(inputs[split]) for split in splits[1:]},
)
