"""Pictures as a page holds them, and what is known of the data set."""

import base64
from pathlib import Path

from study.analysis.metrics import FINAL
from study.data.findings import read_audit
from study.data.prepared import read_description

MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}


def picture(path: Path | str) -> str:
    """A picture's bytes as a URL."""
    content = base64.b64encode(Path(path).read_bytes()).decode("ascii")
    return f"data:{MEDIA[Path(path).suffix]};base64,{content}"


def read_card(paths: list[str]) -> dict | None:
    """The description, the audit and the contact sheet of the data, if they are here.

    Args:
        paths: the files of `study.paths.DATA_CARD`, or none.
    """
    if not paths:
        return None
    files = {Path(path).name: Path(path) for path in paths}
    card = {
        "description": read_description(files["description.json"].parent),
        "audit": read_audit(files["audit.json"]),
        "sheet": None,
    }
    if len(card["description"]["shape"]) > 1:
        card["sheet"] = picture(files["contact_sheet.png"])
    return card


def without_scores(inputs: dict) -> bool:
    """Whether nothing can be said of single samples, because a program wrote no scores."""
    evaluation = inputs["frames"]["evaluation"]
    return bool(inputs["study"]["program"]) and evaluation[[*FINAL]].isna().all(axis=None)
