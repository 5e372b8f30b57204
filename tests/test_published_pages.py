"""Every table and every number on the published example's pages agrees with a computation.

The pages are its README.md, its report.html, and the verdicts in the project's README.md. A number
in a sentence is computed here, or is among the facts below; a sentence with any other number fails.
"""

import html
import itertools
import re

import numpy as np
import pytest
from judged import difference_and_interval, judged, note
from published import (
    CELLS,
    CLAIMS,
    EPOCH,
    EXAMPLE,
    PRINTED,
    REPOSITORY,
    STUDY,
    TABLES,
    amount,
    levels,
    metric_title,
    shown_mean,
    shown_p,
    title,
)
from recomputed import (
    FACTORS,
    comparison_rows,
    effect_rows,
    findings,
    grid,
    of_level,
    printed_claim_rows,
    printed_row,
)

# What is known of the data and of the published report, not from this study's runs.
FACTS = {
    "4,708 images to train on, 524 to validate on and 624 to test on, 28 × 28": (
        "Yang et al. 2023, table 2 and https://medmnist.com"
    ),
    "5,856 chest X-rays": "the sum of the three splits",
    "Scientific Data 10, 41, 2023": "https://doi.org/10.1038/s41597-022-01721-8",
    "CC BY 4.0": "the data's licence, https://medmnist.com",
}
# What report.html's section on the data says, which the audit found: as there, and as on the page.
AUDITED = {
    "reaches 95.8%": r"<td>val</td>.*?<td>95\.8</td></tr>",
    "10 pairs of identical images": r"10 pairs of identical \w+ in two splits",
}
WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
NUMBER = rf"(?i)\d|\b({'|'.join(WORDS)}|half|third|quarter|fifth|tenth|twice|double)s?\b"
PAGE = (EXAMPLE / "README.md").read_text(encoding="utf-8")


def number_word(number: int) -> str:
    return WORDS[number - 1] if 0 < number <= len(WORDS) else str(number)


def number_words(number: int) -> tuple[str, str]:
    """At a sentence's start, and within it."""
    return number_word(number).capitalize(), number_word(number)


def markdown_tables(text: str) -> list[list[list[str]]]:
    """The tables of a page, each a list of rows of cells, without the rule."""
    blocks = re.findall(r"(?:^\|.*\|\n?)+", text, flags=re.M)
    return [
        [line[2:-2].split(" | ") for line in block.strip().split("\n") if "| ---" not in line]
        for block in blocks
    ]


# ---- Verdicts -----------------------------------------------------------------------------------


def verdict_row(name: str) -> list[str]:
    claim, item = CLAIMS[name], judged()[name]
    pairs = [" ".join(difference_and_interval(claim, pair)) for pair in item["pairs"]]
    said = note(claim, item)
    sentence = claim["sentence"].strip() + (f" *{said}*" if said else "")
    p = shown_p(item.get("p_adjusted"))
    return [f"**{item['verdict']}**", sentence, "<br>".join(pairs), p]


def test_verdicts_of_the_page():
    assert markdown_tables(PAGE)[0][1:] == [verdict_row(name) for name in CLAIMS]


