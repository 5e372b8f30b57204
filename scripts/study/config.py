"""Check a study's configuration and fill in its defaults."""

import math
import re
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from study.analysis.metrics import METRICS
from study.binary_choices import binary_problems
from study.cells import find_cell
from study.choice_problems import choice_problems
from study.choices import CHOICES, as_level
from study.claim_checks import claim_problems, look_problems
from study.data import KINDS, kind_module, known_classes
from study.design_checks import cell_problems, default_levels, design_problems
from study.designs import listed_changes, moved_along
from study.devices import pick_device
from study.errors import UserError
from study.parameters import PARAMETERS, SCHEMA, WORKFLOW, declared, typed
from study.program.command import program_config, program_problems
from study.published.printed import read_tables
from study.report.figures import FIGURES
from study.tuning_checks import VALIDATION, set_tune_types, tuning_problems, value_range
from study.yaml_files import check_yaml, yaml_problem

TYPE_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list, like [a, b]",
    "object": "a mapping of keys to values",
}


def read_config(config: dict) -> dict:
    """Check a configuration as Snakemake merged it and return it complete, as a new dict.

    A key that is null counts as not written. Levels get their parameter's type, every table its
    list of levels (of two factors, a list for each), every rule of `exclude` lists of levels, and
    every cell that is named the levels of what moves along. The device auto becomes the one that is
    here. Claims that are in a file of their own are read from there, and so are the `rows` of the
    reference. The reference, the name of the `study`, the `program` and what to `tune` are None if
    there is none.

    Raises:
        UserError: one line per mistake, each with its key and what would be right.
    """
    config = _without_nulls(config | {"claims": _read_claims(config.get("claims"))}, "")
    if "program" in config:
        of_program = {"properties": {"program": SCHEMA["properties"]["program"]}}
        _raise(_problems(config, of_program) or program_problems(config))
        config = program_config(config)
    parameters = declared(config)
    _raise([*_not_finite(config), *_problems(config, complete_schema(parameters))])
    if not isinstance(config["dataset"], str):
        _raise(["dataset: a list of data sets is for Snakemake, which runs the study on each"])
    config |= {key: config.get(key) for key in ("reference", "study", "program", "tune")}
    config["device"] = pick_device(config["device"])
    _raise(look_problems(config["looks"], config["claims"]))
    config["looks"] = [int(seeds) for seeds in config["looks"]]
    config["seeds"] = [config["seeds"], *config["looks"]][-1]
    _set_types(config, parameters)
    _raise([*design_problems(config), *_contradictions(config)])
    for table in config["tables"].values():
        table["levels"] = _levels(config, table)
    _raise(cell_problems(config, lambda changes: find_cell(config, changes)))
    for named in _named_cells(config):
        named["cell"] = moved_along(config, named["cell"])
    if reference := config["reference"]:
        reference["rows"] = read_tables(_find(reference.pop("tables"), "reference.tables"))
        if "note" in reference:
            reference["note"] = _read_text(reference["note"], "reference.note")
    return config


def _read_claims(claims):
    """The claims, from the file that holds them where the configuration names one."""
    if not isinstance(claims, str):
        return claims
    text = _read_text(claims, "claims")
    try:
        found = yaml.safe_load(text)
        check_yaml([_find(claims, "claims")])
        if found is None:
            raise ValueError("it is empty; `claims: null` declares none")
        return found
    except yaml.YAMLError as error:
        raise UserError(f"Configuration error\n  claims: {yaml_problem(claims, error)}") from error
    except ValueError as error:
        raise UserError(
            f"Configuration error\n  claims: {claims} cannot be read: {error}"
        ) from error


def _read_text(path: str, key: str) -> str:
    found = _find(path, key)
    try:
        return found.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"Configuration error\n  {key}: {found} cannot be read: {error}") from error


