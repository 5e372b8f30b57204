"""Write cells.csv: what every cell trains, and for how long."""

from collections.abc import Mapping

import pandas as pd

from study.design.cell import Cell
from study.design.study import cells_from
from study.settings.parameters import Specs, columns
from study.store.frames import write_frame
from study.store.logs import log_to


def list_cells(cells: Mapping[str, Cell], specs: Specs, budget: str) -> pd.DataFrame:
    """A row per cell: its parameters and rounds, and its epochs per round where these differ."""
    parameters = columns([cell.parameters for cell in cells.values()], specs)
    rows = [
        {"cell": name}
        | {parameter: cell.parameters[parameter] for parameter in parameters}
        | {"rounds": cell.rounds, "epochs": cell.epochs}
        for name, cell in cells.items()
    ]
    shown = ["cell", *parameters, "rounds", *["epochs"] * (budget == "steps")]
    return pd.DataFrame(rows, columns=shown, dtype=object)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    told = snakemake.params.told
    listed = list_cells(cells_from(told["cells"]), told["specs"], told["budget"])
    write_frame(snakemake.output.cells, listed)
