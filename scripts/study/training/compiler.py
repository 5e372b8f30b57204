"""Import torch.optim's steps without torch.compile.

An optimizer of torch.optim asks torch._dynamo, the front end of torch.compile, to leave each of its
steps alone, and importing that takes 1.7 s, more than a short run trains. A stand-in answers those
questions as the real one does where nothing is compiled; asked for anything else, it steps aside.
"""

import importlib
import sys
import types
from collections.abc import Callable

NAME = "torch._dynamo"


class StandIn(types.ModuleType):
    """torch._dynamo, for as long as nothing is compiled."""

    @staticmethod
    def disable(function: Callable | None = None, *arguments, **options) -> Callable | None:
        """Leave a function as it is: it would not be compiled anyway."""
        return function

    @staticmethod
    def graph_break(*arguments) -> None:
        """There is no graph to break."""

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
        return getattr(importlib.import_module(NAME), name)


def postpone_compiler() -> None:
    """Have torch._dynamo imported when it is needed, if it has not been."""
    sys.modules.setdefault(NAME, StandIn(NAME))
