"""Results made again from the runs that exist, without training.

A Snakemake of its own runs workflow/regenerate.smk, which has no rule that trains. It takes no
lock, so that a study that is still running can be looked at.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable

from study.snake.data_files import Prepared
from study.snake.result_jobs import missing_runs
from study.snake.run_files import is_present, run_folder


def coverage_lines(data: Iterable[Prepared]) -> list[str]:
    """What results rest on: how many runs there are, and which of them are older.

    Args:
        data: of each data set, as it is where nothing is trained; where there are several, the
            lines begin with their names.
    """
    lines, data = [], list(data)
    for each in data:
        begin = f"{each.study.dataset}: " if len(data) > 1 else ""
        lines.append(f"{begin}{len(each.runs)} of {len(each.planned)} runs present")
        older = [run_folder(each.study, run) for run in each.older]
        for folders, what in (
            (missing_runs(each), "missing"),
            (older, "trained on other data, with other code or with other settings"),
        ):
            if folders:
                others = f" and {len(folders) - 1} more" if len(folders) > 1 else ""
                lines.append(f"{begin}{what}: {folders[0]}{others}")
    return lines


def is_begun(data: Prepared) -> bool:
    """Whether a run has been trained."""
    return any(is_present(data.study, run) for run in data.runs)


def regenerate(snakemake, *arguments: str) -> int:
    """Run workflow/regenerate.smk for a job; the exit status.

    Args:
        snakemake: the job's, which is told the `config`, the `folders`, the `arguments` for
            commands to copy, and the `snakefile`.
        arguments: targets and options.
    """
    environment = {key: text for key, text in os.environ.items() if key != "SNAKEMAKE_PROFILE"}
    told = snakemake.params.told
    with (
        tempfile.NamedTemporaryFile("w", suffix=".json") as config,
        open(snakemake.log[0], "w") as log,
    ):
        handed_on = {"arguments": told["arguments"], "pathvars": told["folders"]}
        json.dump(told["config"] | handed_on, config)
        config.flush()
        command = [sys.executable, "-m", "snakemake", *arguments]
        command += ["--snakefile", told["snakefile"], "--configfile", config.name]
        command += ["--workflow-profile", "none", "--nolock", "--rerun-incomplete"]
        command += ["--show-failed-logs", "--cores", str(snakemake.threads)]
        return subprocess.run(command, stdout=log, stderr=log, env=environment).returncode
