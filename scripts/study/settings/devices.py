"""Which device there is to train on, found out without importing PyTorch."""

import sys
from functools import cache
from importlib import metadata
from pathlib import Path


@cache
def has_gpu() -> bool:
    """Whether there may be a GPU here that PyTorch can use."""
    places = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, Windows
    return sys.platform != "linux" or any(Path(place).exists() for place in places)


def pick_device(wanted: str) -> str:
    """`cpu` or `cuda`: what is wanted, or for `auto` what this machine has."""
    if wanted != "auto":
        return wanted
    for_cpus = "+cpu" in metadata.version("torch")  # a build without CUDA
    return "cuda" if has_gpu() and sys.platform == "linux" and not for_cpus else "cpu"
