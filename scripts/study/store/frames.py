"""Tables of results on disk: CSV files that keep names and levels as the text that they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from study.store.errors import UserError
from study.store.files import write_text

Row = dict[str, Any]  # of a table of results, by its columns


def read_frame(
    path: Path | str,
    columns: Mapping[str, type] | None = None,
    numbers: Sequence[str] | None = None,
) -> pd.DataFrame:
    """A table of results; only what is empty is missing.

    Args:
        path: the CSV file.
        columns: the type of each column; `str` is kept as it is, even where all of it looks like
            numbers; other columns are read as what they look like.
        numbers: the columns of whole numbers, of a table in which all others are text.

    Raises:
        UserError: it cannot be read.
    """
    types: dict[str, type] = {name: str for name, kind in (columns or {}).items() if kind is str}
    if numbers is not None:
        types = defaultdict(lambda: str, dict.fromkeys(numbers, int))
    try:
        if not Path(path).read_bytes().endswith(b"\n"):  # its last number may have lost digits
            raise ValueError("its last line is cut off")
        return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error}); delete it and run again") from error


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows of a table, each by its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def groups_of(frame: pd.DataFrame, *columns: str) -> dict[tuple[Any, ...], pd.DataFrame]:
    """The rows of a table that have the same in some columns, by what they have; in their order."""
    return {tuple(key): rows for key, rows in frame.groupby([*columns], sort=False)}


def write_frame(path: Path | str, frame: pd.DataFrame) -> None:
    """Write a table of results, in one move."""
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))
