"""Folders of PNG and JPEG images, one folder a class, made grey and resized."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from study.errors import UserError


def read_image(path: Path, size: tuple[int, int]) -> np.ndarray:
    """One image as grey `uint8` of size (height, width).

    16-bit images are scaled to 8 bit, colours weighted as ITU-R 601-2 luma, the orientation noted
    in the file is applied, and the image is resized with an anti-aliased bilinear filter.

    Raises:
        UserError: the file cannot be decoded.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image)
            if image.mode.startswith("I"):
                image = Image.fromarray(np.asarray(image, dtype=np.float32) / 257)
            elif image.mode != "L":
                image = image.convert("L")
            image = image.resize(size[::-1], Image.Resampling.BILINEAR)
            return np.clip(np.rint(np.asarray(image)), 0, 255).astype(np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: cannot be decoded as an image ({error})") from error


def read_images(paths: list[Path], size: tuple[int, int]) -> np.ndarray:
    """Images as (n, height, width) `uint8`, decoded on all cores given to this process."""
    threads = int(os.environ.get("OMP_NUM_THREADS", 1))  # Snakemake sets it to the rule's threads
    with ThreadPoolExecutor(threads) as pool:
        return np.stack(list(pool.map(lambda path: read_image(path, size), paths)))
