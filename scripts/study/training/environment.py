"""What a job ran on: versions, processor, time. It decides no result, and no digest covers it."""

import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

PACKAGES = ("torch", "numpy", "snakemake")


def describe_environment(device: str, seconds: float) -> dict:
    """`describe_job` of a job that trained with torch.

    Args:
        device: where it trained, `cpu` or `cuda`.
        seconds: how long it took, from its start.
    """
    import torch

    gpu = torch.cuda.get_device_name() if device == "cuda" else None
    return describe_job(PACKAGES, gpu, torch.get_num_threads(), seconds)


def describe_job(packages: Iterable[str], gpu: str | None, threads: int, seconds: float) -> dict:
    """For environment.json: the code's version, packages, hardware, threads and duration."""
    return {
        "commit": code_version(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in packages},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor_name(),
        "gpu": gpu,
        "threads": threads,
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
