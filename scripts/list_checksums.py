"""Write SHA256SUMS: the digests of a finished study's files."""

from pathlib import Path

from study.checksums import write_checksums
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files = [*snakemake.input.data, *snakemake.input.results]
    write_checksums(Path(snakemake.output.sums), files)
