"""Write what each protocol says to every claim and every comparison, beside each other."""

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.comparisons import COMPARISON_COLUMNS
from study.analysis.verdict_changes import collect_verdicts
from study.frames import read_frame, write_frame
from study.logs import log_to

COLUMNS = {"claims": CLAIM_COLUMNS, "pairs": PAIR_COLUMNS, "comparisons": COMPARISON_COLUMNS}

if __name__ == "__main__":
    log_to(snakemake.log[0])
    protocols = {
        name: {
            key: read_frame(path, columns)
            for path, (key, columns) in zip(paths, COLUMNS.items(), strict=True)
        }
        for name, *paths in zip(snakemake.params.protocols, *[iter(snakemake.input.judged)] * 3)
    }
    write_frame(snakemake.output.verdicts, collect_verdicts(protocols))
