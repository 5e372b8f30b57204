"""Print the verdicts, and fail if a claim that is marked as required is not supported.

They are given on the runs that exist; nothing is trained.
"""

import sys
from pathlib import Path

import pandas as pd

from study.analysis.claims import CLAIM_COLUMNS
from study.design.protocols import FIXED
from study.design.study import Study
from study.snake.datasets import read_studies
from study.snake.regenerate import coverage_lines, is_begun, regenerate
from study.store.errors import UserError
from study.store.frames import read_frame


def verdict_lines(claims: pd.DataFrame) -> list[str]:
    """One line per claim: its name, its verdict, and why."""
    width = max(claims["claim"].str.len(), default=0)
    return [
        f"{row.claim:{width}}  {row.verdict}"
        + ("  (required)" if row.required else "")
        + (f": {row.reason}" if isinstance(row.reason, str) else "")
        for row in claims.itertuples()
    ]


def not_supported(claims: pd.DataFrame) -> list[str]:
    """The required claims that are not supported, a line each."""
    failed = claims[claims["required"].astype(bool) & (claims["verdict"] != "supported")]
    return [f"{row.claim}: {row.verdict}. {row.sentence}" for row in failed.itertuples()]


def judged(study: Study, several: bool) -> tuple[list[str], list[str]]:
    """What is printed of a study's claims, and the required ones that are not supported."""
    claims = read_frame(claims_file(study), CLAIM_COLUMNS)
    lines = verdict_lines(claims) or ["The configuration declares no claims."]
    failed = not_supported(claims)
    if several:
        return [f"{study.dataset}:", *lines], [f"{study.dataset}, {line}" for line in failed]
    return lines, failed


def claims_file(study: Study) -> str:
    """Where a study's verdicts are."""
    return f"{study.made}/{FIXED.name}/claims.csv"


if __name__ == "__main__":
    told = snakemake.params.told
    _, data = read_studies(told["config"], told["folders"], trains=False)
    begun = [each.study for each in data.values() if is_begun(each)]
    if not begun:
        raise UserError("No run has been trained yet, so no claim can be judged")
    print("\n".join(coverage_lines(data.values())), flush=True)
    triggers = ["--rerun-triggers", "mtime", "params", "input", "--max-checksum-file-size", "1TB"]
    if code := regenerate(snakemake, *map(claims_file, begun), *triggers):
        sys.exit(code)
    lines: list[str] = []
    failed: list[str] = []
    for study in begun:
        said, of_study = judged(study, len(data) > 1)
        lines, failed = lines + said, failed + of_study
    print("\n".join(lines), flush=True)
    # of what is printed here, a log would be shown again
    Path(snakemake.log[0]).write_text("", encoding="utf-8")
    if failed:
        raise UserError("\n  ".join(["Required claims that are not supported", *failed]))
