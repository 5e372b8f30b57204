"""Refresh the published example from a finished run on PneumoniaMNIST.

    snakemake --cores 4 --configfile docs/pneumoniamnist/study.yaml
    python docs/update_example.py

Copies the run's results to docs/pneumoniamnist/, and writes its README.md from them, and the
verdicts at the top of the project's README.md.
"""

import shutil
import sys
from pathlib import Path

import pandas as pd
import yaml

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.metrics import metric_title
from study.choices import level_title, parameter_title
from study.frames import read_frame
from study.published.beside import FINDING_COLUMNS, PRINTED_COLUMNS
from study.report.sections import claim_items
from study.report.tables import mean_text, name_title
from study.training import EPOCH_METRICS

EXAMPLE = REPOSITORY / "docs" / "pneumoniamnist"
README = REPOSITORY / "README.md"
BEGIN, END = "<!-- verdicts: begin -->", "<!-- verdicts: end -->"
COPIED = ("tables/*.csv", "figures/*.svg", "statistics/*.csv", "statistics/*.svg")
COPIED += ("summary.csv", "evaluation.csv", "runs.csv", "report.html")
SEEDS = yaml.safe_load((EXAMPLE / "study.yaml").read_text(encoding="utf-8"))["seeds"]
SHOWN_FIRST = (
    "ce_train_accuracy_rises",
    "batch_size_first_round",
    "bce_train_accuracy_unchanged",
    "ce_val_loss_rises",
    "ce_needs_more_training",
)


def read(name: str, columns: dict[str, type] | None = None) -> pd.DataFrame:
    return read_frame(EXAMPLE / name, columns)


def markdown_table(headings: list[str], rows: list[list[str]], right: int = 0) -> str:
    """A table in Markdown, its last `right` columns aligned to the right."""
    rule = ["---"] * (len(headings) - right) + ["---:"] * right
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def verdicts(only: tuple[str, ...] = ()) -> str:
    """The claims and their verdicts, all or some of them."""
    items = {
        item["row"]["claim"]: item
        for item in claim_items(
            read("statistics/claims.csv", CLAIM_COLUMNS),
            read("statistics/claim_pairs.csv", PAIR_COLUMNS),
            SEEDS,
        )
    }
    rows = []
    for name in only or items:
        item = items[name]
        differences = [f"{pair['difference']} {pair['interval']}" for pair in item["pairs"]]
        sentence = item["row"]["sentence"] + (f" *{item['note']}*" if item["note"] else "")
        rows.append(
            [f"**{item['row']['verdict']}**", sentence, "<br>".join(differences), item["p"]]
        )
    return markdown_table(["Verdict", "Claim", "Difference [95%]", "p, adjusted"], rows, right=2)


def findings() -> str:
    """What is odd about the source study's printed numbers, and what of it rests on that."""
    found = read("statistics/reference_findings.csv", FINDING_COLUMNS).astype(str)
    claims = read("statistics/claims.csv", CLAIM_COLUMNS).set_index("claim")
    printed = read("statistics/reference_claims.csv", PRINTED_COLUMNS).fillna("")
    rows = [
        [claims.loc[row.claim, "sentence"], row.printed or "–", row.findings or "–",
         claims.loc[row.claim, "verdict"]]
        for row in printed.itertuples()
    ]  # fmt: skip
    return "\n\n".join(
        [
            markdown_table(["No.", "Finding", "As printed"], found.values.tolist()),
            markdown_table(
                ["Conclusion", "Difference as printed", "Rests on findings", "Our runs"], rows
            ),
        ]
    )


def compare_table(number: int, reference: pd.DataFrame) -> str:
    """One table of the example beside the source study's, as Markdown."""
    ours = read(f"tables/table{number}.csv")
    factor = ours.columns[0]
    title = f"{name_title(f'table{number}')}: {parameter_title(factor).lower()}"
    headings = [parameter_title(factor)]
    for metric in EPOCH_METRICS:
        headings += [metric_title(metric), "*study*"]
    rows = []
    for row in ours.to_dict("records"):
        cells = [level_title(factor, row[factor])]
        (printed,) = reference[
            (reference["table"] == str(number)) & (reference["level"] == cells[0])
        ].to_dict("records")
        for metric in EPOCH_METRICS:
            text = mean_text(metric, row[metric], row[f"{metric}_sd"])
            cells += [text, f"*{printed[metric]}*"]
        rows.append(cells)
    table = markdown_table(headings, rows, right=len(headings) - 1)
    return f"**{title}, round {ours['round'][0]}**\n\n{table}"


def example_page() -> str:
    """docs/pneumoniamnist/README.md."""
    path = REPOSITORY / "workflow" / "reference" / "source_study.csv"
    reference = pd.read_csv(path, dtype=str)  # as printed, with the decimals as printed
    text = (EXAMPLE / "page.md").read_text(encoding="utf-8")
    tables = "\n\n".join(compare_table(number, reference) for number in range(1, 8))
    for name, content in (("verdicts", verdicts()), ("findings", findings()), ("tables", tables)):
        text = text.replace(f"<!-- {name} -->", content)
    return text


def main() -> None:
    results = REPOSITORY / "results" / "pneumoniamnist"
    for pattern in COPIED:
        for path in sorted(results.glob(pattern)):
            target = EXAMPLE / path.relative_to(results)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    (EXAMPLE / "README.md").write_text(example_page(), encoding="utf-8")
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = f"{before}{BEGIN}\n\n{verdicts(SHOWN_FIRST)}\n\n{END}{after}"
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
