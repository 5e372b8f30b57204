"""Rebuild the report and all that it shows from the runs that exist, without training."""

import sys

from study.snake.datasets import read_studies
from study.snake.regenerate import coverage_lines, regenerate

if __name__ == "__main__":
    told = snakemake.params.told
    _, data = read_studies(told["config"], told["folders"], trains=False)
    print("\n".join(coverage_lines(data.values())), file=sys.stderr)
    code = regenerate(snakemake, "--forceall")
    if code == 0:
        print(f"Report: {told['report']}", file=sys.stderr)
    sys.exit(code)
