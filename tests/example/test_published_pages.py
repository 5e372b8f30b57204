"""Every table and every number on the published example's pages agrees with a computation.

That is its README.md: its tables, and what its sentences say of these runs in numbers.
"""

import itertools
import json
import re

import numpy as np
import published_protocols
from judged import difference_and_interval, judged
from published import (
    CELLS,
    CLAIMS,
    CLASSES,
    EPOCH,
    EXAMPLE,
    IMAGES,
    METRICS,
    REPOSITORY,
    STUDY,
    TABLES,
    levels,
    metric_title,
    read,
    shown_mean,
    shown_p,
    signed,
    title,
)
from recomputed import (
    comparison_rows,
    effect_rows,
    findings,
    of_level,
    printed_claim_rows,
    printed_row,
)

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
WORDS += ["eleven", "twelve"]
PAGE = (EXAMPLE / "README.md").read_text(encoding="utf-8")


def number_word(number: int) -> str:
    return WORDS[number - 1] if 0 < number <= len(WORDS) else str(number)


def markdown_tables(text: str) -> list[list[list[str]]]:
    """The tables of a page, each a list of rows of cells, without the rule."""
    blocks = re.findall(r"(?:^\|.*\|\n?)+", text, flags=re.M)
    return [
        [line[2:-2].split(" | ") for line in block.strip().split("\n") if "| ---" not in line]
        for block in blocks
    ]


