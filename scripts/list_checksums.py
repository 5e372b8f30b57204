"""Write SHA256SUMS: the digests of a finished study's files."""

import sys
from pathlib import Path

from study.checksums import write_checksums

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    files = [*snakemake.input.data, *snakemake.input.results]
    write_checksums(Path(snakemake.output.sums), files)
