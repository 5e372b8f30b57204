"""A digest of the code that a job's result depends on, and of nothing else.

Snakemake sees a script's time stamp and nothing of what it imports. As a rule's parameter this
digest makes a job run again when code that can change its result has changed, and only then.

The syntax trees are followed from a script on: of each module that it reaches, through whatever
form of import, those statements at the top level that it needs by name, and those that bind no
name and so may do anything. Comments, docstrings and the layout are not in a syntax tree. Of a
registry, such as `LOSSES = {"bce": Loss(…), …}`, only the entry that the job uses counts, without
its title. A string that names a module of ours, or `module:name`, is followed as an import is.
"""

import ast
from collections import defaultdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).parents[1]
PRINTED = "title"  # of a registry's entry: how people read it, which changes no result
EVERYTHING = "*"


class Statement(NamedTuple):
    """A statement at the top level of a module."""

    text: str
    binds: frozenset[str]  # names; none if it is to be kept wherever its module is imported
    names: frozenset[str]  # that it uses of its module
    attributes: frozenset[str]  # that it may ask of a module that it has imported
    references: tuple[tuple[str, str | None], ...]  # (module, name in it, or None for the module)


def code_digest(*starts: str, uses: dict[str, str] | None = None, root: Path = SCRIPTS) -> str:
    """The SHA-256 of the code that a script runs, or that names of modules are made of, as hex.

    Args:
        starts: scripts or modules, `train`, which count as a whole; or `module:name`.
        uses: registry -> the key that the job uses, "" for none; a registry that is not here counts
            as a whole.
        root: the folder of the scripts, in which modules are looked for; others are not ours.
    """
    cuts = frozenset((uses or {}).items())
    kept: dict[str, dict[int, Statement]] = defaultdict(dict)
    needed: dict[str, set[str]] = defaultdict(set)  # module -> names in it
    asked, modules = set(), set()  # names asked of imported modules, and those modules
    for start in starts:
        module, _, name = start.partition(":")
        needed[module].add(name or EVERYTHING)
    pending = True
    while pending:
        pending = False
        for module in list(needed):
            wanted = needed[module]
            for position, statement in enumerate(_statements(module, root, cuts)):
                is_wanted = not statement.binds or wanted & (statement.binds | {EVERYTHING})
                if position in kept[module] or not is_wanted:
                    continue
                kept[module][position] = statement
                pending = True
                wanted |= statement.names
                asked |= statement.attributes
                for target, name in statement.references:
                    if name is None:
                        modules.add(target)
                    for package in _with_parents(target):
                        needed[package] |= {name} if package == target and name else set()
        for module in modules:
            needed[module] |= asked
    digest = sha256()
    for module in sorted(kept):
        for position in sorted(kept[module]):
            digest.update(f"{module}\n{kept[module][position].text}\n".encode())
    return digest.hexdigest()


@cache
def _statements(module: str, root: Path, uses: frozenset[tuple[str, str]]) -> list[Statement]:
    """The top level of a module, registries cut to what is used."""
    uses, path = dict(uses), _path(module, root)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    statements = []
    for node, bound in _parsed(path, path.read_bytes()):
        cut = bound in uses
        read = _read_cut(node, uses[bound], package, root) if cut else _read(node, package, root)
        statements.append(read)
    return statements


@cache
def _parsed(path: Path, source: bytes) -> list[tuple[ast.stmt, str | None]]:
    """A module's statements without docstrings, imports one a name; and what a dict is bound to."""
    tree = ast.parse(source, str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not _is_text(part)]
    found = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            found += [(ast.Import([alias]), None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [
                (ast.ImportFrom(node.module, [alias], node.level), None) for alias in node.names
            ]
        else:
            target = (
                node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            )
            is_dict = isinstance(getattr(node, "value", None), ast.Dict)
            found.append((node, target.id if is_dict and isinstance(target, ast.Name) else None))
    return found


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a string and nothing else, as docstrings are."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@cache
def _read(node: ast.stmt, package: str, root: Path) -> Statement:
    names, attributes, references = set(), set(), []
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            names.add(part.id)
        elif isinstance(part, ast.Attribute):
            attributes.add(part.attr)
        elif isinstance(part, ast.Import):
            references += [(alias.name, None) for alias in part.names]
        elif isinstance(part, ast.ImportFrom):
            origin = _absolute(part, package)
            for alias in part.names:
                inner = f"{origin}.{alias.name}"
                references.append((inner, None) if _path(inner, root) else (origin, alias.name))
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            origin, _, name = part.value.partition(":")
            if "." in origin:
                references.append((origin, name or None))
            attributes.add(part.value)  # as in getattr(module, "name")
    ours = tuple((module, name) for module, name in references if _path(module, root))
    return Statement(ast.unparse(node), _bound(node), frozenset(names), frozenset(attributes), ours)


@cache
def _read_cut(node: ast.stmt, key: str, package: str, root: Path) -> Statement:
    """A registry with the one entry that is used, without its title."""
    items = [
        (name, value)
        for name, value in zip(node.value.keys, node.value.values)
        if not isinstance(name, ast.Constant) or name.value == key
    ]
    values = [
        ast.Call(value.func, value.args, [word for word in value.keywords if word.arg != PRINTED])
        if isinstance(value, ast.Call)
        else value
        for _, value in items
    ]
    cut = ast.Assign(
        [ast.Name("REGISTRY")], ast.Dict([name for name, _ in items], values), lineno=0
    )
    return _read(cut, package, root)._replace(binds=_bound(node))


def _bound(node: ast.stmt) -> frozenset[str]:
    """The names that a definition, an assignment or an import binds, and does nothing else."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({node.name})
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        return frozenset() if EVERYTHING in names else frozenset(names)
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        parts = [part for target in targets for part in ast.walk(target)]
        if not any(isinstance(part, ast.Attribute | ast.Subscript) for part in parts):
            return frozenset(part.id for part in parts if isinstance(part, ast.Name))
    return frozenset()


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that names are imported from."""
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, node.module] if node.module else above)


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


def _with_parents(module: str) -> list[str]:
    """A module and the packages that are imported on the way to it."""
    parts = module.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]
