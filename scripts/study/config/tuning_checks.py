"""What is to be tuned, as the configuration says it: its schema, its types, its mistakes."""

from collections.abc import Callable, Mapping
from typing import Any

from study.analysis.metrics import METRICS
from study.design.tuning import draw_trials
from study.settings.parameters import SCHEMA, Level, Specs, typed

# What a trial can be chosen by: the test split is for nothing but the final numbers.
VALIDATION = tuple(
    name for name, metric in METRICS.items() if metric.split == "val" and metric.better
)
NUMBERS = ("integer", "number")


def value_range(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a range of a parameter's values; refuses one of a parameter without numbers."""
    schema = SCHEMA["$defs"]["range"]
    if spec.get("type") not in NUMBERS:
        return {"type": "array"}
    ends = {end: dict(spec) | {"description": f"The {end} end."} for end in ("low", "high")}
    return schema | {"properties": schema["properties"] | ends}


def set_tune_types(
    tune: dict[str, Any], each: Callable[[str, list[Any]], list[Level]], parameters: Specs
) -> None:
    """Give what is to be tuned its types, in place, and the keys that were left out None.

    Args:
        each: a parameter's name and values -> its levels, each once.
        parameters: the study's, as `study.settings.parameters.declared` returns them.
    """
    for key in ("trials", "round"):
        tune[key] = int(tune[key]) if key in tune else None
    for name, options in tune["space"].items():
        if isinstance(options, list):
            tune["space"][name] = each(name, options)
        else:
            ends = {end: typed(options[end], parameters[name]) for end in ("low", "high")}
            tune["space"][name] = options | ends


def tuning_problems(config: Mapping[str, Any], specs: Specs) -> list[str]:
    """Keys of `tune` that do not fit each other, or the rest of the configuration. A line each."""
    tune = config["tune"]
    problems: list[str] = []
    for name, options in tune["space"].items():
        where = f"tune.space.{name}"
        if isinstance(options, list):
            continue
        if options["low"] >= options["high"]:
            problems.append(f"{where}: low {options['low']} is not below high {options['high']}")
        elif options["scale"] == "log" and options["low"] <= 0:
            problems.append(
                f"{where}: low {options['low']} has no logarithm; write a low above 0, or"
                " scale: linear"
            )
        if tune["trials"] is None:
            problems.append(
                f"{where}: a range needs tune.trials, a number of trials; or list its values"
            )
    decides = [name for name in ("batch_size", "train_share") if name in tune["space"]]
    if config["budget"] == "steps" and decides:
        problems.append(
            f"tune.space.{decides[0]}: with budget: steps, it decides how many epochs a cell has,"
            " so cannot be tuned; make it a factor, or write budget: epochs"
        )
    if (tune["round"] or 1) > config["rounds"]:
        problems.append(
            f"tune.round: {tune['round']} is after the study's last round, {config['rounds']}"
        )
    if not problems and len(draw_trials(tune, specs)) < 2:
        problems.append("tune.space: has one trial; choosing needs at least two")
    return problems
