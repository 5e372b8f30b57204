"""Refresh the published example from a finished run on PneumoniaMNIST.

    snakemake --cores 4 --configfile docs/pneumoniamnist/study.yaml
    python docs/update_example.py

Copies the run's results to docs/pneumoniamnist/, packs its runs, and writes README.md from them.
"""

import json
import math
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from example_archive import RESULTS, pack

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.comparisons import COMPARISON_COLUMNS
from study.analysis.disagreements import DISAGREEMENT_COLUMNS, MEANINGS, warned_of
from study.analysis.effects import EFFECT_COLUMNS
from study.analysis.metrics import SPLIT_TITLES, format_value, metric_title
from study.analysis.verdict_changes import VERDICT_COLUMNS
from study.analysis.verdicts import VERDICTS, tested_once
from study.data.findings import read_audit
from study.design.protocols import PROTOCOLS
from study.notebook import load_study
from study.published.beside import FINDING_COLUMNS, PRINTED_COLUMNS
from study.report.sections.claims import claim_items
from study.report.sections.fair import claim_rows, counts_of_changes, side_titles
from study.report.tables import mean_text, name_title
from study.report.wording import p_text, plain
from study.report.worth import one_samples
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.store.frames import read_frame
from study.training import EPOCH_METRICS

EXAMPLE = REPOSITORY / "docs" / "pneumoniamnist"
OF_PROTOCOL = ("values", "runs", "levels", "comparisons", "claims", "claim_pairs")
COPIED = [f"{protocol}/{name}.csv" for protocol in PROTOCOLS for name in OF_PROTOCOL]
COPIED += ["tables/*.csv", "figures/*.svg", "statistics/*.csv", "statistics/*.svg"]
COPIED += ["tuning/*.csv", "tuning/*.svg", "report.html", "appendix.html", "report.json"]
COPIED += ["data/*/audit.json"]
OTHER_FILES = r"(--configfile docs/pneumoniamnist/study\.yaml)( [\w/.]+\.yaml)+"
STUDY = load_study(EXAMPLE / "study.yaml")
EFFECTS_SHOWN = (
    "val_accuracy",
    "val_loss",
    "final_val_roc_auc",
    "final_test_accuracy",
    "final_test_roc_auc",
)


def read(name: str, columns: Mapping[str, type] | None = None) -> pd.DataFrame:
    return read_frame(EXAMPLE / name, columns)


def markdown_table(headings: list[str], rows: list[list[str]], right: int = 0) -> str:
    """A table in Markdown, its last `right` columns aligned to the right."""
    rule = ["---"] * (len(headings) - right) + ["---:"] * right
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def verdicts() -> str:
    """The claims and their verdicts."""
    items = {
        item["row"]["claim"]: item
        for item in claim_items(
            read("fixed/claims.csv", CLAIM_COLUMNS),
            read("fixed/claim_pairs.csv", PAIR_COLUMNS),
            STUDY.seeds,
        )
    }
    rows = []
    for name in items:
        item = items[name]
        differences = [f"{pair['difference']} {pair['interval']}" for pair in item["pairs"]]
        note = f" *{item['note']}*" if item["note"] else ""
        sentence = item["row"]["sentence"] + note
        rows.append(
            [f"**{item['row']['verdict']}**", sentence, "<br>".join(differences), item["p"]]
        )
    return markdown_table(
        ["Verdict", "Claim", "Difference and interval", "p, adjusted"], rows, right=2
    )


def protocols() -> str:
    """What becomes of the verdicts where sides are tuned, and on other splits."""
    verdicts = read("statistics/verdicts.csv", VERDICT_COLUMNS)
    there = [name for name in PROTOCOLS if name in {*verdicts["protocol"]}]
    counts = [f"- {counts_of_changes(verdicts, name, STUDY.claims)}" for name in there[1:]]
    rows = [
        [row["sentence"], *(f"{cell['verdict']}, {cell['text']}" for cell in row["cells"])]
        for row in claim_rows(verdicts, there, STUDY.claims)
    ]
    table = markdown_table(["Claim", *(PROTOCOLS[name].heading for name in there)], rows)
    return "\n\n".join(["\n".join(counts), table])


