"""What to do with the findings of an audit."""

import json
from pathlib import Path

from study.errors import UserError

LEVELS = ("ok", "warning", "error")


def read_audit(path) -> dict:
    """What an audit wrote.

    Raises:
        UserError: it cannot be read.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error


def refuse_findings(dataset: str, findings: list[dict], fail_on: str) -> None:
    """Stop if there are findings of the level `fail_on` or above.

    Raises:
        UserError: the findings, and how to accept them.
    """
    severe = LEVELS[LEVELS.index(fail_on) :]
    lines = []
    for finding in findings:
        if finding["level"] in severe:
            samples = "; ".join(" and ".join(sample) for sample in finding["samples"][:3])
            lines.append(
                f"{finding['level']}: {finding['text']}" + (f": {samples}" if samples else "")
            )
    if lines:
        raise UserError(
            "\n  ".join([f"The audit of {dataset} stops the study", *lines])
            + "\n  Mend the data, or accept what was found with `audit: {fail_on: never}`"
        )
