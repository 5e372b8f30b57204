"""Print the verdicts, and fail if a claim that is marked as required is not supported."""

import sys

import pandas as pd

from study.analysis.claims import CLAIM_COLUMNS
from study.errors import UserError
from study.frames import read_frame


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
    claims = read_frame(snakemake.input.claims, CLAIM_COLUMNS)
    print("\n".join(verdict_lines(claims) or ["The configuration declares no claims."]), flush=True)
    failed = not_supported(claims)
    with open(snakemake.log[0], "w", encoding="utf-8") as log:
        print("\n".join(failed or ["Every required claim is supported."]), file=log)
    if failed:
        sys.exit(UserError("\n  ".join(["Required claims that are not supported", *failed])))
