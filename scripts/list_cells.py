"""Write cells.csv: what every cell trains, and for how long."""

import csv
import io

from study.files import write_text
from study.logs import log_to
from study.parameters import columns, declared


def list_cells(study: dict) -> str:
    """The study's `cells` as CSV, a row per cell; with their epochs a round where these differ."""
    cells = study["cells"]
    parameters = columns(cells.values(), declared(study))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    shown = [*parameters, "rounds", *["epochs"] * (study["budget"] == "steps")]
    writer.writerow(["cell", *shown])
    for name, cell in cells.items():
        writer.writerow([name, *(cell[column] for column in shown)])
    return text.getvalue()


if __name__ == "__main__":
    log_to(snakemake.log[0])
    write_text(snakemake.output.cells, list_cells(snakemake.params.study))
