"""Read the declared data set once, check it, and write it as plain arrays with a description."""

from pathlib import Path

from study.data.prepared import prepare
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params = snakemake.params
    prepare(params.dataset, params.entry, Path(snakemake.output.description).parent)
