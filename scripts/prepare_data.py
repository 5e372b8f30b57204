"""Read the declared data set once, check it, and write it as plain arrays with a description."""

import sys
from pathlib import Path

from study.prepared import save_prepared
from study.sources import read_source

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    name, source = snakemake.params.name, snakemake.params.source
    splits, divide_by = read_source(name, source["entry"], next(iter(snakemake.input.source), None))
    origin = {"dataset": name, **source["entry"], "file": source.get("file")}
    save_prepared(Path(snakemake.output.description).parent, splits, divide_by, origin)
