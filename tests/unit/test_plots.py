"""The numbers that pictures are drawn from, against other programs and by hand; the pictures."""

import html
import re
from dataclasses import replace
from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc
from small_table import make_values
from studies import source_study, study_of

from study.analysis.confusion import CHOSEN, COUNTS, confusion_counts, count_confusions
from study.analysis.evaluation import evaluate
from study.analysis.metrics import probability
from study.analysis.mistakes import most_often, rank_mistakes
from study.data.audit import audit
from study.data.prepared import load_all, prepare, read_description
from study.design.cell import find_cell
from study.design.levels import FactorLevels, drawn_cells, factor_levels
from study.report.figures.contact_sheet import draw_contact_sheet
from study.report.figures.saving import save_figure, use_style
from study.report.plots import calibration, confusion, forest, mistaken, roc, strips
from study.report.plots.names import level_names
from study.report.plots.roc import GRID
from study.report.plots.style import COLOURS, name_ends, picked, stacked
from study.report.plots.trials import SideTrials, draw_curves
from study.report.sections.mistaken import ties_text

STUDY = {
    "grid": {"batch_size": [32, 8, 64], "activation": ["relu", "tanhshrink"]},
    "tables": {"one": {"vary": "batch_size", "levels": [16, 8], "round": 1}},
}


def make_scores(seeds: int = 6, count: int = 80) -> dict[str, np.ndarray]:
    """Scores that know something of the labels, some of them equal."""
    generator = np.random.default_rng(1)
    arrays = {}
    for split in ("val", "test"):
        labels = (np.arange(count) % 3 == 0).astype(np.int8)
        noise = generator.normal(0, 1.5, (seeds, count))
        arrays[f"{split}_scores"] = np.round(3 * labels - 1 + noise, 1).astype(np.float32)
        arrays[f"{split}_labels"] = labels
    return arrays


GROUPS = [
    FactorLevels("batch_size", [8, 32], ["a", "b"], 2),
    FactorLevels("loss", ["bce", "ce"], ["b", "c"], 2),
]
SCORES = {(cell, 2): make_scores() for cell in "abc"}


# ---- Which cells ---------------------------------------------------------------------------------


def test_levels_are_in_their_order_and_of_one_round():
    study = study_of(**STUDY, rounds=3)
    sizes, activations = factor_levels(study)
    assert (sizes.factor, sizes.levels) == ("batch_size", [8, 16, 32, 64])
    assert sizes.round == 1  # the table trains 16 for one round alone
    assert activations.levels == ["relu", "tanhshrink"]
    assert activations.round == 3
    assert sizes.cells[2] == activations.cells[0] == find_cell(study.design, {})
    assert len(drawn_cells([sizes, activations])) == 6  # the baseline after both rounds
    names = level_names([replace(sizes, round=3), activations])
    assert list(names.values()) == [
        "Batch size 8", "Batch size 16", "Baseline", "Batch size 64", "Activation Tanhshrink",
    ]  # fmt: skip


def test_without_factors_the_baseline_is_drawn():
    (alone,) = factor_levels(study_of(grid={}, tables={}))
    assert (alone.factor, alone.levels) == (None, [])
    assert list(level_names([alone]).values()) == ["Baseline"]


def test_of_many_levels_the_first_the_last_and_some_between_are_drawn():
    assert picked([1, 2]) == [1, 2]
    assert picked(list(range(21))) == [0, 4, 8, 12, 16, 20]
    assert len(picked(list(range(100)))) == len(COLOURS)


# ---- ROC curves ----------------------------------------------------------------------------------


