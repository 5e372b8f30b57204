"""What runs on a GPU, whether its bytes are repeatable, and how long seeds take together there.

    python tests/bench/bench_gpu.py
    python tests/bench/bench_gpu.py --device cpu    # to try this script where there is no GPU

Trains every network, loss, optimizer, schedule and precision for an epoch, on made-up images of
28 × 28, in a job of two seeds, and says of each what came of it. Then checks that a seed of a stack
has the same bytes in other company and after an interruption, and times seeds of a perceptron one
after the other and together. A few minutes; ends with status 1 if anything failed.
"""

import argparse
import contextlib
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import numpy as np
import torch

from study.data.prepared import prepare
from study.settings.parameters import DEFAULTS
from study.training.checkpoints import save_tensors
from study.training.devices import DEVICES
from study.training.loop import Round, initial_state, train_round
from study.training.losses import LOSSES
from study.training.networks import NETWORKS
from study.training.optimizers import OPTIMIZERS
from study.training.run import train_run
from study.training.samples import load_data
from study.training.schedules import SCHEDULES
from study.training.stacked import Member, train_stack
from study.training.stacking import why_alone

Parameters = dict[str, Any]
SMALL = DEFAULTS | {"hidden_units": 64}  # of which seeds train together on every device
SHAPE = (28, 28)


def make_images(folder: Path, train: int, val: int) -> None:
    """Prepare images of noise, of which those of class 1 are brighter."""
    generator, arrays = np.random.default_rng(0), {}
    for split, count in (("train", train), ("val", val)):
        labels = np.arange(count) % 2
        images = generator.integers(0, 200, (count, *SHAPE)) + 40 * labels[:, None, None]
        arrays |= {f"{split}_images": images.astype(np.uint8), f"{split}_labels": labels[:, None]}
    np.savez(folder / "images.npz", **arrays)
    entry = {"kind": "npz", "path": str(folder / "images.npz"), "positive": 1, "normalize": "unit"}
    with contextlib.redirect_stdout(io.StringIO()):
        prepare("bench", entry, folder)


def train_job(
    data: Path,
    device: str,
    parameters: Parameters,
    seeds: tuple[int, int],
    epochs: int = 1,
    stopped: bool = False,
) -> dict[str, bytes]:
    """What a job writes, by the file's name.

    Args:
        seeds: the first and the last.
        stopped: whether it is interrupted after every epoch, and resumed.
    """
    run = {"parameters": {}, "epochs": epochs, "round": 1, "device": device}
    run |= {"first": seeds[0], "last": seeds[1]}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        while not (place / "metrics.csv").exists():
            with (
                contextlib.suppress(SystemExit),  # it was stopped, and its progress is saved
                contextlib.redirect_stdout(io.StringIO()),
            ):
                train_run(run, parameters, data, None, place, 0, lambda: stopped)
        return {path.name: path.read_bytes() for path in place.iterdir()}


def changes(device: str) -> list[Parameters]:
    """One change a row: of the parameters of a job that is to run."""
    found: list[Parameters] = [{"network": name, "loss": "ce"} for name in NETWORKS]
    found += [{"loss": name} for name in LOSSES]
    found += [{"loss": "bce(class_weights='balanced')"}, {"dropout": 0.2}, {"batch_norm": True}]
    found += [{"optimizer": name, "gradient_clip": 1.0} for name in OPTIMIZERS]
    found += [{"optimizer": "sgd(nesterov=True)", "momentum": 0.9}]
    found += [{"schedule": name} for name in SCHEDULES]
    found += [{"network": "cnn", "flip": True, "shift": 2, "rotation": 10}]
    found += [{"network": name, "precision": "bfloat16"} for name in NETWORKS]
    return found + ([{"compile": True}] if device == "cuda" else [])


def run_all(data: Path, device: str) -> bool:
    """Print a row a change: whether its seeds train together, and what came of the job, twice."""
    all_well = True
    print("| What | Seeds | |\n|---|---|---|")
    for change in changes(device):
        parameters = SMALL | change
        together = not why_alone(parameters, device, SHAPE, 2, redrawn=False)
        try:
            twice = [train_job(data, device, parameters, (0, 1)) for _ in range(2)]
            result = "same bytes twice" if twice[0] == twice[1] else "OTHER BYTES the second time"
        except Exception as error:  # whatever a card or its libraries refuse
            result = f"FAILED: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        all_well &= result == "same bytes twice"
        what = ", ".join(f"{name} {value}" for name, value in change.items())
        print(f"| {what} | {'together' if together else 'in turn'} | {result} |", flush=True)
    return all_well


def state_bytes(files: dict[str, bytes], seed: int) -> bytes:
    """A seed's weights, moments and generators in a job's checkpoint."""
    state = torch.load(io.BytesIO(files["checkpoint.pt"]), weights_only=True)[seed]
    with tempfile.TemporaryDirectory() as folder:
        save_tensors(state, Path(folder, "state"))
        return Path(folder, "state").read_bytes()


def check_stack(data: Path, device: str) -> bool:
    """Print whether a seed has the same bytes in other company, and after interruptions."""
    parameters, last = SMALL | {"gradient_clip": 0.5}, DEVICES[device].width - 1
    whole = train_job(data, device, parameters, (0, last), epochs=3)
    alone = train_job(data, device, parameters, (last, last), epochs=3)
    resumed = train_job(data, device, parameters, (0, last), epochs=3, stopped=True)
    found = {
        f"seed {last} alone, and among {last + 1}": state_bytes(whole, last)
        == state_bytes(alone, last),
        "a stack that was interrupted after each epoch, and one that was not": resumed == whole,
    }
    for what, well in found.items():
        print(f"{what}: {'the same' if well else 'OTHER'} bytes")
    return all(found.values())


def time_seeds(folder: Path, device: str, units: int, times: int) -> None:
    """Print the time of an epoch of a stack, and of its seeds one after the other."""
    parameters, width = DEFAULTS | {"hidden_units": units}, DEVICES[device].width
    data = load_data(folder, parameters, device)
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    single, together = [], []
    for number in range(times + 1):
        states = [initial_state(data, parameters, seed) for seed in range(width)]
        members = [Member(Round(n, 1, 1), state, []) for n, state in enumerate(states)]
        wait()
        start = time.perf_counter()
        train_round(data, parameters, Round(0, 1, 1), states[0])
        wait()
        middle = time.perf_counter()
        train_stack(data, parameters, width, members, lambda seed, rows, state: None)
        wait()
        if number:  # the first time warms up
            single.append(middle - start)
            together.append(time.perf_counter() - middle)
    one, all_seeds = statistics.median(single), statistics.median(together)
    print(
        f"784-{units}-1: {width * one / all_seeds:.1f} times as fast together: an epoch of one seed"
        f" {one:.3f} s, of {width} together {all_seeds:.3f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", choices=DEVICES, default="cuda")
    parser.add_argument("--samples", type=int, default=4708, help="of an epoch that is timed")
    arguments = parser.parse_args()
    device = arguments.device
    if device == "cuda" and not torch.cuda.is_available():
        parser.error("PyTorch finds no GPU here; --device cpu tries this script without one")
    torch.set_num_threads(1)
    card = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    print(f"{card}, PyTorch {torch.__version__}")
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        make_images(Path(small), 200, 50)
        well = [run_all(Path(small), device), check_stack(Path(small), device)]
        make_images(Path(large), arguments.samples, 524)
        for units in (16, 256):
            time_seeds(Path(large), device, units, times=3)
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    main()
