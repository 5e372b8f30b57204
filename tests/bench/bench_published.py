"""How often the check of published tables finds an error, and where there is none.

    python tests/bench/bench_published.py

Makes 1,000 sets of tables without an error and 1,000 with one each, always the same, checks them,
and writes the rates into docs/published.md. Takes a minute.
"""

import random
import sys
from pathlib import Path

from statsmodels.stats.proportion import proportion_confint

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY / "scripts"), str(REPOSITORY / "tests" / "support")]

from clean_tables import SOURCES  # noqa: E402
from planted_errors import ERRORS  # noqa: E402

from study.published.plausibility import find_problems  # noqa: E402

PAGE = REPOSITORY / "docs" / "published.md"
BEGIN, END = "<!-- rates: begin -->", "<!-- rates: end -->"


def find(tables: dict, informed: bool) -> list[dict]:
    """The findings, with the options of check_published.py or without them."""
    if not informed:
        return find_problems(tables["rows"])
    return find_problems(tables["rows"], tables["baseline"], tables["images"], tables["epochs"])


def count_false_alarms(source: str, sets: int) -> list[int]:
    """Of so many sets without an error, those with a finding: with options, without."""
    rng = random.Random(f"clean {source}")
    clean = [SOURCES[source](rng) for _ in range(sets)]
    return [sum(bool(find(tables, informed)) for tables in clean) for informed in (True, False)]


def count_hits(error: str, sets: int) -> list[int]:
    """Of so many sets with an error, those with a finding about a number that it changed."""
    rng = random.Random(error)
    plant, sources = ERRORS[error]
    hits = [0, 0]
    for number in range(sets):
        changed = []
        while not changed:  # what was put there may be what there was
            tables = SOURCES[sources[number % len(sources)]](rng)
            changed = plant(tables["rows"], rng)
        for option, informed in enumerate((True, False)):
            cells = [cell for found in find(tables, informed) for cell in found.cells]
            hits[option] += any(
                row is found_row and name == found_name
                for row, name in changed
                for found_row, found_name in cells
            )
    return hits


def rate(count: int, sets: int) -> str:
    """A rate with its 95% interval by Wilson, in per cent."""
    low, high = proportion_confint(count, sets, method="wilson")
    return f"{count / sets:.1%} [{100 * low:.1f}, {100 * high:.1f}]"


def shares(sets: int, parts: int) -> list[int]:
    """So many sets in so many parts, as equal as can be."""
    return [sets // parts + (part < sets % parts) for part in range(parts)]


def markdown_row(name: str, sets: int, counts: list[int]) -> str:
    return f"| {name} | {sets:,} | {' | '.join(rate(count, sets) for count in counts)} |"


def rates(sets: int) -> str:
    """The rates from so many sets with an error and as many without, as Markdown."""
    lines = ["| One error in a set | Sets | Found, with options | Found, without |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for error, share in zip(ERRORS, shares(sets, len(ERRORS))):
        lines.append(markdown_row(error, share, count_hits(error, share)))
    lines += ["", "| No error in a set | Sets | Any finding, with options | Any, without |"]
    lines.append("| --- | ---: | ---: | ---: |")
    total = [0, 0]
    for source, share in zip(SOURCES, shares(sets, len(SOURCES))):
        alarms = count_false_alarms(source, share)
        total = [one + more for one, more in zip(total, alarms)]
        lines.append(markdown_row(source, share, alarms))
    lines.append(markdown_row("all", sets, total))
    return "\n".join(lines)


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{rates(1000)}\n\n{END}{after}", encoding="utf-8")
