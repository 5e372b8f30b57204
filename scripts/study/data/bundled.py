"""Kind `sklearn`: data sets that come with scikit-learn. They need no file and no network."""

from pathlib import Path

import numpy as np

from study.data.keys import DRAWN_SPLITS, shared
from study.data.source import Source, from_arrays, ordered_classes

# name -> its classes in the order of scikit-learn's labels
CLASSES = {
    "wdbc": ["malignant", "benign"],
    "digits": [str(digit) for digit in range(10)],
}
DESCRIPTION = "A data set that comes with scikit-learn."
REQUIRED: list[str] = []
KEYS = {
    "name": {
        "description": (
            "wdbc is the Wisconsin Diagnostic Breast Cancer data, with two classes; digits is a set"
            " of handwritten digits, with ten."
        ),
        "enum": list(CLASSES),
        "default": "wdbc",
    },
    "positive": {
        "description": "The positive class of wdbc, malignant if left out.",
        "enum": CLASSES["wdbc"],
    },
    "normalize": {
        "description": (
            "With unit, the pixels of digits stay between 0 and 1. The features of wdbc, which have"
            " different units, can only be standardized. If left out, wdbc is standardized and"
            " digits is not."
        ),
        "enum": ["unit", "standardize"],
    },
    **shared("groups"),
    **DRAWN_SPLITS,
}
PLACES = ()


def class_names(name: str, entry: dict) -> list[str]:
    """The set's classes."""
    classes, positive = CLASSES[entry["name"]], entry.get("positive")
    if len(classes) == 2:
        positive = positive or "malignant"
    return ordered_classes(f"datasets.{name}", classes, positive)


def locate(name: str, entry: dict) -> dict[str, Path]:
    """No files of the user's."""
    return {}


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """The features of `wdbc`, 30 a biopsy; or the images of `digits`, 8 × 8, from 0 to 1."""
    from sklearn.datasets import load_breast_cancer, load_digits

    if entry["name"] == "wdbc":
        data, normalize = load_breast_cancer(), "standardize"
        inputs = data.data
    else:
        data, normalize = load_digits(), "unit"
        inputs = (data.images / 16).astype(np.float32)
    classes = class_names(name, entry)
    places = np.array([classes.index(class_name) for class_name in CLASSES[entry["name"]]])
    source = from_arrays(f"datasets.{name}", {"train": (inputs, places[data.target])}, classes)
    names = [f"sample[{row}]" for row in range(len(inputs))]
    return source._replace(names=names, normalize=normalize, decided=())  # its shape is known


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """At most 1,797 samples of 64 numbers."""
    return 2**20, 2**20
