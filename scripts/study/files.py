"""Files that are whole or absent, and digests of files and code."""

import ast
import hashlib
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).parent


@contextmanager
def replacing(path):
    """Give a temporary name beside `path` to write to, and move it into place at the end.

    What an exception or a kill leaves behind is the temporary file, never half of `path`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    yield part
    part.replace(path)


def write_text(path, text: str) -> None:
    """Write a UTF-8 text file with unix line ends, in one move."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def file_digest(path) -> str:
    """The SHA-256 of a file's content, as hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_digest(script) -> str:
    """The SHA-256 of a script and of every module of this package that it imports, as hex.

    Snakemake sees a script's time stamp and nothing of what it imports. As a rule's parameter
    this digest makes a job run again when the code's content changed, and only then.
    """
    pending, sources = [Path(script)], {}
    while pending:
        path = pending.pop()
        if path.name in sources:
            continue
        sources[path.name] = path.read_bytes()
        for node in ast.walk(ast.parse(sources[path.name])):
            if isinstance(node, ast.ImportFrom):
                pending += _modules(node)
    digests = [hashlib.sha256(sources[name]).hexdigest() for name in sorted(sources)]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _modules(node: ast.ImportFrom) -> list[Path]:
    """The files of this package that `from study.x import …` or `from study import x` names."""
    package, _, module = (node.module or "").partition(".")
    if package != PACKAGE.name:
        return []
    names = [module] if module else [alias.name for alias in node.names]
    return [path for path in (PACKAGE / f"{name}.py" for name in names) if path.exists()]
