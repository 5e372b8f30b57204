"""All image files of a data set: decoded a few at a time, and what was found of them."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from study.data.decode import WIDE, Facts, Rules, read_image
from study.data.value_range import (
    PART_OF_MORE,
    Range,
    refuse_small_part,
    refuse_wide_range,
    small_part_of_declared,
)
from study.store.errors import UserError

SHOWN = 10  # images that a refusal names
SIZES = 8  # up to this many sizes are listed one by one


class ImageFiles:
    """The images of a data set, decoded when they are asked for, and what was found of them."""

    def __init__(self, where: str, paths: list[Path], labels: np.ndarray, rules: Rules):
        """Args: the key to name, the files, the class of each (n,), and how they are decoded."""
        self.where, self.paths, self.labels, self.rules = where, paths, labels, rules
        self.facts: dict[int, Facts] = {}
        self.problems: dict[int, str] = {}

    def read(self, rows: np.ndarray) -> np.ndarray:
        """Images as (k, height, width) `uint8`, decoded on all cores given to this process.

        One that cannot be read is black here, and `finish` names it.
        """
        # Snakemake sets it to the rule's threads
        with ThreadPoolExecutor(int(os.environ.get("OMP_NUM_THREADS", 1))) as pool:
            return np.stack(list(pool.map(self._read_one, [int(row) for row in rows])))

    def _read_one(self, row: int) -> np.ndarray:
        try:
            image, self.facts[row] = read_image(self.paths[row], self.rules)
        except UserError as error:
            self.problems[row] = str(error)
            return np.zeros(self.rules.size, np.uint8)
        return image

    def finish(self) -> dict[str, Any]:
        """What is to be noted of the files, once all are read.

        Returns:
            Where there is something, `decided`, a list of sentences, and `files`: what differs
            among them, as property -> value -> how many files of each class.

        Raises:
            UserError: some cannot be read, or their values use a small part of their type's range,
                or of the declared one.
        """
        if self.problems:
            told = [problem for _, problem in sorted(self.problems.items())]
            if len(told) == 1:
                raise UserError(told[0])
            more = [f"and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
            head = f"{self.where}: {len(told)} of {len(self.paths)} images cannot be used"
            raise UserError("\n  ".join([head, *told[:SHOWN], *more]))
        unused: list[str] = []
        if self.rules.value_range is None:
            _refuse_small_parts(self.where, list(self.facts.values()))
        else:
            wide = [fact.seen for fact in self.facts.values() if fact.depth in WIDE]
            if wide:
                refuse_wide_range(self.where, _whole(wide), self.rules.value_range)
                unused = small_part_of_declared(_whole(wide), self.rules.value_range)
        noted = {
            "decided": _decisions(list(self.facts.values()), self.rules) + unused,
            "files": _differences(self.facts, self.labels),
        }
        return {key: value for key, value in noted.items() if value}


def _refuse_small_parts(where: str, facts: list[Facts]) -> None:
    """Stop where all files of a depth together use a small part of what it holds."""
    largest = {"8 bit": 255.0, "16 bit": 65535.0, "16 bit in colour": 255.0, "floating point": 1.0}
    for depth, most in largest.items():
        seen = [fact.seen for fact in facts if fact.depth == depth]
        if seen:
            in_colour = depth == "16 bit in colour"
            remedy = (
                "only 8 of the 16 bits per colour are read: save them in grey or with 8 bits"
                * in_colour
            )
            refuse_small_part(where, f"its images ({depth})", _whole(seen), most, remedy)


def _whole(seen: list[Range]) -> Range:
    """From the smallest of all values to the largest."""
    return min(low for low, _ in seen), max(high for _, high in seen)


def _decisions(facts: list[Facts], rules: Rules) -> list[str]:
    """What was decided for the user, a sentence each."""
    limits = {depth: rules.value_range or (0, white) for depth, white in WIDE.items()}
    stored = rules.transparency == "stored"
    shown = "in the colours stored in the file" if stored else f"as {rules.transparency}"
    counts = {
        "were converted to grey by luma": sum(fact.colour != "grey" for fact in facts),
        "are in CMYK and were converted without their colour profile": sum(
            fact.colour == "CMYK" for fact in facts
        ),
        **{
            f"have {depth.replace(' ', '-')} values, which were converted to 8 bits: {black:g} is"
            f" black and {white:g} white": sum(
                fact.depth == depth and not fact.inverted for fact in facts
            )
            for depth, (black, white) in limits.items()
        },
        **{
            f"have {depth.replace(' ', '-')} values, which were converted to 8 bits and inverted,"
            f" as their TIFF data say (MinIsWhite): {white:g} is white and {black:g} black": sum(
                fact.depth == depth and fact.inverted for fact in facts
            )
            for depth, (white, black) in limits.items()
        },
        "have values just outside their range, clipped as rounding errors": sum(
            fact.depth == "floating point" and _is_outside(fact.seen, rules.value_range or (0, 1))
            for fact in facts
        ),
        "have 16 bits per colour, of which the upper 8 are read": sum(
            fact.depth == "16 bit in colour" for fact in facts
        ),
        "are oriented as their EXIF data say": sum(fact.turned for fact in facts),
        f"have transparent parts, which are shown {shown}": sum(
            fact.transparency != "none" for fact in facts
        ),
        "hold several pictures (MPO), of which the first is read": sum(
            fact.format == "MPO" for fact in facts
        ),
    }
    return [f"{count} of {len(facts)} images {text}." for text, count in counts.items() if count]


def _is_outside(seen: Range, limits: Range) -> bool:
    return seen[0] < limits[0] or seen[1] > limits[1]


def _differences(facts: dict[int, Facts], labels: np.ndarray) -> dict[str, dict[str, list[int]]]:
    """What differs among files: property -> value -> how many files of each class."""
    rows = sorted(facts)
    classes = labels.max() + 1
    properties = {
        field: [getattr(facts[row], field) for row in rows]
        for field in ("format", "depth", "colour", "transparency")
    }
    properties["largest value"] = _largest_values([facts[row] for row in rows], labels[rows])
    properties["size"] = _sizes([facts[row].size for row in rows])
    found = {}
    for field, values in properties.items():
        if len(set(values)) > 1:
            counts = Counter(zip(values, labels[rows].tolist()))
            found[field] = {
                value: [counts[value, label] for label in range(classes)]
                for value in dict.fromkeys(values)
            }
    return found


def _largest_values(facts: list[Facts], labels: np.ndarray) -> list[str]:
    """For 16-bit images, whether they stay below those of another class, as 14-bit values do.

    Nothing where the largest values of all classes are of one order.
    """
    wide = np.array([fact.depth == "16 bit" for fact in facts])
    values = np.array([fact.seen[1] for fact in facts])
    largest = np.zeros(labels.max() + 1)
    np.maximum.at(largest, labels[wide], values[wide])
    low = largest[(largest > 0) & (largest < PART_OF_MORE * largest.max())]
    if not len(low):
        return [""] * len(facts)
    told = np.where(values <= low.max(), f"up to {low.max():g}", f"above {low.max():g}")
    return np.where(wide, told, "of another depth").tolist()


def _sizes(sizes: list[tuple[int, int]]) -> list[str]:
    """Each image's size; where there are many sizes, the quarter that its pixel count falls in."""
    if len(set(sizes)) <= SIZES:
        return [f"{width} × {height}" for width, height in sizes]
    pixels = np.array([width * height for width, height in sizes]) / 1e6
    ends = np.unique(np.quantile(pixels, [0.25, 0.5, 0.75, 1]))
    quarter = np.searchsorted(ends, pixels)
    return [f"up to {ends[place]:.3g} megapixels" for place in quarter]
