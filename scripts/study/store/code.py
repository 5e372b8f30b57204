"""A digest of the code that a job's result depends on, and of nothing else.

Snakemake sees a script's time stamp and nothing of what it imports. As a rule's parameter this
digest makes a job run again when code that can change its result has changed, and only then.

The syntax trees are followed from a script on: of each module that it reaches, through whatever
form of import, those statements at the top level that it needs by name, and those that may do more
than bind a name. Comments, docstrings and the layout are not in a syntax tree, and what a
`UserError` says is left out, because no result is made where one is raised. Of a registry, such as
`LOSSES = {"bce": Loss(…), …}`, only the entry that the job uses counts, without its title. A
string that names a module of ours, or `module:name`, is followed as an import is; a name that is
put together while the program runs is not.
"""

import ast
import json
from collections import defaultdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from study.store.known_digests import known_digest

SCRIPTS = Path(__file__).parents[2]
PRINTED = "title"  # of a registry's entry: how people read it, which changes no result
EVERYTHING = "*"
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)  # what has docstrings
# What changes a function or class and nothing else; other decorators and bases may register it.
HARMLESS = {"cache", "contextmanager", "dataclass", "NamedTuple", "Exception", "SystemExit"}


class Statement(NamedTuple):
    """A statement at the top level of a module."""

    text: str
    binds: frozenset[str]  # names; none if it is to be kept wherever its module is imported
    names: frozenset[str]  # that it uses of its module
    attributes: frozenset[str]  # that it may ask of a module that it has imported
    references: tuple[tuple[str, str | None], ...]  # (module, name in it, or None for the module)


def code_digest(
    *starts: str | Path, uses: dict[str, str] | None = None, root: Path = SCRIPTS
) -> str:
    """The SHA-256 of the code that a script runs, or that names in modules depend on, as hex.

    Args:
        starts: scripts or modules, `train`, which count as a whole, or files, as `Path`, below the
            root, whose names need not be importable; or `module:name`.
        uses: registry, as `module:name` -> the key that the job uses, "" for none; a registry that
            is not here counts as a whole.
        root: the folder of the scripts, in which modules are looked for; others are not ours.

    Raises:
        LookupError: a start is not there.
    """

    def work_out() -> str:
        return _follow(starts, frozenset((uses or {}).items()), root)

    if root != SCRIPTS:
        return work_out()
    key = json.dumps([[str(start) for start in starts], sorted((uses or {}).items())])
    return known_digest(key, root, work_out)


def _follow(starts: tuple[str | Path, ...], cuts: frozenset[tuple[str, str]], root: Path) -> str:
    kept: dict[str, dict[int, Statement]] = defaultdict(dict)
    needed: dict[str, set[str]] = defaultdict(set)  # module -> names in it
    asked: set[str] = set()  # names asked of imported modules
    modules: set[str] = set()  # and those modules
    files: dict[str, Path] = {}  # of modules that are started by their files
    for start in starts:
        module, files[module], name = _find_start(start, root)
        for package in _with_parents(module):
            needed[package] |= {name} if package == module else set()
    looked_for: dict[str, int] = {}  # in each module, how many names
    pending = True
    while pending:
        pending = False
        for module in list(needed):
            wanted = needed[module]
            if looked_for.get(module) == len(wanted):
                continue
            looked_for[module] = len(wanted)
            path = files.get(module) or _path(module, root)
            for position, statement in enumerate(_statements(module, path, root, cuts)):
                if position in kept[module] or not _is_wanted(statement, wanted):
                    continue
                kept[module][position] = statement
                pending = True
                wanted |= statement.names
                asked |= statement.attributes
                for target, used in statement.references:
                    if used is None:
                        modules.add(target)
                    for package in _with_parents(target):
                        needed[package] |= {used} if package == target and used else set()
        for module in list(modules):
            pending |= module not in needed
            needed[module] |= asked
            modules |= {f"{module}.{name}" for name in _submodules(module, root) & asked}
    digest = sha256()
    for module in sorted(kept):
        for position in sorted(kept[module]):
            digest.update(f"{module}\n{kept[module][position].text}\n".encode())
    return digest.hexdigest()


def _is_wanted(statement: Statement, wanted: set[str]) -> bool:
    binds = statement.binds
    return not binds or EVERYTHING in wanted or not wanted.isdisjoint(binds)


