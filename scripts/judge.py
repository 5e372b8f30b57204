"""Write what a protocol's runs say: each table's levels, their comparisons, and every claim's
verdict with the pairs of sides that it rests on."""

from dataclasses import replace

from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels, describe_levels
from study.analysis.measured import read_measured
from study.analysis.planned_looks import ONE_LOOK, Plan
from study.design.protocols import PROTOCOLS, chosen_cells, with_chosen
from study.design.study import cells_from, claims_from, tables_from
from study.store.frames import write_frame
from study.store.logs import log_to
from study.store.records import read_chosen

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, made = snakemake.params.told, snakemake.input, snakemake.output
    protocol = PROTOCOLS[snakemake.wildcards.protocol]
    measured = read_measured(protocol, files.values, files.runs, dict(files.items()), told)
    chosen = dict(zip(told["sides"], map(read_chosen, files.chosen), strict=True))
    measured = replace(measured, edges={side: found.edges for side, found in chosen.items()})
    tables = tables_from(told["tables"])
    cells = chosen_cells(cells_from(told["cells"]), chosen)
    # looks are planned by numbers of seeds, and splits are all there at once
    plan = ONE_LOOK if protocol.splits else Plan(tuple(told["looks"]), told["spending"])
    asked = with_chosen(claims_from(told["claims"]), chosen)
    claims, pairs = judge(asked, measured, plan, told["left_out"])
    for path, frame in (
        (made.levels, describe_levels(tables, measured)),
        (made.comparisons, compare_levels(tables, measured, cells, chosen)),
        (made.claims, claims),
        (made.pairs, pairs),
    ):
        write_frame(path, frame)
