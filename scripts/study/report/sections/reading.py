"""How to read the page: what the columns and the verdicts mean. The text is in the template."""

from typing import Any

from study.analysis.significance import MIN_SEEDS, MIN_SEEDS_OF_LOOK
from study.report.inputs import Inputs

TITLE = "How to read this"


def context(inputs: Inputs) -> dict[str, Any]:
    """What of the text is a number."""
    return {"min_seeds": MIN_SEEDS_OF_LOOK if inputs.study.looks else MIN_SEEDS}
