"""Train one cell for one round, with each seed of a block in turn.

Writes one row of metrics per seed and epoch, the scores of the validation and the test split after
the last epoch, and a checkpoint from which the next round goes on. A round that is interrupted goes
on from the progress that it kept, and its files are the same to the byte.

Everything random comes from two generators a seed, one for the initial weights and one for the
order of the batches, never from torch's global one. The hidden layers' weights are drawn before
the output layer's, so that cells that differ in the loss, the batch size or the activation start
from the same hidden layers and see the images in the same order.
"""

import gc

gc.disable()  # until torch is imported: see below

import csv
import functools
import json
import math
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from study.choices import ACTIVATIONS, LOSSES, OPTIMIZERS
from study.errors import UserError
from study.files import file_digest, remove_leftovers, replacing, replacing_all
from study.logs import log_to
from study.parameters import DEFAULTS, METRICS
from study.prepared import load_split, read_description

# Importing torch makes a great many objects that live as long as the process. Looking for garbage
# among them, while they are made and at the end, takes 0.5 s, as long as a short run trains.
gc.freeze()
gc.enable()

STOPPED = 128 + signal.SIGTERM  # the exit status of a job that was asked to stop, as of a shell


def make_generator(seed: int, stream: int) -> torch.Generator:
    """A generator of a seed's own; streams of the same seed are independent."""
    entropy = np.random.SeedSequence([seed, stream]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(entropy))


def load_data(folder: Path, device: str) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Every split: inputs (n, features) float32, labels (n,) int64."""
    description = read_description(folder)
    subtract, divide_by = (torch.tensor(description[key]) for key in ("subtract", "divide_by"))
    data = {}
    for split in description["splits"]:
        inputs, labels = load_split(folder, split)
        # Into memory that torch has allocated: a product's last bits may depend on the alignment,
        # and torch always aligns alike.
        images = torch.empty(len(inputs), math.prod(inputs.shape[1:]))
        images.numpy()[:] = inputs.reshape(images.shape)
        scaled = images.view(len(inputs), -1, len(subtract))  # by feature, by colour, or alike
        scaled.sub_(subtract).div_(divide_by)
        data[split] = (images.to(device), torch.tensor(labels, device=device))
    return data


def build_network(features: int, parameters: dict, generator: torch.Generator) -> torch.nn.Module:
    """A fully connected network, initialized as `torch.nn.Linear` is, from our own generator.

    Weights and biases are uniform in ±1/sqrt(fan-in), which is what Linear's default comes to
    (He et al. 2015 with a = sqrt(5)).
    """
    loss = LOSSES[parameters["loss"]]
    activation = getattr(torch.nn, ACTIVATIONS[parameters["activation"]].module)
    widths = [features] + [parameters["hidden_units"]] * parameters["hidden_layers"]
    layers = []
    for fan_in, fan_out in zip(widths, [*widths[1:], loss.outputs]):
        with torch.random.fork_rng(devices=[]):  # Linear draws from torch's global generator
            layer = torch.nn.Linear(fan_in, fan_out)
        bound = 1 / math.sqrt(fan_in)
        for tensor in (layer.weight, layer.bias):
            torch.nn.init.uniform_(tensor, -bound, bound, generator=generator)
        layers += [layer, activation()]
    return torch.nn.Sequential(*layers[:-1])


def initial_state(features: int, parameters: dict, seed: int) -> dict:
    """What a seed starts its first round from, in the form of a checkpoint."""
    network = build_network(features, parameters, make_generator(seed, 0))
    weights = list(network.parameters())
    moments = OPTIMIZERS[parameters["optimizer"]].moments
    optimizer = {name: [torch.zeros_like(weight) for weight in weights] for name in moments}
    optimizer["step"] = [torch.zeros(()) for _ in weights]
    return {
        "network": network.state_dict(),
        "optimizer": optimizer,
        "order": make_generator(seed, 1).get_state(),
        "diverged": False,
    }


def measure(logits: torch.Tensor, labels: torch.Tensor, loss_name: str) -> tuple[float, float]:
    """The mean loss and the accuracy, as a fraction, of logits (n, outputs) for labels (n,)."""
    loss = LOSSES[loss_name]
    criterion = getattr(torch.nn, loss.criterion)(reduction="none")
    losses = criterion(logits, loss.target(labels))
    correct = (loss.score(logits) > 0) == (labels == 1)
    return losses.double().mean().item(), correct.double().mean().item()


def train_round(
    data: dict,
    parameters: dict,
    epochs: int,
    state: dict,
    rows: list | None = None,
    after_epoch: Callable[[list, dict], None] = lambda rows, state: None,
) -> tuple[list, dict]:
    """Train one seed for one round.

    Args:
        data: as `load_data` returns it.
        parameters: a value for every training parameter.
        epochs: how many epochs the round has.
        state: the seed's `initial_state`, or what the round before returned; or, with the `rows`
            up to there, what `after_epoch` was given in a round that was interrupted.
        after_epoch: called with the rows and the state after each epoch but the last.

    Returns:
        One row `[epoch, train_loss, train_accuracy, val_loss, val_accuracy]` an epoch, counted
        from 1, and the state after the last. The training figures are means over the samples of
        the epoch's steps, as the network was when each was used; the validation figures are taken
        after the epoch. A loss that is not finite ends the round with its epoch's row; a seed that
        diverged in an earlier round has a single row, of NaN.
    """
    if state["diverged"]:
        return [[1, *[math.nan] * len(METRICS)]], state
    inputs, labels = data["train"]
    device = inputs.device
    loss = LOSSES[parameters["loss"]]
    criterion = getattr(torch.nn, loss.criterion)()
    update = OPTIMIZERS[parameters["optimizer"]].update
    network = build_network(inputs.shape[1], parameters, torch.Generator()).to(device)
    network.load_state_dict(state["network"])
    weights = list(network.parameters())
    optimizer = {
        name: [tensor.to(device, copy=True) for tensor in tensors]
        for name, tensors in state["optimizer"].items()
    }
    order = torch.Generator()
    order.set_state(state["order"])
    shuffled = torch.empty_like(inputs)
    rows, diverged = list(rows or []), False
    for epoch in range(len(rows) + 1, epochs + 1):
        network.train()
        permutation = torch.randperm(len(inputs), generator=order).to(device)
        torch.index_select(inputs, 0, permutation, out=shuffled)
        shuffled_labels = labels[permutation]
        targets = loss.target(shuffled_labels)
        step_logits = []
        batch_size = parameters["batch_size"]
        for images, target in zip(shuffled.split(batch_size), targets.split(batch_size)):
            logits = network(images)
            gradients = torch.autograd.grad(criterion(logits, target), weights)
            with torch.no_grad():
                update(weights, list(gradients), optimizer, parameters["learning_rate"])
            step_logits.append(logits.detach())
        network.eval()
        with torch.no_grad():
            train = measure(torch.cat(step_logits), shuffled_labels, parameters["loss"])
            val = measure(network(data["val"][0]), data["val"][1], parameters["loss"])
        rows.append([epoch, *train, *val])
        if not (math.isfinite(train[0]) and math.isfinite(val[0])):
            diverged = True
            break
        if epoch < epochs:
            after_epoch(rows, collect_state(network, optimizer, order, diverged))
    return rows, collect_state(network, optimizer, order, diverged)


def collect_state(network, optimizer: dict, order: torch.Generator, diverged: bool) -> dict:
    """A seed's state as it is now, as a checkpoint has it: on the CPU, and there not copied."""
    return {
        "network": {name: tensor.cpu() for name, tensor in network.state_dict().items()},
        "optimizer": {name: [item.cpu() for item in items] for name, items in optimizer.items()},
        "order": order.get_state(),
        "diverged": diverged,
    }


