"""Read the declared data set once, check it, and write it as plain arrays with a description."""

import sys
from pathlib import Path

from study.config import read_config
from study.jobs import data_entry, source_file
from study.prepared import save_prepared
from study.sources import read_source

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    study = read_config(snakemake.config)
    name, entry = study["dataset"], data_entry(study)
    splits, divide_by = read_source(name, entry, next(iter(source_file(study)), None))
    folder = Path(snakemake.output.description).parent
    save_prepared(folder, splits, divide_by, {"dataset": name, **entry})
