"""The audit finds exactly what was planted."""

import math
import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from study.data.audit import audit
from study.data.audit.image_properties import check_files
from study.data.audit.thumbnails import make_thumbnails
from study.data.audit.values import describe_pixels
from study.data.findings import refuse_findings
from study.store.errors import UserError

CLASSES = ["normal", "pneumonia"]


def make_splits(counts=(("train", 120), ("val", 110), ("test", 40)), shape=(12, 12)):
    """Random images, all different, of two classes in equal parts."""
    generator = np.random.default_rng(5)
    splits = {}
    for split, count in counts:
        images = generator.integers(1, 255, (count, *shape)).astype(np.uint8)
        splits[split] = (images, np.arange(count) % 2)
    return splits


def run(splits, groups=None):
    names = [f"{split}[{row}]" for split, pair in splits.items() for row in range(len(pair[1]))]
    result = audit(splits, names, groups or [""] * len(names), CLASSES)
    findings = {}
    for finding in result["findings"]:
        findings.setdefault(finding["check"], []).append(finding)
    return result, findings


def one(findings, check):
    (finding,) = findings[check]
    return finding["severity"], finding["samples"]


def test_clean_data_have_no_finding():
    _, findings = run(make_splits())
    assert one(findings, "groups")[0] == "not checked"  # there are none
    del findings["groups"]
    severities = {finding["severity"] for found in findings.values() for finding in found}
    assert severities == {"ok"}


def test_planted_duplicates_are_found_and_nothing_else():
    splits = make_splits()
    train, val, test = (splits[split][0] for split in ("train", "val", "test"))
    train[10] = train[4]  # the same label, one split
    val[6] = train[20]  # the same label, two splits
    test[3] = train[8]  # another label, two splits
    near = val[31].astype(int)
    near[0, 0] += 1 if near[0, 0] < 255 else -1
    test[15] = near  # one grey level in one pixel
    _, findings = run(splits)
    assert one(findings, "duplicates within splits") == ("warning", [["train[4]", "train[10]"]])
    assert one(findings, "duplicates across splits") == (
        "error",
        [["train[8]", "test[3]"], ["train[20]", "val[6]"]],
    )
    assert one(findings, "label conflicts") == ("error", [["train[8]", "test[3]"]])
    assert one(findings, "near duplicates across splits") == (
        "warning",
        [["val[31]", "test[15]"]],
    )


def test_patients_on_both_sides_are_found():
    splits = make_splits()
    groups = [f"p{row}" for row in range(270)]
    groups[130] = groups[7]  # val[10] and train[7]
    groups[5] = groups[4]  # in one split: no finding
    _, findings = run(splits, groups)
    assert one(findings, "groups") == ("error", [["p7"]])
    assert findings["groups"][0]["text"] == "1 of 268 groups is in more than one split"


def test_blank_images_are_found():
    splits = make_splits()
    splits["val"][0][7] = 9
    _, findings = run(splits)
    assert one(findings, "blank images") == ("warning", [["val[7]"]])


@pytest.mark.parametrize(("shape", "where"), [
    ((12,), "feature 11"), ((12, 12), "the pixel in row 11, column 5"),
])  # fmt: skip
def test_a_single_value_that_tells_the_classes_apart_is_found(shape, where):
    """A label among the features; a mark that is brighter in every image of a class."""
    splits = make_splits(shape=shape)
    train, labels = splits["train"]
    place = (slice(None), 11, 5)[: len(shape) + 1]
    train[place] = 100 + 3 * labels + np.arange(120) % 3
    _, findings = run(splits)
    (found,) = findings["telling values"]
    assert found["severity"] == "warning" and found["text"].startswith(f"{where} alone tells")
    train[place] -= 2 * (np.arange(120) == 1).astype(
        np.uint8
    )  # one sample of the other class's value
    assert run(splits)[1]["telling values"][0]["severity"] == "ok"


