"""Files that are named like the masks of images beside them, such as `1_mask.png` of `1.png`.

Light to import: it is used while the Snakefile is read.
"""

import re

from study.data.image_globs import ALL

_MASK_OF = re.compile(
    r"(.+?)[-_. ]+"
    r"(masks?|annotations?|labels?|seg|segmentations?|gt|ground.?truth|superpixels?)([-_. ]?\d+)?$"
)
_OF_MASK = re.compile(r"((?:masks?|labels?|seg|gt)[-_. ]+)(.+)")  # `mask_1`
_OF_IMAGE = ("", "img_", "image_", "img", "image")  # how the image of such a mask begins


def mask_beside_image(images: list[str]) -> str | None:
    """A file is named like the mask of one beside it: `1_mask.png` or `mask_1.png`, and `1.png`."""
    stems = [image.casefold().rpartition(".")[0] for image in images]
    ended = [
        (image, found) for image, stem in zip(images, stems) if (found := _MASK_OF.match(stem))
    ]
    begun = [
        (image, stem, found)
        for image, stem in zip(images, stems)
        if (found := _OF_MASK.match(stem, stem.rfind("/") + 1))
    ]
    beside = {*stems} if ended or begun else set()
    for image, found in ended:
        if found[1] in beside:
            ending = image.rpartition(".")[0][len(found[1]) :]
            word = re.sub(r"[-_. ]?\d+$", "", ending)
            return _leave_out(image, f"*{word}*")
    paired: dict[str, list[str]] = {}
    for image, stem, found in begun:
        if any(f"{stem[: found.start()]}{word}{found[2]}" in beside for word in _OF_IMAGE):
            paired.setdefault(found[1], []).append(image)
    for beginning, masks in paired.items():
        # `gt_car.png` beside `car.png` may be another car: short words count if half are in pairs
        if beginning.startswith("mask") or 4 * len(masks) >= len(images):
            return _leave_out(masks[0], f"{beginning}*")
    return None


def _leave_out(image: str, glob: str) -> str:
    return (
        f"{image} is named like the mask of an image beside it; leave such files out with"
        f' `images: "!**/{glob}"`, {ALL}'
    )
