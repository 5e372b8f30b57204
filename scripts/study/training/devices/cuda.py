"""Training on a GPU: what a step does there is recorded once, as a CUDA graph, and replayed.

A step of a small network is dozens of operations that take a GPU less time than it takes Python to
ask for them. A graph is asked for once. The optimizer's step is not part of it: with few
operations it costs little, and the learning rate may change before each.

What is the user's own, a network or a loss, may look at values as it goes, which a graph cannot
record; torch.compile records by itself. Both run as they do on a CPU.
"""

from typing import NamedTuple

import torch
from torch.func import functional_call, vmap

from study.training.devices import Work
from study.training.spelling import is_own, read_spelling
from study.training.stacked_layers import has_linear_alone, stack_layers

# or convolutions may add up in another order each time
torch.backends.cudnn.deterministic = True

WARM_UP = 3  # times that work is done before it is recorded: libraries set themselves up in these


class Recorded(NamedTuple):
    """Work on batches of one size."""

    graph: torch.cuda.CUDAGraph
    batch: list[torch.Tensor]  # what it reads
    logits: torch.Tensor  # what it writes
    gradients: list[torch.Tensor | None]


class Stacked(torch.nn.Module):
    """Networks of any layers as one: inputs (width, n, features) to (width, n, outputs)."""

    def __init__(
        self,
        network: torch.nn.Module,
        weights: dict[str, torch.Tensor],
        buffers: dict[str, torch.Tensor],
    ):
        """Of weights and buffers (width, …), by the names that one network has them under."""
        super().__init__()
        self.network, self.values = network, weights | buffers

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return vmap(self._of_one)(self.values, inputs)

    def _of_one(self, values: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
        return functional_call(self.network, values, (inputs,))


def begin_epoch() -> None:
    """Seed what layers draw on the GPU from the seed's random state, which is on the CPU."""
    torch.cuda.manual_seed(int(torch.randint(2**62, ())))


def stack_network(
    network: torch.nn.Module, weights: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor]
) -> torch.nn.Module:
    """A stack of networks, by batched products where all that has weights are linear layers."""
    if has_linear_alone(network):
        return stack_layers(network, weights)
    return Stacked(network, weights, buffers)


def repeated(work: Work, buffers: list[torch.Tensor], parameters: dict) -> Work:
    """The work as graphs, one for each size of batch, recorded when it first comes.

    The gradients are overwritten by the next batch of the same size, the logits are not.

    Args:
        buffers: what the work changes beside the gradients.
        parameters: the cell's.
    """
    own = any(is_own(read_spelling(parameters[name]).name) for name in ("network", "loss"))
    if own or parameters["compile"]:
        return work
    found: dict[tuple[torch.Size, ...], Recorded] = {}

    def replay(*batch: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor | None]]:
        sizes = tuple(part.shape for part in batch)
        if sizes not in found:
            found[sizes] = _record(work, batch, buffers)
        recorded = found[sizes]
        for kept, part in zip(recorded.batch, batch):
            kept.copy_(part)
        recorded.graph.replay()
        return recorded.logits.clone(), recorded.gradients

    return replay


def _record(work: Work, batch: tuple[torch.Tensor, ...], buffers: list[torch.Tensor]) -> Recorded:
    """Record work on a batch; the buffers and the generator stay as they are."""
    inputs = [part.clone() for part in batch]
    before = [buffer.clone() for buffer in buffers]
    drawn = torch.cuda.get_rng_state()
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM_UP):
            work(*inputs)
    torch.cuda.current_stream().wait_stream(stream)
    for buffer, value in zip(buffers, before):
        buffer.copy_(value)
    torch.cuda.set_rng_state(drawn)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        logits, gradients = work(*inputs)
    return Recorded(graph, inputs, logits, gradients)
