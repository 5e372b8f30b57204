"""SHA256SUMS of a finished study: what its files are, for `sha256sum -c` and for the next run.

It is taken away when a run begins and written by the last job, so that what it lists is as it says
unless something else than the study changed it.
"""

from contextlib import suppress
from pathlib import Path

from study.errors import UserError
from study.files import file_digest, write_text


def write_checksums(sums: Path, files: list[str]) -> None:
    """List the digests of files, by their path from the folder of the list, as sha256sum does."""
    names = sorted(Path(file).relative_to(sums.parent).as_posix() for file in files)
    write_text(sums, "".join(f"{file_digest(sums.parent / name)}  {name}\n" for name in names))


def remove_checksums(results: Path) -> None:
    """Take the list away, for the study is about to change."""
    with suppress(OSError):  # a folder that must not be written to does not change
        (results / "SHA256SUMS").unlink()


def check_checksums(results: Path) -> None:
    """Look for files that are not as a finished study wrote them.

    Raises:
        UserError: there are some; files that are gone are none, they are made again.
    """
    sums = results / "SHA256SUMS"
    if not sums.exists():
        return
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    listed = [line.partition("  ")[::2] for line in lines]
    changed = [
        str(results / name)
        for digest, name in listed
        if (results / name).is_file() and file_digest(results / name) != digest
    ]
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        it = "it" if len(changed) == 1 else "them"
        raise UserError(
            f"{', '.join(changed[:3])}{more}: changed since the study wrote {it}; delete {it} and"
            f" run again, or delete {sums} to keep {it}"
        )