def test_the_band_is_of_the_curves_that_scikit_learn_draws():
    arrays = make_scores(12)
    labels, scores = arrays["val_labels"], arrays["val_scores"]
    curves = []
    for of_seed in scores:
        false, true, _ = sklearn_roc(labels, of_seed, drop_intermediate=False)
        # the upper end of each climb, as a function of the false positive rate
        ends = pd.Series(true).groupby(false).max()
        curves.append(np.interp(GRID, ends.index, ends))
    found = roc.mean_curve(labels, scores)
    np.testing.assert_allclose(found.mean, np.mean(curves, axis=0))
    np.testing.assert_allclose(found.low, np.percentile(curves, 2.5, axis=0))
    np.testing.assert_allclose(found.high, np.percentile(curves, 97.5, axis=0))
    areas = [roc_auc_score(labels, of_seed) for of_seed in scores]
    assert (found.n, found.auc) == (12, pytest.approx(np.mean(areas)))
    assert found.auc_sd == pytest.approx(np.std(areas, ddof=1))


def test_diverged_seeds_and_one_class_have_no_curve():
    arrays = make_scores(3)
    labels, scores = arrays["val_labels"], arrays["val_scores"].copy()
    scores[1, 5] = np.nan
    assert roc.mean_curve(labels, scores).n == 2
    assert roc.mean_curve(np.ones_like(labels), scores) is None
    scores[:, 0] = np.inf
    assert roc.mean_curve(labels, scores) is None


def test_a_perfect_and_a_random_ranking():
    labels = np.array([0, 0, 1, 1])
    perfect, random = (roc.roc_points(labels, scores) for scores in (np.arange(4), np.zeros(4)))
    assert roc.on_grid(*perfect).tolist() == [1] * len(GRID)
    np.testing.assert_allclose(roc.on_grid(*random), GRID)


def test_curves_that_coincide_are_differences_from_the_baseline_seed_by_seed():
    arrays = make_scores(6)
    labels, scores = arrays["val_labels"], arrays["val_scores"]
    first = roc.mean_curve(labels, scores)
    other = roc.mean_curve(labels, scores + 0.01)  # the same order: the same curves
    far = roc.mean_curve(labels, -scores)
    assert roc.coincide([first, other])
    assert not roc.coincide([first, far]) and not roc.coincide([first])
    diverged = scores.copy()
    diverged[2, 0] = np.nan
    without = roc.mean_curve(labels, diverged)
    assert without.seeds == [0, 1, 3, 4, 5]
    found = roc.differences(without, first)
    assert found.shape == (5, len(GRID)) and not found.any()
    group = replace(GROUPS[0], against="b")
    drawn = {("a", 2): arrays, ("b", 2): arrays | {"val_scores": scores + 0.01}}
    (axes,) = roc.draw([group], drawn, ["val"]).axes
    assert axes.get_ylabel() == "True positive rate\nminus that of 32 (points)"
    assert all(not np.any(line.get_ydata()) for line in axes.lines)


# ---- Confusion matrices --------------------------------------------------------------------------


def test_counts_by_hand():
    labels = np.array([0, 0, 0, 1, 1])
    scores = np.array([-2.0, -1, 1, -0.5, 3])
    assert confusion_counts(labels, scores, 0.0).tolist() == [2, 1, 1, 1]
    assert confusion_counts(labels, scores, -0.75).tolist() == [2, 1, 0, 2]
    assert confusion_counts(labels, scores, 0.0).tolist() == (
        confusion_matrix(labels, scores > 0).ravel().tolist()
    )


def test_the_chosen_threshold_gives_the_metrics_of_evaluation(tmp_path):
    """Sensitivity from the counts is that of values.csv, for both thresholds."""
    arrays = make_scores(5)
    for split in ("val", "test"):
        arrays[f"{split}_scores"][3, 0] = np.nan  # diverged
    counts = count_confusions([("a", 1)], {("a", 1): arrays})
    assert counts[["split", "threshold", "n"]].values.tolist() == [
        ["val", "0.5", 4], ["test", "0.5", 4], ["test", "chosen", 4],
    ]  # fmt: skip
    assert counts["round"].tolist() == [1, 1, 1]
    whole = [0, 1, 2, 4]
    found = [
        evaluate(arrays["test_scores"][seed], arrays["test_labels"])["sensitivity"]
        for seed in whole
    ]
    half = counts.iloc[1]
    positives = half["true_positive"] + half["false_negative"]
    assert half["true_positive"] / positives == pytest.approx(np.mean(found))
    assert half["true_positive_sd"] == pytest.approx(np.std(np.array(found) * positives, ddof=1))
    assert counts.loc[2, list(COUNTS)].sum() == 80


