"""Print the verdicts, and fail if a claim that is marked as required is not supported.

They are given on the runs that exist, by the protocol whose verdicts count; nothing is trained.
"""

import sys
from pathlib import Path

import pandas as pd

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.metrics import format_value, is_percentage
from study.analysis.pairs import SMALL, is_below_one_sample
from study.analysis.tuned_sides import AT_CHOSEN
from study.analysis.verdict_changes import joined
from study.analysis.verdicts import VERDICTS
from study.design.protocols import FIXED, PROTOCOLS
from study.design.study import Study
from study.report.wording import counted, interval_text
from study.snake.datasets import read_studies
from study.snake.regenerate import coverage_lines, is_begun, regenerate
from study.snake.result_jobs import primary_file
from study.store.errors import UserError
from study.store.frames import Row, read_frame, rows_of

COLUMNS = (CLAIM_COLUMNS, PAIR_COLUMNS, CLAIM_COLUMNS)  # of `judged_files`


def verdict_lines(
    claims: pd.DataFrame, pairs: pd.DataFrame, fixed: pd.DataFrame | None = None
) -> list[str]:
    """For each claim: its name, verdict, the reason and any notes, then its sentence and its
    differences with their intervals; at the end, how many claims have each verdict.

    Args:
        claims, pairs: of the protocol whose verdicts count.
        fixed: the claims with fixed values, as a check; None where these are the ones that count.
    """
    width, lines = max(claims["claim"].str.len(), default=0), []
    checks = {} if fixed is None else dict(zip(fixed["claim"], fixed["verdict"]))
    for row in claims.itertuples():
        of_claim = rows_of(pairs[pairs["claim"] == row.claim])
        said = [AT_CHOSEN] if row.sides == AT_CHOSEN else []
        said += [row.reason] if isinstance(row.reason, str) else []
        if any(is_below_one_sample(pair) for pair in of_claim):
            said.append(SMALL)
        if edge := joined(pair.get("edge") for pair in of_claim):
            said.append(f"not tuned: {edge}")
        if row.claim in checks:
            said.append(f"with fixed values {checks[row.claim]}")
        required = "  (required)" if row.required else ""
        why = f": {'; '.join(said)}" if said else ""
        lines.append(f"{row.claim:{width}}  {row.verdict}{required}{why}")
        lines.append(f"  {row.sentence}{difference_words(of_claim)}")
    counts = [
        f"{count} {verdict}"
        for verdict in VERDICTS
        if (count := int((claims["verdict"] == verdict).sum()))
    ]
    return lines + ([f"{counted(len(claims), 'claim')}: {', '.join(counts)}"] if lines else [])


def difference_words(pairs: list[Row]) -> str:
    """` +0.56 [+0.15, +0.98] percentage points`, of each difference that was tested."""
    said: list[str] = []
    for pair in pairs:
        if pd.isna(pair["n"]) or pd.isna(pair["difference"]):
            continue
        metric, adjusted = pair["metric"], not pd.isna(pair["low_adjusted"])
        ends = ("low_adjusted", "high_adjusted") if adjusted else ("low", "high")
        interval = interval_text(metric, *(pair[end] for end in ends))
        said.append(f"{format_value(metric, pair['difference'], sign=True)} {interval}")
    unit = " percentage points" if said and is_percentage(pairs[0]["metric"]) else ""
    return f" {'; '.join(said)}{unit}" if said else ""


def not_supported(claims: pd.DataFrame) -> list[str]:
    """The required claims that are not supported, a line each."""
    failed = claims[claims["required"].astype(bool) & (claims["verdict"] != "supported")]
    return [f"{row.claim}: {row.verdict}. {row.sentence}" for row in failed.itertuples()]


def judged(study: Study, several: bool) -> tuple[list[str], list[str]]:
    """What is printed of a study's claims, and the required ones that are not supported."""
    claims, pairs, *fixed = map(read_frame, judged_files(study), COLUMNS)
    lines = verdict_lines(claims, pairs, *fixed) or ["The configuration declares no claims."]
    failed = not_supported(claims)
    if study.is_pending:
        what = PROTOCOLS[study.verdicts].title.lower()
        lines.insert(0, f"The verdicts that count ({what}) are still to come. With fixed values:")
        required = claims[claims["required"].astype(bool)]
        failed = [f"{row.claim}: not judged yet. {row.sentence}" for row in required.itertuples()]
    if several:
        return [f"{study.dataset}:", *lines], [f"{study.dataset}, {line}" for line in failed]
    return lines, failed


def judged_files(study: Study) -> list[str]:
    """The files of a study's verdicts: claims, pairs, and the fixed claims where others count."""
    files = [primary_file(study, name) for name in ("claims.csv", "claim_pairs.csv")]
    return files + [f"{study.made}/{FIXED.name}/claims.csv"] * (study.primary != FIXED)


if __name__ == "__main__":
    told = snakemake.params.told
    _, data = read_studies(told["config"], told["folders"], trains=False)
    begun = [each.study for each in data.values() if is_begun(each)]
    if not begun:
        raise UserError("No run has been trained yet, so no claim can be judged")
    print("\n".join(coverage_lines(data.values())), flush=True)
    triggers = ["--rerun-triggers", "mtime", "params", "input", "--max-checksum-file-size", "1TB"]
    files = [path for study in begun for path in judged_files(study)]
    if code := regenerate(snakemake, *files, *triggers):
        sys.exit(code)
    lines: list[str] = []
    failed: list[str] = []
    for study in begun:
        said, of_study = judged(study, len(data) > 1)
        lines, failed = lines + said, failed + of_study
    print("\n".join(lines), flush=True)
    # empty: in a log, Snakemake would show again what is printed here
    Path(snakemake.log[0]).write_text("", encoding="utf-8")
    if failed:
        raise UserError("\n  ".join(["Required claims that are not supported", *failed]))