def _find_start(start: str | Path, root: Path) -> tuple[str, Path, str]:
    """A start's module, its file, and the name in it that counts.

    Raises:
        LookupError: there is none.
    """
    if isinstance(start, Path):
        if not start.is_file():
            raise LookupError(f"{start}: there is no such file")
        parts = start.relative_to(root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts), start, EVERYTHING
    module, _, name = start.partition(":")
    path = _path(module, root)
    if path is None or (name and not _mentions(path, name)):
        raise LookupError(f"{start}: not found in {root}")
    return module, path, name or EVERYTHING


def _mentions(path: Path, name: str) -> bool:
    """Whether a module has a name: of a variable, a function, a class or an import."""
    return any(
        name in (getattr(part, field, None) for field in ("id", "name", "asname"))
        for node, _ in _parsed(path, path.read_bytes())
        for part in ast.walk(node)
    )


@cache
def _statements(
    module: str, path: Path | None, root: Path, cuts: frozenset[tuple[str, str]]
) -> list[Statement]:
    """The top level of a module, registries cut to what is used."""
    uses = dict(cuts)
    if path is None:  # a folder of modules without an __init__.py
        return []
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    statements = []
    for node, registry in _parsed(path, path.read_bytes()):
        key = uses.get(f"{module}:{registry}") if registry else None
        cut = key is not None
        statements.append(
            _read_cut(node, key, package, root) if cut else _read(node, package, root)
        )
    return statements


