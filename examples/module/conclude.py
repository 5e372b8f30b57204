"""Write what the study found in one sentence."""

from pathlib import Path

import pandas as pd

comparisons = pd.read_csv(snakemake.input.comparisons)
row = comparisons[comparisons["metric"] == "final_val_accuracy"].iloc[0]
Path(snakemake.output[0]).write_text(
    f"{row['level']} instead of {row['against']} changes the final validation accuracy by"
    f" {100 * row['difference']:+.2f} percentage points, [{100 * row['low']:+.2f},"
    f" {100 * row['high']:+.2f}] over {row['n']} seeds.\n"
)
