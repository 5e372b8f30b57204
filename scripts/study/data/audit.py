"""Audit a prepared data set: balance, pixels, duplicates, leaks between splits, and floors.

Every finding is a dict with `check`, `severity` (`ok`, `warning` or `error`), `text`, and
`samples`, lists of one name, or of two where it is about pairs, of what it is about (at most 20).
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from math import sqrt
from statistics import NormalDist

import numpy as np

from study.data.findings import NOT_CHECKED
from study.data.groups import own_groups
from study.data.identifiers import torn_beginnings
from study.data.saving import count_classes
from study.data.telling_values import position_title, telling_values
from study.data.videos import torn_videos, videos_of

SHOWN = 20  # samples that a finding names
THUMBNAIL = 32  # height and width, at most, of what is compared and regressed on
NEAR = 0.98  # correlation of two thumbnails from which they count as near duplicates
SMALL_SPLIT = 100  # below this many samples, one is more than a percentage point
# The part of the largest value of all below which a class or split is apart
DIM, DIM_OF_MORE = 1 / 8, 1 / 4  # of 8 bits and floating-point numbers; of 16 bits and more
TELLING = 0.2  # how far the shares of two classes may differ in a property of their files
CHANCE = 1e-3  # p-value from which on that is not chance
RARE = 0.2  # a class with less than this part of an equal share is rare: 10% of two
APART = 3  # standard errors between two splits' shares from which on that is not chance


def audit(
    splits: dict,
    names: list[str],
    groups: list[str],
    classes: list[str],
    files: dict[str, dict[str, list[int]]] | None = None,
) -> dict:
    """All facts and findings about a data set.

    Args:
        splits: split -> inputs (n, ...) and labels (n,), in the order of the rows.
        names: of all samples, in that order.
        groups: of all samples, empty texts where there are none.
        classes: names of the classes in the order of their labels.
        files: of images that were decoded, what differs among their files, as property -> value ->
            how many files of each class.

    Returns:
        `splits` (counts), `pixels`, `floors` (what a network must beat), `findings`.
    """
    split_of = np.concatenate([[split] * len(pair[1]) for split, pair in splits.items()])
    labels = np.concatenate([pair[1] for pair in splits.values()])
    thumbnails = {split: make_thumbnails(pair[0]) for split, pair in splits.items()}
    exact = find_exact(splits)
    floors = measure_floors(thumbnails, splits)
    findings = [
        *check_balance(splits, classes),
        *check_pixels(splits, names),
        check_telling(splits, classes),
        *check_ranges(splits, classes),
        *check_files(files, classes),
        *check_exact(exact, split_of, labels, names),
        check_near(splits, thumbnails, exact, names),
        check_groups(groups, split_of),
        *check_frames(groups, names, split_of),
        *check_beginnings(groups, names, labels, split_of),
        check_size(splits, floors),
    ]
    return {
        "splits": {split: describe_split(pair[1], classes) for split, pair in splits.items()},
        "pixels": describe_pixels(splits["train"][0]),
        "floors": floors,
        "findings": findings,
    }


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


def describe_pixels(inputs: np.ndarray) -> dict:
    """The training inputs' shape, type, range, and shares of constant and of saturated values.

    A position is constant if it has one value in all samples; a value of an integer type is
    saturated if it is the type's smallest or largest.
    """
    low, high = inputs[0].copy(), inputs[0].copy()
    saturated = 0
    limits = np.iinfo(inputs.dtype) if inputs.dtype.kind == "u" else None
    for start in range(0, len(inputs), 256):
        chunk = inputs[start : start + 256]
        np.minimum(low, chunk.min(axis=0), out=low)
        np.maximum(high, chunk.max(axis=0), out=high)
        if limits:
            saturated += int(((chunk == limits.min) | (chunk == limits.max)).sum())
    return {
        "shape": list(inputs.shape[1:]),
        "dtype": str(inputs.dtype),
        "minimum": float(low.min()),
        "maximum": float(high.max()),
        "constant_share": float((low == high).mean()),
        "saturated_share": saturated / inputs.size if limits else None,
    }


def make_thumbnails(inputs: np.ndarray) -> np.ndarray:
    """Samples as (n, features) float32, images averaged over blocks to at most 32 × 32."""
    n, *shape = inputs.shape
    if len(shape) == 1:
        return np.asarray(inputs, dtype=np.float32)
    height, width = shape[:2]
    step_y, step_x = -(-height // THUMBNAIL), -(-width // THUMBNAIL)
    out = []
    for start in range(0, n, 256):
        chunk = np.asarray(inputs[start : start + 256], dtype=np.float32)
        chunk = np.add.reduceat(chunk, range(0, height, step_y), axis=1)
        chunk = np.add.reduceat(chunk, range(0, width, step_x), axis=2)
        out.append(chunk.reshape(len(chunk), -1) / (step_y * step_x))
    return np.concatenate(out)


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
        findings.append(_finding("balance", "warning" if surprising else "ok", text))
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


def check_pixels(splits: dict, names: list[str]) -> list[dict]:
    """Images of one value throughout."""
    blank, row = [], 0
    for inputs, _ in splits.values():
        for sample in inputs:
            if sample.ndim > 1 and sample.min() == sample.max():
                blank.append(names[row])
            row += 1
    have = "image has" if len(blank) == 1 else "images have"
    text = f"{len(blank)} {have} one value throughout"
    return [
        _finding("blank images", "warning" if blank else "ok", text, [[name] for name in blank])
    ]


def check_telling(splits: dict, classes: list[str]) -> dict:
    """Single values that alone tell the classes of the training split apart."""
    inputs, labels = splits["train"]
    found = telling_values(inputs, labels, len(classes))
    if not len(found):
        return _finding("telling values", "ok", "no single value tells all classes apart")
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    text = (
        f"{position_title(found[0])}{more} alone tells the classes of all training samples apart:"
        " check whether the label is among the inputs, or a mark in the images"
    )
    return _finding("telling values", "warning", text)


def check_ranges(splits: dict, classes: list[str]) -> list[dict]:
    """Classes and splits of images whose largest value is small beside that of the others, or that
    alone have values below 0."""
    if splits["train"][0].ndim == 2:
        return []
    labels = np.concatenate([pair[1] for pair in splits.values()])

    def by_part(of_samples: Callable) -> dict[str, np.ndarray]:
        found = {split: of_samples(inputs.reshape(len(inputs), -1), axis=1)
                 for split, (inputs, _) in splits.items()}  # fmt: skip
        values = np.concatenate(list(found.values()))
        return {name: values[labels == label] for label, name in enumerate(classes)} | found

    smallest = {name: float(part.min()) for name, part in by_part(np.min).items()}
    largest = {name: float(part.max()) for name, part in by_part(np.max).items()}
    most, dtype = max(largest.values()), splits["train"][0].dtype
    for group in (classes, list(splits)):
        below = [name for name in group if smallest[name] < -DIM * most]
        never = [name for name in group if smallest[name] >= 0]
        if below and never:
            told = ", ".join(f"{smallest[name]:g} in {name}" for name in below)
            text = f"the smallest value is {told}, and none is below 0 in {', '.join(never)}"
            return [_finding("value ranges", "warning", text)]
    dim = DIM_OF_MORE if dtype.kind in "ui" and dtype.itemsize > 1 else DIM
    apart = [name for name, value in largest.items() if value < dim * most]
    if not apart:
        text = "the largest values of all classes and splits are of one order"
        return [_finding("value ranges", "ok", text)]
    told = ", ".join(f"{largest[name]:g} in {name}" for name in apart)
    text = f"the largest value is {told}, and {most:g} elsewhere"
    return [_finding("value ranges", "warning", text)]


def check_files(files: dict[str, dict[str, list[int]]] | None, classes: list[str]) -> list[dict]:
    """Properties of image files, such as their depth or size, by which classes can be told apart.

    A property tells classes apart if the shares of two of them differ by 0.2 or more in one of its
    values, and a chi-squared test has p < 0.001.
    """
    from scipy.stats import chi2_contingency

    if files is None:
        return []
    findings = []
    for field, values in files.items():
        counts = np.array(list(values.values()))  # (values, classes)
        shares = counts / counts.sum(axis=0)
        spread = np.ptp(shares, axis=1)
        telling = spread.max() >= TELLING
        if telling and chi2_contingency(counts, correction=False).pvalue < CHANCE:
            row, value = int(spread.argmax()), list(values)[int(spread.argmax())]
            most, least = int(shares[row].argmax()), int(shares[row].argmin())
            text = (
                f"{100 * shares[row, most]:.0f}% of {classes[most]} and"
                f" {100 * shares[row, least]:.0f}% of {classes[least]} have {field} {value}, so"
                f" the {field} of a file tells classes apart"
            )
            findings.append(_finding("files", "warning", text))
    text = "format, depth, colour, transparency and size of the files do not tell classes apart"
    return findings or [_finding("files", "ok", text)]


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
        return _finding(check, severity if found else "ok", f"{pairs} of {text}", shown)

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
        return _finding(check, NOT_CHECKED, "only looked for among images")
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
    return _finding(check, "warning" if count else "ok", text, pairs)


def check_groups(groups: list[str], split_of: np.ndarray) -> dict:
    """Groups, such as patients, with samples in more than one split.

    A sample without a group is one of its own.
    """
    named = own_groups(groups)
    if named is None:
        return _finding("groups", NOT_CHECKED, "no groups are declared")
    group_of, seen = dict(zip(named, groups)), defaultdict(set)
    for group, split in zip(named, split_of):
        seen[group].add(split)
    torn = sorted(group_of[group] for group, splits in seen.items() if len(splits) > 1)
    are = "is" if len(torn) == 1 else "are"
    text = f"{len(torn)} of {len(seen)} groups {are} in more than one split"
    return _finding("groups", "error" if torn else "ok", text, [[group] for group in torn])


def check_frames(groups: list[str], names: list[str], split_of: np.ndarray) -> list[dict]:
    """Videos, by the names of their frames, that are in more than one split; without groups."""
    if any(groups):
        return []
    torn, count = torn_videos(_names_of_splits(names, split_of))
    if not torn:
        return []
    text = (
        f"{len(torn)} of {count} videos, by the names of their frames, are in more than one split,"
        " and neighbouring frames are nearly the same; `groups` keep them together"
    )
    return [_finding("frames of videos", "warning", text, torn)]


def check_beginnings(
    groups: list[str], names: list[str], labels: np.ndarray, split_of: np.ndarray
) -> list[dict]:
    """Identifiers and days that names of images begin with, in several splits; without groups."""
    if any(groups):
        return []
    videos = videos_of(_names_of_splits(names, split_of))
    findings = []
    for shared, torn in torn_beginnings(names, labels.tolist(), split_of.tolist(), videos):
        torn_of = f"{len(torn)} of {len(shared.images)}"
        if shared.are_days:
            check = "dates in names"
            text = (
                f"judging by image names, {torn_of} days are in more than one split;"
                " images of one series may be nearly the same, and `groups` keep those of a day"
                " together"
            )
        else:
            check = "identifiers in names"
            text = (
                f"{torn_of} identifiers that names of images begin with, such as those of patients,"
                " are in more than one split; `groups` keep their images together"
            )
        findings.append(_finding(check, "warning", text, torn))
    return findings


def _names_of_splits(names: list[str], split_of: np.ndarray) -> list[tuple[str, list[str]]]:
    """Each split, and the names of its samples."""
    samples = np.array(names)
    return [(split, samples[split_of == split].tolist()) for split in dict.fromkeys(split_of)]


def check_size(splits: dict, floors: dict) -> dict:
    """How large one validation sample is in accuracy, and an accuracy's standard error."""
    n = len(splits["val"][1])
    p = max(floors["val"]["majority"], floors["val"]["logistic_regression"])
    error = 100 * sqrt(p * (1 - p) / n)
    text = (
        f"{n} validation samples: one is {100 / n:.2f} percentage points of accuracy; at"
        f" {100 * p:.1f}%, the standard error is {error:.1f}, ±{1.96 * error:.1f} at 95%"
    )
    return _finding("validation size", "warning" if n < SMALL_SPLIT else "ok", text)


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


def _standardized(images: np.ndarray) -> np.ndarray:
    """Each row with mean 0 and length 1, so that a product of two is their correlation."""
    centred = images - images.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return centred / np.where(length == 0, 1, length)


def _finding(check: str, severity: str, text: str, samples: list[list[str]] | None = None) -> dict:
    return {"check": check, "severity": severity, "text": text, "samples": (samples or [])[:SHOWN]}
