"""Every table of the published example's report.html agrees with an independent computation."""

import itertools
import re
from html.parser import HTMLParser

import numpy as np
from judged import difference_and_interval, judged, note
from published import (
    CELLS,
    CLAIMS,
    EPOCH,
    EXAMPLE,
    METRICS,
    STUDY,
    TABLES,
    VALUES,
    levels,
    metric_title,
    read,
    shown,
    shown_interval,
    shown_mean,
    shown_p,
    signed,
    title,
)
from recomputed import (
    FACTORS,
    comparison_rows,
    effect_rows,
    findings,
    level_rows,
    marginal_rows,
    of_level,
    printed_claim_rows,
    reference_rows,
)


class Tables(HTMLParser):
    """The tables of a page, each as its headings and rows of text."""

    def __init__(self, text: str):
        super().__init__()
        self.found, self.cell = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.found.append([])
        elif tag == "tr":
            self.found[-1].append([])
        elif tag in ("td", "th"):
            self.cell = ""
        elif tag == "br" and self.cell is not None:
            self.cell += "\n"

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.found[-1][-1].append(self.cell.strip())
            self.cell = None


REPORT = (EXAMPLE / "report.html").read_text(encoding="utf-8")
SHOWN = Tables(REPORT).found


def report_rows(*headings: str) -> list[list[str]]:
    """The rows of all the report's tables with these first headings."""
    tables = [rows for heading, *rows in SHOWN if tuple(heading[: len(headings)]) == headings]
    assert tables
    return list(itertools.chain(*tables))


def shown_plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def test_claims_of_the_report():
    rows = report_rows("Verdict", "Claim")
    assert len(rows) == len(CLAIMS)
    for row, (name, claim) in zip(rows, CLAIMS.items()):
        item = judged()[name]
        pairs = [" ".join(difference_and_interval(claim, pair)) for pair in item["pairs"]]
        said = note(claim, item)
        assert row[0] == item["verdict"]
        assert row[1].startswith(claim["sentence"].strip())
        assert said[1:] in row[1]
        for pair in item["pairs"]:
            assert f"\n{pair['first']} − {pair['second']}" in row[1]
        assert [row[2].split("\n"), row[3]] == [pairs, shown_p(item.get("p_adjusted"))]


def test_tables_of_the_report():
    """Those of the study, with the final metrics where there is a test split."""
    expected = []
    for table in TABLES.values():
        for level in levels(table):
            seeds = str(len(of_level(table, level, "val_loss")))
            row = [title(level), str(table["round"])]
            expected.append(
                [*row, *(shown_mean(name, of_level(table, level, name)) for name in METRICS), seeds]
            )
    rows = [
        row for name in ("Loss", "Batch size", "Activation") for row in report_rows(name, "Round")
    ]
    assert len(rows) == len(expected)
    for row in rows:
        assert any(set(row) <= {*full} and row[:6] == full[:6] for full in expected), row


def without_sign(row: list[str]) -> list[str]:
    """Without that of nothing: a mean of 0 may be -0, by the order of the sum."""
    return [re.sub(r"^[+−](0\.0+)$", r"\1", text) for text in row]


def test_images_intervals_of_the_report():
    """Those of the file, which are drawn at random."""
    expected = []
    for row in read(EXAMPLE / "statistics" / "comparisons.csv"):
        ends = [float(row[key]) if row[key] else None for key in ("images_low", "images_high")]
        expected.append(shown_interval(row["metric"], *ends))
    assert sorted(row[5] for row in report_rows("Comparison", "Metric")) == sorted(expected)


def test_published_numbers_of_the_report():
    expected = []
    for row in reference_rows():
        metric = row["metric"]
        ends = shown_interval(metric, row["run_low"], row["run_high"], shown)
        mean = shown(metric, row["mean"])
        texts = [title(row["level"]), metric_title(metric), row["printed"], mean, ends]
        expected.append([*texts, row["verdict"]])
    assert report_rows("Level", "Metric", "As printed") == expected


def test_findings_of_the_report():
    numbered = enumerate(findings(), start=1)
    assert report_rows("No.", "Finding") == [
        [str(number), check.capitalize(), f"{text}."] for number, (check, text, _) in numbered
    ]
    answers = {None: "–", "True": "yes", "False": "no"}
    assert report_rows("Conclusion") == [
        [
            CLAIMS[row["claim"]]["sentence"].strip(),
            row["printed"] or "–",
            answers[row["agrees"]],
            row["findings"] or "–",
            judged()[row["claim"]]["verdict"],
        ]
        for row in printed_claim_rows()
    ]