def test_verdicts_of_the_project_page():
    """Some of them, word for word."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    (part,) = re.findall(r"(?s)<!-- verdicts: begin -->(.*)<!-- verdicts: end -->", text)
    ((heading, *rows),) = markdown_tables(part)
    assert heading == markdown_tables(PAGE)[0][0]
    assert rows
    assert [row for row in rows if row not in [verdict_row(name) for name in CLAIMS]] == []
    assert f"chest X-rays with {STUDY['seeds']} seeds" in text
    assert f"{len(CLAIMS)} claims on chest X-rays" in text


def test_the_heading_does_not_call_an_adjusted_interval_a_95_percent_one():
    assert "95%" not in " ".join(markdown_tables(PAGE)[0][0])


# ---- The published tables -----------------------------------------------------------------------


def test_findings_of_the_page():
    _, odd, conclusions, *_ = markdown_tables(PAGE)
    assert odd[1:] == [[str(i), *item[:2]] for i, item in enumerate(findings(), start=1)]
    assert conclusions[1:] == [
        [
            CLAIMS[row["claim"]]["sentence"].strip(),
            row["printed"] or "–",
            row["findings"] or "–",
            judged()[row["claim"]]["verdict"],
        ]
        for row in printed_claim_rows()
    ]


def test_tables_of_the_page():
    found = markdown_tables(PAGE)[3:]
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


def fraction(value: float) -> str:
    """The smallest of some fractions that a value is not above: `a quarter`."""
    names = {5: "a fifth", 4: "a quarter", 3: "a third", 2: "half"}
    return next((name for parts, name in names.items() if value <= 1 / parts), "more than half")


def design_phrases() -> list[str]:
    baseline, rounds = STUDY["baseline"], number_word(STUDY["rounds"])
    layers = {1: "one hidden layer", 3: "three hidden layers"}
    verdicts = [item["verdict"] for item in judged().values()]
    tests = max(item.get("tests", 0) for item in judged().values())
    figures = [
        f"Figure {name.removeprefix('figure')}: "
        + layers[figure["cell"].get("hidden_layers", baseline["hidden_layers"])]
        for name, figure in STUDY["figures"].items()
    ]
    margins = {
        amount(claim["metric"], claim["margin"]) for claim in CLAIMS.values() if "margin" in claim
    }
    return [
        *figures,
        *(f"{len(CELLS)} {word}" for word in ("cells", "networks")),
        *(f"{STUDY['seeds']} {word}" for word in ("seeds", "runs")),
        *(f"{len(CLAIMS)} {word}" for word in ("claims", "conclusions", "sentences")),
        *(f"{tests} {word}" for word in ("tests", "different tests")),
        *(f"{verdicts.count(verdict)} are {verdict}" for verdict in verdicts),
        *(f"less than {margin}" for margin in margins),
        *(f"{margin} of loss" for margin in margins),
        f"{STUDY['epochs_per_round']} epochs a round",
        f"first {number_word(STUDY['warmup_epochs'])} epochs",
        f"{layers[baseline['hidden_layers']]} of {baseline['hidden_units']} units",
        f"{baseline['optimizer'].capitalize()} at {baseline['learning_rate']}",
        f"batch size {baseline['batch_size']}",
        f"from one round to {rounds}",
        *(f"{after} {rounds} rounds" for after in ("after", "After")),
        *(f"{after} one round" for after in ("after", "After")),
    ]


def result_phrases() -> list[str]:
    """How far the factors move the validation accuracy, in percentage points."""
    tables = [row for row in comparison_rows() if row["metric"] == "val_accuracy"]
    farthest = 100 * max(abs(row["difference"]) for row in tables)
    phrases = [f"by {fraction(farthest)} of a percentage point at most"]
    order = ["activation", "batch_size"]
    others = tuple(i for i, name in enumerate(FACTORS, start=1) if name not in order)
    means = 100 * grid("val_accuracy").mean(axis=(0, *others))  # batch size, activation
    best = {}
    for column, activation in enumerate(FACTORS["activation"]):
        best.setdefault(FACTORS["batch_size"][means[:, column].argmax()], []).append(activation)
    for batch_size, activations in best.items():
        names = " and ".join(map(title, activations))
        words = ("does best with batches", "do best with batches", "with batches")
        phrases += [f"{names} {word} of {batch_size}" for word in words]
    phrases.append(f"by less than {fraction(np.ptp(means, axis=0).max())} of a percentage point")
    for row in effect_rows():
        if row["metric"] == "val_accuracy" and row["p_holm"] is not None:
            p = shown_p(row["p_holm"]).replace("<", "< ")
            p = p if p.startswith("<") else f"= {p}"
            phrases.append(f"{row['effect'].replace('_', ' ')}, p {p}")
    return phrases


def printed_phrases() -> list[str]:
    """What the page says of the published tables' repeated row."""
    row = printed_row("loss", "bce", 1)
    later = printed_row("loss", "bce", 3)
    copied = ("train_accuracy", "val_loss", "val_accuracy")
    assert all(row[metric] == later[metric] for metric in copied)
    baseline = [
        item for item in PRINTED if item["level"] == title(STUDY["baseline"][item["factor"]])
    ]
    assert {tuple(item[name] for name in EPOCH) for item in baseline} == {
        tuple(item[name] for name in EPOCH) for item in (row, later)
    }
    first = {tuple(float(item[name]) for name in EPOCH) for item in PRINTED if item["round"] == "1"}
    losses, accuracies = (sorted((item[i] for item in first), reverse=True) for i in (0, 1))
    high = float(row["train_loss"]) in losses[:2] and accuracies[0] - accuracies[1] > 3
    share = float(later["train_loss"]) / float(row["train_loss"])
    repeated = {str(i) for i, item in enumerate(findings(), start=1) if "two rounds" in item[0]}
    resting = sum(bool(repeated & {*row["findings"].split()}) for row in printed_claim_rows())
    gain = printed_claim("ce_val_accuracy_rises")
    rise = printed_claim("ce_val_loss_rises")
    numbers = f"findings {min(repeated)} to {max(repeated)}"
    return [
        f"is one run, printed in {number_word(len(baseline))} tables",
        f"its training loss is {fraction(share)}",
        "that it had after one",
        "one of the highest training losses" if high else "",
        *(f"{word} of the study's conclusions" for word in number_words(resting)),
        numbers,
        f"{gain} points",
        f"{rise} a rise",
        "is one run",
    ]


