"""The modules that a command starts by name, as in `python -m src.train`, and their files."""

import re
import shlex
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

INTERPRETER = re.compile(r"(python|pypy)[\d.]*(\.exe)?")
BY_NAME = re.compile(r"-[bBdEiIOPqRsSuvx]*m(.*)")  # -m src.train, -um src.train, -msrc.train
TAKES_VALUE = ("-W", "-X")  # options of Python whose value is the next word


class Started(NamedTuple):
    """A module that a command names after -m."""

    name: str
    by: str  # the Python that it is for; "" of another program, whose -m may mean something else


def started_modules(command: str) -> list[Started]:
    """The modules that a command names after -m, its placeholders not filled in."""
    words, found = shlex.split(command), []
    for place, word in enumerate(words):
        if option := BY_NAME.fullmatch(word):
            name = option[1] or "".join(words[place + 1 : place + 2])
            found.append(Started(name, _interpreter(words[:place])))
    return found


def _interpreter(before: list[str]) -> str:
    """The Python that the words before an option belong to, if they do."""
    while before and (before[-1].startswith("-") or before[-2:-1] in ([o] for o in TAKES_VALUE)):
        before = before[:-1]
    last = before[-1] if before else ""
    return last if INTERPRETER.fullmatch(Path(last).name) else ""


def find_module(name: str, files: Sequence[str]) -> tuple[Path, Path] | None:
    """A module's file, and the folder that its name begins in; None if it is nowhere.

    As Python does, it is looked for from the folder that Snakemake runs in; then among the
    program's files, for those that Python finds in another folder.

    Args:
        name: `src.train`; of a package, its `__main__`.
        files: the program's.
    """
    parts, here = tuple(name.split(".")), Path.cwd()
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", name):
        return None
    place = here.joinpath(*parts)
    candidates = [place.with_name(f"{parts[-1]}.py"), place / "__main__.py"]
    if (place / "__init__.py").is_file():  # which goes before a module of the same name
        candidates.reverse()
    for path in candidates:
        if path.is_file():
            return path, here
    for path in (Path(file).resolve() for file in files if file.endswith(".py")):
        for tail in (parts, (*parts, "__main__")):
            if path.with_suffix("").parts[-len(tail) :] == tail:
                return path, path.parents[len(tail) - 1]
    return None


def found_modules(command: str, files: Sequence[str]) -> list[tuple[Path, Path]]:
    """What `find_module` finds of a command's modules."""
    found = (find_module(module.name, files) for module in started_modules(command))
    return [pair for pair in found if pair]


def package_root(path: Path) -> Path | None:
    """The folder that the topmost package of a file is in; None where it is in no package."""
    folder = path.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return None if folder == path.parent else folder


def module_problems(command: str, files: Sequence[str]) -> Iterator[str]:
    """What is wrong with the modules that a command has Python start, a line each."""
    for name, by in started_modules(command):
        if not by or find_module(name, files) or (by == "python" and _is_installed(name)):
            continue
        if "{" in name:
            yield (
                f"program.command: -m {name}: it is not clear from the command which module that"
                " is; start one module and pass the placeholder on to it"
            )
            continue
        yield (
            f"program.command: -m {name}: there is no such module, relative to the folder that"
            f" Snakemake runs in ({Path.cwd()}); list its file under program.files, or start an"
            " installed program with its own command"
        )


def _is_installed(name: str) -> bool:
    """Whether a module is Python's own or of an installed package, whose versions are in no digest.

    Not one that is installed from a folder of the user's, where it can be edited.
    """
    package = name.partition(".")[0]
    if package in sys.stdlib_module_names:
        return True
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return False
    ours = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    folders = {Path(folder).resolve() for folder in (*ours, site.getusersitepackages())}
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    return any(
        Path(place).resolve().is_relative_to(folder)
        for place in places
        if place
        for folder in folders
    )