def test_a_class_or_split_of_another_range_is_found():
    splits = make_splits()
    images, labels = splits["val"]
    images[labels == 1] //= 10
    splits["test"] = (splits["test"][0] // 10, splits["test"][1])
    train, train_labels = splits["train"]
    train[train_labels == 1] //= 10
    _, findings = run(splits)
    (found,) = findings["value ranges"]
    assert found["severity"] == "warning"
    assert found["text"] == "the largest value is 25 in pneumonia, 25 in test, and 254 elsewhere"


def test_a_class_of_14_bits_beside_one_of_16_is_found():
    splits = make_splits()
    for split, (images, labels) in splits.items():
        wide = images.astype(np.uint16) * 257
        wide[labels == 1] //= 4
        splits[split] = (wide, labels)
    splits["val"][0][0] = 65535
    _, findings = run(splits)
    (found,) = findings["value ranges"]
    assert found["severity"] == "warning"
    assert found["text"] == "the largest value is 16319 in pneumonia, and 65535 elsewhere"


def test_a_split_or_class_that_alone_has_negative_values_is_found():
    """Of floating-point numbers from 0 to 1, what was standardized before."""
    splits = make_splits()
    for split, (images, labels) in splits.items():
        splits[split] = ((images / 255).astype(np.float32), labels)
    images, labels = splits["val"]
    splits["val"] = ((images - 0.5) / 0.25, labels)
    (found,) = run(splits)[1]["value ranges"]
    assert found["severity"] == "warning"
    assert re.fullmatch(
        r"the smallest value is -[12][.]\d+ in val, and none is below 0 in .*train.*", found["text"]
    )
    splits["val"] = (np.where(labels[:, None, None] == 1, -images, images), labels)
    (found,) = run(splits)[1]["value ranges"]
    assert "in pneumonia, and none is below 0 in normal" in found["text"]


@pytest.mark.parametrize("given", [False, True])
def test_videos_with_frames_in_two_splits_are_found_by_their_names(given):
    splits = make_splits((("train", 8), ("val", 4)))
    names = [f"{'ab'[row % 2]}/clip{row}_frame{frame}.png" for row in range(4) for frame in (1, 2)]
    names += ["a/clip0_frame3.png", "b/clip0/frame_9.png", "b/clip8_frame1.png", "b/9.png"]
    if given:
        names = [f"{'Train' if row < 8 else 'Val'}/{name}" for row, name in enumerate(names)]

    def found(groups):
        findings = audit(splits, names, groups, CLASSES)["findings"]
        return [finding for finding in findings if finding["check"] == "frames of videos"]

    (torn,) = found([""] * 12)
    assert torn["severity"] == "warning"
    assert torn["text"].startswith("1 of 6 videos, judging by frame names, is in more than")
    assert torn["samples"] == [[names[0], names[8]]]
    assert found([str(row) for row in range(12)]) == []


@pytest.mark.parametrize("given", [False, True])
def test_identifiers_in_names_that_are_in_two_splits_are_found(given):
    splits = make_splits((("train", 8), ("val", 4)))
    names = [f"{'ab'[row % 2]}/P{row % 6}_slice{row}.png" for row in range(12)]
    if given:
        names = [f"{'Train' if row < 8 else 'Val'}/{name}" for row, name in enumerate(names)]

    def found(names, groups=("",) * 12):
        findings = audit(splits, names, [*groups], CLASSES)["findings"]
        checks = ("identifiers in names", "dates in names", "frames of videos")
        return [finding for finding in findings if finding["check"] in checks]

    (torn,) = found(names)
    assert torn["severity"] == "warning"
    assert torn["text"].startswith("4 of 6 identifiers at the start of image names, such as")
    assert torn["samples"] == [[names[row], names[row + 6]] for row in (2, 3, 4, 5)]
    assert found(names, map(str, range(12))) == []
    assert found([f"train[{row}]" for row in range(12)]) == []
    (video,) = found([name.replace("slice", "frame") for name in names])  # said once
    assert video["check"] == "frames of videos"
    (days,) = found([name.replace("P", "IMG_2024030").replace("0_", "6_") for name in names])
    assert (days["check"], days["severity"]) == ("dates in names", "warning")
    assert days["text"].startswith("judging by image names, 4 of 6 days are in more")
    assert len(days["samples"]) == 4


def test_files_by_which_classes_can_be_told_apart_are_found():
    files = {
        "depth": {"8 bit": [60, 2], "16 bit": [0, 58]},
        "format": {"PNG": [30, 28], "JPEG": [30, 32]},  # much the same
        "size": {"9 × 9": [1, 0], "8 × 8": [59, 60]},
    }
    findings = check_files(files, CLASSES)
    assert [(found["severity"], found["text"]) for found in findings] == [
        (
            "warning",
            "100% of normal and 3% of pneumonia have depth 8 bit, so the depth of a file tells"
            " classes apart",
        )
    ]
    (found,) = check_files({"size": {"9 × 9": [3, 0], "8 × 8": [0, 3]}}, CLASSES)  # by chance
    assert found["severity"] == "ok"
    assert check_files(None, CLASSES) == []


def test_imbalance_and_shifted_balance_are_found():
    splits = make_splits()
    splits["train"] = (splits["train"][0], (np.arange(120) < 6).astype(int))
    result, findings = run(splits)
    texts = [(finding["severity"], finding["text"]) for finding in findings["balance"]]
    assert texts[0] == ("warning", "train: 5.0% pneumonia, 95.0% normal")
    assert texts[1][0] == "warning"
    assert "standard errors from the training split's share" in texts[1][1]
    assert result["splits"]["train"] == {
        "count": 120,
        "negative": 114,
        "positive": 6,
        "positive_share": 0.05,
    }


def test_pixels_are_described():
    images = np.full((2, 2, 2), 7, np.uint8)
    images[0, 0, 0], images[1, 0, 1] = 0, 255
    pixels = describe_pixels(images)
    assert pixels == {
        "shape": [2, 2],
        "dtype": "uint8",
        "minimum": 0.0,
        "maximum": 255.0,
        "constant_share": 0.5,
        "saturated_share": 2 / 8,
    }


def test_the_best_constant_answer_is_never_below_half():
    """Training is balanced, so it says nothing of which class is the larger in validation."""
    splits = make_splits()
    images, labels = splits["val"]
    keep = np.sort(np.concatenate([np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)[:40]]))
    for kept in (splits | {"val": (images[keep], labels[keep])},
                 splits | {"val": (images[keep], 1 - labels[keep])}):  # fmt: skip
        result, _ = run(kept)
        share = (labels[keep] == 1).mean()
        assert result["floors"]["val"]["majority"] == pytest.approx(share) and share > 0.5


