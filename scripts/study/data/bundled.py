"""Kind `sklearn`: a data set that scikit-learn brings along. It needs no file and no network."""

from pathlib import Path

from study.data.keys import DRAWN_SPLITS, shared
from study.data.source import Source, from_arrays

DESCRIPTION = "A data set that scikit-learn brings along."
REQUIRED = []
KEYS = {
    "name": {
        "description": "wdbc is the Wisconsin Diagnostic Breast Cancer data.",
        "enum": ["wdbc"],
        "default": "wdbc",
    },
    "positive": {
        "description": "The positive class.",
        "enum": ["malignant", "benign"],
        "default": "malignant",
    },
    "normalize": {
        "description": "Features of different units can only be standardized.",
        "enum": ["standardize"],
        "default": "standardize",
    },
    **shared("groups"),
    **DRAWN_SPLITS,
}
PLACES = ()


def locate(name: str, entry: dict) -> dict[str, Path]:
    """No files of the user's."""
    return {}


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """The Wisconsin Diagnostic Breast Cancer data, 30 features a biopsy."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    classes = ("benign", "malignant")
    if entry["positive"] == "benign":
        classes = classes[::-1]
    labels = data.target == list(data.target_names).index(classes[1])
    source = from_arrays(f"datasets.{name}", {"train": (data.data, labels)}, classes)
    return source._replace(names=[f"sample[{row}]" for row in range(len(labels))])


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """569 samples of 30 numbers."""
    return 2**20, 2**20
