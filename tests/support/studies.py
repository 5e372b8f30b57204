"""Studies by their configuration, without files and without runs."""

from typing import Any

import yaml
from session import REPOSITORY

from study.config.read import read_config
from study.design.study import Study, expand_study
from study.store.paths import ROOTS, study_folders

DEFAULT = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
MINIMAL = {"dataset": "wdbc", "datasets": {"wdbc": {"kind": "sklearn"}}}
WDBC = {"wdbc": {"kind": "sklearn", "name": "wdbc", "positive": "malignant"}}


def study_of(**config: Any) -> Study:
    """The study on wdbc with this configuration, its other keys at their defaults."""
    complete = read_config({"dataset": "wdbc", "datasets": WDBC} | config)
    folders = study_folders(dict(zip(ROOTS, ROOTS)), complete["dataset"], complete["study"])
    return expand_study(complete, folders)


def source_config() -> dict[str, Any]:
    """What the source study adds to config.yaml: its claims and its printed tables."""
    path = REPOSITORY / "examples" / "source_study" / "config.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def source_study() -> Study:
    """The default study with the claims of the source study, and its printed tables."""
    return default_study(**{key: source_config()[key] for key in ("claims", "reference")})


def default_study(**changes: Any) -> Study:
    """The study of config.yaml, with other values for some of its keys."""
    return study_of(**DEFAULT | changes)