@cache
def _parsed(path: Path, source: bytes) -> list[tuple[ast.stmt, str | None]]:
    """A module's statements, imports one a name; and the name that a dict is bound to."""
    found: list[tuple[ast.stmt, str | None]] = []
    for node in ast.parse(source, str(path)).body:
        if _is_text(node):
            continue
        if isinstance(node, ast.Import):
            found += [(ast.Import([alias]), None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [
                (ast.ImportFrom(node.module, [alias], node.level), None) for alias in node.names
            ]
        else:
            targets = _targets(node)
            is_registry = isinstance(getattr(node, "value", None), ast.Dict) and len(targets) == 1
            found.append((node, getattr(targets[0], "id", None) if is_registry else None))
    return found


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a string and nothing else, as docstrings are."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _targets(node: ast.stmt) -> list[ast.expr]:
    """What an assignment assigns to; nothing for other statements."""
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []


@cache
def _read(node: ast.stmt, package: str, root: Path) -> Statement:
    names: set[str] = set()
    attributes: set[str] = set()
    references: list[tuple[str, str | None]] = []
    text, parts = _text(node)
    for part in parts:
        if isinstance(part, ast.Name):
            names.add(part.id)
        elif isinstance(part, ast.Attribute):
            attributes.add(part.attr)
        elif isinstance(part, ast.Import):
            references += [(alias.name, None) for alias in part.names]
        elif isinstance(part, ast.ImportFrom):
            origin = _absolute(part.module or "", part.level, package)
            for alias in part.names:
                references += [(origin, alias.name), (f"{origin}.{alias.name}", None)]
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            references += _named(part.value, package)
            if part.value.isidentifier():  # as in getattr(module, "name")
                attributes.add(part.value)
    ours = tuple((module, name) for module, name in references if _path(module, root))
    bound = _bound(node, parts)
    return Statement(text, bound, frozenset(names), frozenset(attributes), ours)


@cache
def _read_cut(node: ast.stmt, key: str, package: str, root: Path) -> Statement:
    """A registry with the one entry that is used, without its title."""
    entries = getattr(node, "value", None)
    assert isinstance(entries, ast.Dict)  # or `_parsed` would not have called it a registry
    values = [
        value
        for name, value in zip(entries.keys, entries.values)
        if not isinstance(name, ast.Constant) or name.value == key
    ]
    (registry,) = _targets(node)
    used = {part.id for value in values for part in ast.walk(value) if isinstance(part, ast.Name)}
    if getattr(registry, "id", None) in used:  # an entry that is made of another
        return _read(node, package, root)
    values = [
        ast.Call(value.func, value.args, [word for word in value.keywords if word.arg != PRINTED])
        if isinstance(value, ast.Call)
        else value
        for value in values
    ]
    cut = ast.Assign([ast.Name("REGISTRY")], ast.List(values))
    return _read(cut, package, root)._replace(binds=_bound(node, list(ast.walk(node))))


def _named(text: str, package: str) -> list[tuple[str, str | None]]:
    """What a string may name: `module`, `module:name`, `module.name`, `.module`."""
    if text.startswith("."):
        return [(_absolute(text.lstrip("."), len(text) - len(text.lstrip(".")), package), None)]
    origin, colon, name = text.partition(":")
    if colon:
        return [(origin, name.partition(".")[0] or None)]
    parent, dot, last = text.rpartition(".")
    return [(text, None), (parent, last)] if dot else []


def _text(node: ast.AST) -> tuple[str, list[ast.AST]]:
    """A syntax tree as text, the same in all versions of Python, as `ast.dump` is not; and all of
    its nodes. Docstrings are not in them."""
    seen: list[ast.AST] = []
    return _node_text(node, seen), seen


def _node_text(node: object, seen: list[ast.AST]) -> str:
    if isinstance(node, list):
        return f"[{', '.join([_node_text(part, seen) for part in node])}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Raise) and _is_user_error(node.exc):
        node = ast.Raise(node.exc.func, node.cause)
    seen.append(node)
    if isinstance(node, ast.JoinedStr):  # whose parts 3.12 splits in another way
        return _joined_text(node, seen)
    fields = []
    for name in node._fields:
        value = getattr(node, name, None)
        if name == "body" and isinstance(node, DEFINITIONS):
            value = [part for part in node.body if not _is_text(part)]
        if value is None or value == [] or name in ("ctx", "kind", "type_comment"):
            continue
        fields.append(f"{name}={_node_text(value, seen)}")
    return f"{type(node).__name__}({', '.join(fields)})"


def _is_user_error(raised: ast.expr | None) -> TypeGuard[ast.Call]:
    """Whether what is raised is `UserError(…)`."""
    return isinstance(raised, ast.Call) and getattr(raised.func, "id", None) == "UserError"


def _joined_text(node: ast.JoinedStr, seen: list[ast.AST]) -> str:
    parts: list[Any] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            seen.append(part)
        if isinstance(part, ast.Constant) and parts and isinstance(parts[-1], str):
            parts[-1] += str(part.value)
        else:
            parts.append(part.value if isinstance(part, ast.Constant) else part)
    return f"f{[_node_text(part, seen) for part in parts if part != '']}"


def _bound(node: ast.stmt, inside: list[ast.AST]) -> frozenset[str]:
    """The names that a definition, an assignment or an import binds; none if it may do more.

    Args:
        node: a statement.
        inside: all of its nodes.
    """
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        return frozenset() if EVERYTHING in names else frozenset(names)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        around = [*node.decorator_list, *getattr(node, "bases", []), *getattr(node, "keywords", [])]
        harmless = all(isinstance(part, ast.Name) and part.id in HARMLESS for part in around)
        return frozenset({node.name} if harmless and node.name != "__getattr__" else ())
    parts = [part for target in _targets(node) for part in ast.walk(target)]
    if any(isinstance(part, ast.NamedExpr) for part in inside):
        return frozenset()
    if any(isinstance(part, ast.Attribute | ast.Subscript) for part in parts):
        return frozenset()
    return frozenset(part.id for part in parts if isinstance(part, ast.Name)) - {"_"}


def _absolute(module: str, level: int, package: str) -> str:
    """The module that is meant by a name with some dots in front of it."""
    if not level:
        return module
    above = package.split(".")[: len(package.split(".")) - level + 1]
    return ".".join([*above, module] if module else above)


@cache
def _path(module: str, root: Path) -> Path | None:
    """The file of a module of ours, or None."""
    if not module or not all(part.isidentifier() for part in module.split(".")):
        return None
    folder = root.joinpath(*module.split("."))
    for path in (folder / "__init__.py", folder.with_suffix(".py")):
        if path.is_file():
            return path
    return None


@cache
def _submodules(module: str, root: Path) -> frozenset[str]:
    """The modules of ours in a package of ours."""
    path = _path(module, root)
    if path is None or path.name != "__init__.py":
        return frozenset()
    return frozenset(item.stem for item in path.parent.iterdir())


@cache
def _with_parents(module: str) -> list[str]:
    """A module and the packages that are imported on the way to it."""
    parts = module.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]
