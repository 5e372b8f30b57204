"""Files that a configuration is in or names: reading them, and what is wrong, in which line."""

from pathlib import Path
from typing import Any

import yaml

from study.config.messages import mistakes, refuse
from study.store.paths import WORKFLOW


def check_yaml(paths: list[Path | str]) -> None:
    """Refuse files that cannot be read, and keys that are given twice: YAML keeps the last.

    Raises:
        UserError: one line a mistake, with its file and line.
    """
    refuse(problem for path in paths for problem in _problems(Path(path)))


def _problems(path: Path) -> list[str]:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        return [f"{path}: cannot be read ({error.strerror})"]
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return [f"{path}, line {line}: not UTF-8; save it with that encoding"]
    except yaml.YAMLError as error:
        return [_yaml_problem(path, error)]
    return _repeated(path, node, "", set())


def _yaml_problem(path: Path | str, error: yaml.YAMLError) -> str:
    """Why a file is not valid YAML, with its line."""
    mark = getattr(error, "problem_mark", None)
    where = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else path
    return f"{where}: not valid YAML: {getattr(error, 'problem', None) or error}"


def _repeated(path: Path, node: yaml.Node | None, key: str, seen: set[int]) -> list[str]:
    """The keys that a mapping, or one inside it, has twice."""
    if node is None or id(node) in seen:  # an alias leads to what has been looked at
        return []
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [line for item in node.value for line in _repeated(path, item, key, seen)]
    if not isinstance(node, yaml.MappingNode):
        return []
    lines: dict[str, int] = {}
    found: list[str] = []
    for name, value in node.value:
        inside = f"{key}.{name.value}" if key else str(name.value)
        line = name.start_mark.line + 1
        if inside in lines:
            found.append(
                f"{path}, line {line}: the key {inside} is given twice, first in line"
                f" {lines[inside]}; keep one of them"
            )
        lines.setdefault(inside, line)
        found += _repeated(path, value, inside, seen)
    return found


def read_claims(claims: Any) -> Any:
    """The claims, from the file that holds them where the configuration names one.

    Raises:
        UserError: the file is missing, empty or not valid YAML.
    """
    if not isinstance(claims, str):
        return claims
    text = read_text(claims, "claims")
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise mistakes(f"claims: {_yaml_problem(claims, error)}") from error
    except ValueError as error:
        raise mistakes(f"claims: {claims} cannot be read: {error}") from error
    check_yaml([find_file(claims, "claims")])
    if found is None:
        raise mistakes(
            f"claims: {claims} cannot be read: it is empty; `claims: null` declares none"
        )
    return found


def read_text(path: str, key: str) -> str:
    """The text of a file that a key names.

    Raises:
        UserError: it is missing, or no text.
    """
    found = find_file(path, key)
    try:
        return found.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise mistakes(f"{key}: {found} cannot be read: {error}") from error


def find_file(path: str, key: str) -> Path:
    """A file of the user's, or one that comes with the workflow.

    Raises:
        UserError: there is none.
    """
    for candidate in (Path(path), WORKFLOW.parent / path):
        if candidate.is_file():
            return candidate
    raise mistakes(
        f"{key}: there is no file {path}, seen from the folder that Snakemake runs in"
        f" ({Path.cwd()}) or from the repository"
    )
