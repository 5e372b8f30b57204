"""Use torch.optim without importing torch.compile, which takes longer than a short run trains."""

import torch


def spare_compiler() -> None:
    """Have the bookkeeping of torch's optimizers do without torch._dynamo (1.7 s to import).

    Methods such as `state_dict` ask it, when they are first called, for a version of themselves
    that torch.compile leaves alone, and keep that. Here they are given themselves. A torch that
    asks in another way only imports it, as it would have done.
    """
    for method in vars(torch.optim.Optimizer).values():
        if function := getattr(method, "__wrapped__", None):
            function.__dynamo_disable = function
