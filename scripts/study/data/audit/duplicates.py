"""Samples that are there twice, exactly or nearly."""

import hashlib
from collections import defaultdict
from itertools import combinations

import numpy as np

from study.data.audit.thumbnails import THUMBNAIL
from study.data.findings import NOT_CHECKED, SHOWN, finding

NEAR = 0.98  # correlation of two thumbnails from which they count as near duplicates


def find_exact(splits: dict) -> list[list[int]]:
    """Sets of rows whose inputs are the same byte for byte."""
    same, row = defaultdict(list), 0
    for inputs, _ in splits.values():
        for sample in inputs:
            same[
                hashlib.blake2b(np.ascontiguousarray(sample).data, digest_size=16).digest()
            ].append(row)
            row += 1
    return [rows for rows in same.values() if len(rows) > 1]


def check_exact(
    exact: list[list[int]], split_of: np.ndarray, labels: np.ndarray, names: list[str]
) -> list[dict]:
    """Exact duplicates within a split, across splits, and with different labels."""
    pairs = [pair for rows in exact for pair in combinations(rows, 2)]
    within = [pair for pair in pairs if split_of[pair[0]] == split_of[pair[1]]]
    across = [pair for pair in pairs if split_of[pair[0]] != split_of[pair[1]]]
    conflicts = [pair for pair in pairs if labels[pair[0]] != labels[pair[1]]]

    def report(check, severity, found, text):
        shown = [[names[a], names[b]] for a, b in found]
        pairs = "1 pair" if len(found) == 1 else f"{len(found)} pairs"
        return finding(check, severity if found else "ok", f"{pairs} of {text}", shown)

    return [
        report("duplicates within splits", "warning", within, "identical samples in one split"),
        report("duplicates across splits", "error", across, "identical samples in two splits"),
        report(
            "label conflicts",
            "error",
            conflicts,
            "identical samples with different labels",
        ),
    ]


def check_near(splits: dict, thumbnails: dict, exact: list[list[int]], names: list[str]) -> dict:
    """Pairs of images in two splits whose thumbnails correlate almost perfectly.

    Exact duplicates are not counted again. Vectors are not compared: features of different
    units correlate between any two samples.
    """
    check = "near duplicates across splits"
    if splits["train"][0].ndim == 2:
        return finding(check, NOT_CHECKED, "only looked for among images")
    images = _standardized(np.concatenate(list(thumbnails.values())))
    ends = np.cumsum([len(thumbnails[split]) for split in splits])
    count, shown = 0, []
    for begin, end in zip([0, *ends], ends[:-1]):  # each split with all that come after it
        for start in range(begin, end, 1024):
            correlation = images[start : min(start + 1024, end)] @ images[end:].T
            for same in exact:
                here = [row - start for row in same if start <= row < min(start + 1024, end)]
                there = [row - end for row in same if row >= end]
                correlation[np.ix_(here, there)] = 0
            rows, others = np.nonzero(correlation >= NEAR)
            count += len(rows)
            found = correlation[rows, others]
            best = np.argsort(-found, kind="stable")[:SHOWN]
            shown += [(-found[i], start + rows[i], end + others[i]) for i in best]
            shown = sorted(shown)[:SHOWN]
    more = "1 more pair" if count == 1 else f"{count} more pairs"
    text = (
        f"{more} across splits whose thumbnails, of at most"
        f" {THUMBNAIL} × {THUMBNAIL}, correlate at {NEAR} or above"
    )
    pairs = [[names[row], names[other]] for _, row, other in shown]
    return finding(check, "warning" if count else "ok", text, pairs)


def _standardized(images: np.ndarray) -> np.ndarray:
    """Each row with mean 0 and length 1, so that a product of two is their correlation."""
    centred = images - images.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return centred / np.where(length == 0, 1, length)
