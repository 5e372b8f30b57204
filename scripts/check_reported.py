"""Check a CSV of reported tables for numbers that cannot be, or hardly can.

    python scripts/check_reported.py tables.csv --images val=524 --epochs 27
    python scripts/check_reported.py tables.csv --baseline loss=BCE --claims claims.yaml

The columns are table, factor, level, trainings, and a column a metric, with the numbers as they
are printed, accuracies in per cent. Exits with 1 if there is something to look at.
"""

import argparse
import sys
from pathlib import Path

import yaml

from study.errors import UserError
from study.reported import find_problems, read_reported


def pairs(items: list[str], option: str, kind: type) -> dict:
    """`["val=524"]` as `{"val": 524}`."""
    try:
        return {key: kind(text) for key, text in (item.split("=") for item in items)}
    except ValueError:
        raise UserError(f"{option}: {' '.join(items)} is not of the form name=value") from None


def read_sentences(path: str | None) -> list[dict]:
    """The sentences of a file of claims, with the tables that each is drawn from."""
    if path is None:
        return []
    try:
        claims = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        return [
            {"name": name, "sentence": claim["sentence"], "tables": claim.get("tables", [])}
            for name, claim in claims.items()
        ]
    except (OSError, ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise UserError(f"{path}: no file of claims ({error})") from error


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", help="the CSV file")
    parser.add_argument(
        "--images", nargs="+", default=[], metavar="SPLIT=N", help="train=4708 val=524"
    )
    parser.add_argument(
        "--epochs", type=int, default=1, help="over how many epochs a printed number is a mean"
    )
    parser.add_argument(
        "--baseline",
        nargs="+",
        default=[],
        metavar="FACTOR=LEVEL",
        help="the levels at which other tables hold a factor: their rows are one",
    )
    parser.add_argument("--claims", help="a YAML file of claims, whose sentences have numbers")
    arguments = parser.parse_args()
    findings = find_problems(
        read_reported(arguments.tables),
        pairs(arguments.baseline, "--baseline", str),
        pairs(arguments.images, "--images", int),
        arguments.epochs,
        read_sentences(arguments.claims),
    )
    for finding in findings:
        print(f"{finding['check']}: {finding['text']}")
    print(f"{len(findings)} findings" if findings else "Nothing to look at")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
