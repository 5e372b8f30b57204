"""YAML files as people write them: what is wrong, and in which line."""

from pathlib import Path

import yaml

from study.errors import UserError


def check_yaml(paths: list[Path | str]) -> None:
    """Refuse files that cannot be read, and keys that are given twice: YAML keeps the last.

    Raises:
        UserError: one line a mistake, with its file and line.
    """
    problems = [problem for path in paths for problem in _problems(Path(path))]
    if problems:
        raise UserError("\n  ".join(["Configuration error", *problems]))


def _problems(path: Path) -> list[str]:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        return [f"{path}: cannot be read ({error.strerror})"]
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return [f"{path}, line {line}: not UTF-8; save it with that encoding"]
    except yaml.YAMLError as error:
        return [yaml_problem(path, error)]
    return _repeated(path, node, "", set())


def yaml_problem(path: Path | str, error: yaml.YAMLError) -> str:
    """What is wrong with a file that is no YAML, with its line."""
    mark = getattr(error, "problem_mark", None)
    where = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else path
    return f"{where}: no YAML: {getattr(error, 'problem', None) or error}"


def _repeated(path: Path, node: yaml.Node | None, key: str, seen: set) -> list[str]:
    """The keys that a mapping, or one inside it, has twice."""
    if node is None or id(node) in seen:  # an alias leads to what has been looked at
        return []
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [line for item in node.value for line in _repeated(path, item, key, seen)]
    if not isinstance(node, yaml.MappingNode):
        return []
    lines, found = {}, []
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
