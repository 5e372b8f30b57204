"""Write SHA256SUMS: the digests of a finished study's files, as sha256sum writes them."""

import os
from pathlib import Path

from study.store.files import file_digest, write_text
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    sums = Path(snakemake.output.sums)
    files = [*snakemake.input.data, *snakemake.input.results, *snakemake.params.runs]
    # the runs of a study with a name are above its own folder
    names = sorted({Path(os.path.relpath(file, sums.parent)).as_posix() for file in files})
    write_text(sums, "".join(f"{file_digest(sums.parent / name)}  {name}\n" for name in names))
