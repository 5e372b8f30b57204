"""Print the verdicts, and fail if a claim that is marked as required is not supported.

They are given on the runs that exist; nothing is trained.
"""

import sys
from pathlib import Path

import pandas as pd

from study.analysis.claims import CLAIM_COLUMNS
from study.errors import UserError
from study.frames import read_frame
from study.jobs import present_runs
from study.regenerate import coverage_lines, regenerate


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


if __name__ == "__main__":
    study = snakemake.params.study
    if not present_runs(study):
        sys.exit(UserError("No run has been trained yet, so no claim can be judged"))
    print("\n".join(coverage_lines(study)), flush=True)
    path = f"{study['made']}/statistics/claims.csv"
    triggers = ["--rerun-triggers", "mtime", "params", "input", "--max-checksum-file-size", "1TB"]
    if code := regenerate(snakemake, path, *triggers):
        sys.exit(code)
    claims = read_frame(path, CLAIM_COLUMNS)
    lines = verdict_lines(claims) or ["The configuration declares no claims."]
    failed = not_supported(claims)
    print("\n".join(lines), flush=True)
    # of what is printed here, a log would be shown again
    Path(snakemake.log[0]).write_text("", encoding="utf-8")
    if failed:
        sys.exit(UserError("\n  ".join(["Required claims that are not supported", *failed])))
