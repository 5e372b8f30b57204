"""Write where the validation and the test split disagree."""

from study.analysis.disagreements import find_disagreements
from study.analysis.measured import read_measured
from study.design.protocols import FIXED
from study.design.study import cells_from, tables_from
from study.store.frames import write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files = snakemake.params.told, snakemake.input
    fixed = read_measured(FIXED, files.values, files.runs, dict(files.items()), told)
    found = find_disagreements(tables_from(told["tables"]), cells_from(told["cells"]), fixed)
    write_frame(snakemake.output.disagreements, found)
