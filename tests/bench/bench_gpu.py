"""What runs on a GPU, whether its bytes are repeatable, and how long epochs take there.

    python tests/bench/bench_gpu.py
    python tests/bench/bench_gpu.py --device cpu    # to try this script where there is no GPU

Trains every network, loss, optimizer, schedule and precision for an epoch, on made-up images of
28 × 28, in a job of two seeds, and says of each what came of it. Then checks that a seed of a stack
has the same bytes in other company, that jobs have them after interruptions, and that a recorded
step learns as one that is not; and times epochs: of a seed by steps that are not recorded, of one
by steps that are, and of the seeds of a stack. A few minutes; ends with status 1 if anything
failed.
"""

import argparse
import contextlib
import io
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import numpy as np
import torch

from study.data.prepared import prepare
from study.settings.parameters import DEFAULTS
from study.training.checkpoints import save_tensors
from study.training.devices import DEVICES
from study.training.loop import Round, Row, initial_state, train_round
from study.training.losses import LOSSES
from study.training.networks import NETWORKS
from study.training.optimizers import OPTIMIZERS
from study.training.run import train_run
from study.training.samples import Data, load_data
from study.training.schedules import SCHEDULES
from study.training.stacked import Member, train_stack
from study.training.stacking import why_alone

Parameters = dict[str, Any]
SMALL = DEFAULTS | {"hidden_units": 64}  # of which seeds train together on every device
SHAPE = (28, 28)
EPOCHS = 6  # that are timed
TIMED: list[Parameters] = [
    {"network": "mlp", "hidden_units": 16},
    {"network": "mlp"},
    {"network": "cnn"},
    {"network": "resnet18", "loss": "ce"},
    {"network": "resnet18", "loss": "ce", "precision": "bfloat16"},
]
# jobs of a stack, of a stack of any layers, and of seeds in turn that draw and count as they train
COMPARED: list[Parameters] = [
    {"gradient_clip": 0.5},
    {"network": "cnn", "schedule": "cosine"},
    {"network": "cnn", "dropout": 0.2, "gradient_clip": 0.5, "channels": 4},
]


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
        print(
            f"| {spelled(change)} | {'together' if together else 'in turn'} | {result} |",
            flush=True,
        )
    return all_well


def state_bytes(files: dict[str, bytes], seed: int) -> bytes:
    """A seed's weights, moments and generators in a job's checkpoint."""
    state = torch.load(io.BytesIO(files["checkpoint.pt"]), weights_only=True)[seed]
    with tempfile.TemporaryDirectory() as folder:
        save_tensors(state, Path(folder, "state"))
        return Path(folder, "state").read_bytes()


def check_bytes(data: Path, device: str) -> bool:
    """Print whether seeds have the same bytes in other company, and after interruptions."""
    well, last = True, DEVICES[device].width - 1
    for change in COMPARED:
        parameters = SMALL | change
        whole = train_job(data, device, parameters, (0, last), epochs=3)
        alone = train_job(data, device, parameters, (last, last), epochs=3)
        stopped = train_job(data, device, parameters, (0, last), epochs=3, stopped=True)
        found = {
            f"seed {last} alone and among {last + 1}": state_bytes(whole, last)
            == state_bytes(alone, last),
            "a job that was interrupted after each epoch and one that was not": stopped == whole,
        }
        for what, same in found.items():
            print(f"{spelled(change)}: {what}: {'the same' if same else 'OTHER'} bytes")
        well &= all(found.values())
    return well


@contextlib.contextmanager
def nothing_recorded(device: str) -> Iterator[None]:
    """Meanwhile a step is not recorded, but asked for operation by operation."""
    kept = DEVICES[device]
    DEVICES[device] = kept._replace(module=DEVICES["cpu"].module)
    try:
        yield
    finally:
        DEVICES[device] = kept


def epoch_times(data: Data, parameters: Parameters, seeds: int) -> tuple[list[float], list[Row]]:
    """The seconds of each epoch but the last, and the rows of the first seed.

    Args:
        seeds: 1 for one alone, or a stack's width.
    """
    rows: list[Row] = []
    times = [time.perf_counter()]

    def after(*_: object) -> None:  # whose epoch has ended, because its figures are on the CPU
        times.append(time.perf_counter())

    states = [initial_state(data, parameters, seed) for seed in range(seeds)]
    if seeds == 1:
        rows, _ = train_round(data, parameters, Round(0, 1, EPOCHS), states[0], after_epoch=after)
    else:
        members = [Member(Round(seed, 1, EPOCHS), one, []) for seed, one in enumerate(states)]
        found = {}
        train_stack(data, parameters, seeds, members, lambda n, r, _: found.update({n: r}), after)
        rows = found[0]
    return [after - before for before, after in itertools.pairwise(times)], rows


def time_epochs(folder: Path, device: str, change: Parameters) -> None:
    """Print the times of an epoch, and of the first, in which steps are recorded."""
    parameters, width = DEFAULTS | change, DEVICES[device].width
    data = load_data(folder, parameters, device)
    with nothing_recorded(device):
        eager, expected = epoch_times(data, parameters, 1)
    alone, rows = epoch_times(data, parameters, 1)
    one, each = statistics.median(eager[1:]), statistics.median(alone[1:])
    print(
        f"{spelled(change)}: an epoch of one seed {one:.3f} s; recorded {each:.3f}"
        f" ({one / each:.1f} times as fast), the first {alone[0]:.2f}, {distance(rows, expected)}",
        flush=True,
    )
    if why_alone(parameters, device, SHAPE, 2, redrawn=False):
        return
    together, rows = epoch_times(data, parameters, width)
    all_seeds = statistics.median(together[1:])
    print(
        f"    {width} together {all_seeds:.3f}: {width * one / all_seeds:.0f} times as fast as in"
        f" turn, {width * each / all_seeds:.1f} times if recorded; the first {together[0]:.2f},"
        f" {distance(rows, expected)}",
        flush=True,
    )


def distance(rows: list[Row], expected: list[Row]) -> str:
    return f"figures at most {np.abs(np.subtract(rows, expected)).max():.1g} apart"


def spelled(change: Parameters) -> str:
    return ", ".join(f"{name} {value}" for name, value in change.items())


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
        make_images(Path(large), arguments.samples, 524)
        for change in TIMED:
            time_epochs(Path(large), device, change)
        well = [check_bytes(Path(small), device), run_all(Path(small), device)]
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    main()
