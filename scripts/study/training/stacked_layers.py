"""Networks of linear layers, several as one."""

import torch


class StackedLinear(torch.nn.Module):
    """A linear layer a member: inputs (width, n, fan-in) to (width, n, fan-out)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor):
        """Of a weight (width, fan-out, fan-in) and a bias (width, fan-out)."""
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.baddbmm(self.bias[:, None], inputs, self.weight.mT)


def has_linear_alone(network: torch.nn.Module) -> bool:
    """Whether a network's only layers with weights or buffers are linear, one after another."""
    return not any(
        layer.state_dict() for layer in network.children() if not isinstance(layer, torch.nn.Linear)
    )


def stack_layers(network: torch.nn.Module, weights: dict[str, torch.Tensor]) -> torch.nn.Module:
    """A network whose linear layers are those of all members.

    Args:
        weights: (width, …) by the names that one network has them under.

    Raises:
        TypeError: another of its layers has weights, or something that it counts.
    """
    if not has_linear_alone(network):
        raise TypeError(f"{network} has values of its own; `is_stacked` has to leave it out")
    return torch.nn.Sequential(
        *(
            StackedLinear(weights[f"{name}.weight"], weights[f"{name}.bias"])
            if isinstance(layer, torch.nn.Linear)
            else layer
            for name, layer in network.named_children()
        )
    )