def test_floors_are_the_majority_and_a_logistic_regression():
    splits = make_splits()
    for images, labels in splits.values():
        images[labels == 1, :3] = 250 - images[labels == 1, :3] // 5  # bright at the top
    splits["train"] = (splits["train"][0][:100], splits["train"][1][:100])
    result, _ = run(splits)
    x, y = (splits["train"][0].reshape(100, -1) / 255, splits["train"][1])
    model = LogisticRegression(max_iter=1000).fit(x, y)
    expected = model.score(splits["val"][0].reshape(110, -1) / 255, splits["val"][1])
    assert result["floors"]["val"]["majority"] == 0.5
    assert result["floors"]["val"]["logistic_regression"] == pytest.approx(expected, abs=0.03)
    assert expected > 0.9


def test_validation_size_in_points_of_accuracy():
    """For 524 samples of which 95% are one class, by hand: 100 / 524 and sqrt(p (1 - p) / n)."""
    splits = make_splits((("train", 1000), ("val", 524)), (1, 2))
    splits = {
        split: (np.random.default_rng(1).integers(0, 255, pair[0].shape).astype(np.uint8), None)
        for split, pair in splits.items()
    }
    labels = {"train": np.arange(1000) % 20 > 0, "val": np.arange(524) % 20 > 0}
    splits = {split: (splits[split][0], labels[split].astype(int)) for split in splits}
    p = labels["val"].mean()
    error = 100 * math.sqrt(p * (1 - p) / 524)
    _, findings = run(splits)
    (finding,) = findings["validation size"]
    assert finding["text"].startswith(
        "524 validation samples: one sample is 0.19 percentage points"
    )
    end = "standard error is {:.1f}, so a 95% interval is ±{:.1f}"
    assert finding["text"].endswith(end.format(error, 1.96 * error))
    assert finding["text"].endswith(end.format(1.0, 1.9))


def test_few_validation_samples_are_warned_of():
    _, findings = run(make_splits((("train", 60), ("val", 20))))
    assert one(findings, "validation size")[0] == "warning"


def test_thumbnails_are_means_over_blocks():
    images = np.arange(2 * 64 * 64, dtype=np.uint16).reshape(2, 64, 64)
    thumbnails = make_thumbnails(images)
    assert thumbnails.shape == (2, 32 * 32)
    assert thumbnails[0, 0] == images[0, :2, :2].mean()
    assert thumbnails[1, -1] == images[1, -2:, -2:].mean()


@pytest.mark.parametrize("shape", [(30,), (9, 7, 3), (8, 8, 8)])
def test_vectors_colours_and_volumes_can_be_audited(shape):
    result, findings = run(make_splits(shape=shape))
    assert result["pixels"]["shape"] == list(shape)
    assert one(findings, "duplicates across splits") == ("ok", [])


def test_findings_stop_a_study_only_where_it_is_asked():
    findings = [
        {"check": "a", "severity": "ok", "text": "fine", "samples": []},
        {"check": "b", "severity": "warning", "text": "odd", "samples": []},
        {"check": "c", "severity": "error", "text": "leak", "samples": [["x", "y"]]},
    ]
    refuse_findings("d", findings[:2], "error")
    with pytest.raises(UserError) as error:
        refuse_findings("d", findings, "error")
    assert "error: leak: x and y" in str(error.value) and "odd" not in str(error.value)
    with pytest.raises(UserError, match="warning: odd"):
        refuse_findings("d", findings[:2], "warning")