def table_of_page(heading: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading."""
    (rows,) = (rows for (first, *_), *rows in markdown_tables(PAGE) if first == heading)
    return rows


def listed(items: list[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


# ---- Verdicts -----------------------------------------------------------------------------------


def test_verdicts_of_the_page():
    rows = table_of_page("Verdict")
    assert len(rows) == len(CLAIMS)
    for (verdict, sentence, numbers, p), (name, claim) in zip(rows, CLAIMS.items()):
        item = judged()[name]
        assert verdict == f"**{item['verdict']}**"
        assert sentence.startswith(claim["sentence"].strip())
        pairs = [" ".join(difference_and_interval(claim, pair)) for pair in item["pairs"]]
        assert numbers == "<br>".join(pairs)
        assert p == shown_p(item.get("p_adjusted"))


def test_verdicts_by_protocol_of_the_page():
    """Each claim's row has the verdicts of the four files."""
    heading, *rows = next(rows for rows in markdown_tables(PAGE) if rows[0][0] == "Claim")
    protocols = ("fixed", *published_protocols.PROTOCOLS)
    assert len(heading) == len(protocols) + 1 and len(rows) == len(CLAIMS)
    for row, (name, claim) in zip(rows, CLAIMS.items()):
        assert row[0] == claim["sentence"].strip()
        for text, protocol in zip(row[1:], protocols):
            assert text.startswith(published_protocols.verdicts(protocol)[name])


def test_the_project_page_names_the_example_as_it_is():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert f"claims on chest X-rays, tested with {STUDY['seeds']} seeds" in text
    assert f"the source study's {len(CLAIMS)} claims on chest X-rays" in text


def test_the_heading_does_not_call_an_adjusted_interval_a_95_percent_one():
    assert "95%" not in " ".join(markdown_tables(PAGE)[0][0])


# ---- The published tables -----------------------------------------------------------------------


def test_findings_of_the_page():
    assert table_of_page("No.") == [
        [str(i), *item[:2]] for i, item in enumerate(findings(), start=1)
    ]
    assert table_of_page("Conclusion") == [
        [
            CLAIMS[row["claim"]]["sentence"].strip(),
            row["printed"] or "–",
            row["findings"] or "–",
            judged()[row["claim"]]["verdict"],
        ]
        for row in printed_claim_rows()
    ]


def test_tables_of_the_page():
    found = [rows for rows in markdown_tables(PAGE) if "*study*" in rows[0]]
    captions = re.findall(r"(?m)^\*\*(Table .*)\*\*$", PAGE)
    assert len(found) == len(captions) == len(TABLES)
    for (name, table), caption, (heading, *rows) in zip(TABLES.items(), captions, found):
        factor, number = table["vary"].replace("_", " "), name.removeprefix("table")
        assert caption == f"Table {number}: {factor}, round {table['round']}"
        study = [[metric_title(metric), "*study*"] for metric in EPOCH]
        assert heading == [factor.capitalize(), *itertools.chain(*study)]
        expected = []
        for level in levels(table):
            row = printed_row(table["vary"], level, table["round"], [number])
            beside = [
                [shown_mean(metric, of_level(table, level, metric)), f"*{row[metric]}*"]
                for metric in EPOCH
            ]
            expected.append([title(level), *itertools.chain(*beside)])
        assert rows == expected


# ---- Sentences ----------------------------------------------------------------------------------


def settings() -> str:
    baseline, layers = STUDY["baseline"], STUDY["baseline"]["hidden_layers"]
    return (
        f"{STUDY['epochs_per_round']} epochs a round, {layers} hidden layer{'s' * (layers > 1)} of"
        f" {baseline['hidden_units']} units, {baseline['optimizer'].capitalize()} at"
        f" {baseline['learning_rate']}, {len(CELLS)} cells, {STUDY['seeds']} seeds."
    )


def counts() -> str:
    verdicts = [judged()[name]["verdict"] for name in published_protocols.ONCE]
    order = ("supported", "contradicted", "borderline", "no signal", "too few seeds", "not tested")
    found = [f"{verdicts.count(verdict)} {verdict}" for verdict in order if verdict in verdicts]
    tests = len({item["test"] for item in judged().values() if "test" in item})
    return f"{len(verdicts)} claims, in {tests} tests: {listed(found)}."


def sizes() -> list[str]:
    """How far the rounds, and how far the factors, move the validation accuracy."""
    changes = []
    for loss in ("bce", "ce"):
        first, last = (
            np.mean([*of_level({"vary": "loss", "round": number}, loss, "val_accuracy").values()])
            for number in (1, STUDY["rounds"])
        )
        changes.append(f"{signed('val_accuracy', last - first)} ({title(loss)})")
    rows = [row for row in comparison_rows() if row["metric"] == "val_accuracy"]
    most = max(rows, key=lambda row: abs(row["difference"]))
    sides = f"{title(most['level'])} against {title(most['against'])}, round {most['round']}"
    return [
        f"From one round to {number_word(STUDY['rounds'])} the validation accuracy changes by"
        f" {listed(changes)} percentage points.",
        "Its largest difference between two rows of a table is"
        f" {signed('val_accuracy', most['difference'])}"
        f" ({most['factor'].replace('_', ' ')}, {sides}).",
    ]


def floors() -> list[str]:
    """The larger class's share; the logistic regression's is the audit's, beside its own file."""
    audited = json.loads((EXAMPLE / "audit.json").read_text(encoding="utf-8"))["floors"]
    names = {"val": "validation", "test": "test"}
    return [
        f"on the {names[split]} split the best constant answer reaches"
        f" {100 * max(CLASSES[split]) / IMAGES[split]:.1f}%, a logistic regression on the pixels"
        f" {100 * floor['logistic_regression']:.1f}%"
        for split, floor in audited.items()
    ]


def disagreements() -> set[str]:
    """What the file warns of."""
    rows = read(EXAMPLE / "statistics" / "disagreements.csv")
    return {f"{row['text']}." for row in rows if row["text"]} or {"Validation and test agree."}


def rests() -> str:
    repeated = [str(i) for i, item in enumerate(findings(), start=1) if "two rounds" in item[0]]
    resting = [row for row in printed_claim_rows() if {*repeated} & {*row["findings"].split()}]
    return (
        f"{len(resting)} of the study's conclusions use its repeated numbers"
        f" (findings {listed(repeated)})."
    )


def test_the_page_says_what_was_computed():
    text = " ".join(PAGE.split())
    for phrase in (settings(), counts(), *sizes(), *floors(), *disagreements(), rests()):
        assert phrase in text


def test_clearest_effects_of_the_page():
    """For each metric shown, the effect with the smallest p."""
    rows = table_of_page("Metric")
    assert rows
    expected = {}
    for metric in METRICS:
        effects = [row for row in effect_rows() if row["metric"] == metric and row["f_value"]]
        best = min(effects, key=lambda row: row["p_value"])
        name = " × ".join(x.replace("_", " ").capitalize() for x in best["effect"].split(" × "))
        size = f"{best['partial_eta_squared']:.2f}"
        expected[metric_title(metric)] = [name, size, shown_p(best["p_holm"])]
    assert rows == [[row[0], *expected[row[0]]] for row in rows]