def test_comparisons_of_the_report():
    expected = [
        [
            f"{title(row['level'])} − {title(row['reference'])}",
            metric_title(row["metric"]),
            signed(row["metric"], row["difference"]),
            shown_interval(row["metric"], row["low_adjusted"], row["high_adjusted"]),
            shown_p(row["p_holm"]),
            *(shown_plain(row[key]) for key in ("d_z", "probability_higher", "correlation")),
            str(row["n"]),
        ]
        for row in comparison_rows()
    ]
    rows = [row[:5] + row[6:] for row in report_rows("Comparison", "Metric")]
    assert sorted(map(without_sign, rows)) == sorted(map(without_sign, expected))


def test_levels_of_the_report():
    expected = []
    for row in level_rows():
        metric, values = row["metric"], VALUES[row["cell"], row["round"], row["metric"]]
        mean = shown(metric, row["mean"])
        ends = shown_interval(metric, row["low"], row["high"], shown)
        seeds = "  ".join(f"{seed}: {shown(metric, value)}" for seed, value in values.items())
        expected.append([title(row["level"]), metric_title(metric), mean, ends, seeds])
    assert report_rows("Level", "Metric", "Mean") == expected


def test_effects_of_the_report():
    expected = [
        [
            " × ".join(name.replace("_", " ").capitalize() for name in row["effect"].split(" × ")),
            metric_title(row["metric"]),
            shown_plain(row["f_value"]),
            f"{row['df_effect']}, {row['df_error']}",
            shown_plain(row["epsilon"]),
            shown_p(row["p_value"]),
            shown_p(row["p_holm"]),
            shown_plain(row["partial_eta_squared"]),
        ]
        for row in effect_rows()
    ]
    assert sorted(report_rows("Effect", "Metric")) == sorted(expected)


def test_main_effects_of_the_report():
    expected = []
    for row in marginal_rows():
        metric, change = row["metric"], row["difference"]
        expected.append(
            [
                row["factor"].replace("_", " ").capitalize(),
                title(row["level"]),
                metric_title(metric),
                shown(metric, row["mean"]),
                shown_interval(metric, row["low"], row["high"], shown),
                "–" if change is None else signed(metric, change),
                shown_interval(metric, row["difference_low"], row["difference_high"]),
            ]
        )
    assert sorted(report_rows("Factor", "Level")) == sorted(expected)


def last_round(name: str) -> int:
    return max(number for found, number, _ in VALUES if found == name)


def test_cells_of_the_report():
    expected = []
    for name, row in CELLS.items():
        values = [VALUES[name, last_round(name), metric] for metric in EPOCH]
        factors = [title(row[key]) for key in (*FACTORS, "hidden_layers")]
        means = [shown_mean(metric, found) for metric, found in zip(EPOCH, values)]
        expected.append([*factors, str(last_round(name)), *means, str(len(values[0]))])
    assert report_rows("Loss", "Batch size", "Activation", "Hidden layers") == expected


def test_final_metrics_of_the_report():
    """With one decimal less than elsewhere."""
    found, expected = report_rows("Cell", "Round", "Accuracy"), []
    for split in ("val", "test"):
        metrics = [name for name in METRICS if name.startswith(f"final_{split}_")]
        for name in CELLS if metrics else ():
            cell = CELLS[name]
            layers = cell["hidden_layers"]
            words = f"{title(cell['loss'])}, batch size {cell['batch_size']},"
            words += f" {title(cell['activation'])}, {layers} hidden layer{'s' * (layers != '1')}"
            row = [words, str(last_round(name))]
            for metric in metrics:
                values = [*VALUES[name, last_round(name), metric].values()]
                scale, digits = (100, 1) if "%" in metric_title(metric) else (1, 3)
                mean, sd = scale * np.mean(values), scale * np.std(values, ddof=1)
                row.append(f"{mean:.{digits}f} ± {sd:.{digits}f}")
            expected.append([*row, str(len(values))])
    assert found == expected


def test_summary_of_the_report():
    """How many runs, cells, seeds and verdicts, and over how many tests Holm's adjustment is."""
    text = " ".join(re.sub(r"<[^>]*>", " ", REPORT.split("</nav>")[0]).split())
    assert f"{len(CELLS)} cells, {STUDY['seeds']} seeds each" in text
    assert f"rounds of {STUDY['epochs_per_round']} epochs" in text
    verdicts = [item["verdict"] for item in judged().values()]
    for verdict in set(verdicts):
        assert f">{verdicts.count(verdict)} {verdict}</span>" in REPORT
    tested = [item for item in judged().values() if "tests" in item]
    assert f"Adjusted by Holm over {tested[0]['tests']} tests" in REPORT