def _find(path: str, key: str) -> Path:
    """A file of the user's, or one that comes with the workflow."""
    for candidate in (Path(path), WORKFLOW.parent / path):
        if candidate.is_file():
            return candidate
    raise UserError(
        f"Configuration error\n  {key}: there is no file {path}, seen from the folder that"
        f" Snakemake runs in ({Path.cwd()}) or from the repository"
    )


def _without_nulls(value, where: str):
    if isinstance(value, list):
        return [_without_nulls(item, f"{where}[{number}]") for number, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    for key in value:
        if not isinstance(key, str):
            _raise([f"{where or 'top level'}: the key {key!r} is not text; put it in quotes"])
    return {
        key: _without_nulls(item, f"{where}.{key}" if where else key)
        for key, item in value.items()
        if item is not None
    }


def _not_finite(value, where: str = "") -> list[str]:
    """Infinities and NaN, which YAML can write and no key accepts."""
    if isinstance(value, dict):
        return [
            problem
            for key, item in value.items()
            for problem in _not_finite(item, f"{where}.{key}" if where else key)
        ]
    if isinstance(value, list):
        return [problem for item in value for problem in _not_finite(item, where)]
    if isinstance(value, float) and not math.isfinite(value):
        return [f"{where}: {value} is not a finite number"]
    return []


def complete_schema(parameters: dict[str, dict] = PARAMETERS) -> dict:
    """The schema with what is defined elsewhere: choices, factors, kinds of data, metrics, …

    Args:
        parameters: the study's, as `study.parameters.declared` returns them.
    """
    schema = deepcopy(SCHEMA)
    if parameters is PARAMETERS:
        parameters = {
            name: {key: spec[key] for key in ("description", "default")} | {"choice": name}
            if name in CHOICES
            else spec
            for name, spec in parameters.items()
        }
    without_default = {
        name: {key: value for key, value in spec.items() if key != "default"}
        for name, spec in parameters.items()
    }
    dataset = schema["$defs"]["dataset"]
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
    schema["properties"]["baseline"]["properties"] = parameters
    levels = {
        name: {"type": "array", "minItems": 1, "uniqueItems": True, "items": spec}
        for name, spec in parameters.items()
    }
    schema["properties"]["grid"]["properties"] = levels
    schema["properties"]["design"]["properties"]["list"]["items"]["properties"] = without_default
    schema["properties"]["exclude"]["items"]["properties"] = {
        name: {"if": {"type": "array"}, "then": levels[name], "else": spec}
        | {"description": spec.get("description", "A parameter of the program.")}
        for name, spec in without_default.items()
    }
    schema["properties"]["together"]["items"]["items"]["enum"] = list(parameters)
    tune = schema["properties"]["tune"]["properties"]
    tune["space"]["properties"] = {
        name: {"if": {"type": "array"}, "then": levels[name], "else": value_range(spec)}
        | {"description": spec.get("description", "A parameter of the program.")}
        for name, spec in without_default.items()
    }
    tune["metric"]["enum"] = [name for name in METRICS if name in VALIDATION]
    schema["properties"]["margins"]["properties"] = {
        name: {"description": metric.title, "type": "number", "exclusiveMinimum": 0}
        for name, metric in METRICS.items()
    }
    table = schema["properties"]["tables"]["additionalProperties"]
    table["properties"]["vary"]["else"] = {"enum": list(parameters)}
    table["properties"]["vary"]["then"]["items"]["enum"] = list(parameters)
    table["properties"]["cell"]["properties"] = without_default
    table["properties"]["metrics"]["items"]["enum"] = list(METRICS)
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
    figure = schema["properties"]["figures"]["additionalProperties"]["properties"]
    figure["kind"]["enum"] = list(FIGURES)
    figure["cell"]["properties"] = without_default
    schema["$defs"]["side"]["properties"]["cell"]["properties"] = without_default
    claim = schema["$defs"]["claim"]["properties"]
    claim["metric"]["enum"] = list(METRICS)
    claim["factor"]["enum"] = [*parameters, "round", "epoch"]
    return schema


def _set_defaults(validator, properties, instance, schema):
    """jsonschema's `properties`, setting missing keys to their default first."""
    if isinstance(instance, dict):
        for key, spec in properties.items():
            spec = SCHEMA["$defs"][spec["$ref"].rpartition("/")[2]] if "$ref" in spec else spec
            if "default" in spec:
                instance.setdefault(key, deepcopy(spec["default"]))
    yield from Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema
    )


