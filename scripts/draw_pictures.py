"""Draw the pictures of the levels of each factor, and write the numbers behind some of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from study.analysis.confusion import (
    count_confusions,
    count_matrices,
    frequent_mistakes,
    last_counts,
)
from study.analysis.epochs import collect_epochs
from study.analysis.evaluation import cell_scores, class_names, split_sizes
from study.analysis.mistakes import MISTAKE_COLUMNS
from study.analysis.values import read_values
from study.data.prepared import read_description
from study.design.levels import FactorLevels, drawn_cells
from study.design.runs import Run
from study.report.figures.saving import save_figure, use_style
from study.report.plots import calibration, confusion, level_curves, mistaken, roc, strips
from study.store.files import replacing
from study.store.frames import groups_of, read_frame, write_frame
from study.store.logs import log_to


def epochs_by_cell(
    runs: Sequence[Run], metrics: Sequence[str], records: Sequence[str], lengths: Mapping[str, int]
) -> dict[tuple[str, int], pd.DataFrame]:
    """(cell, round) -> the epochs of all its runs.

    Args:
        runs, metrics, records: runs, with the metrics.csv and the run.json of each.
        lengths: cell -> how many epochs a round has.
    """
    found: dict[tuple[str, int], list[int]] = {}
    for place, run in enumerate(runs):
        found.setdefault((run.cell, run.round), []).append(place)
    return {
        key: collect_epochs(
            [runs[place] for place in places],
            [metrics[place] for place in places],
            [records[place] for place in places],
            lengths[key[0]],
        )
        for key, places in found.items()
    }


if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, made = snakemake.params.told, snakemake.input, snakemake.output
    use_style(told["figure_style"])
    groups = [FactorLevels(**group) for group in told["levels"]]
    folder = next((Path(path).parent for path in files.data), None)
    runs = [Run(**run) for run in told["runs"]]
    scores = cell_scores(runs, files.scores, files.runs)
    epochs = epochs_by_cell(runs, files.metrics, files.runs, told["epochs"])
    splits = list(split_sizes(scores)) or ["val"]
    described = next((Path(path).parent for path in files.description), None)
    classes = read_description(described)["classes"] if described else class_names(scores)
    cells = drawn_cells(groups)
    pairs: list[tuple[str, str, str]] = []
    if len(classes) == 2:
        counts = count_confusions(cells, scores)
        drawn = confusion.draw(groups, counts, classes)
    else:
        counts = count_matrices(cells, scores, classes)
        drawn = confusion.draw_matrices(groups, counts, classes)
        for split, rows in groups_of(last_counts(counts, told["baseline"]), "split").items():
            wrong = frequent_mistakes(rows)
            pairs += [(*split, *pair) for pair in zip(wrong["true"], wrong["predicted"])]
    table = mistaken.most_mistaken(read_frame(files.mistakes, MISTAKE_COLUMNS), folder, pairs)
    write_frame(made.confusions, counts)
    write_frame(made.mistaken_samples, table)
    with replacing(made.thumbnails) as part:
        mistaken.thumbnails(table, folder).save(part, format="png")
    pictures = {
        "seeds": strips.draw(groups, read_values(files["values"])),
        "curves": level_curves.draw(groups, epochs),
        "roc": roc.draw(groups, scores, splits),
        "confusion": drawn,
        "calibration": calibration.draw(groups, scores, splits),
        "mistaken": mistaken.draw(table, folder),
    }
    for name, figure in pictures.items():
        save_figure(figure, getattr(made, name), getattr(made, f"{name}_pdf"))