def chosen() -> str:
    """The learning rate chosen for each side, and those that other seeds might have chosen."""
    runs, rows = read("tuned/runs.csv"), []
    titles = side_titles(STUDY, STUDY.tuning)
    for cell, of_cell in runs.groupby("cell", sort=False):
        rates = of_cell.sort_values("place").groupby("place", sort=False)["learning_rate"].first()
        first, *others = (level_title("learning_rate", rate) for rate in rates)
        rows.append([titles[cell], first, ", ".join(others) or "–"])
    return markdown_table(["Side", "Chosen", "Might have been chosen"], rows, right=2)


def findings() -> str:
    """What is odd about the source study's printed numbers, and what of it rests on that."""
    found = read("statistics/reference_findings.csv", FINDING_COLUMNS).astype(str)
    claims = read("fixed/claims.csv", CLAIM_COLUMNS).set_index("claim")
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


def headline() -> str:
    """What the report says first."""
    return " ".join(json.loads((EXAMPLE / "report.json").read_text(encoding="utf-8"))["headline"])


def settings() -> str:
    """`30 epochs a round, 1 hidden layer of 256 units, Adam at 0.001, 19 cells`."""
    values, runs = read("fixed/values.csv"), read("fixed/runs.csv")
    (epochs,) = set(runs["epochs"])
    base = STUDY.design.baseline
    return (
        f"{epochs} epochs a round, {base['hidden_layers']} hidden layer of {base['hidden_units']}"
        f" units, {level_title('optimizer', base['optimizer'])} at {base['learning_rate']},"
        f" {values['cell'].nunique()} cells, {values['seed'].nunique()} seeds"
    )


def counts() -> str:
    """How many claims, those that are one test once, have which verdict."""
    every = read("fixed/claims.csv", CLAIM_COLUMNS)
    claims = every[every["claim"].isin(tested_once(STUDY.claims))]
    found = [f"{(claims['verdict'] == verdict).sum()} {verdict}" for verdict in VERDICTS
             if (claims["verdict"] == verdict).any()]  # fmt: skip
    tests = int(claims["tests"].dropna().iloc[0])
    return f"{len(claims)} claims, in {tests} tests: {_listed(found)}."


def sizes() -> str:
    """How far the rounds, and how far the factors, move the validation accuracy in the tables."""
    pairs = read("fixed/claim_pairs.csv", PAIR_COLUMNS).set_index("claim")
    rounds = [
        f"{format_value('val_accuracy', pairs.loc[claim, 'difference'], sign=True)} ({title})"
        for title, claim in (("BCE", "bce_val_accuracy_unchanged"), ("CE", "ce_val_accuracy_rises"))
    ]
    comparisons = read("fixed/comparisons.csv", COMPARISON_COLUMNS)
    comparisons = comparisons[comparisons["metric"] == "val_accuracy"]
    most = comparisons.loc[comparisons["difference"].abs().idxmax()]
    sides = " against ".join(level_title(most["factor"], most[side])
                             for side in ("level", "against"))  # fmt: skip
    return (
        f"From one round to three the validation accuracy changes by {_listed(rounds)} percentage"
        " points. Its largest difference between two rows of a table is"
        f" {format_value('val_accuracy', most['difference'], sign=True)}"
        f" ({parameter_title(most['factor']).lower()}, {sides}, round {most['round']})."
    )


def clearest_effects() -> str:
    """For some metrics, the effect over the grid with the smallest p-value."""
    effects = read("statistics/effects.csv", EFFECT_COLUMNS)
    rows = []
    for metric in EFFECTS_SHOWN:
        of_metric = effects[effects["metric"] == metric].sort_values("p_value")
        for row in of_metric.head(1).to_dict("records"):
            name = " × ".join(parameter_title(part) for part in row["effect"].split(" × "))
            shown = [plain(row["partial_eta_squared"]), p_text(row["p_holm"])]
            rows.append([metric_title(metric), name, *shown])
    return markdown_table(["Metric", "Clearest effect", "Partial η²", "p, adjusted"], rows, right=2)


