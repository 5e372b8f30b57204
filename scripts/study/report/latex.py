"""Tables as LaTeX floats for one column of a paper."""

from collections.abc import Iterable, Sequence

COLUMN = 241.0  # points that a table may be wide: 85 mm
GAP = 6.0  # between two columns, with the \tabcolsep of `latex_float`
LETTER = 4.2  # the average width of a character of \footnotesize, in points
ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
ESCAPED |= {character: f"\\{character}" for character in "&%$#_{}"}
ESCAPED |= {"±": r"$\pm$", "–": "--", "−": "$-$", "×": r"$\times$", "<": "$<$", ">": "$>$"}
ESCAPED |= {"≤": r"$\leq$", "≥": r"$\geq$", "[": "{[}", "]": "{]}"}  # after \\ a [ is an option
ESCAPED |= {"α": r"$\alpha$", "η": r"$\eta$", "²": r"$^2$", "ε": r"$\varepsilon$"}


def latex(text: str) -> str:
    """Text with every character escaped that means something to LaTeX."""
    return "".join(ESCAPED.get(character, character) for character in text)


def latex_line(cells: Iterable[str]) -> str:
    """A line of a table of text, escaped."""
    return joined(map(latex, cells))


def joined(cells: Iterable[str]) -> str:
    """A line of a table of cells that are LaTeX."""
    return " & ".join(cells) + r" \\"


def spanning(text: str, columns: int) -> str:
    """A line with a text over all columns."""
    return rf"\multicolumn{{{columns}}}{{@{{}}l@{{}}}}{{\emph{{{latex(text)}}}}} \\"


def latex_float(head: list[str], body: list[str], columns: str, text: str, label: str) -> str:
    """A table as a LaTeX float with its caption, for a document that uses booktabs.

    Args:
        head, body: lines that are LaTeX.
        columns: how they are aligned, such as `lrr`.
        text, label: the caption, and what it is referred to by.
    """
    return "\n".join(
        [
            r"\begin{table}",
            r"  \centering\footnotesize\setlength{\tabcolsep}{3pt}",
            rf"  \caption{{{latex(text)}}}",
            rf"  \label{{tab:{label}}}",
            rf"  \begin{{tabular}}{{@{{}}{columns}@{{}}}}",
            r"    \toprule",
            *(f"    {line}" for line in head),
            r"    \midrule",
            *(f"    {line}" for line in body),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def text_width(texts: Iterable[str]) -> float:
    """How wide a column of texts is at most, in points."""
    return LETTER * max(map(len, texts), default=0)


def column_blocks(labels: Sequence[float], widths: Sequence[float]) -> list[list[int]]:
    """Which columns stand beside each other, so that each block fits with the labels' columns.

    As many to a block as fit, or as many as make all blocks alike: four by twos where three fit.

    Args:
        labels: the widths of what stands in front of each block.
        widths: those of the other columns.

    Returns:
        The places of the columns, block by block; each has one at least.
    """
    room = COLUMN - sum(labels) - GAP * (len(labels) - 1)
    fit = max(1, int(room // (max(widths, default=0) + GAP)))
    alike = [size for size in range(2, fit + 1) if len(widths) % size == 0]
    size = max(alike, default=fit)
    places = list(range(len(widths)))
    return [places[start : start + size] for start in places[::size]]