def _check_choice(validator, parameter, instance, schema):
    """A keyword of our schema: the value is a choice of that parameter, with valid options."""
    for problem in choice_problems(parameter, instance, _suggest):
        yield ValidationError(problem)


def _problems(config: dict, schema: dict) -> list[str]:
    keywords = {"properties": _set_defaults, "choice": _check_choice}
    validator = extend(Draft202012Validator, keywords)(schema)
    # A dict, because one mistake may be found on several branches of the schema.
    return list(dict.fromkeys(_explain(error) for error in validator.iter_errors(config)))


def _explain(error) -> str:
    where = error.json_path.removeprefix("$").removeprefix(".") or "top level"
    value = error.instance
    if "propertyNames" in error.schema_path:
        return (
            f"{where}: the name {value!r} cannot be a file's name; use letters, digits, - and _,"
            " 64 at most, and begin with a letter or a digit"
        )
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in value if key not in known]
        return "\n  ".join(f"{where}: unknown key {key!r}{_suggest(key, known)}" for key in unknown)
    if error.validator == "enum":
        if value in error.schema.get("refused", ()):
            return f"{where}: {value} {error.schema['refused'][value]}"
        return f"{where}: unknown value {value!r}{_suggest(value, error.validator_value)}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in value]
        return f"{where}: missing {', '.join(missing)}"
    if error.validator == "type":
        hint = _number_hint(value) if error.validator_value in ("integer", "number") else ""
        return f"{where}: {value!r} should be {TYPE_NAMES[error.validator_value]}{hint}"
    if error.validator in ("anyOf", "pattern"):
        return f"{where}: {value!r} does not fit. {error.schema['description']}"
    return f"{where}: {error.message}"


def _number_hint(value) -> str:
    """What to write where a number was given as text, as YAML reads 1e-3 and "32"."""
    try:
        number = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return ""
    if not math.isfinite(number):
        return ""
    return f"; as it stands it is text, write {int(number) if number.is_integer() else number}"


