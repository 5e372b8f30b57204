"""Write the results of a side's trials, and which of them is chosen."""

import json
from dataclasses import asdict

from study.analysis.results import read_results
from study.analysis.trials import choose_trial, chosen_words
from study.analysis.values import collect_values, measure
from study.design.runs import Run
from study.design.study import cells_from
from study.store.files import write_text
from study.store.frames import write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, made = snakemake.params.told, snakemake.input, snakemake.output
    cells, runs = cells_from(told["cells"]), [Run(**run) for run in told["runs"]]
    of_runs = [cells[run.cell] for run in runs]
    results = read_results(runs, of_runs, told["specs"], files.metrics, files.runs, files.scores)
    values = collect_values([measure(result) for result in results], cells, told["specs"])
    tried, trials = told["trial_cells"], told["trials"]
    chosen = choose_trial(values, told["side"], tried, trials, told["round"], told["metric"])
    places = {cell: place for place, cell in enumerate(tried)}
    values.insert(0, "trial", values["cell"].map(places))
    write_frame(made.trials, values.drop(columns="place").sort_values(["trial", "round", "seed"]))
    write_text(made.chosen, json.dumps(asdict(chosen), indent=2) + "\n")
    print(chosen_words(chosen, len(trials)))
