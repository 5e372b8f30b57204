"""How a reader scales prepared inputs, and what float32 would lose of them."""

from dataclasses import dataclass

import numpy as np

from study.data.source import Source
from study.data.value_range import largest_value


@dataclass
class Moments:
    """The sums behind means and deviations: of features, of colours, or of all values.

    They are of differences from one sample: squares of large values would cancel.
    """

    shift: np.ndarray  # (channels,), that sample's values
    sums: np.ndarray  # (2, channels), of the differences and of their squares
    count: int = 0  # how many values of a channel

    def add(self, samples: np.ndarray) -> None:
        """Add samples, (n, ...)."""
        flat = samples.reshape(-1, len(self.shift)) - self.shift
        self.sums += [flat.sum(axis=0), np.square(flat, out=flat).sum(axis=0)]
        self.count += len(flat)


def no_moments(sample: np.ndarray) -> Moments:
    """Moments to which nothing was added, as differences from a sample.

    Args:
        sample: features, or an image, of whose last axis 3 are colours.
    """
    channels = _channels(sample.shape)
    return Moments(sample.reshape(-1, channels)[0].astype(float), np.zeros((2, channels)))


def _channels(shape: tuple[int, ...]) -> int:
    """How many values of a sample are scaled on their own: features, colours, or one for all."""
    if len(shape) == 1:
        return shape[0]
    return 3 if len(shape) == 3 and shape[-1] == 3 else 1


def scaling_of(normalize: str, source: Source, moments: Moments) -> dict[str, list[float]]:
    """What a reader subtracts from the inputs and then divides them by.

    Args:
        normalize: `unit` or `standardize`.
        source: what was read.
        moments: of the training split.
    """
    if normalize == "unit":
        low, high = source.value_range or (0.0, largest_value(source.dtype))
        return {"subtract": [float(low)], "divide_by": [float(high - low)]}
    difference, square = moments.sums / moments.count
    mean = moments.shift + difference
    deviation = np.sqrt(np.maximum(square - difference**2, 0))
    deviation[deviation == 0] = 1  # a constant stays at zero
    return {"subtract": mean.tolist(), "divide_by": deviation.tolist()}


def lost_in_float32(scaling: dict[str, list[float]]) -> list[str]:
    """Which values float32 hardly tells apart, because they vary little for their size, if any."""
    steps = np.spacing(np.abs(scaling["subtract"]).astype(np.float32))
    deviations = np.array(scaling["divide_by"])
    lost = np.flatnonzero((deviations < 4 * steps) & (deviations != 1))  # 1 is that of a constant
    if not len(lost):
        return []
    mean, deviation = (scaling[key][lost[0]] for key in ("subtract", "divide_by"))
    return [
        f"{len(lost)} of {len(steps)} features vary so little for their size that float32, which"
        " networks compute in, hardly tells their values apart:"
        f" the one in column {lost[0]} has a mean of"
        f" {mean:g} and a standard deviation of {deviation:g}; subtract a constant before saving"
        " them."
    ]
