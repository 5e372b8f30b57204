"""Rebuild the report and all that it shows from the runs that exist, without training."""

import sys

from study.regenerate import coverage_lines, regenerate

if __name__ == "__main__":
    print("\n".join(coverage_lines(snakemake.params.studies)), file=sys.stderr)
    code = regenerate(snakemake, "--forceall")
    if code == 0:
        print(f"Report: {snakemake.params.report}", file=sys.stderr)
    sys.exit(code)
