"""How to read the page: what the columns and the verdicts mean. The text is in the template."""

from study.analysis.paired import MIN_SEEDS, MIN_SEEDS_OF_LOOK

TITLE = "How to read this"


def context(inputs: dict) -> dict:
    """What of the text is a number."""
    return {"min_seeds": MIN_SEEDS_OF_LOOK if inputs["study"]["looks"] else MIN_SEEDS}
