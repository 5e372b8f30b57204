"""A training of seconds, without Snakemake: its data, a small network, some rounds of it."""

import torch

from study.settings.parameters import DEFAULTS
from study.training.loop import Round, initial_state, train_round
from study.training.samples import Data

torch.set_num_threads(1)  # as jobs do; on cores that are shared more would wait for each other

SMALL = DEFAULTS | {"hidden_units": 8, "batch_size": 16}
SHAPE = (5, 5)  # of the tiny data set's images
TINY = Data({}, SHAPE, classes=2)  # without its samples
RUN = {
    "parameters": {"hidden_units": 8},
    "device": "cpu",
    "epochs": 6,
    "first": 0,
    "last": 2,
    "round": 1,
    "data": "d",
    "code": {"trainer": "t"},
}
TRAINED = DEFAULTS | RUN["parameters"]  # of that run; its seeds train together
IN_TURN = TRAINED | {"dropout": 0.1}  # whose seeds train one after the other


def train_rounds(data, parameters, epochs, rounds, seed=0):
    """The rows of some rounds, each resumed from the last, and the state at the end."""
    state, rows = initial_state(data, parameters, seed), []
    for number in range(1, rounds + 1):
        new, state = train_round(data, parameters, Round(seed, number, epochs), state)
        rows.append(new)
    return rows, state