def printed_claim(name: str) -> str:
    (row,) = (row for row in printed_claim_rows() if row["claim"] == name)
    return row["printed"].lstrip("+").rstrip("0")


def sentences(text: str) -> list[str]:
    """Those of a page in Markdown: without code, tables, comments and addresses."""
    text = re.sub(r"(?s)```.*?```|<!--.*?-->", "", text)
    text = re.sub(r"(?m)^\|.*$", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"(?m)^\*\*Table .*$", "", text)  # compared above
    return [" ".join(part.split()) for part in re.split(r"\n\n|(?<=[.:;])\s", text)]


def unaccounted(text: str, phrases: list[str]) -> list[str]:
    """The sentences with a number that no phrase has."""
    joined = "\n".join(sentences(text))
    for phrase in sorted(filter(None, phrases), key=len, reverse=True):
        words = re.escape(phrase).replace(r"\ ", r"\s+")
        joined = re.sub(rf"(?<![\w.,]){words}(?![\w%]|[.,]\d)", " … ", joined)
    return [line for line in joined.split("\n") if re.search(NUMBER, line)]


def test_every_number_in_a_sentence_is_accounted_for():
    phrases = [*design_phrases(), *result_phrases(), *printed_phrases(), *FACTS, *AUDITED]
    assert unaccounted(PAGE, phrases) == []


def test_a_wrong_number_in_a_sentence_is_found():
    phrases = ["19 cells", "less than a third of a point"]
    assert unaccounted("There are 19 cells.", phrases) == []
    assert unaccounted("There are 18 cells.", phrases) == ["There are 18 cells."]
    for text in ("119 cells", "1.19 cells", "less than a third of a point, or two", "19 cells3"):
        assert unaccounted(text, phrases)


def test_what_the_page_says_of_the_rounds():
    """`the losses fall and the accuracies rise, for BCE as much as for CE`."""
    if "the losses fall and the accuracies rise, for BCE as much as for CE" not in " ".join(
        PAGE.split()
    ):
        pytest.skip("the page does not say so")
    for metric in EPOCH:
        changes = []
        for loss in ("bce", "ce"):
            first, last = (
                np.mean([*of_level({"vary": "loss", "round": number}, loss, metric).values()])
                for number in (1, STUDY["rounds"])
            )
            changes.append(last - first)
        assert all((change < 0) == metric.endswith("loss") for change in changes)
        assert 2 / 3 < changes[0] / changes[1] < 3 / 2


def test_what_the_audit_found_is_what_the_page_says():
    report = html.unescape((EXAMPLE / "report.html").read_text(encoding="utf-8"))
    for phrase, pattern in AUDITED.items():
        if phrase in " ".join(PAGE.split()):
            assert re.search(pattern, report, flags=re.S), phrase
