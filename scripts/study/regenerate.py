"""Make results anew from the runs that exist, without training.

A Snakemake of its own runs workflow/regenerate.smk, which has no rule that trains. It takes no
lock, so that a study that is still running can be looked at.
"""

import json
import os
import subprocess
import sys
import tempfile

from study.jobs import missing_runs, outdated_runs, present_runs


def coverage_lines(studies: list[dict]) -> list[str]:
    """What results rest on: how many runs there are, and how many of those are outdated.

    Args:
        studies: the expanded study; of several data sets one each, which the lines then begin with.
    """
    lines = []
    for study in studies:
        begin = f"{study['dataset']}: " if len(studies) > 1 else ""
        present = present_runs(study)
        lines.append(f"{begin}{len(present)} of {len(study['every_run'])} runs present")
        for folders, what in (
            (missing_runs(study, present), "missing"),
            (outdated_runs(study, present), "trained on other data or with other code"),
        ):
            if folders:
                others = f" and {len(folders) - 1} more" if len(folders) > 1 else ""
                lines.append(f"{begin}{what}: {folders[0]}{others}")
    return lines


def regenerate(snakemake, *arguments: str) -> int:
    """Run workflow/regenerate.smk for a job; the exit status.

    Args:
        snakemake: the job's, with the `config`, its folders in it, and the `snakefile` among its
            params.
        arguments: targets and options.
    """
    environment = {key: text for key, text in os.environ.items() if key != "SNAKEMAKE_PROFILE"}
    with (
        tempfile.NamedTemporaryFile("w", suffix=".json") as config,
        open(snakemake.log[0], "w") as log,
    ):
        json.dump(snakemake.params.config, config)
        config.flush()
        command = [sys.executable, "-m", "snakemake", *arguments]
        command += ["--snakefile", snakemake.params.snakefile, "--configfile", config.name]
        command += ["--workflow-profile", "none", "--nolock", "--rerun-incomplete"]
        command += ["--show-failed-logs", "--cores", str(snakemake.threads)]
        return subprocess.run(command, stdout=log, stderr=log, env=environment).returncode
