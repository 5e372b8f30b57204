"""The published example's two pages, taken apart: their tables by name."""

import itertools
from html.parser import HTMLParser

from published import EXAMPLE, TABLES
from run_snakemake import without_terms

SPLITS = {"train": "training", "val": "validation", "test": "test"}


def clean(text: str) -> str:
    """Any white space, that without a break too, is one space, and any hyphen a minus."""
    return " ".join(text.split()).replace("-", "−")


def cleaned(rows: list[list[str]]) -> list[list[str]]:
    return [list(map(clean, row)) for row in rows]


class Tables(HTMLParser):
    """The tables of a page: captions, and rows of text, the headings first."""

    def __init__(self, text: str):
        super().__init__()
        self.captions, self.found, self.cell = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.captions.append("")
            self.found.append([])
        elif tag == "tr":
            self.found[-1].append([])
        elif tag in ("td", "th", "caption"):
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.captions[-1] = clean(self.cell)
        elif tag in ("td", "th"):
            self.found[-1][-1].append(clean(self.cell))
        if tag in ("td", "th", "caption"):
            self.cell = None


REPORT, APPENDIX = (
    Tables(without_terms((EXAMPLE / name).read_text(encoding="utf-8")))
    for name in ("report.html", "appendix.html")
)
# name -> rows, of the appendix; those of a cell's runs have no caption
NAMED = {
    caption.partition(".")[0]: rows
    for caption, rows in zip(APPENDIX.captions, APPENDIX.found)
    if caption
}


def report_rows(name: str, *headings: str) -> list[list[str]]:
    """The rows of the appendix's table of this name, with these headings."""
    assert NAMED[name][0] == cleaned([headings])[0]
    return NAMED[name][1:]


def both_rows(first: str, second: str, *headings: str) -> list[list[str]]:
    """Of a table and of that with the other metrics; both hold something."""
    found = [report_rows(name, *headings) for name in (first, second)]
    assert all(found)
    return sorted(itertools.chain(*found))


def caption(name: str) -> str:
    (found,) = (text for text in APPENDIX.captions if text.startswith(f"{name}. "))
    return found


def numbered() -> list[tuple[str, str, dict]]:
    return [(f"Table {i}", *item) for i, item in enumerate(TABLES.items(), start=1)]


def ascending(given: list) -> list:
    """Numbers in their order, names as they come."""
    return sorted(given) if all(isinstance(level, int) for level in given) else list(given)


def words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def shown_plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
