"""What no digest covers of a study's own code, reported at the start."""

from collections.abc import Iterator
from pathlib import Path

from study.design.study import Study
from study.program.command import Program
from study.program.trainer import program_starts
from study.store.own_code import find_code
from study.store.unfollowed import unfollowed
from study.training.spelling import is_own, read_spelling


def code_notes(study: Study) -> Iterator[str]:
    """A line for each module and file that decides results, and whose change trains nothing."""
    program = study.design.program
    if program:
        yield from program_notes(program)
        return
    names = {
        read_spelling(text).name.partition(":")[0]
        for cell in study.cells.values()
        for parameter in ("network", "loss")
        if is_own(text := cell.parameters[parameter])
    }
    for file in sorted(names):
        path = find_code(file)
        if path:
            path = path.absolute()
            yield from unfollowed([(path, path.parent)], [], f"import it from the folder of {file}")


def program_notes(program: Program) -> Iterator[str]:
    """The same for a program."""
    listed = [Path(name).resolve() for name in program.files]
    starts = program_starts(tuple(program.files), program.command)
    yield from unfollowed(starts, listed, "list it under program.files")
