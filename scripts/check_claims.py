"""Print the verdicts, and fail if a claim that is marked as required is not supported."""

import sys

import pandas as pd

from study.errors import UserError


def not_supported(claims: pd.DataFrame) -> list[str]:
    """The required claims that are not supported, a line each."""
    failed = claims[claims["required"] & (claims["verdict"] != "supported")]
    return [f"{row.claim}: {row.verdict}. {row.sentence}" for row in failed.itertuples()]


if __name__ == "__main__":
    claims = pd.read_csv(snakemake.input.claims)
    width = max(claims["claim"].str.len(), default=0)
    lines = [
        f"{row.claim:{width}}  {row.verdict}{'  (required)' if row.required else ''}"
        for row in claims.itertuples()
    ]
    print("\n".join(lines or ["The configuration declares no claims."]), flush=True)
    failed = not_supported(claims)
    with open(snakemake.log[0], "w", encoding="utf-8") as log:
        print("\n".join(lines + failed), file=log)
    if failed:
        sys.exit(UserError("\n  ".join(["Required claims that are not supported", *failed])))