def disagreements() -> str:
    """Where validation and test disagree, as a list."""
    warned = warned_of(read("statistics/disagreements.csv", DISAGREEMENT_COLUMNS))
    if warned.empty:
        return "Validation and test agree."
    parts = []
    for what, of_kind in warned.groupby("what", sort=False):
        tables = of_kind.groupby("text", sort=False)["table"].apply(list)
        lines = [
            f"- {_listed([name_title(name) for name in names])}. {text}."
            for text, names in tables.items()
        ]
        parts.append("\n".join([*lines, "", MEANINGS[what]]))
    return "\n\n".join(parts)


def floors() -> str:
    """What is to be beaten on each split, and how many images it shares with the training split."""
    audit = json.loads((EXAMPLE / "audit.json").read_text(encoding="utf-8"))
    parts = [
        f"on the {SPLIT_TITLES[split]} split the best constant answer reaches"
        f" {100 * floor['majority']:.1f}%, a logistic regression on the pixels"
        f" {100 * floor['logistic_regression']:.1f}%"
        for split, floor in audit["floors"].items()
    ]
    return f"What to beat: {'; '.join(parts)}."


def rests() -> str:
    """How many conclusions rest on numbers that two rounds share."""
    found = read("statistics/reference_findings.csv", FINDING_COLUMNS)
    copied = found.loc[found["check"] == "same number in two rounds", "finding"].astype(str)
    printed = read("statistics/reference_claims.csv", PRINTED_COLUMNS)["findings"].fillna("")
    count = sum(bool(set(str(text).split()) & set(copied)) for text in printed)
    return (
        f"{count} of the study's conclusions use its repeated numbers (findings {_listed(copied)})."
    )


def _listed(items: Sequence[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def compare_table(number: int, reference: pd.DataFrame) -> str:
    """One table of the example beside the source study's, as Markdown."""
    ours = read(f"tables/table{number}.csv")
    factor = ours.columns[0]
    title = f"{name_title(f'table{number}')}: {parameter_title(factor).lower()}"
    headings = [parameter_title(factor)]
    one = one_samples(EPOCH_METRICS, read_audit(EXAMPLE / "audit.json"))
    for metric in EPOCH_METRICS:
        headings += [metric_title(metric), "*study*"]
    rows = []
    for row in ours.to_dict("records"):
        cells = [level_title(factor, row[factor])]
        (printed,) = reference[
            (reference["table"] == str(number)) & (reference["level"] == cells[0])
        ].to_dict("records")
        for metric in EPOCH_METRICS:
            one_sample = one.get(metric, math.nan)
            text = mean_text(metric, row[metric], row[f"{metric}_sd"], one_sample)
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
    contents = {
        "headline": headline(),
        "seeds": str(STUDY.seeds),
        "settings": settings(),
        "counts": counts(),
        "verdicts": verdicts(),
        "sizes": sizes(),
        "effects": clearest_effects(),
        "splits": disagreements(),
        "floors": floors(),
        "rests": rests(),
        "protocols": protocols(),
        "chosen": chosen(),
        "findings": findings(),
        "tables": tables,
    }
    for name, content in contents.items():
        text = text.replace(f"<!-- {name} -->", content)
    return text


def main() -> None:
    for pattern in COPIED:
        for path in sorted(RESULTS.glob(pattern)):
            target = EXAMPLE / path.relative_to(RESULTS)
            if target.match("data/*/*"):  # one data set: without the folder of its digest
                target = EXAMPLE / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for page in EXAMPLE.glob("*.html"):  # a file that says where the data are is not others'
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(OTHER_FILES, r"\1", text), encoding="utf-8")
    pack()
    (EXAMPLE / "README.md").write_text(example_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