def score_images(data: dict, parameters: dict, state: dict) -> dict[str, np.ndarray]:
    """The logit of the positive class for each image that is not trained on, by split.

    Returns (n,) float32 for `val`, and for `test` where there is one; NaN if the seed diverged.
    The test split is scored and used for nothing else.
    """
    inputs, _ = data["train"]
    network = build_network(inputs.shape[1], parameters, torch.Generator()).to(inputs.device)
    network.load_state_dict(state["network"])
    network.eval()
    scores = {}
    for split, (inputs, _) in data.items():
        if split != "train":
            with torch.no_grad():
                score = LOSSES[parameters["loss"]].score(network(inputs)).cpu().numpy()
            scores[split] = np.full_like(score, math.nan) if state["diverged"] else score
    return scores


def load_checkpoint(path: str) -> dict[int, dict]:
    """The states that the round before left, seed -> state."""
    try:
        return torch.load(path, weights_only=True)
    except Exception as error:  # whatever torch's reader meets in a damaged file
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error


def save_tensors(content: dict, path: Path) -> None:
    """Write tensors in dicts and lists, so that equal content gives equal bytes.

    `torch.save` would write the file's name into it, and strings that are one object only once.
    """

    def alike(value):
        if isinstance(value, dict):
            return {
                sys.intern(key) if isinstance(key, str) else key: alike(item)
                for key, item in value.items()
            }
        return [alike(item) for item in value] if isinstance(value, list) else value

    with open(path, "wb") as file:
        torch.save(alike(content), file)


