"""Train a cell with the values that tuning chose for it: the job of its fixed cell, with those."""

import runpy
from pathlib import Path

from study.analysis.trials import read_chosen

if __name__ == "__main__":
    chosen = read_chosen(snakemake.input.chosen)
    snakemake.params.cell["parameters"] |= chosen["values"]
    script = Path(__file__).with_name(snakemake.params.script)
    runpy.run_path(str(script), {"snakemake": snakemake}, run_name="__main__")
