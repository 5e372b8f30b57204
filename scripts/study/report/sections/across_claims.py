"""On how many data sets each claim holds."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from study.analysis.verdicts import SUPPORTED, VERDICTS, tested_once
from study.report.across_inputs import AcrossInputs
from study.store.frames import rows_of

TITLE = ""


def context(inputs: AcrossInputs) -> dict[str, Any] | None:
    """A row per claim: its verdicts, and on how many data sets it holds; None without claims."""
    if not inputs.claims:
        return None
    found = {(row["claim"], row["dataset"]): row for row in rows_of(inputs.frames.claims)}
    claims: list[dict[str, Any]] = []
    for name, claim in inputs.claims.items():
        rows = [found[name, dataset] for dataset in inputs.links]
        claims.append(
            {
                "name": name,
                "sentence": claim.sentence,
                "verdicts": [row["verdict"] for row in rows],
                "reasons": [
                    row["reason"] if isinstance(row["reason"], str) else "" for row in rows
                ],
                "holds": holds_words([row["verdict"] for row in rows]),
            }
        )
    return {
        "claims": claims,
        "datasets": list(inputs.links),
        "links": list(inputs.links.values()),
        "tests": len(tested_once(inputs.claims)),
    }


def holds_words(verdicts: Sequence[str]) -> str:
    """`2 of 3`, with what it is where it does not hold: `2 of 3; 1 no signal`."""
    counts = Counter(verdicts)
    others = [f"{counts[name]} {name}" for name in VERDICTS if counts[name] and name != SUPPORTED]
    return "; ".join([f"{counts[SUPPORTED]} of {len(verdicts)}", *others])
