"""How rules tell their jobs what they need: by the job's data set, or by all of its wildcards.

What is among a rule's parameters decides whether its jobs run again, so it is content (settings,
digests) and nothing of time stamps or the machine. One dict per rule, because Snakemake compares
old and new parameters as sets of values, in which two that have changed places are the same.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from study.design.protocols import PROTOCOLS
from study.design.study import Study
from study.store.paths import TUNED, UNTUNED

# What the wildcards of paths may be, so that no two rules make the same file.
CONSTRAINTS = {
    "protocol": "|".join(PROTOCOLS),
    "cell": "[^/]+",
    "place": rf"{UNTUNED}|{TUNED}[1-9]\d*",
    "split": r"\d+",
    "digest": "[0-9a-f]{12}",
    "first": r"\d+",
    "last": r"\d+",
    "round": r"[1-9]\d*",
    "data": "[0-9a-f]{12}",
    "folder": "[^/]+",
}


def constrained(pattern: str, **more: str) -> str:
    """A path with what its wildcards may be, which Snakemake overlooks in path variables.

    Args:
        pattern: with `{wildcards}`.
        more: what wildcards may be that `CONSTRAINTS` does not have.
    """
    known = CONSTRAINTS | more
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{found[1]},{known[found[1]]}}}", pattern)


def per_job(of: Mapping[str, Any], what: Callable, *about: Any) -> Callable:
    """An input or a parameter of a job: `what` of its data set.

    Args:
        of: data set -> what there is of it, such as its study or its prepared data.
        what: called with that, the job's wildcards, and what else it is `about`.
    """
    return lambda wildcards: what(of[wildcards.dataset], wildcards, *about)


def per_study(of: Mapping[str, Any], what: Callable, *about: Any) -> Callable:
    """As `per_job`, where jobs on one data set are told the same: worked out once for each."""
    told = cache(lambda dataset: what(of[dataset], *about))
    return lambda wildcards: told(wildcards.dataset)


def of_each(of: Mapping[str, Any], what: Callable) -> Callable:
    """An input of a job that is on all data sets: `what` of each of them, one after the other."""
    return lambda wildcards: [path for each in of.values() for path in what(each)]


def untracked(value: Any) -> Callable:
    """A parameter that makes no job run again when it changes: a value, or a function of wildcards.

    Snakemake regards what depends on a job's threads as derived, and does not compare it.
    """
    return lambda wildcards, threads: value(wildcards) if callable(value) else value


def growing(amount: int | Callable) -> Callable:
    """A resource that asks for `amount`, and for as much again at each further attempt.

    So a job that was killed for its memory or its time is not killed for the same.

    Args:
        amount: a number, or a function of a job's wildcards.
    """
    return lambda wildcards, attempt: (amount(wildcards) if callable(amount) else amount) * attempt


def fields(study: Study, *names: str) -> dict[str, Any]:
    """Some fields of a study, plain."""
    return {name: plain_value(getattr(study, name)) for name in names}


def plain_value(value: Any) -> Any:
    """A value as rules' parameters have it: types as dicts of their fields."""
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    if isinstance(value, dict):
        return {key: plain_value(item) for key, item in value.items()}
    return [plain_value(item) for item in value] if isinstance(value, list | tuple) else value


def told_specs(study: Study) -> dict[str, Any]:
    """Of each training parameter what decides how it is listed, and not how it is described."""
    kept = ("type", "default", "listed")
    return {
        name: {key: spec[key] for key in kept if key in spec}
        for name, spec in study.design.specs.items()
    }


def of_all(studies: Mapping[str, Study], *names: str) -> list[str]:
    """Files that are made on every data set, by their names below what is made."""
    return [f"{study.made}/{name}" for study in studies.values() for name in names]
