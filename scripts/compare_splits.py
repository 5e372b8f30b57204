"""Write where the validation and the test split disagree."""

from study.analysis.comparisons import COMPARISON_COLUMNS, LEVEL_COLUMNS
from study.analysis.disagreements import find_disagreements
from study.data.prepared import described_data
from study.design.study import cells_from
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files = snakemake.input
    sizes = {
        split: rows["count"]
        for data in described_data(files.data).values()
        for split, rows in data["splits"].items()
    }
    if not sizes:
        print("The prepared data are not here, so how large their splits are is not known")
    found = find_disagreements(
        read_frame(files.levels, LEVEL_COLUMNS),
        read_frame(files.comparisons, COMPARISON_COLUMNS),
        sizes,
        cells_from(snakemake.params.told["cells"]),
    )
    write_frame(snakemake.output.disagreements, found)
