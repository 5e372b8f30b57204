"""Draw the pictures of the levels of each factor, and write the numbers that some are made of."""

from pathlib import Path

from study.analysis.confusion import count_confusions, count_matrices
from study.analysis.evaluation import cell_scores, class_names, split_sizes
from study.analysis.mistakes import MISTAKE_COLUMNS
from study.analysis.values import read_values
from study.data.prepared import read_description
from study.design.levels import FactorLevels, drawn_cells
from study.design.runs import Run
from study.report.plots import calibration, confusion, mistaken, roc, strips
from study.report.plots.style import write_picture
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, made = snakemake.params.told, snakemake.input, snakemake.output
    groups = [FactorLevels(**group) for group in told["levels"]]
    folder = next((Path(path).parent for path in files.data), None)
    scores = cell_scores([Run(**run) for run in told["runs"]], files.scores, files.runs)
    splits = list(split_sizes(scores)) or ["val"]
    classes = read_description(folder)["classes"] if folder else class_names(scores)
    cells = drawn_cells(groups)
    if len(classes) == 2:
        counts = count_confusions(cells, scores)
        drawn = confusion.draw(groups, counts, classes)
    else:
        counts = count_matrices(cells, scores, classes)
        drawn = confusion.draw_matrices(groups, counts, classes)
    table = mistaken.most_mistaken(read_frame(files.mistakes, MISTAKE_COLUMNS), folder)
    write_frame(made.confusions, counts)
    write_frame(made.mistaken_samples, table)
    write_picture(made.seeds, strips.draw(groups, read_values(files["values"])))
    write_picture(made.roc, roc.draw(groups, scores, splits))
    write_picture(made.confusion, drawn)
    write_picture(made.calibration, calibration.draw(groups, scores, splits))
    write_picture(made.mistaken, mistaken.draw(table, folder))
