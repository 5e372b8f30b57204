"""Refresh the published example from a finished run on PneumoniaMNIST.

    snakemake --cores 4 --config dataset=pneumoniamnist
    python docs/update_example.py

Copies the run's tables, figures and report to docs/pneumoniamnist/, and writes its tables beside
the source study's into README.md.
"""

import shutil
import sys
from pathlib import Path

import pandas as pd

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from study.choices import level_title, parameter_title
from study.parameters import METRICS
from study.tables import HEADINGS, mean_text, name_title

EXAMPLE = REPOSITORY / "docs" / "pneumoniamnist"
README = REPOSITORY / "README.md"
BEGIN, END = "<!-- example: begin -->", "<!-- example: end -->"


def compare_table(number: int, reference: pd.DataFrame) -> str:
    """One table of the example beside the source study's, as Markdown."""
    ours = pd.read_csv(EXAMPLE / "tables" / f"table{number}.csv")
    factor = ours.columns[0]
    title = f"{name_title(f'table{number}')}: {parameter_title(factor).lower()}"
    lines = [f"**{title}, round {ours['round'][0]}**", ""]
    headings = [parameter_title(factor)]
    for metric in METRICS:
        headings += [HEADINGS[metric], "*study*"]
    lines += [f"| {' | '.join(headings)} |", f"|{' --- |' + ' ---: |' * (len(headings) - 1)}"]
    for row in ours.to_dict("records"):
        cells = [level_title(factor, row[factor])]
        (printed,) = reference[
            (reference["table"] == str(number)) & (reference["level"] == cells[0])
        ].to_dict("records")
        for metric in METRICS:
            text = mean_text(metric, row[metric], row[f"{metric}_sd"])
            cells += [text, f"*{printed[metric]}*"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def compare() -> str:
    """All seven tables, read from docs/pneumoniamnist/ and workflow/reference/."""
    path = REPOSITORY / "workflow" / "reference" / "source_study.csv"
    reference = pd.read_csv(path, dtype=str)  # as printed, with the decimals as printed
    return "\n\n".join(compare_table(number, reference) for number in range(1, 8))


def main() -> None:
    results = REPOSITORY / "results" / "pneumoniamnist"
    for name, pattern in (("tables", "*.csv"), ("figures", "*.svg"), (".", "report.html")):
        (EXAMPLE / name).mkdir(parents=True, exist_ok=True)
        for path in sorted((results / name).glob(pattern)):
            shutil.copy(path, EXAMPLE / name)
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n\n{compare()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
