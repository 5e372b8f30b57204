"""Write what each protocol says about every claim and every comparison, side by side."""

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.comparisons import COMPARISON_COLUMNS
from study.analysis.verdict_changes import Judged, collect_verdicts
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

COLUMNS = (CLAIM_COLUMNS, PAIR_COLUMNS, COMPARISON_COLUMNS)

if __name__ == "__main__":
    log_to(snakemake.log[0])
    by_protocol = zip(*[iter(snakemake.input.judged)] * len(COLUMNS), strict=True)
    protocols = {
        name: Judged(*map(read_frame, paths, COLUMNS))
        for name, paths in zip(snakemake.params.told, by_protocol, strict=True)
    }
    write_frame(snakemake.output.verdicts, collect_verdicts(protocols))
