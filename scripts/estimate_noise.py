"""Write where the noise of each comparison comes from, and the comparisons' Bayesian reading."""

from study.analysis.comparisons import COMPARISON_COLUMNS
from study.analysis.measured import read_measured
from study.analysis.table_noise import TunedNoise, describe_noise, describe_posterior
from study.design.protocols import FIXED, PROTOCOLS
from study.design.study import cells_from, tables_from
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, made = snakemake.params.told, snakemake.input, snakemake.output
    tables, cells = tables_from(told["tables"]), cells_from(told["cells"])
    fixed = read_measured(FIXED, files.values, files.runs, dict(files.items()), told)
    by_unit = {"seeds": fixed}
    if files.over_splits:
        values, runs = files.over_splits
        about = {"data": files.data}
        by_unit["splits"] = read_measured(PROTOCOLS["splits"], values, runs, about, {})
    of_tuned = None
    if files.tuned:
        (path,) = files.tuned
        of_tuned = TunedNoise(read_frame(path, COMPARISON_COLUMNS), told["tuning_seeds"])
    write_frame(made.noise, describe_noise(tables, cells, fixed, by_unit.get("splits"), of_tuned))
    write_frame(made.rope, describe_posterior(tables, cells, told["margins"], by_unit))
