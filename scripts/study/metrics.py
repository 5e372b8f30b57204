"""Every metric by name, with its title and unit.

Three kinds. The metrics of an epoch (`study.parameters.METRICS`) are averaged over the epochs
after the warm-up. The gaps are differences of those averages: how much better a network does on
what it is trained on. The final metrics are taken from the scores after a round's last epoch.
"""

from study.parameters import METRICS

# gap -> the two averages that it is the difference of
GAPS = {
    "loss_gap": ("val_loss", "train_loss"),
    "accuracy_gap": ("train_accuracy", "val_accuracy"),
}

# What `study.evaluation.evaluate` takes from scores, and its title
EVALUATED = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "roc_auc": "area under the ROC curve",
    "brier_score": "Brier score",
    "calibration_error": "expected calibration error",
}
SCORED_SPLITS = ("val", "test")
FINAL_METRICS = tuple(f"final_{split}_{name}" for split in SCORED_SPLITS for name in EVALUATED)

ALL_METRICS = (*METRICS, *GAPS, *FINAL_METRICS)
PER_CENT = ("accuracy", "sensitivity", "specificity", "accuracy_gap")


def metric_title(metric: str) -> str:
    """How a metric is printed: `val_accuracy` -> `Validation accuracy (%)`."""
    unit = " (%)" if is_percentage(metric) else ""
    if metric in GAPS:
        return f"{metric.replace('_', ' ').capitalize()}{unit}"
    *when, split, name = metric.split("_", 2) if metric in FINAL_METRICS else metric.split("_")
    split = {"train": "training", "val": "validation", "test": "test"}[split]
    words = [*when, split, EVALUATED.get(name, name)]
    text = " ".join(words)
    return text[0].upper() + text[1:] + unit


def is_percentage(metric: str) -> bool:
    """Whether people read it in per cent; files have fractions."""
    return metric.endswith(PER_CENT)


def number(metric: str, value: float, sign: bool = False) -> str:
    """A value of a metric as people read it: 94.87 (per cent) or 0.1845; – for nothing."""
    if value != value:  # NaN
        return "–"
    scale, digits = (100, 2) if is_percentage(metric) else (1, 4)
    return f"{scale * value:{'+' if sign else ''}.{digits}f}".replace("-", "−" if sign else "-")
