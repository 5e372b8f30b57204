"""Where a script's output goes."""

import io
import sys

from study.store.errors import UserError


def log_to(path: str) -> None:
    """Send all that a script prints from now on to its log, and to the terminal what does not fit.

    A log often lies on the disk that is full: what a script says of that must not be lost with it.

    Raises:
        UserError: the log cannot be opened.
    """
    try:
        sys.stdout = sys.stderr = _Log(open(path, "wb", buffering=0))
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error


class _Log(io.TextIOBase):
    """A stream into an unbuffered file, or else to the terminal."""

    def __init__(self, file: io.RawIOBase):
        self.file = file

    def write(self, text: str) -> int:
        try:
            self.file.write(text.encode("utf-8", "backslashreplace"))
        except OSError:
            if sys.__stderr__:
                sys.__stderr__.write(text)
        return len(text)