def test_without_a_test_split_the_threshold_is_used_where_it_was_chosen():
    arrays = {name: array for name, array in make_scores().items() if name.startswith("val")}
    counts = count_confusions([("a", 1), ("gone", 1)], {("a", 1): arrays})
    assert counts[["split", "threshold"]].values.tolist() == [["val", "0.5"], ["val", CHOSEN]]


def test_one_class_has_no_chosen_threshold():
    arrays = make_scores(2) | {"val_labels": np.zeros(80, np.int8)}
    chosen = count_confusions([("a", 1)], {("a", 1): arrays}).iloc[2]
    assert chosen["n"] == 0 and np.isnan(chosen["true_positive"])


# ---- Calibration ---------------------------------------------------------------------------------


def test_calibration_is_that_of_scikit_learn_over_all_seeds():
    arrays = make_scores(4, 400)
    # none of them on the edge of a bin, which scikit-learn gives to the bin below
    labels, scores = arrays["val_labels"], arrays["val_scores"] + 0.013
    found = calibration.reliability(labels, scores)
    pooled = probability(scores).ravel()
    there = found.count > 0
    share, given = calibration_curve(np.tile(labels, 4), pooled, n_bins=10)
    np.testing.assert_allclose(found.found[there], share)
    np.testing.assert_allclose(found.given[there], given)
    assert (found.count.sum(), found.n) == (1600, 4)
    assert calibration.reliability(labels, scores * np.nan) is None


def test_a_share_has_wilsons_interval_for_the_samples_of_one_seed():
    """60 samples in the highest bin, 54 of them positive, and 40 in the lowest, by two seeds."""
    labels = np.repeat([1, 0, 1, 0], [54, 6, 4, 36])
    found = calibration.reliability(labels, np.tile(np.repeat([5.0, -5.0], [60, 40]), (2, 1)))
    assert np.flatnonzero(found.drawn).tolist() == [9]  # the others have fewer than 50
    expected = binomtest(54, 60).proportion_ci(method="wilson")
    low, high = found.reach[:, 9]
    assert (0.9 - low, 0.9 + high) == pytest.approx(expected, abs=1e-6)


def test_without_bins_of_enough_samples_calibration_says_so():
    figure = calibration.draw(GROUPS, SCORES, ["val"])
    assert figure.axes == []
    assert figure.texts[0].get_text() == "Fewer than two bins have 50 samples"


# ---- What is most often mistaken -----------------------------------------------------------------


def test_of_what_ties_as_many_are_shown_from_all_parts_of_the_split():
    """Of 10 samples 2 are wrong in 3 of 3 runs, 7 in 2, and one never."""
    labels = np.zeros(10, int)
    wrong = np.array([2, 2, 3, 2, 2, 0, 2, 2, 3, 2])
    ranked = rank_mistakes("val", np.stack([3 - wrong, wrong]), labels)
    assert ranked["row"].tolist() == [2, 8, 0, 1, 3, 4, 6, 7, 9]
    assert ranked["tied"].tolist() == [2, 2, *[7] * 7]
    shown = most_often(ranked, 5)
    assert shown["row"].tolist() == [2, 8, 0, 4, 9]
    rows = shown.to_dict("records")
    assert ties_text(rows) == (
        "7 samples tie at 2 of 3 models; 3 of them are shown, evenly spread."
    )
    assert ties_text(rows[:2]) == ""


def test_each_outcome_is_ranked_by_itself():
    """Of two classes: three of class 0 are wrong, and one of class 1, which ties with one of 0."""
    labels = np.array([0, 0, 0, 1, 1])
    wrong = np.array([3, 1, 1, 1, 0])
    positive = np.where(labels == 1, 3 - wrong, wrong)
    ranked = rank_mistakes("val", np.stack([3 - positive, positive]), labels)
    assert ranked["row"].tolist() == [0, 1, 2, 3]
    assert ranked["tied"].tolist() == [1, 2, 2, 1]


