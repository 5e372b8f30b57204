"""What a network must beat, and how finely that can be seen."""

from math import sqrt

from study.data.audit.balance import class_shares
from study.data.findings import finding

SMALL_SPLIT = 100  # below this many samples, one is more than a percentage point


def check_size(splits: dict, floors: dict) -> dict:
    """How large one validation sample is in accuracy, and an accuracy's standard error."""
    n = len(splits["val"][1])
    p = max(floors["val"]["majority"], floors["val"]["logistic_regression"])
    error = 100 * sqrt(p * (1 - p) / n)
    text = (
        f"{n} validation samples: one sample is {100 / n:.2f} percentage points of accuracy; at an"
        f" accuracy of {100 * p:.1f}% the standard error is {error:.1f}, so a 95% interval is"
        f" ±{1.96 * error:.1f}"
    )
    return finding("validation size", "warning" if n < SMALL_SPLIT else "ok", text)


def measure_floors(thumbnails: dict, splits: dict) -> dict:
    """Accuracies that a network must beat, on every split but the training split.

    The best constant answer, which is the split's largest class, and a logistic regression on the
    standardized thumbnails.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train_labels = splits["train"][1]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
    model.fit(thumbnails["train"], train_labels)
    return {
        split: {
            "majority": float(class_shares(labels, train_labels.max() + 1).max()),
            "logistic_regression": float(model.score(thumbnails[split], labels)),
        }
        for split, (_, labels) in splits.items()
        if split != "train"
    }
