"""Data sets of every kind, written small for a test, and prepared."""

import numpy as np
from PIL import Image
from small_study import tiny_arrays

from study.config.read import read_config
from study.data.prepared import prepare


def prepared(folder, **entry):
    """Prepare an entry, checked and completed as in a configuration, into a folder."""
    config = {"dataset": "d", "datasets": {"d": entry}, "baseline": {"loss": "ce"}}
    config = read_config(config)
    prepare("d", config["datasets"]["d"], folder / "prepared")
    return folder / "prepared"


def scaled(folder, split):
    """A split as a training job has it."""
    from study.settings.parameters import DEFAULTS
    from study.training.samples import load_data

    data = load_data(folder, DEFAULTS, "cpu").splits
    return data[split][0].numpy()


def write_npz(path, **changes):
    """The small data set as a file, with arrays changed, or left out where None."""
    arrays = tiny_arrays() | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return str(path)


def write_classes(folder, counts=(20, 30), shape=(6, 4), dtype=np.uint8):
    """normal.npy and pneumonia.npy, of distinct images."""
    generator = np.random.default_rng(1)
    files = {}
    for name, count in zip(("normal", "pneumonia"), counts):
        images = generator.integers(0, 255, (count, *shape)).astype(dtype)
        np.save(folder / f"{name}.npy", images)
        files[name] = str(folder / f"{name}.npy")
    return files


def save_image(path, mode="L", size=(40, 30), value=100):
    """An image of one value, of `size` (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == "I;16":
        Image.fromarray(np.full(size[::-1], value * 257, np.uint16)).save(path)
    else:
        colour = {"L": value, "RGB": (value,) * 3, "RGBA": (value,) * 3 + (255,), "1": value > 127}
        Image.new(mode, size, colour[mode]).save(path)


def write_folder(folder, splits=("",), count=6):
    """Images of both classes in each split; sizes and modes differ."""
    for split in splits:
        for class_name, value in (("NORMAL", 60), ("PNEUMONIA", 180)):
            for number in range(count):
                mode, suffix = (("L", "jpeg"), ("RGB", "JPG"), ("I;16", "png"))[number % 3]
                path = folder / split / class_name / f"person{number // 2}_{number}.{suffix}"
                save_image(path, mode, (20 + number, 30 - number), value)
    return {"kind": "folder", "path": str(folder), "size": [8, 10], "positive": "PNEUMONIA"}


def three_classes(count=30):
    """Images of 5 × 5 of three classes, which alternate."""
    generator = np.random.default_rng(0)
    labels = np.arange(count) % 3
    images = generator.integers(0, 150, (count, 5, 5)) + 40 * labels[:, None, None]
    return images.astype(np.uint8), labels


def write_three(path):
    images, labels = three_classes()
    arrays = {}
    for split, count in (("train", 30), ("val", 15)):
        arrays[f"{split}_images"], arrays[f"{split}_labels"] = images[:count], labels[:count, None]
    np.savez(path, **arrays)
    return str(path)
