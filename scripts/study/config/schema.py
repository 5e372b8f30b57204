"""The complete schema of a configuration, and checking a configuration against it."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from study.analysis.metrics import METRICS
from study.config.choice_checks import choice_problems
from study.config.messages import explain
from study.config.tuning_checks import VALIDATION, value_range
from study.data import KINDS, kind_module
from study.report.figures import FIGURES
from study.settings.choices import CHOICES
from study.settings.parameters import PARAMETERS, SCHEMA, Specs

Schema = dict[str, Any]  # a JSON schema


def complete_schema(parameters: Specs = PARAMETERS) -> Schema:
    """The schema with what is defined elsewhere: choices, factors, kinds of data, metrics, …

    Args:
        parameters: the study's, as `study.settings.parameters.declared` returns them.
    """
    schema = deepcopy(SCHEMA)
    values = _value_schemas(parameters)
    _add_kinds(schema["$defs"]["dataset"])
    _add_parameters(schema, values)
    _add_levels(schema["properties"]["tables"]["additionalProperties"], _level_lists(values))
    _add_metrics(schema)
    figure = schema["properties"]["figures"]["additionalProperties"]
    figure["properties"]["kind"]["enum"] = list(FIGURES)
    return schema


def _value_schemas(parameters: Specs) -> dict[str, Schema]:
    """The schema of a value of each parameter; of one that is chosen by name, `choice`."""
    if parameters is not PARAMETERS:
        return {name: dict(spec) for name, spec in parameters.items()}
    return {
        name: {key: spec[key] for key in ("description", "default")} | {"choice": name}
        if name in CHOICES
        else dict(spec)
        for name, spec in parameters.items()
    }


def _level_lists(values: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schema of a list of levels of each parameter."""
    return {
        name: {"type": "array", "minItems": 1, "uniqueItems": True, "items": spec}
        for name, spec in values.items()
    }


def _add_kinds(dataset: Schema) -> None:
    """The kinds of data, and the keys that each of them takes."""
    dataset["properties"]["kind"]["enum"] = list(KINDS)
    dataset["allOf"] = []
    for name in KINDS:
        kind = kind_module(name)
        is_kind = {"required": ["kind"], "properties": {"kind": {"const": name}}}
        keys = {
            "description": kind.DESCRIPTION,
            "type": "object",
            "additionalProperties": False,
            "required": kind.REQUIRED,
            "properties": {"kind": {}} | kind.KEYS,
        }
        dataset["allOf"].append({"if": is_kind, "then": keys})


def _add_parameters(schema: Schema, values: dict[str, Schema]) -> None:
    """The parameters, wherever a cell, levels or a factor can be named."""
    keys, levels = schema["properties"], _level_lists(values)
    changes = {
        name: {key: value for key, value in spec.items() if key != "default"}
        for name, spec in values.items()
    }
    described = {
        name: {"description": spec.get("description", "A parameter of the program.")}
        for name, spec in values.items()
    }
    table, figure = (keys[key]["additionalProperties"] for key in ("tables", "figures"))
    keys["baseline"]["properties"] = values
    keys["grid"]["properties"] = levels
    keys["design"]["properties"]["list"]["items"]["properties"] = changes
    for named in (table, figure, schema["$defs"]["side"]):
        named["properties"]["cell"]["properties"] = changes
    keys["exclude"]["items"]["properties"] = {
        name: {"if": {"type": "array"}, "then": levels[name], "else": spec} | described[name]
        for name, spec in changes.items()
    }
    keys["tune"]["properties"]["space"]["properties"] = {
        name: {"if": {"type": "array"}, "then": levels[name], "else": value_range(spec)}
        | described[name]
        for name, spec in changes.items()
    }
    keys["together"]["items"]["items"]["enum"] = list(values)
    table["properties"]["vary"]["else"] = {"enum": list(values)}
    table["properties"]["vary"]["then"]["items"]["enum"] = list(values)
    schema["$defs"]["claim"]["properties"]["factor"]["enum"] = [*values, "round", "epoch"]


def _add_levels(table: Schema, levels: Mapping[str, Schema]) -> None:
    """A table's levels: a list of its factor's, or of two factors a list for each."""
    table["allOf"] = [
        {
            "if": {"required": ["vary"], "properties": {"vary": {"const": name}}},
            "then": {"properties": {"levels": of_factor}},
        }
        for name, of_factor in levels.items()
    ]
    of_both = {"type": "object", "additionalProperties": False, "properties": levels}
    table["allOf"].append(
        {
            "if": {"required": ["vary"], "properties": {"vary": {"type": "array"}}},
            "then": {"properties": {"levels": of_both}},
        }
    )


def _add_metrics(schema: Schema) -> None:
    """The metrics, wherever one can be named."""
    keys = schema["properties"]
    keys["tune"]["properties"]["metric"]["enum"] = [name for name in METRICS if name in VALIDATION]
    keys["margins"]["properties"] = {
        name: {"description": metric.title, "type": "number", "exclusiveMinimum": 0}
        for name, metric in METRICS.items()
    }
    table = keys["tables"]["additionalProperties"]["properties"]
    table["metrics"]["items"]["enum"] = list(METRICS)
    schema["$defs"]["claim"]["properties"]["metric"]["enum"] = list(METRICS)


def schema_problems(config: dict[str, Any], schema: Schema) -> list[str]:
    """What does not fit the schema, in a line each; missing keys get their default, in place."""
    keywords = {"properties": _set_defaults, "choice": _check_choice}
    validator = extend(Draft202012Validator, keywords)(schema)
    # A dict, because one mistake may be found on several branches of the schema.
    return list(dict.fromkeys(explain(error) for error in validator.iter_errors(config)))


def _set_defaults(
    validator: Any, properties: Schema, instance: Any, schema: Schema
) -> Iterator[ValidationError]:
    """jsonschema's `properties`, setting missing keys to their default first."""
    if isinstance(instance, dict):
        for key, spec in properties.items():
            spec = SCHEMA["$defs"][spec["$ref"].rpartition("/")[2]] if "$ref" in spec else spec
            if "default" in spec:
                instance.setdefault(key, deepcopy(spec["default"]))
    yield from Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema
    )


def _check_choice(
    validator: Any, parameter: str, instance: Any, schema: Schema
) -> Iterator[ValidationError]:
    """A keyword of our schema: the value is a choice of that parameter, with valid options."""
    for problem in choice_problems(parameter, instance):
        yield ValidationError(problem)