def load_progress(path: Path, identity: str) -> dict:
    """What an interrupted job of the same run kept, or the beginning.

    `table` and `after` are of the seeds that are through; `rows` and `state` of the one that is
    not. What another run, other data or other code left, or what cannot be read, is not used.
    """
    beginning = {"identity": identity, "table": [], "after": {}, "rows": [], "state": None}
    try:
        progress = torch.load(path, weights_only=True)
    except Exception:  # none, or whatever torch's reader meets in a damaged file
        return beginning
    same = isinstance(progress, dict) and progress.get("identity") == identity
    return progress if same else beginning


def watch_for_stop() -> Callable[[], bool]:
    """Note SIGTERM in place of dying of it; whether it has come."""
    received = []
    signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    return lambda: bool(received)


def keep_progress(path: Path, progress: dict, every: int, stopping, rows, state) -> None:
    """After an epoch: save where we are if it is time, or if we are asked to stop; then stop."""
    stop = stopping()
    if stop or (every and len(rows) % every == 0):
        with replacing(path) as part:
            save_tensors(progress | {"rows": rows, "state": state}, part)
    if stop:
        print(f"asked to stop: epoch {rows[-1][0]} is kept, the next job goes on from there")
        sys.exit(STOPPED)


def main(
    run: dict,
    data_folder: Path,
    previous: str | None,
    output,
    every: int = 0,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Train every seed of a run and write its files, the metrics last.

    Args:
        run: `settings` (the parameters that are not at their default), `epochs`, `first` and
            `last` seed, `device`; written as it is beside the metrics.
        data_folder: the prepared data set.
        previous: the checkpoint of the round before, or None in the first round.
        output: has `metrics`, `scores`, `checkpoint` and `run`, the files to write. The scores are
            an .npz with `seeds` (k,) int64 and, for each split that is not trained on,
            `<split>_scores` (k, n) float32 and `<split>_labels` (n,) int8.
        every: after how many epochs to save progress.pt beside the metrics; 0 only when stopped.
        stopping: whether the job is asked to stop, looked at after each epoch.
    """
    parameters = DEFAULTS | run["settings"]
    data = load_data(data_folder, run["device"])
    features = data["train"][0].shape[1]
    states = load_checkpoint(previous) if previous else {}
    kept = Path(output.metrics).with_name("progress.pt")
    identity = json.dumps([run, file_digest(previous) if previous else None])
    progress = load_progress(kept, identity)
    for seed in range(run["first"], run["last"] + 1):
        if seed in progress["after"]:
            continue
        rows, state = progress.pop("rows", []), progress.pop("state", None)
        if state is None:
            state = states[seed] if previous else initial_state(features, parameters, seed)
        keep = functools.partial(keep_progress, kept, progress, every, stopping)
        rows, progress["after"][seed] = train_round(
            data, parameters, run["epochs"], state, rows, keep
        )
        progress["table"] += [[seed, *row] for row in rows]
        last = ", ".join(f"{name} {value:.4f}" for name, value in zip(METRICS, rows[-1][1:]))
        print(f"seed {seed}: epoch {rows[-1][0]} of {run['epochs']}, {last}")
    after = progress["after"]
    scores = [score_images(data, parameters, state) for state in after.values()]
    arrays = {"seeds": np.array(list(after))}
    for split in scores[0]:
        arrays[f"{split}_scores"] = np.stack([score[split] for score in scores])
        arrays[f"{split}_labels"] = data[split][1].cpu().numpy().astype(np.int8)
    files = (output.checkpoint, output.scores, output.run, output.metrics)
    with replacing_all(*files) as (checkpoint, scores_file, run_file, metrics):
        save_tensors(after, checkpoint)
        with open(scores_file, "wb") as file:
            np.savez(file, **arrays)
        run_file.write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8", newline="\n")
        with open(metrics, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["seed", "epoch", *METRICS])
            writer.writerows(progress["table"])
    kept.unlink(missing_ok=True)
    remove_leftovers(kept)


def check_device(device: str) -> None:
    """Refuse a device that is not here."""
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("device: cuda, but PyTorch finds no GPU on this machine; cpu needs none")


if __name__ == "__main__":
    stopping = watch_for_stop()  # before all else: once there is a log, a job can be asked to stop
    log_to(snakemake.log[0])
    torch.set_num_threads(snakemake.threads)
    check_device(snakemake.params.run["device"])
    main(
        snakemake.params.run,
        Path(snakemake.input.data[0]).parent,
        next(iter(snakemake.input.previous), None),
        snakemake.output,
        # not among the parameters: how often progress is kept must not train anything again
        int(snakemake.config.get("checkpoint_every") or 0),
        stopping,
    )
