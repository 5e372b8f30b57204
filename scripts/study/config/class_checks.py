"""Losses and metrics that are for two classes alone are refused where the data have more.

How many there are is known when the configuration is read, or else when the data are.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from study.analysis.metrics import BINARY, FINAL
from study.config.messages import refuse
from study.design.study import Study, plain
from study.training.losses import LOSSES, loss_entry

SHOWN = 3  # keys that a message lists


def refuse_binary(study: Study, classes: list[str]) -> None:
    """Stop if a study asks for what is for two classes alone, and there are more.

    Raises:
        UserError: what it asks for, where, and what to write.
    """
    refuse(binary_problems(_said(study), classes))


def _said(study: Study) -> dict[str, Any]:
    """The parts of a study in which a configuration may name losses and metrics."""
    whole = plain(study)
    parts = {key: whole[key] for key in ("dataset", "tables", "figures", "claims")}
    design = whole["design"]
    return (
        parts
        | {key: design[key] for key in ("baseline", "grid", "program")}
        | {"design": design["kind"]}
    )


def binary_problems(config: Mapping[str, Any], classes: list[str]) -> list[str]:
    """What is for two classes alone, in sentences; nothing where there are two.

    Args:
        config: a complete configuration.
        classes: the names of the data set's classes.
    """
    if len(classes) == 2:
        return []
    losses: dict[str, dict[str, None]] = {}  # each with the keys that name it
    metrics: dict[str, dict[str, None]] = {}
    for place, entry in _entries(config):
        for loss in [] if config.get("program") else filter(is_binary, _losses(entry)):
            losses.setdefault(loss, {})[place] = None
        for metric in [*entry.get("metrics", []), entry.get("metric")]:
            if metric in BINARY:
                metrics.setdefault(metric, {})[place] = None
    there = f"is for two classes, and {config['dataset']} has {len(classes)}"
    problems = [f"{_listed(places)}: the loss {loss} {there}" for loss, places in losses.items()]
    problems += [f"write {', '.join(remedies(config, [*losses]))}"] if losses else []
    problems += [f"{_listed(places)}: {metric} {there}" for metric, places in metrics.items()]
    kept = [name for name in FINAL if name.startswith("final_val_") and name not in BINARY]
    problems += [f"metrics for more than two classes: {', '.join(kept)}"] if metrics else []
    return problems


def remedies(config: Mapping[str, Any], refused: list[str]) -> list[str]:
    """What to write so that none of these losses is left, key by key."""
    known = [name for name in LOSSES if not is_binary(name)]
    levels = config["grid"].get("loss", [])
    kept = [level for level in levels if level not in refused]
    asked = {
        place: any(loss in refused for loss in _losses(entry)) or entry.get("factor") == "loss"
        for place, entry in _entries(config)
    }
    gone = [
        f"tables.{name}"
        for name, table in config["tables"].items()
        if len(kept) < 2 and "loss" in table["vary"]
    ]
    written = [f"`baseline: {{loss: {known[0]}}}`"] if asked["baseline"] else []
    if asked["grid"]:
        left = "null" if len(kept) < 2 else json.dumps(kept)
        written.append(f"`grid: {{loss: {left}}}`")
    if asked["design"]:
        written.append("another loss in `design`")
    for key in ("tables", "figures"):
        names = [name for name in config[key] if asked[f"{key}.{name}"] or f"{key}.{name}" in gone]
        written += [f"`{key}: {{{', '.join(f'{name}: null' for name in names)}}}`"] if names else []
    if any(asked[f"claims.{name}"] for name in config["claims"]):
        written.append("`claims: null`")
    return written


def is_binary(loss: str) -> bool:
    """Whether a loss is for two classes alone."""
    return loss_entry(loss).binary


def _entries(config: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part of a configuration that may name losses and metrics, by its key."""
    yield from ((key, config[key]) for key in ("baseline", "grid"))
    yield "design", {"design": config.get("design")}
    for key in ("tables", "figures", "claims"):
        yield from ((f"{key}.{name}", entry) for name, entry in config[key].items())


def _losses(value: Any) -> Iterator[str]:
    """The losses that are named at any depth: a cell's, a factor's levels, or a table's."""
    if isinstance(value, list):
        for item in value:
            yield from _losses(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "loss" and not isinstance(item, dict):  # or what moves along with it
                yield from item if isinstance(item, list) else [item]
            else:
                yield from _losses(item)


def _listed(places: Mapping[str, Any]) -> str:
    """`baseline, grid, tables.table1 and 14 more`."""
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return ", ".join([*places][:SHOWN]) + more
