"""The tables of the published example's pages agree with an independent computation.

What their sentences say is tested by their rules: `test_sections` and `test_first_screen`.
"""

import io
import json
import re
import tarfile

import numpy as np
from example_page import (
    APPENDIX,
    NAMED,
    REPORT,
    SPLITS,
    ascending,
    both_rows,
    caption,
    clean,
    cleaned,
    numbered,
    report_rows,
    shown_plain,
    words,
)
from published import (
    BESIDE,
    CELLS,
    CLAIMS,
    CLASSES,
    EPOCH,
    EXAMPLE,
    IMAGES,
    METRICS,
    STUDY,
    TABLES,
    VALUES,
    cell,
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
from published_protocols import RUNS, verdicts
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


def test_no_table_of_the_report_is_left_out():
    kinds = [f"Table {number + 1}" for number in range(len(TABLES))]
    expected = {*kinds, *(f"{kind}, {what}" for kind in kinds for what in ("seeds", "published"))}
    for kind, _, table in numbered():
        if len(levels(table)) > 1:
            expected |= {f"{kind}, differences", f"{kind}, further differences"}
    for name in ("Main effects", "Analysis of variance"):
        expected |= {name, f"{name}, other metrics"}
    expected |= {"Findings", "Conclusions", "All cells", "Confusion matrices", "Splits", "Weights"}
    expected |= {"Final metrics, validation split", "Final metrics, test split"}
    expected |= {"Hardware and versions", "Environments"}
    titles = {metric_title(name).removesuffix(" (%)") for name in METRICS}
    noise = {row["metric"] for row in read(EXAMPLE / "statistics" / "noise.csv")}
    expected |= {"Verdicts", "Chosen", *titles}
    for names, what in ((noise, "noise"), (STUDY["margins"], "probabilities")):
        expected |= {f"{metric_title(name).removesuffix(' (%)')}, {what}" for name in names}
    assert {*NAMED} == expected
    assert len(NAMED) + len(CELLS) == len(APPENDIX.found)


def test_tables_of_the_report():
    """Those of the study, with the final metrics where there is a test split."""
    metrics = [*EPOCH, *(name for name in BESIDE if name in METRICS)]
    for name, file, table in numbered():
        factor, expected = words(table["vary"]), []
        for level in ascending(levels(table)):
            values = {metric: of_level(table, level, metric) for metric in metrics}
            means = [shown_mean(metric, found) for metric, found in values.items()]
            expected.append([title(level), *means])
        *rows, simple = report_rows(name, factor, *map(metric_title, metrics))
        assert rows == cleaned(expected)
        assert simple[0] == "Logistic regression"
        assert caption(name).startswith(f"{name}. {factor}, round {table['round']}; ")
        assert f"over {STUDY['seeds']} seeds" in caption(name)
        assert caption(name).endswith(f"tables/{file}.csv")


def test_published_numbers_of_the_report():
    headings = ("Level", "Metric", "As printed", "Ours", "95% for one more run of ours", "Verdict")
    for name, file, _ in numbered():
        expected = []
        for row in (row for row in reference_rows() if row["table"] == file):
            metric = row["metric"]
            ends = shown_interval(metric, row["run_low"], row["run_high"], shown)
            mean = shown(metric, row["mean"])
            texts = [title(row["level"]), metric_title(metric), row["printed"], mean, ends]
            expected.append([*texts, row["verdict"]])
        assert report_rows(f"{name}, published", *headings) == cleaned(expected)


def with_titles(text: str) -> str:
    for metric in EPOCH:
        text = text.replace(metric, metric_title(metric).removesuffix(" (%)").lower())
    return text


def test_findings_of_the_report():
    expected = [
        [str(number), check.capitalize(), f"{with_titles(text)}."]
        for number, (check, text, _) in enumerate(findings(), start=1)
    ]
    found = report_rows("Findings", "No.", "Finding", "In the tables as printed")
    assert found == cleaned(expected)
    answers, tuned = {None: "–", "True": "yes", "False": "no"}, verdicts("tuned")
    headings = ("Conclusion", "Difference as printed", "Do the numbers say so?")
    expected = [
        [
            CLAIMS[row["claim"]]["sentence"].strip(),
            row["printed"] or "–",
            answers[row["agrees"]],
            row["findings"] or "–",
            tuned[row["claim"]],
        ]
        for row in printed_claim_rows()
    ]
    found = report_rows("Conclusions", *headings, "Rests on findings", "Our runs")
    assert found == cleaned(expected)


def without_sign(row: list[str]) -> list[str]:
    """Without that of nothing: a mean of 0 may be -0, by the order of the sum."""
    return [re.sub(r"^[+−](0\.0+)$", r"\1", text) for text in row]


def test_comparisons_of_the_report():
    """The intervals over images are those of the file, which are drawn at random."""
    images = {}
    for row in read(EXAMPLE / "fixed" / "comparisons.csv"):
        ends = [float(row[key]) if row[key] else None for key in ("images_low", "images_high")]
        key = row["table"], row["level"], row["metric"]
        images[key] = shown_interval(row["metric"], *ends)
    assert any(text != "–" for text in images.values())
    headings = ["Comparison", "Metric", "Difference", "Interval, adjusted", "p, adjusted"]
    headings += ["95% over samples", "d_z", "P(A > B)", "r", "n"]
    for name, file, table in numbered():
        first, *others = levels(table)
        expected = [
            [
                f"{title(row['level'])} − {title(row['against'])}",
                metric_title(row["metric"]),
                signed(row["metric"], row["difference"]),
                shown_interval(row["metric"], row["low_adjusted"], row["high_adjusted"]),
                shown_p(row["p_holm"]),
                images[file, row["level"], row["metric"]],
                *(shown_plain(row[key]) for key in ("d_z", "correlation")),
                str(row["n"]),
            ]
            for row in comparison_rows()
            if row["table"] == file
        ]
        if not others:
            assert not expected
            continue
        found = both_rows(f"{name}, differences", f"{name}, further differences", *headings)
        better = headings.index("P(A > B)")  # by a bootstrap: see test_wins
        found = [
            [row[0].removesuffix(", smaller than one sample"), *row[1:better], *row[better + 1 :]]
            for row in found
        ]
        assert sorted(map(without_sign, found)) == sorted(map(without_sign, cleaned(expected)))
        said = caption(f"{name}, differences")
        assert said.startswith(f"{name}, differences. Against {title(first)}, seed by seed. ")
        over = f" over {len(others)} comparisons."
        assert said.endswith(over if len(others) > 1 else " One comparison.")


def test_levels_of_the_report():
    for name, file, _ in numbered():
        expected = []
        for row in (row for row in level_rows() if row["table"] == file):
            metric, values = row["metric"], VALUES[row["cell"], row["round"], row["metric"]]
            mean = shown(metric, row["mean"])
            ends = shown_interval(metric, row["low"], row["high"], shown)
            seeds = " ".join(f"{seed}: {shown(metric, value)}" for seed, value in values.items())
            expected.append([title(row["level"]), metric_title(metric), mean, ends, seeds])
        headings = ("Level", "Metric", "Mean", "95% over seeds", "Each seed")
        assert sorted(report_rows(f"{name}, seeds", *headings)) == sorted(cleaned(expected))


def test_effects_of_the_report():
    expected = [
        [
            " × ".join(map(words, row["effect"].split(" × "))),
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
    names = "Analysis of variance", "Analysis of variance, other metrics"
    headings = ("Effect", "Metric", "F", "Degrees of freedom", "ε", "p", "p, Holm", "Partial η²")
    assert both_rows(*names, *headings) == sorted(cleaned(expected))


def test_main_effects_of_the_report():
    expected = []
    for row in marginal_rows():
        metric, change = row["metric"], row["difference"]
        expected.append(
            [
                words(row["factor"]),
                title(row["level"]),
                metric_title(metric),
                shown(metric, row["mean"]),
                shown_interval(metric, row["low"], row["high"], shown),
                "–" if change is None else signed(metric, change),
                shown_interval(metric, row["difference_low"], row["difference_high"]),
            ]
        )
    headings = ["Factor", "Level", "Metric", "Mean", "95% over seeds", "Against the baseline"]
    found = both_rows(
        "Main effects", "Main effects, other metrics", *headings, "95% over seeds, difference"
    )
    assert found == sorted(cleaned(expected))


def last_round(name: str) -> int:
    return max(number for found, number, _ in VALUES if found == name)


def test_cells_of_the_report():
    expected, factors = [], [*FACTORS, "hidden_layers"]
    for name, row in CELLS.items():
        values = [VALUES[name, last_round(name), metric] for metric in EPOCH]
        means = [shown_mean(metric, found) for metric, found in zip(EPOCH, values)]
        chosen = [title(row[key]) for key in factors]
        expected.append([*chosen, str(last_round(name)), *means, str(len(values[0]))])
    headings = [*map(words, factors), "Round", *map(metric_title, EPOCH), "Seeds"]
    found = report_rows("All cells", *headings)
    assert sorted(found) == sorted(cleaned(expected))
    sizes = [int(row[1]) for row in found if row[0] == "BCE" and row[2:4] == ["ReLU", "1"]]
    assert sizes == sorted(STUDY["grid"]["batch_size"])


def test_final_metrics_of_the_report():
    """With one decimal less than elsewhere."""
    headings = ["Accuracy", "Balanced", "Sensitivity", "Specificity", "AUC", "Brier", "ECE"]
    for split in ("val", "test"):
        metrics, expected = [name for name in METRICS if name.startswith(f"final_{split}_")], []
        for name, row in CELLS.items():
            layers = row["hidden_layers"]
            said = f"{title(row['loss'])}, batch size {row['batch_size']},"
            said += f" {title(row['activation'])}, {layers} hidden layer{'s' * (layers != '1')}"
            texts = []
            for metric in metrics:
                values = [*VALUES[name, last_round(name), metric].values()]
                scale, digits = (100, 1) if "%" in metric_title(metric) else (1, 3)
                mean, sd = scale * np.mean(values), scale * np.std(values, ddof=1)
                spread = f"{sd:.{digits}f}"
                if float(spread) == 0:
                    spread = f"<{10**-digits:.{digits}f}"
                texts.append(f"{mean:.{digits}f} ± {spread}")
            expected.append([said, str(last_round(name)), *texts, str(len(values))])
        chosen = [f"{x}, chosen" for x in headings[:4] if split == "test"]
        full = ["Cell", "Round", *headings, *chosen, "Seeds"]
        found = report_rows(f"Final metrics, {SPLITS[split]} split", *full)
        assert sorted(found) == sorted(cleaned(expected))


def test_confusion_matrices_of_the_report():
    """Counts of whole images, by sensitivity and specificity."""
    settings = {"Baseline": {}}
    for factor, given in FACTORS.items():
        for level in ascending([x for x in given if x != STUDY["baseline"][factor]]):
            settings[f"{words(factor)} {title(level)}"] = {factor: level}
    expected = []
    for setting, changes in settings.items():
        for split, end in (("val", ""), ("test", ""), ("test", "_chosen")):
            counts = []
            for share, images in zip(("specificity", "sensitivity"), CLASSES[split]):
                shares = VALUES[cell(changes), STUDY["rounds"], f"final_{split}_{share}{end}"]
                right = np.round(images * np.array([*shares.values()]))
                counts += [right, images - right] if share == "specificity" else [images - right]
                counts += [right] * (share == "sensitivity")
            texts = [f"{np.mean(x):.1f} ± {np.std(x, ddof=1):.1f}" for x in counts]
            threshold = "chosen on validation" if end else "0.5"
            row = [setting, str(STUDY["rounds"]), SPLITS[split], threshold, *texts]
            expected.append([*row, str(len(shares))])
    headings = ["Cell", "Round", "Split", "Threshold", "True negatives", "False positives"]
    headings += ["False negatives", "True positives", "Seeds"]
    assert report_rows("Confusion matrices", *headings) == cleaned(expected)


def wrong_models() -> dict[str, int]:
    """`test[3]` -> by how many models it is misclassified, counted from the archive's scores."""
    counts = {split: np.zeros(IMAGES[split], int) for split in ("val", "test")}
    with tarfile.open(EXAMPLE / "runs.tar.xz") as archive:
        for name in CELLS:
            ends = f"/round{last_round(name)}/scores.npz"
            for member in archive.getnames():
                if not (member.startswith(f"runs/{name}/fixed/split0/") and member.endswith(ends)):
                    continue
                scores = np.load(io.BytesIO(archive.extractfile(member).read()))
                models = scores["seeds"] < STUDY["seeds"]  # those of trials are from 1,000,000
                for split, count in counts.items():
                    wrong = (scores[f"{split}_scores"] > 0) != scores[f"{split}_labels"]
                    count += wrong[models].sum(axis=0)
    return {f"{split}[{i}]": n for split, count in counts.items() for i, n in enumerate(count)}


def test_misclassified_samples_of_the_report():
    models, counts, seen = len(CELLS) * STUDY["seeds"], wrong_models(), {}
    (rows,) = (
        rows
        for caption, rows in zip(REPORT.captions, REPORT.found)
        if caption.startswith("Most often misclassified")
    )
    headings, *rows = rows
    for number, row in enumerate((dict(zip(headings, row)) for row in rows), start=1):
        count = counts[row["Sample"]]
        found = (int(row["No."]), row["Models"], row["Misclassified (%)"])
        assert found == (number, f"{count} of {models}", f"{100 * count / models:.1f}")
        seen.setdefault((row["Split"], row["Its class"]), []).append(count)
    assert len(seen) == 4 and all(counts == sorted(counts)[::-1] for counts in seen.values())


def test_data_and_weights_of_the_report():
    """How good a logistic regression is comes from the audit."""
    floors = json.loads((EXAMPLE / "audit.json").read_text(encoding="utf-8"))["floors"]
    expected = []
    for split, counts in CLASSES.items():
        found = floors.get(split, {}).get("logistic_regression")
        best = "–" if found is None else f"{100 * max(counts) / sum(counts):.1f}"
        row = [SPLITS[split], str(IMAGES[split]), *map(str, counts)]
        row += [f"{100 * counts[1] / sum(counts):.1f}", best]
        expected.append([*row, "–" if found is None else f"{100 * found:.1f}"])
    headings = ["Split", "Samples", "normal", "pneumonia", "pneumonia (%)"]
    headings += ["Best constant answer (%)", "Logistic regression (%)"]
    assert report_rows("Splits", *headings) == cleaned(expected)
    sizes = [(int(row["hidden_layers"]), row["loss"]) for row in CELLS.values()]
    expected, width = [], STUDY["baseline"]["hidden_units"]
    for layers, loss in sorted({*sizes}):
        outputs = {"bce": 1, "ce": 2}[loss]
        weights = (28 * 28 + 1) * width + (layers - 1) * (width + 1) * width + (width + 1) * outputs
        size = f"Hidden layers {layers}, hidden units {width}"
        row = ["multilayer perceptron", size, str(outputs), str(sizes.count((layers, loss)))]
        expected.append([*row, f"{weights:,}"])
    headings = ("Network", "Size", "Outputs", "Cells", "Weights and biases")
    assert report_rows("Weights", *headings) == cleaned(expected)


def test_runs_of_the_report():
    """Each run is in its cell's table, with its round and seeds, and in its folder's command."""
    found, runs = [], read(EXAMPLE / "fixed" / "runs.csv")
    for text, rows in zip(APPENDIX.captions, APPENDIX.found):
        if text == "":
            assert rows[0] == ["Round", "Seeds", "Seconds", "Ran on", clean("To train it again")]
            for number, seeds, *_, command in rows[1:]:
                name = re.search(r"/runs/(\w+)/(?:.+/)?seeds_([\d−]+)/round(\d+)/", command)
                assert name.groups()[1:] == (seeds.replace("–", "−"), number)
                found.append((name[1], number, seeds))
    assert sorted(found) == sorted(
        (row["cell"], row["round"], f"{row['first']}–{row['last']}") for row in runs
    )
    headings, *used = NAMED["Hardware and versions"]
    assert sum(int(row[headings.index("Runs")]) for row in used) == RUNS