def test_rare_outcomes_are_kept_beside_frequent_ones():
    """200 of class 0 are always taken for 1, and one of class 1 once for 0."""
    labels = np.array([0] * 200 + [1])
    positive = np.array([3] * 200 + [2])
    ranked = rank_mistakes("val", np.stack([3 - positive, positive]), labels)
    assert ranked["label"].value_counts().to_dict() == {0: 100, 1: 1}
    assert ranked["tied"].tolist() == [200] * 100 + [1]


@pytest.fixture(scope="module")
def digits_of_three(tmp_path_factory):
    """Images of three classes whose names look like numbers, prepared; no two are alike."""
    folder = tmp_path_factory.mktemp("three")
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 24), ("val", 12)):
        arrays[f"{split}_images"] = generator.integers(0, 255, (count, 6, 4)).astype(np.uint8)
        arrays[f"{split}_labels"] = np.arange(count) % 3
    np.savez(folder / "data.npz", **arrays)
    entry = {"kind": "npz", "path": str(folder / "data.npz"), "normalize": "unit"}
    prepare("data", entry | {"classes": ["3", "5", "8"]}, folder)
    return folder, arrays


def test_the_images_of_an_outcome_are_its_own(digits_of_three):
    folder, arrays = digits_of_three
    mistakes = pd.DataFrame(
        [("val", 1, 1, 3, 3, 1, 2), ("val", 4, 1, 2, 3, 2, 2), ("val", 7, 1, 2, 3, 2, 2),
         ("val", 2, 2, 1, 3, 1, 0)],
        columns=["split", "row", "label", "wrong", "runs", "tied", "taken_for"],
    )  # fmt: skip
    pairs = [("val", "8", "3"), ("val", "5", "8"), ("val", "3", "5")]
    table = mistaken.most_mistaken(mistakes, folder, pairs)
    found = table[["number", "label", "taken_for", "wrong"]].to_numpy().tolist()
    # outcomes in the order asked for, without the one that is not asked for or is not there
    assert found == [[1, "8", "3", 1], [2, "5", "8", 3], [3, "5", "8", 2], [4, "5", "8", 2]]
    drawn = np.asarray(mistaken.thumbnails(table, folder))
    expected = np.concatenate([arrays["val_images"][row] for row in (2, 1, 4, 7)])
    assert np.array_equal(drawn, expected)
    assert mistaken.thumbnails(table, None).size == (1, 1)


def test_images_of_more_bits_and_colours_are_brought_to_8():
    grey = np.array([[0, 32768, 65535]], np.uint16)
    assert mistaken.in_8_bits(grey, 0, 65535).tolist() == [[0, 128, 255]]
    unknown = np.array([[-1.0, 0.0, 3.0]])
    assert mistaken.in_8_bits(unknown, None, None).tolist() == [[0, 64, 255]]
    colours = np.array([[[0.0, 0.5, 1.0]]])
    assert mistaken.in_8_bits(colours, 0, 65535).tolist() == [[[0, 128, 255]]]
    large = np.zeros((300, 200), np.uint8)
    assert max(mistaken.thinned(large).shape) <= mistaken.LARGEST


# ---- Pictures ------------------------------------------------------------------------------------


def draw_all(scores: dict, groups: list[FactorLevels], splits: list[str]) -> dict:
    cells = drawn_cells(groups)
    values = make_values()
    return {
        "roc": roc.draw(groups, scores, splits),
        "confusion": confusion.draw(groups, count_confusions(cells, scores), ["well", "<ill>"]),
        "calibration": calibration.draw(groups, scores, splits),
        "seeds": strips.draw(groups, values),
        "mistaken": mistaken.draw(pd.DataFrame(), None),
    }


