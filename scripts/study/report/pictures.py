"""Pictures as a page holds them, and what is known of the data set."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from study.data.findings import read_audit
from study.data.prepared import read_description

MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class DataCard:
    """What is known of the data of a study."""

    description: dict[str, Any]  # as study.data.prepared.read_description returns it
    audit: dict[str, Any]  # as study.data.findings.read_audit returns it
    sheet: str = ""  # samples of each class and split, as a URL; nothing where they are no images


def picture(path: Path | str) -> str:
    """A picture's bytes as a URL."""
    content = base64.b64encode(Path(path).read_bytes()).decode("ascii")
    return f"data:{MEDIA[Path(path).suffix]};base64,{content}"


def read_card(paths: Sequence[str]) -> DataCard | None:
    """What is known of the data, if they are here.

    Args:
        paths: the files of `study.store.paths.DATA_CARD`, or none.
    """
    if not paths:
        return None
    files = {Path(path).name: Path(path) for path in paths}
    description = read_description(files["description.json"].parent)
    images = len(description["shape"]) > 1
    return DataCard(
        description,
        read_audit(files["audit.json"]),
        picture(files["contact_sheet.png"]) if images else "",
    )
