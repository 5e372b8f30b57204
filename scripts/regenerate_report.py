"""Rebuild the report and all that it shows from the runs that exist, without training.

A Snakemake of its own runs workflow/regenerate.smk, which has no rule that trains. It takes no
lock, so that a study that is still running can be looked at.
"""

import json
import os
import subprocess
import sys
import tempfile

from study.jobs import missing_runs, outdated_runs, present_runs

if __name__ == "__main__":
    study = snakemake.params.study
    present = present_runs(study)
    print(f"{len(present)} of {len(study['runs'])} runs present", file=sys.stderr)
    for folder in missing_runs(study, present):
        print(f"missing: {folder}", file=sys.stderr)
    for folder in outdated_runs(study, present):
        print(f"trained on other data or with other code: {folder}", file=sys.stderr)
    environment = {key: text for key, text in os.environ.items() if key != "SNAKEMAKE_PROFILE"}
    folders = {name: study[name] for name in ("results", "logs", "benchmarks")}
    with (
        tempfile.NamedTemporaryFile("w", suffix=".json") as config,
        open(snakemake.log[0], "w") as log,
    ):
        json.dump(snakemake.params.config | {"pathvars": folders}, config)
        config.flush()
        command = [sys.executable, "-m", "snakemake", "--snakefile", snakemake.params.snakefile]
        command += ["--configfile", config.name, "--workflow-profile", "none", "--nolock"]
        command += ["--forceall", "--rerun-incomplete", "--show-failed-logs"]
        command += ["--cores", str(snakemake.threads)]
        done = subprocess.run(command, stdout=log, stderr=log, env=environment)
    sys.exit(done.returncode)