def test_pictures_have_the_same_bytes_and_text_as_text(tmp_path):
    files = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        with matplotlib.rc_context():
            use_style("paper")
            for kind, figure in draw_all(SCORES, GROUPS, ["val", "test"]).items():
                folder = tmp_path / name
                save_figure(figure, *(folder / f"{kind}.{suffix}" for suffix in ("svg", "pdf")))
        files.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert files[0] == files[1]
    text = files[0]["confusion.svg"].decode()
    assert "&lt;ill&gt;" in text and "<ill>" not in text
    assert "Batch size, round 2: test" in files[0]["roc.svg"].decode()
    for name, content in files[0].items():
        if name.endswith("pdf"):
            assert b"/Subtype /Type3" not in content  # letters stay letters
            continue
        assert b"prefers-color-scheme: dark" in content
        # what is black takes the colour of what it is put in, and nothing is behind it
        assert b"currentColor" in content and b"#000000" not in content
        assert b"fill: #ffffff" not in content


@pytest.mark.parametrize("scores, empty", [({}, 2), ({("a", 2): make_scores(1)}, 1)])
def test_pictures_of_nothing_and_of_one_seed(tmp_path, scores, empty):
    for kind, figure in draw_all(scores, GROUPS, ["val"]).items():
        save_figure(figure, tmp_path / f"{kind}.svg")
    assert (tmp_path / "roc.svg").read_text().count("nothing to show") == empty


def test_names_at_lines_ends_do_not_overlap():
    axes = Figure().subplots()
    axes.set_ylim(0, 10)
    name_ends(axes, [(9.99, "a", "k"), (10, "b", "k"), (2, "c", "k"), (9.98, "d", "k")], 1.2)
    places = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert list(places) == ["c", "d", "a", "b"]
    assert places["c"] < 0.2 + 1e-9 and places["b"] <= 1
    ordered = list(places.values())
    line = 7 / 72 / 1.2  # of 7 points, as a share of 1.2 inches
    assert all(after - before > line for before, after in pairwise(ordered[1:]))


def test_many_panels_leave_no_hole():
    figure, made = stacked(9, 1.0)
    assert made.shape == (9, 1) and len(figure.axes) == 9
    spans = [axes.get_subplotspec().colspan for axes in made[:, 0]]
    assert [(span.start, span.stop) for span in spans[-3:]] == [(0, 1), (1, 2), (0, 2)]
    assert stacked(3, 1.0)[1][2, 0].get_subplotspec().colspan.stop == 1


@pytest.mark.parametrize(("style", "width", "smallest"), [("paper", 3.35, 7), ("slides", 8, 14)])
def test_styles_are_as_wide_as_what_they_are_for(style, width, smallest):
    with matplotlib.rc_context():
        use_style(style)
        figure = roc.draw(GROUPS, SCORES, ["val"])
        assert figure.get_size_inches()[0] == width
        sizes = {text.get_fontsize() for text in figure.findobj(Text) if text.get_text()}
        assert min(sizes) == smallest


def test_claims_are_drawn_with_the_interval_that_their_verdict_is_read_off():
    study = source_study()
    name, other = list(study.claims)[:2]
    claims = pd.DataFrame(
        [
            {"claim": each, "sentence": f"Sentence {each}.", "verdict": verdict,
             "metric": study.claims[each].metric}
            for each, verdict in ((name, "supported"), (other, "not tested"))
        ]
    )  # fmt: skip
    pair = {"claim": name, "metric": "accuracy_gap", "n": 12, "difference": 0.02, "low": 0.011,
            "high": 0.029, "low_adjusted": 0.01, "high_adjusted": 0.03}  # fmt: skip
    pairs = pd.DataFrame([pair, {"claim": other, "metric": "loss_gap"}])
    (axes,) = forest.draw(study.claims, claims, pairs).axes
    assert axes.get_xlabel() == "Difference (percentage points)"
    assert [text.get_text() for text in axes.texts] == [f"Sentence {name}. (supported)"]
    _, interval, mark = axes.lines
    assert list(interval.get_xdata()) == pytest.approx([1.0, 3.0])
    assert list(mark.get_xdata()) == pytest.approx([2.0])
    nothing = forest.draw(study.claims, claims, pairs.assign(n=np.nan))
    assert nothing.texts[0].get_text() == "no claim has a difference to show"