def _suggest(value, known: list) -> str:
    close = get_close_matches(str(value), [str(name) for name in known], n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    return f"{hint} known: {', '.join(str(name) for name in known)}"


def _sides(config: dict) -> list[dict]:
    claims = config["claims"].values()
    return [side for claim in claims for pair in claim["compare"] for side in pair]


def _named_cells(config: dict) -> list[dict]:
    """What has a `cell` that is named by its changes of the baseline."""
    return [*config["tables"].values(), *config["figures"].values(), *_sides(config)]


def _set_types(config: dict, parameters: dict[str, dict]) -> None:
    """Values as levels, in the type of their parameter; the baseline in the parameters' order."""
    for key in ("epochs_per_round", "warmup_epochs", "rounds", "seeds", "seeds_per_job"):
        config[key] = int(config[key])
    training_epochs = config["epochs_per_round"] * config["rounds"]

    def level(name: str, value: object) -> str | int | float | bool:
        if parameters is PARAMETERS and name in CHOICES:
            return as_level(name, value, training_epochs)
        return typed(value, parameters[name])

    def each(name: str, values: list) -> list:
        """Levels, each once."""
        return list(dict.fromkeys(level(name, value) for value in values))

    cells = [config["baseline"], *(item["cell"] for item in _named_cells(config))]
    for cell in [*cells, *(listed_changes(config) or [])]:
        cell.update({name: level(name, value) for name, value in cell.items()})
    config["baseline"] = {name: config["baseline"][name] for name in parameters}
    for rule in config["exclude"]:
        for name, levels in rule.items():
            rule[name] = each(name, levels if isinstance(levels, list) else [levels])
    for name, levels in config["grid"].items():
        config["grid"][name] = each(name, levels)
    if config["tune"]:
        set_tune_types(config["tune"], each, parameters)
    for table in config["tables"].values():
        table["round"] = int(table["round"])
        if "levels" in table:
            own = {name: each(name, levels) for name, levels in _own_levels(table).items()}
            table["levels"] = own if isinstance(table["vary"], list) else own[table["vary"]]
    for figure in config["figures"].values():
        figure["rounds"] = sorted(int(round_number) for round_number in figure["rounds"])
    for side in _sides(config):
        side.update({key: int(side[key]) for key in ("round", "since") if key in side})


def _contradictions(config: dict) -> list[str]:
    """What the schema cannot say: keys that do not fit each other."""
    problems = []
    if config["dataset"] not in config["datasets"]:
        problems.append(
            f"dataset: {config['dataset']!r} is not declared under datasets"
            f"{_suggest(config['dataset'], list(config['datasets']))}"
        )
    for name, entry in config["datasets"].items():
        problems += _pattern_problems(name, entry.get("groups", {}).get("pattern", "()"))
    if config["warmup_epochs"] >= config["epochs_per_round"]:
        problems.append(
            f"warmup_epochs: {config['warmup_epochs']} leaves no epoch to average;"
            f" it must be below epochs_per_round, which is {config['epochs_per_round']}"
        )
    if config["budget"] == "steps" and config["program"]:
        problems.append(
            "budget: steps counts updates by batch_size, which a program need not have; write"
            " `budget: epochs`, and let the program train as long as its parameters should"
        )
    for name, table in config["tables"].items():
        for factor in _varied(table):
            if factor in _own_levels(table) or default_levels(config, factor):
                continue
            problems.append(
                f"tables.{name}.vary: {factor} is not a factor of the grid; give the table its"
                f" `levels`, add {factor} to the grid, or remove the table with `{name}: null`"
            )
    for name, claim in config["claims"].items():
        problems += claim_problems(f"claims.{name}", claim)
    if config["tune"]:
        problems += tuning_problems(config)
    return problems + _class_problems(config)


def _class_problems(config: dict) -> list[str]:
    """What the data set's number of classes rules out, where its entry alone says how many."""
    name = config["dataset"]
    try:
        classes = known_classes(name, config["datasets"][name])
    except KeyError:  # which is another problem
        return []
    except UserError as error:
        return [str(error)]
    return binary_problems(config, classes) if classes else []


def _pattern_problems(name: str, pattern: str) -> list[str]:
    where = f"datasets.{name}.groups.pattern"
    try:
        if re.compile(pattern).groups == 1:
            return []
        return [f"{where}: {pattern!r} needs exactly one pair of parentheses, around the group"]
    except re.error as error:
        return [f"{where}: {pattern!r} is no regular expression: {error}"]


def _varied(table: dict) -> list[str]:
    return table["vary"] if isinstance(table["vary"], list) else [table["vary"]]


def _own_levels(table: dict) -> dict[str, list]:
    """The levels that a table names, by factor."""
    levels = table.get("levels", {})
    return {table["vary"]: levels} if isinstance(levels, list) else levels


def _levels(config: dict, table: dict) -> list | dict[str, list]:
    """A table's levels, of two factors by factor: its own, or the baseline's and the others."""
    own = _own_levels(table)
    if isinstance(table["vary"], list):
        return {name: own.get(name) or default_levels(config, name) for name in table["vary"]}
    return own.get(table["vary"]) or default_levels(config, table["vary"], table["cell"])


def _raise(problems: list[str]) -> None:
    if problems:
        raise UserError("\n  ".join(["Configuration error", *problems]))
