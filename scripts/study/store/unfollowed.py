"""What a user's code depends on besides what its digest follows: told, as far as it can be seen.

`study.store.code` follows imports below one folder. A module elsewhere, one whose name only a run
knows, or a file that is read, is in no digest: a change in it would retrain nothing.
"""

import ast
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).parents[2]
PACKAGES = {"site-packages", "dist-packages"}  # folders of what is installed
BY_NAME = {"import_module", "__import__"}
WRITES = {"a", "w", "x", "+"}  # of a mode
WRITERS = ("save", "write", "dump", "to_", "handler", "remove", "unlink")  # in names of functions


class Place(NamedTuple):
    """A line of a file."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}"


class Code:
    """What some files and all that they import have in them."""

    def __init__(self, starts: Sequence[tuple[Path, Path]]) -> None:
        """
        Args:
            starts: files, each with the folder that modules are looked for in; a file may be there
                twice.

        Raises:
            SyntaxError: one is not Python.
        """
        self.read: set[Path] = set()
        self.missing: dict[str, Place] = {}  # imported modules that are not below the folder
        self.by_name: list[Place] = []  # imports of what only a run knows
        self.paths: list[Place] = []  # where sys.path is changed
        self.texts: dict[str, Place] = {}  # strings that may name a file that is read
        found: set[tuple[Path, str]] = set()
        missing: dict[tuple[Path, str], int] = {}
        waiting, seen = list(starts), set(starts)
        while waiting:
            path, root = waiting.pop()
            tree = ast.parse(path.read_bytes(), str(path))
            if path not in self.read:
                self.read.add(path)
                self._look(tree, path)
            for module, line in _imports(tree, path, root):
                target = module_file(module, root)
                if target is None:
                    missing.setdefault((path, module), line)
                    continue
                found.add((path, module.partition(".")[0]))
                if (target, root) not in seen:
                    seen.add((target, root))
                    waiting.append((target, root))
        for (path, module), line in missing.items():
            if (path, module.partition(".")[0]) not in found:
                self.missing.setdefault(module, Place(path, line))

    def _look(self, tree: ast.Module, path: Path) -> None:
        written: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = _name(node.func)
                if name in BY_NAME and not all(isinstance(a, ast.Constant) for a in node.args[:1]):
                    self.by_name.append(Place(path, node.lineno))
                if _writes(node, name):
                    written |= set(ast.walk(node))
            elif isinstance(node, ast.Attribute) and (node.attr, _name(node.value)) == (
                "path",
                "sys",
            ):
                self.paths.append(Place(path, node.lineno))
            elif isinstance(node, ast.Expr):
                written.add(node.value)  # a docstring
        for node in ast.walk(tree):
            if node in written or not isinstance(node, ast.Constant):
                continue
            if isinstance(node.value, str):
                self.texts.setdefault(node.value, Place(path, node.lineno))


def unfollowed(
    starts: Sequence[tuple[Path, Path]], listed: Sequence[Path], remedy: str
) -> Iterator[str]:
    """What a user's code has that no digest covers, a line each.

    Args:
        starts: as for `Code`; what they import below the folders is covered. Nothing is said where
            one cannot be read: making the digest says so.
        listed: the files that are covered by themselves, resolved.
        remedy: what to do, such as `list it under program.files`.
    """
    try:
        code = Code(starts)
    except (SyntaxError, ValueError, OSError):
        return
    covered = {*listed, *code.read}
    yield from _imports_elsewhere(code, covered, remedy)
    # where further files are listed, what only a run knows has been thought of
    if sum(path.suffix == ".py" for path in listed) < 2:
        yield from _known_to_runs(code, remedy)
    for text, place in code.texts.items():
        files = {_file(folder, text) for folder in (Path.cwd(), place.path.parent)} - {None}
        if files and not files & covered:
            yield f"{place}: mentions {text}, but changing that file retrains nothing; {remedy}"


def _imports_elsewhere(code: Code, covered: set[Path], remedy: str) -> Iterator[str]:
    told = set()
    for module, place in code.missing.items():
        top = _elsewhere(module.partition(".")[0], place.path)
        file = module_file(module, top.parent) if top else None
        # of a folder that is no package, a name below it says which file is meant
        below = [name for name in code.missing if name.startswith(f"{module}.")]
        if top and not file and any(module_file(name, top.parent) for name in below):
            continue
        where = file or (top if "." not in module else None)
        if where and where not in told and not _is_covered(where, covered):
            told.add(where)
            yield (
                f"{place}: imports {module}, which is {where}: a change there retrains nothing;"
                f" {remedy}"
            )


def _is_covered(where: Path, covered: set[Path]) -> bool:
    """Whether a file is, or any of a folder."""
    return where in covered or (where.is_dir() and any(p.is_relative_to(where) for p in covered))


def _known_to_runs(code: Code, remedy: str) -> Iterator[str]:
    tops = {module.partition(".")[0]: place for module, place in code.missing.items()}
    unknown = [
        module
        for module, place in tops.items()
        if not _is_installed(module) and not _elsewhere(module, place.path)
    ]
    if code.paths and unknown:
        yield (
            f"{code.paths[0]}: changes sys.path, so only a run shows where {', '.join(unknown)} is"
            f" found: a change there retrains nothing; {remedy}"
        )
    if code.by_name:
        yield (
            f"{code.by_name[0]}: imports a module named only at run time: a change there"
            f" retrains nothing; {remedy}"
        )


def module_file(module: str, root: Path) -> Path | None:
    """The file of a module below a folder."""
    place = root.joinpath(*module.split("."))
    found = (place / "__init__.py", place.parent / f"{place.name}.py")
    return next((path for path in found if path.is_file()), None)


def _imports(tree: ast.Module, path: Path, root: Path) -> Iterator[tuple[str, int]]:
    """The modules that a file may import, each with its line."""
    package = path.parent.relative_to(root).parts if path.is_relative_to(root) else ()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*above, *([node.module] if node.module else [])])
            if origin:
                yield origin, node.lineno
            # a name may be a module; if it is not, no matter
            for alias in node.names:
                yield f"{origin}.{alias.name}".lstrip("."), node.lineno


def _name(function: ast.expr) -> str:
    return str(getattr(function, "attr", "") or getattr(function, "id", ""))


def _writes(call: ast.Call, name: str) -> bool:
    """Whether a call writes the file that it names."""
    if name == "open":
        modes = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "mode")]
        return any(isinstance(mode, ast.Constant) and WRITES & {*str(mode.value)} for mode in modes)
    return any(part in name.lower() for part in WRITERS)


def _elsewhere(module: str, path: Path) -> Path | None:
    """Where a module is that a file imports, if it is the user's: a file or a package's folder."""
    if module in sys.stdlib_module_names or _is_installed(module):
        return None
    here = Path.cwd()
    above = [folder for folder in path.parents if folder.is_relative_to(here)]
    for folder in dict.fromkeys(
        place for each in (here, *above, path.parent.parent) for place in (each, each / "src")
    ):
        if (folder / f"{module}.py").is_file():
            return folder / f"{module}.py"
        if any((folder / module).glob("*.py")):
            return folder / module
    places = [] if (spec := _spec(module)) is None else _places(spec)
    ours = [place for place in places if place.exists() and not place.is_relative_to(SCRIPTS)]
    return next(iter(ours), None)


def _is_installed(module: str) -> bool:
    """Whether it is Python's own, or of an installed package, whose versions are in no digest."""
    if module in sys.stdlib_module_names:
        return True
    spec = _spec(module)
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    roots = {Path(folder).resolve() for folder in (*folders, site.getusersitepackages())}
    return spec is not None and any(
        PACKAGES & {*place.parts} or any(place.is_relative_to(root) for root in roots)
        for place in _places(spec)
    )


def _spec(module: str):
    try:
        return find_spec(module)
    except (ImportError, ValueError):
        return None


def _places(spec) -> list[Path]:
    """The folder of a package, or the file of a module."""
    found = spec.submodule_search_locations or ([spec.origin] if spec.has_location else [])
    return [Path(place).resolve() for place in found]


def _file(folder: Path, text: str) -> Path | None:
    """The file that a string names, with an ending, if there is one."""
    if not 2 < len(text) < 200 or "." not in text or "\n" in text or "\0" in text:
        return None
    path = (folder / text).resolve()
    return path if path.is_file() and path.suffix else None