def test_seeds_are_joined_over_the_levels():
    values = make_values()
    group = FactorLevels("loss", ["bce", "ce"], ["a", "b"], 1)
    table = strips.seed_values(values, group, "val_accuracy")
    for place, cell in enumerate("ab"):
        rows = values[(values["cell"] == cell) & (values["round"] == 1)].set_index("seed")
        expected = rows["val_accuracy"].reindex(table.index)
        np.testing.assert_array_equal(table[place], expected)
    (axes,) = strips.draw([group], values).axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["BCE", "CE"]


# ---- Names that matplotlib would take for mathematics --------------------------------------------

DOLLARS = ["a$^$b", "cost $5 to $10"]  # of which the first is none, and the second would lose signs


def texts_of(path) -> list[str]:
    """What an SVG file has as text."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>",
                                                       path.read_text())]  # fmt: skip


def test_dollars_of_names_are_kept(tmp_path):
    """Of classes, in the audit's sheet and in pictures; of levels; and in what a figure is of."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 24), ("val", 12), ("test", 12)):
        arrays[f"{split}_images"] = generator.integers(0, 255, (count, 6, 6)).astype(np.uint8)
        arrays[f"{split}_labels"] = np.arange(count) % 2
    np.savez(tmp_path / "data.npz", **arrays)
    entry = {"kind": "npz", "path": str(tmp_path / "data.npz"), "positive": 1}
    folder = tmp_path / "prepared"
    prepare("data", entry | {"normalize": "standardize", "classes": DOLLARS}, folder)
    classes = read_description(folder)["classes"]
    assert classes == DOLLARS
    splits, names, groups = load_all(folder)
    assert audit(splits, names, groups, classes)["splits"]["train"]["count"] == 24

    wrong = [{"split": "val", "row": n, "label": n, "wrong": 2, "runs": 3} for n in range(2)]
    table = mistaken.most_mistaken(pd.DataFrame(wrong), folder)
    spend = [FactorLevels("spend", DOLLARS, ["a", "b"], 2)]
    counts = count_confusions(drawn_cells(GROUPS), SCORES)
    for name, figure in {
        "confusion": confusion.draw(GROUPS, counts, classes),
        "mistaken": mistaken.draw(table, folder),
        "roc": roc.draw(spend, SCORES, ["val"]),
        "seeds": strips.draw(spend, make_values()),
    }.items():
        save_figure(figure, tmp_path / f"{name}.svg")
        shown = " ".join(texts_of(tmp_path / f"{name}.svg"))
        assert all(name_of_class in shown for name_of_class in DOLLARS), name
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        save_figure(draw_contact_sheet(splits, classes), tmp_path / "sheet.svg")
    assert {"train: a$^$b", "test: cost $5 to $10"} < {*texts_of(tmp_path / "sheet.svg")}


def test_no_picture_has_mathematics_of_its_own(tmp_path):
    """Which would no longer be set: powers of 10 on logarithmic axes are written as numbers."""
    rates = [{"learning_rate": rate} for rate in (0.0001, 0.001, 0.01)]
    trials = [{"trial": trial, "round": 1, "val_accuracy": 0.9} for trial in range(3)]
    side = SideTrials("baseline", rates, pd.DataFrame(trials), chosen=1, edges={})
    drawn = draw_all(SCORES, GROUPS, ["val"]) | {"trials": draw_curves([side], "val_accuracy", 1)}
    for kind, figure in drawn.items():
        save_figure(figure, tmp_path / f"{kind}.svg")
        assert not any("$" in text for text in texts_of(tmp_path / f"{kind}.svg")), kind
    assert {"0.0001", "0.001", "0.01"} <= {*texts_of(tmp_path / "trials.svg")}
    assert {"0.0", "1.0"} <= {*texts_of(tmp_path / "roc.svg")}
