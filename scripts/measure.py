"""Write what a protocol's runs came to: values.csv, every metric of each cell, round and seed;
runs.csv, what each run recorded of itself; curves.json, all epochs, to be drawn; and mistakes.csv,
the images that are most often wrong after the last round."""

import json

from study.analysis.curves import Curves
from study.analysis.mistakes import Mistakes
from study.analysis.results import collect_runs, read_results
from study.analysis.values import collect_values, measure
from study.design.protocols import cell_in_place
from study.design.runs import Run
from study.design.study import cells_from
from study.store.files import write_text
from study.store.frames import write_frame
from study.store.logs import log_to
from study.store.paths import UNTUNED, tuned_places
from study.store.records import read_chosen

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, made = snakemake.params.told, snakemake.input, snakemake.output
    chosen = dict(zip(told["sides"], map(read_chosen, files.chosen), strict=True))
    cells = cells_from(told["cells"])
    runs = [Run(**run) for run in told["runs"]]
    trained = [cell_in_place(cells[run.cell], chosen.get(run.cell), run.place) for run in runs]
    curves = Curves({name: cell.epochs for name, cell in cells.items()}, told["epochs_per_round"])
    mistakes, measured, recorded = Mistakes(), [], []
    results = read_results(runs, trained, told["specs"], files.metrics, files.runs, files.scores)
    for result in results:
        measured.append(measure(result))
        recorded.append((result.run, result.record))
        if result.run.place in (UNTUNED, *tuned_places(1)):  # not what might have been chosen
            curves.add(result.run, result.epochs)
            mistakes.add(result)
    write_frame(made.values, collect_values(measured, cells, told["specs"], chosen))
    write_frame(made.runs, collect_runs(recorded, told["specs"]))
    packed = json.dumps(curves.packed(told["first"]), separators=(",", ":"))
    write_text(made.curves, packed + "\n")
    write_frame(made.mistakes, mistakes.ranked())
