"""The findings of an audit, and what to do with them."""

import json
from pathlib import Path

from study.store.errors import UserError

NOT_CHECKED = "not checked"
SEVERITIES = (NOT_CHECKED, "ok", "warning", "error")
SHOWN = 20  # samples that a finding names


def finding(check: str, severity: str, text: str, samples: list[list[str]] | None = None) -> dict:
    """A finding, as audit.json has it.

    Args:
        check: what was checked.
        severity: one of `SEVERITIES`.
        samples: what it is about: lists of one name, or of two for pairs; only the first are
            kept.
    """
    return {"check": check, "severity": severity, "text": text, "samples": (samples or [])[:SHOWN]}


def read_audit(path: Path | str) -> dict:
    """What an audit wrote.

    Raises:
        UserError: it cannot be read.
    """
    try:
        audit = json.loads(Path(path).read_text(encoding="utf-8"))
        if not all(found["severity"] in SEVERITIES for found in audit["findings"]):
            raise ValueError("a finding has no known severity")
        return audit
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error


def refuse_findings(dataset: str, findings: list[dict], fail_on: str) -> None:
    """Stop if there are findings of the severity `fail_on` or above.

    Raises:
        UserError: the findings, and how to accept them.
    """
    severe = SEVERITIES[SEVERITIES.index(fail_on) :]
    lines = []
    for found in findings:
        if found["severity"] in severe:
            samples = "; ".join(" and ".join(sample) for sample in found["samples"][:3])
            lines.append(
                f"{found['severity']}: {found['text']}" + (f": {samples}" if samples else "")
            )
    if lines:
        raise UserError(
            "\n  ".join([f"The audit of {dataset} stops the study", *lines])
            + "\n  Fix the data, or accept what was found with `audit: {fail_on: never}`"
        )
