"""Say which files differ from what SHA256SUMS lists."""

from pathlib import Path

from study.store.errors import UserError
from study.store.files import file_digest


def changed_files(sums: Path) -> tuple[list[str], int]:
    """The listed files that are missing or changed, a line each, and how many are listed.

    Raises:
        UserError: there is no list.
    """
    try:
        lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise UserError(f"{sums}: cannot be read ({error.strerror}); finish the study") from error
    problems = []
    for line in lines:
        digest, _, name = line.partition("  ")
        path = sums.parent / name
        if not path.is_file():
            problems.append(f"{path}: missing")
        elif file_digest(path) != digest:
            problems.append(f"{path}: changed")
    return problems, len(lines)


if __name__ == "__main__":
    lines, wrong = [], []
    for sums in map(Path, snakemake.params.sums):
        problems, count = changed_files(sums)
        lines += problems or [f"{count} files match {sums}."]
        if problems:
            wrong.append(f"{len(problems)} of {count} files do not match {sums}")
    text = "\n".join(lines)
    print(text, flush=True)
    Path(snakemake.log[0]).write_text(text + "\n", encoding="utf-8")
    if wrong:
        raise UserError("\n".join(wrong))
