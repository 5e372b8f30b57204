"""Rebuild the report and all that it shows from the runs that exist, without training.

A Snakemake of its own runs workflow/regenerate.smk, which has no rule that trains. It takes no
lock, so that a study that is still running can be looked at.
"""

import json
import os
import subprocess
import sys
import tempfile

from study.jobs import present_runs

if __name__ == "__main__":
    plan = snakemake.params.study
    present = present_runs(plan)
    print(f"{len(present)} of {len(plan['runs'])} runs present", file=sys.stderr)
    for run in plan["runs"]:
        if run not in present:
            print(f"missing: {run['folder']}", file=sys.stderr)
    environment = {key: text for key, text in os.environ.items() if key != "SNAKEMAKE_PROFILE"}
    with (
        tempfile.NamedTemporaryFile("w", suffix=".json") as config,
        open(snakemake.log[0], "w") as log,
    ):
        json.dump(snakemake.config, config)
        config.flush()
        command = [sys.executable, "-m", "snakemake", "--snakefile", snakemake.params.snakefile]
        command += ["--configfile", config.name, "--workflow-profile", "none", "--nolock"]
        command += ["--forceall", "--rerun-incomplete", "--show-failed-logs"]
        command += ["--cores", str(snakemake.threads)]
        done = subprocess.run(command, stdout=log, stderr=log, env=environment)
    sys.exit(done.returncode)
