"""How fast an epoch is and how much memory a job takes, beside the usual way of writing it.

    python tests/bench/bench_training.py data/pneumoniamnist.npz

Times one epoch (training and validation; one hidden layer of 256, batch 32, Adam, one thread) in
turn as the trainer has it and as a notebook usually has it: TensorDataset, DataLoader, `.item()` at
every step. Both see the images in the same order, and their losses are compared. Then the seeds of
a small network, on wdbc, one after the other and together.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import torch
from torch.utils.data import DataLoader, TensorDataset

from study.data.prepared import prepare
from study.settings.parameters import DEFAULTS
from study.training.devices import DEVICES
from study.training.learner import build_network
from study.training.loop import Round, initial_state, train_round
from study.training.memory import keep_memory
from study.training.samples import Data, load_data
from study.training.stacked import Member, train_stack
from study.training.streams import make_generator


class Notebook:
    """The same training with a DataLoader."""

    def __init__(self, data: Data):
        self.sets = {
            split: TensorDataset(inputs, labels.float()[:, None])
            for split, (inputs, labels) in data.splits.items()
        }
        self.network = build_network(data, DEFAULTS, make_generator(0, 0))
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=DEFAULTS["learning_rate"])
        self.criterion = torch.nn.BCEWithLogitsLoss()
        self.order = make_generator(0, 1)

    def epoch(self) -> list[float]:
        size = len(self.sets["train"])
        sampler = torch.randperm(size, generator=self.order).tolist()
        figures = []
        for split in ("train", "val"):
            training = split == "train"
            self.network.train(training)
            total_loss = correct = 0
            options = {"sampler": sampler} if training else {}
            with torch.set_grad_enabled(training):
                for images, labels in DataLoader(self.sets[split], batch_size=32, **options):
                    logits = self.network(images)
                    loss = self.criterion(logits, labels)
                    if training:
                        self.optimizer.zero_grad()
                        loss.backward()
                        self.optimizer.step()
                    total_loss += loss.item() * len(images)
                    correct += ((logits > 0) == (labels == 1)).sum().item()
            figures += [total_loss / len(self.sets[split]), correct / len(self.sets[split])]
        return figures


def time_epochs(data: Data, epochs: int) -> None:
    """Print both times an epoch, their ratio, and the largest difference of their losses."""
    notebook = Notebook(data)
    state = initial_state(data, DEFAULTS, 0)
    times, difference = [], 0.0
    for number in range(epochs + 1):
        start = time.perf_counter()
        expected = notebook.epoch()
        middle = time.perf_counter()
        rows, state = train_round(data, DEFAULTS, Round(0, 1, 1), state)
        end = time.perf_counter()
        difference = max(difference, abs(rows[0][1] - expected[0]), abs(rows[0][3] - expected[2]))
        if number:  # the first epoch warms up
            times.append((middle - start, end - middle))
    theirs, ours = (statistics.median(column) for column in zip(*times))
    ratio = statistics.median(our / their for their, our in times)
    print(f"epoch, notebook way      {1000 * theirs:8.1f} ms   median of {epochs}")
    print(f"epoch, this trainer      {1000 * ours:8.1f} ms   {ratio:.2f} of it (target: 0.65)")
    print(f"largest loss difference  {difference:8.1e}")


def time_stack(data: Data, epochs: int) -> None:
    """Print the CPU time of twelve seeds together, and what part that is of one after the other."""
    ratios = []
    for _ in range(epochs):
        members = [Member(Round(n, 1, 3), initial_state(data, DEFAULTS, n), []) for n in range(12)]
        start = time.process_time()
        for this, state, _ in members:
            train_round(data, DEFAULTS, this, state)
        middle = time.process_time()
        train_stack(data, DEFAULTS, DEVICES["cpu"].width, members, lambda seed, rows, state: None)
        together = time.process_time() - middle
        ratios.append(together / (middle - start))
    part, each = statistics.median(ratios), 1000 * together / 3
    print(f"epoch of 12 seeds        {each:8.1f} ms   {part:.2f} of one by one (target: 0.4)")


def peak_memory(program: str) -> int:
    """The peak resident memory, in bytes, of a Python process that has the trainer imported.

    From Linux's /proc: getrusage would count what this process had when it started the other.
    """
    start = f"import sys; sys.path.insert(0, {sys.path[0]!r})\nimport torch, train\n"
    end = "\nprint(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])"
    command = [sys.executable, "-c", start + program + end]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return 1024 * int(done.stdout.split()[-1])


def measure_memory(folder: str, data: Data) -> None:
    """Print what a training job takes beyond torch, in multiples of the data as float32."""
    job = f"""
from pathlib import Path
from study.training.run import train_run
torch.set_num_threads(1)
run = {{"parameters": {{}}, "epochs": 2, "first": 0, "last": 1, "round": 1, "device": "cpu"}}
train_run(run, train.DEFAULTS, Path({folder!r}), None, Path({folder!r}))
"""
    # An optimizer step on one number loads what torch loads when it is first used.
    alone = peak_memory(
        """
from study.settings.parameters import DEFAULTS
from study.training.loop import Round, initial_state, train_round
from study.training.samples import Data
torch.set_num_threads(1)
split = torch.zeros(1, 1), torch.zeros(1, dtype=torch.long)
data = Data({"train": split, "val": split}, (1,), 2)
train_round(data, DEFAULTS, Round(0, 1, 1), initial_state(data, DEFAULTS, 0))
"""
    )
    size = sum(4 * inputs.numel() for inputs, _ in data.splits.values())
    more = peak_memory(job) - alone
    print(f"data as float32          {size / 2**20:8.1f} MiB  (training and validation)")
    print(f"a job beyond torch       {more / 2**20:8.1f} MiB  {more / size:.2f} of it (target: 4)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", help="an .npz file in MedMNIST's layout")
    parser.add_argument("--epochs", type=int, default=15)
    arguments = parser.parse_args()
    if not Path(arguments.file).is_file():
        parser.error(
            f"there is no file {arguments.file}; say which with `make bench DATA=file.npz`"
        )
    torch.set_num_threads(1)  # as in a job, as is what follows
    torch.set_flush_denormal(True)
    keep_memory()
    entry = {"kind": "npz", "path": arguments.file, "positive": 1, "normalize": "unit"}
    with tempfile.TemporaryDirectory() as folder:
        prepare("bench", entry, Path(folder))
        data = load_data(folder, DEFAULTS, "cpu")
        time_epochs(data, arguments.epochs)
        wdbc = {"kind": "sklearn", "name": "wdbc", "positive": "malignant"}
        prepare("wdbc", wdbc | {"val_share": 0.2, "split_seed": 0}, Path(folder, "wdbc"))
        time_stack(load_data(Path(folder, "wdbc"), DEFAULTS, "cpu"), arguments.epochs)
        measure_memory(folder, data)


if __name__ == "__main__":
    main()
