"""SHA256SUMS of a finished study: what its files are, for `sha256sum -c` and for the next run."""

from pathlib import Path

from study.errors import UserError
from study.files import file_digest, write_text

# All that is read of a study, as against what it is computed from and with: arrays, checkpoints.
LISTED = {".csv", ".json", ".npz", ".md", ".tex", ".svg", ".png", ".html"}


def remove_checksums(results: Path) -> None:
    """Take SHA256SUMS away, for the study is about to change.

    Raises:
        UserError: the folder must not be written to.
    """
    sums = results / "SHA256SUMS"
    try:
        sums.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{sums}: cannot be deleted ({error.strerror})") from error


def write_checksums(results: Path) -> None:
    """List the digests of a study's files in SHA256SUMS, as sha256sum does."""
    files = sorted(path for path in results.rglob("*") if path.suffix in LISTED)
    lines = [f"{file_digest(path)}  {path.relative_to(results).as_posix()}\n" for path in files]
    write_text(results / "SHA256SUMS", "".join(lines))


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
