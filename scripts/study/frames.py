"""Tables of results on disk: CSV files that keep names and levels as the text that they are."""

from pathlib import Path

import pandas as pd

from study.errors import UserError
from study.files import write_text

# Columns that look like numbers where all of their names do, and are none.
TEXT = ("table", "reported_table", "claim", "level", "reference", "printed", "findings")
TEXT += ("data", "code")


def read_frame(path) -> pd.DataFrame:
    """A table of results; only what is empty is missing.

    Raises:
        UserError: it cannot be read.
    """
    try:
        if not Path(path).read_bytes().endswith(b"\n"):  # its last number may have lost digits
            raise ValueError("its last line is cut off")
        return pd.read_csv(
            path, dtype=dict.fromkeys(TEXT, str), keep_default_na=False, na_values=[""]
        )
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error}); delete it and run again") from error


def write_frame(path, frame: pd.DataFrame) -> None:
    """Write a table of results, in one move."""
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))
