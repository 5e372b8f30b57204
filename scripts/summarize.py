"""Write summary.csv, the means over each round's epochs after the warm-up; runs.csv, what each run
was trained with; environments.csv, what it ran on; and curves.json, all epochs, to be drawn."""

import json
from pathlib import Path

from study.analysis.averages import collect_runs, summarize
from study.analysis.curves import Curves
from study.analysis.environments import collect_environments
from study.files import write_text
from study.frames import write_frame
from study.logs import log_to
from study.parameters import declared
from study.paths import run_files

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    study = params.study
    epochs = {name: cell["epochs"] for name, cell in study["cells"].items()}
    curves = Curves(epochs, study["epochs_per_round"])
    summary = summarize(params.runs, files.metrics, files.runs, study, also=curves.add)
    runs = collect_runs(params.runs, files.runs, declared(study))
    beside = [Path(path) for path in run_files(study, params.every, "environment.json")]
    environments = collect_environments(params.every, beside)
    write_frame(snakemake.output.summary, summary)
    write_frame(snakemake.output.runs, runs)
    write_frame(snakemake.output.environments, environments)
    packed = json.dumps(curves.packed(params.first), separators=(",", ":"))
    write_text(snakemake.output.curves, packed + "\n")
