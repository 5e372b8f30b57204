"""Check a CSV of published tables for numbers that are impossible, or hardly possible.

    python scripts/check_published.py tables.csv --images val=524 --epochs 27
    python scripts/check_published.py tables.csv --baseline loss=BCE --claims claims.yaml

The columns are table, factor, level, round, and one column per metric, with the numbers as they
are printed; a column with "accuracy" in its name is in per cent. The exit status is 1 if
problems were found, and 2 if the tables or the options cannot be used.
"""

import argparse
import sys
from collections.abc import Sequence

from study.config.yaml_files import read_claims
from study.published.counts import describe_refused
from study.published.findings import Sentence
from study.published.plausibility import find_problems
from study.published.printed import accuracies, read_tables
from study.store.errors import UserError


def pairs(items: Sequence[str], option: str) -> dict[str, str]:
    """`["val=524"]` as `{"val": "524"}`."""
    try:
        return dict(item.split("=") for item in items)
    except ValueError:
        raise UserError(f"{option}: {' '.join(items)} is not of the form name=value") from None


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def image_counts(items: Sequence[str], columns: Sequence[str]) -> dict[str, int]:
    """How many images each split has, for splits whose accuracy is in the tables."""
    splits = [column.partition("_")[0] for column in columns]
    counts = {}
    for split, text in pairs(items, "--images").items():
        if split not in splits or not text.isdecimal() or int(text) == 0:
            known = ", ".join(splits) or "none"
            raise UserError(
                f"--images: {split}={text}; the tables have accuracies for: {known}; give a whole"
                " number of images for each"
            )
        counts[split] = int(text)
    return counts


def read_sentences(path: str | None) -> list[Sentence]:
    """The sentences of a file of claims, with the tables that each is drawn from."""
    if path is None:
        return []
    claims = read_claims(path)
    for name, claim in claims.items() if isinstance(claims, dict) else [("", None)]:
        if not isinstance(claim, dict) or not isinstance(claim.get("sentence"), str):
            where = f"{path}: {name}" if name else path
            raise UserError(
                f"{where}: is not a claim; a file of claims has a sentence for each name"
            )
    return [
        Sentence(name, f"{claim['sentence']} {claim.get('quote', '')}", claim.get("tables", []))
        for name, claim in claims.items()
    ]


def main() -> int:
    """Check the tables that the arguments name; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", help="the CSV file")
    parser.add_argument(
        "--images",
        nargs="+",
        action="extend",
        default=[],
        metavar="SPLIT=N",
        help="train=4708 val=524",
    )
    parser.add_argument(
        "--epochs", type=positive, default=1, help="how many epochs a printed number averages over"
    )
    parser.add_argument(
        "--baseline",
        nargs="+",
        action="extend",
        default=[],
        metavar="FACTOR=LEVEL",
        help="the level that each factor has in the tables of other factors: rows with these levels"
        " are of the same run (default: inferred)",
    )
    parser.add_argument("--claims", help="a YAML file of claims, whose numbers are checked")
    arguments = parser.parse_args()
    rows = read_tables(arguments.tables)
    columns = accuracies(rows)
    print(f"{len(rows)} rows; accuracies: {', '.join(columns) or 'none'}")
    images = image_counts(arguments.images, columns)
    for column in columns if images else []:
        count = images.get(column.partition("_")[0])
        print(describe_refused(rows, column, count, arguments.epochs))
    findings = find_problems(
        rows,
        pairs(arguments.baseline, "--baseline"),
        images,
        arguments.epochs,
        read_sentences(arguments.claims),
    )
    for finding in findings:
        print(f"{finding.check}: {finding.text}")
    print(f"Problems found: {len(findings)}" if findings else "No problems found")
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
