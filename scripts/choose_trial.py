"""Write what an arm's trials came to, and which of them is chosen."""

import json

from study.analysis.averages import join_metrics, summarize
from study.analysis.evaluation import evaluate_runs
from study.analysis.trials import choose_trial, chosen_words
from study.files import write_text
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    summary = summarize(params.runs, files.metrics, files.runs, params.study)
    values = join_metrics(summary, evaluate_runs(params.runs, files.scores, files.runs))
    tuning = params.tuning
    arm, trials = params.arm, tuning["trials"]
    chosen = choose_trial(values, arm, trials, tuning["round"], tuning["metric"])
    places = {cell: place for place, cell in enumerate(arm["trials"])}
    values.insert(0, "trial", values["cell"].map(places))
    write_frame(snakemake.output.trials, values.sort_values(["trial", "round", "seed"]))
    write_text(snakemake.output.chosen, json.dumps(chosen, indent=2) + "\n")
    print(chosen_words(chosen, len(trials)))
