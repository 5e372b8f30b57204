"""Every claim's difference in one picture, as a paper would have it."""

from typing import Any

from study.report.inputs import Inputs
from study.report.pictures import picture

TITLE = "The claims"


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The picture; None where no claim has a difference."""
    if not (inputs.frames.pairs["n"] > 0).any():
        return None
    return {"picture": picture(inputs.drawings.forest)}
