"""Where a seed's randomness comes from: a generator for each thing that is drawn."""

import numpy as np
import torch

# the initial weights; the order of the batches; what layers such as dropout draw; the share of the
# samples; and, with the epoch's number, changes of the images
WEIGHTS, ORDER, LAYERS, SHARE, AUGMENTATION = range(5)


def make_generator(seed: int, *stream: int) -> torch.Generator:
    """A generator of a seed's own; streams of the same seed are independent."""
    entropy = np.random.SeedSequence([seed, *stream]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(entropy))
