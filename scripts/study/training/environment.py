"""What a job ran on: versions, processor, time. It decides no result, and no digest covers it."""

import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import torch

PACKAGES = ("torch", "numpy", "snakemake")


def describe_environment(device: str, seconds: float) -> dict:
    """For environment.json: the code's version, packages, hardware, threads and duration.

    Args:
        device: where the job trained, `cpu` or `cuda`.
        seconds: how long it took, from its start.
    """
    return {
        "commit": code_version(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor_name(),
        "gpu": torch.cuda.get_device_name() if device == "cuda" else None,
        "threads": torch.get_num_threads(),
        "seconds": round(seconds, 1),
    }


def code_version() -> str | None:
    """The commit of this code, with `-dirty` where files differ from it; None outside git."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def processor_name() -> str:
    """The processor's model, as its maker calls it."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
