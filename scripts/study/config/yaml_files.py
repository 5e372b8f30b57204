"""Reading the files of a configuration and those that it names; what is wrong, on which line."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml

from study.config.messages import mistakes, refuse
from study.config.yaml_values import misread_argument, misread_key, misread_value
from study.store.paths import WORKFLOW, expand_path


def check_yaml(paths: Iterable[Path | str]) -> None:
    """Refuse files that cannot be read, keys that are given twice, and values that are misread.

    YAML keeps the last of a key that is given twice; `study.config.yaml_values` has what is
    misread.

    Raises:
        UserError: one line a mistake, with its file and line.
    """
    refuse(problem for path in paths for problem in _problems(Path(path)))


def check_arguments(arguments: Iterable[str]) -> None:
    """Refuse what `--config` is given if Snakemake reads something other than what is written.

    Raises:
        UserError: one line a mistake.
    """
    arguments = list(arguments)
    found = ((argument, misread_argument(argument)) for argument in arguments)
    counts = Counter(argument.partition("=")[0] for argument in arguments)
    refuse(
        [
            *(f"--config {argument}: {problem}" for argument, problem in found if problem),
            *(f"--config {key}: is given twice" for key, count in counts.items() if count > 1),
        ]
    )


def _problems(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        return [f"{path}: cannot be read ({error.strerror})"]
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return [f"{path}, line {line}: not UTF-8; save it with that encoding"]
    except yaml.YAMLError as error:
        return [_yaml_problem(path, error)]
    found = [*_repeated(node)]
    if not _is_json(text):  # where numbers are what they look like
        found += _misread(node)
    return [f"{path}, line {line}: {problem}" for line, problem in sorted(found, key=itemgetter(0))]


def _is_json(text: str) -> bool:
    """Whether Snakemake reads a file as JSON, which it tries first."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _yaml_problem(path: Path | str, error: yaml.YAMLError) -> str:
    """Why a file is not valid YAML, with its line."""
    mark = getattr(error, "problem_mark", None)
    where = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else path
    return f"{where}: not valid YAML: {getattr(error, 'problem', None) or error}"


def _parts(node: yaml.Node | None, key: str, seen: set[int]) -> Iterator[tuple[str, yaml.Node]]:
    """A node and all that is in it, each with the key that it is below."""
    if node is None or id(node) in seen:  # an alias leads to what has been looked at
        return
    seen.add(id(node))
    yield key, node
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _parts(item, key, seen)
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _parts(value, _inside(key, name), seen)


def _inside(key: str, name: yaml.Node) -> str:
    return f"{key}.{name.value}" if key else str(name.value)


def _repeated(root: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """The keys that a mapping, or one inside it, has twice, each with its line."""
    for key, node in _parts(root, "", set()):
        lines: dict[str, int] = {}
        for name, _ in node.value if isinstance(node, yaml.MappingNode) else []:
            inside, line = _inside(key, name), name.start_mark.line + 1
            if inside in lines:
                first = f"is given twice, first on line {lines[inside]}"
                yield line, f"the key {inside} {first}; keep one of them"
            lines.setdefault(inside, line)


def _misread(root: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """The keys and values that are not read as they are written, each with its line."""
    for key, node in _parts(root, "", set()):
        if isinstance(node, yaml.ScalarNode) and (problem := misread_value(node, key)):
            yield node.start_mark.line + 1, f"{key}: {problem}"
        for name, _ in node.value if isinstance(node, yaml.MappingNode) else []:
            if isinstance(name, yaml.ScalarNode) and (problem := misread_key(name)):
                yield name.start_mark.line + 1, f"the key {_inside(key, name)} {problem}"


def read_claims(claims: Any) -> Any:
    """The claims, from the file that holds them where the configuration names one.

    Raises:
        UserError: the file is missing, empty or not valid YAML.
    """
    if not isinstance(claims, str):
        return claims
    text = read_text(claims, "claims")
    check_yaml([find_file(claims, "claims")])
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise mistakes(f"claims: {_yaml_problem(claims, error)}") from error
    except ValueError as error:
        raise mistakes(f"claims: {claims} cannot be read: {error}") from error
    if found is None:
        raise mistakes(
            f"claims: {claims} cannot be read: it is empty; `claims: null` declares none"
        )
    return found


def read_text(path: str, key: str) -> str:
    """The text of a file that a key names.

    Raises:
        UserError: it is missing, or not text.
    """
    found = find_file(path, key)
    try:
        return found.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise mistakes(f"{key}: {found} cannot be read: {error}") from error


def find_file(path: str, key: str) -> Path:
    """A file of the user's, or one that comes with the workflow.

    Raises:
        UserError: there is none, or a variable in its path is not set.
    """
    for candidate in (Path(expand_path(key, path)), WORKFLOW.parent / path):
        if candidate.is_file():
            return candidate
    raise mistakes(
        f"{key}: there is no file {path}, relative to the folder that Snakemake runs in"
        f" ({Path.cwd()}) or to the repository"
    )
