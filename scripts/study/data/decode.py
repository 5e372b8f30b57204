"""Image files, decoded: made grey and resized, with one rule for each thing that a file may be.

What would have to be guessed is refused: what is behind transparent pixels, which of several
pictures is meant, which values of 32-bit integers are black and white. What is not a guess is done
and noted. Metadata are ignored, apart from the orientation.
"""

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np

from study.data.keys import described_as
from study.data.location import begins_with, refuse_pointer
from study.data.tiff_tags import least_is_white, refuse_unread_type, stored_tags, tags_of
from study.data.value_range import Range, clip_rounding, declared_range, refuse_outside
from study.store.errors import UserError

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = {
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp",
}  # fmt: skip
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
# The kinds of HEIF, as they are written in the file
PHONES = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1"), "a HEIC image"),
    b"avif": "an AVIF image",
}
MAX_MEGAPIXELS = 179  # above it Pillow suspects a file that is made to fill the memory
MAX_METADATA = 2**26  # bytes of one piece of metadata, unpacked
# Depths of more than 8 bits, and what is white in them; of 32 bits it has to be declared
WIDE = {"16 bit": 65535, "32 bit": 2**32 - 1, "floating point": 1}
SHADES = {"black": 0, "white": 255}
KEYS = {
    "range": described_as("pixel_range"),
    "transparency": {
        "description": (
            "What is shown where images are transparent: black, white, or the colours that the file"
            " has stored there. If left out, transparent pixels are refused."
        ),
        "enum": [*SHADES, "stored"],
    },
    "max_megapixels": {
        "description": "The size above which an image is refused; 179 if left out.",
        "type": "number",
        "exclusiveMinimum": 0,
    },
}


class Rules(NamedTuple):
    """How files become images."""

    size: tuple[int, int]  # height and width
    value_range: Range | None = None  # of the values in the files; their type's where None
    transparency: str | None = None
    max_megapixels: float = MAX_MEGAPIXELS


class Facts(NamedTuple):
    """What a file is, before it is made grey and resized."""

    format: str
    depth: str
    colour: str
    transparency: str
    size: tuple[int, int]  # width and height
    seen: Range  # its smallest and largest value
    turned: bool  # by its orientation
    inverted: bool = False  # as a TIFF file of more than 8 bits, whose smallest value is white


def rules_of(entry: dict[str, Any], size: tuple[int, int]) -> Rules:
    """The rules that an entry declares.

    Args:
        entry: has perhaps `range`, `transparency` and `max_megapixels`.
        size: height and width to resize to.
    """
    return Rules(
        size,
        declared_range(entry),
        entry.get("transparency"),
        entry.get("max_megapixels", MAX_MEGAPIXELS),
    )


def read_image(path: Path, rules: Rules) -> tuple[np.ndarray, Facts]:
    """One image as grey `uint8` of the rules' size, and what its file is.

    Colours are weighted as ITU-R 601-2 luma, the orientation noted in the file is applied, values
    of more than 8 bits are scaled to 8, and the image is resized with an anti-aliased bilinear
    filter.

    Raises:
        UserError: the file cannot be decoded, or what it shows would be a guess.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        # by an open file, not by its path: Pillow maps uncompressed TIFF files into memory by their
        # path, and then does not turn them as their orientation says
        with open(path, "rb") as stored, _open(stored) as file:
            _refuse_unclear(path, file, rules)
            name, raw = str(file.format), _raw_mode(file)
            refuse_unread_type(path, tags_of(file))
            inverted = least_is_white(file) and _depth(file.mode, raw) in WIDE
            turned = file.getexif().get(0x0112, 1) not in (0, 1)
            image = ImageOps.exif_transpose(file)
        colour, depth = _colour(image.mode), _depth(image.mode, raw)
        transparency, image = _opaque(path, image, rules.transparency)
        if depth in WIDE:
            values = np.asarray(image)
            seen = (float(values.min()), float(values.max()))
            scaled = _scaled(path, values, seen, depth, rules.value_range)
            image = Image.fromarray(255 - scaled if inverted else scaled)
        else:
            image = image if image.mode == "L" else image.convert("L")
            low, high = np.asarray(image).min(), np.asarray(image).max()
            seen = (float(low), float(high))
            if rules.value_range and depth != "1 bit":
                image = Image.fromarray(_narrow(path, image, seen, depth, rules.value_range))
        size = image.size
        image = image.resize(rules.size[::-1], Image.Resampling.BILINEAR)
        pixels = np.clip(np.rint(np.asarray(image)), 0, 255).astype(np.uint8)
    except UnidentifiedImageError as error:
        refuse_pointer(path)
        _refuse_no_image(path)
        refuse_unread_type(path, stored_tags(path))
        known = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        raise UserError(
            f"{path}: cannot be decoded as an image (it is damaged, or not a readable {known})"
        ) from error
    except Exception as error:  # damaged files make Pillow raise exceptions of many kinds
        raise UserError(f"{path}: cannot be decoded as an image ({error})") from error
    return pixels, Facts(name, depth, colour, transparency, size, seen, turned, inverted)


def _refuse_no_image(path: Path) -> None:
    """Stop where a file is empty, or of a format that phones write and that is not read."""
    if path.stat().st_size == 0:
        raise UserError(
            f"{path}: is empty; if it is the placeholder of a cloud folder, download the file"
        )
    for brand, what in PHONES.items():
        if begins_with(path, b"ftyp" + brand, 4):
            raise UserError(f"{path}: is {what}, whatever its extension says; convert it to JPEG")


def _open(file: IO[bytes]) -> "Image.Image":
    """A file of one of `FORMATS`, its size not limited here, nor the size of its metadata."""
    from PIL import Image, PngImagePlugin

    Image.MAX_IMAGE_PIXELS = None  # `max_megapixels` takes its place
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MAX_METADATA
    return Image.open(file, formats=FORMATS)


def _refuse_unclear(path: Path, file: Any, rules: Rules) -> None:
    megapixels = file.width * file.height / 1e6
    if megapixels > rules.max_megapixels:
        raise UserError(
            f"{path}: has {megapixels:.4g} megapixels, but at most {rules.max_megapixels:g} are"
            " read; if that is intended, raise the data set's `max_megapixels`"
        )
    frames = getattr(file, "n_frames", 1)
    if frames > 1 and file.format != "MPO":  # whose further pictures are previews of the first
        raise UserError(f"{path}: holds {frames} pictures; save the intended one as its own file")


def _raw_mode(file: Any) -> str:
    """How the file holds its pixels, in Pillow's words; nothing where it does not say."""
    arguments = file.tile[0].args if getattr(file, "tile", None) else ""
    raw = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return raw if isinstance(raw, str) else ""


