"""What only a shell understands in a command, which is run without one: each would be an argument.

What is quoted is part of a word, as in a shell, and so `bash -c '…'` may have all of it.
"""

import re
import shlex
from collections.abc import Iterator
from glob import glob
from pathlib import Path

SHELLS = ("sh", "bash", "dash", "ksh", "zsh", "fish")
QUOTED = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
OPERATOR = re.compile(r"\|\|?|&&?|;|\d?>>?|<<?|\n\s*(?=[^\s{-])|\\\n")
VARIABLE = re.compile(r"\$(?:\w+|\{[^}]*\}?|\()|`")
HOME = re.compile(r"(?:^|\s)(~\S*)")
ASSIGNMENT = re.compile(r"\s*([A-Za-z_]\w*)=")
OTHERWISE = "put it in quotes where it is part of a word"


def shell_problems(command: str) -> Iterator[str]:
    """The parts of a command that a shell would interpret, and what to do instead.

    Args:
        command: that can be split into words, its placeholders not filled in.
    """
    where = "program.command"
    bare = QUOTED.sub(_bare, command)
    if found := ASSIGNMENT.match(bare):
        yield f"{where}: {found[1]}= at the start needs a shell; begin with `env {found[1]}=…`"
    if found := OPERATOR.search(bare):
        yield (
            f"{where}: has {_name(found[0])}, but the command runs without a shell: start one,"
            " `bash -c '…'`,"
            " or a script that has these commands (its output goes to the log, and the program"
            f" starts in the folder that Snakemake runs in); or {OTHERWISE}"
        )
    # a shell that is started replaces what is in double quotes here
    first = Path(shlex.split(command)[0]).name
    open_to_shells = bare if first in SHELLS else QUOTED.sub(_as_in_a_shell, command)
    if found := VARIABLE.search(open_to_shells):
        yield (
            f"{where}: {found[0]} is not replaced, as there is no shell: write what it stands for,"
            " or start a shell, `bash -c '…'`; in single quotes it is part of a word"
        )
    if found := HOME.search(bare):
        yield (
            f"{where}: {found[1]} is not replaced, as there is no shell: write the path of your"
            f" home folder for ~, or {OTHERWISE}"
        )
    for word in bare.split():
        if re.search(r"[*?]", word) and glob(word):  # noqa: PTH207 - it may be absolute
            yield (
                f"{where}: {word} stands for files in a shell, but there is no shell: write their"
                f" names, or {OTHERWISE}"
            )


def _name(operator: str) -> str:
    if not operator.strip():
        return "several lines"
    return "a backslash at the end of a line" if operator.startswith("\\") else repr(operator)


def _bare(quoted: re.Match) -> str:
    return quoted[0] if quoted[0] == "\\\n" else "_"


def _as_in_a_shell(quoted: re.Match) -> str:
    return quoted[0] if quoted[0].startswith('"') else "_"
