"""Write the prepared data with another split of their training and validation samples."""

from pathlib import Path

from study.data.redrawn import redraw
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    prepared, folder = (
        Path(path).parent for path in (snakemake.input.data[0], snakemake.output.description)
    )
    redraw(prepared, int(snakemake.wildcards.split), folder)