def _depth(mode: str, raw: str) -> str:
    if mode == "1":
        return "1 bit"
    if mode.startswith("I;16"):
        return "16 bit"
    if mode in ("I", "F"):
        return {"I": "32 bit", "F": "floating point"}[mode]
    return "16 bit in colour" if ";16" in raw else "8 bit"


def _colour(mode: str) -> str:
    if mode in ("P", "PA"):
        return "palette"
    if mode == "CMYK":
        return "CMYK"
    return "grey" if mode[0] in "1LIF" and mode != "LAB" else "colour"


def _opaque(path: Path, image: "Image.Image", rule: str | None) -> tuple[str, "Image.Image"]:
    """Whether an image is transparent, in words, and the image with nothing transparent in it.

    Raises:
        UserError: it is, and no rule says what is shown there.
    """
    from PIL import Image

    if not image.has_transparency_data:
        return "none", image
    wide = image.mode[0] in "IF"  # one value of such an image is transparent
    if wide:
        hidden = np.asarray(image) == image.info["transparency"]
    else:
        colours = image.convert("RGBA")
        hidden = np.asarray(colours)[..., 3] < 255
    if not hidden.any():
        return "none", image
    if rule is None or (wide and rule != "stored"):
        shades = "" if wide else "`transparency: black`, `white`, or "
        raise UserError(
            f"{path}: has transparent pixels, and what is behind them is not known; write"
            f" {shades}`transparency: stored` for what the file has there"
        )
    if rule == "stored":
        return "in part", image
    behind = Image.new("RGBA", image.size, (SHADES[rule],) * 3 + (255,))
    return "in part", Image.alpha_composite(behind, colours).convert("RGB")


def _scaled(
    path: Path, values: np.ndarray, seen: Range, depth: str, value_range: Range | None
) -> np.ndarray:
    """Values of more than 8 bits, (height, width) `float32`, from 0 to 255."""
    if not np.isfinite(seen).all():
        raise UserError(f"{path}: has values that are NaN or infinite")
    if depth == "floating point":
        values, _ = clip_rounding(values, value_range or (0, 1))
        seen = (float(values.min()), float(values.max()))
    if value_range is not None:
        refuse_outside(f"{path}:", seen, value_range)
        return _from_range(values, value_range)
    if depth == "16 bit":
        return values.astype(np.float32) / 257
    if depth == "32 bit" or seen[0] < 0 or seen[1] > 1:
        what = "32-bit integers" if depth == "32 bit" else "floating-point numbers"
        raise UserError(
            f"{path}: has {what} from {seen[0]:g} to {seen[1]:g}; say what black and white are,"
            " with `range: [low, high]`"
        )
    return values.astype(np.float32) * 255


def _narrow(
    path: Path, image: "Image.Image", seen: Range, depth: str, value_range: Range
) -> np.ndarray:
    """8-bit values with a declared range, (height, width) `float32`, from 0 to 255."""
    if depth == "16 bit in colour":
        raise UserError(
            f"{path}: has 16-bit colours, of which 8 bits are read, so `range` cannot be applied;"
            " save it in grey or with 8 bits"
        )
    if value_range[1] > 255:
        raise UserError(
            f"{path}: has 8 bits, but `range` says {value_range[0]:g} to {value_range[1]:g}; save"
            " all images with the same depth"
        )
    refuse_outside(f"{path}:", seen, value_range)
    return _from_range(np.asarray(image), value_range)


def _from_range(values: np.ndarray, value_range: Range) -> np.ndarray:
    low, high = value_range
    return ((values.astype(np.float64) - low) * (255 / (high - low))).astype(np.float32)
