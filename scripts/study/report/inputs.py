"""What the page is made from: the files and the parameters of its rule, read once."""

from collections.abc import Mapping

import pandas as pd

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.comparisons import COMPARISON_COLUMNS, LEVEL_COLUMNS
from study.analysis.effects import EFFECT_COLUMNS, MEAN_COLUMNS
from study.analysis.environments import ENVIRONMENT_COLUMNS
from study.analysis.guard import read_runs
from study.analysis.looks import LOOK_COLUMNS
from study.analysis.noise import NOISE_COLUMNS
from study.analysis.posterior import ROPE_COLUMNS
from study.analysis.splits import SPLIT_COLUMNS
from study.analysis.trials import read_chosen
from study.analysis.verdict_changes import VERDICT_COLUMNS
from study.frames import read_frame
from study.paths import run_folder
from study.published.beside import BESIDE_COLUMNS, FINDING_COLUMNS, PRINTED_COLUMNS
from study.records import is_current
from study.report.pictures import read_card

# What is read from which of the rule's inputs; those of published tables may be missing.
FRAMES = {
    "summary": None,
    "evaluation": None,
    "environments": ENVIRONMENT_COLUMNS,
    "levels": LEVEL_COLUMNS,
    "comparisons": COMPARISON_COLUMNS,
    "effects": EFFECT_COLUMNS,
    "means": MEAN_COLUMNS,
    "claims": CLAIM_COLUMNS,
    "pairs": PAIR_COLUMNS,
    "looks": LOOK_COLUMNS,
    "splits": SPLIT_COLUMNS,
    "verdicts": VERDICT_COLUMNS,
    "noise": NOISE_COLUMNS,
    "rope": ROPE_COLUMNS,
    "beside": BESIDE_COLUMNS,
    "findings": FINDING_COLUMNS,
    "printed": PRINTED_COLUMNS,
}


def read_inputs(files: Mapping, params: Mapping) -> dict:
    """All that sections are made from.

    Args:
        files: the rule's inputs by name: a path, a list of paths, or nothing.
        params: its parameters: `study`, `run_count`, `missing`, `arguments`, `tuning` as
            `study.tuning_jobs.tuned_arms` returns it, and the digests `data` and `trained` of what
            runs should have been trained with.

    Returns:
        `study`, `run_count`, `missing` and `arguments` as they are; `frames`, those of `FRAMES`,
        empty where there is no file, and `runs`; `files`; `card`, the description, the audit
        and the contact sheet of the data, or None; `outdated`, the folders of runs that are out of
        date; and `tuning` with what was `chosen` for each arm.
    """
    frames = {
        name: read_frame(files[name], columns) if files[name] else pd.DataFrame(columns=[*columns])
        for name, columns in FRAMES.items()
    } | {"runs": read_runs(files["runs"])}
    return {
        "study": params["study"],
        "run_count": params["run_count"],
        "missing": params["missing"],
        "arguments": params["arguments"],
        "outdated": outdated_folders(frames["runs"], params["data"], params["trained"]),
        "frames": frames,
        "files": files,
        "card": read_card(list(files["data"])),
        "tuning": params["tuning"] | {"chosen": [*map(read_chosen, files["chosen"])]},
    }


def outdated_folders(runs: pd.DataFrame, data: str, code: dict[str, dict[str, str]]) -> list[str]:
    """The folders of runs that were trained on other data, or with other code, than the study's.

    Snakemake trains such runs again before there is a report, but not when a report is regenerated,
    and not while it prepares data again, when it does not look at the training jobs' parameters.

    Args:
        runs: runs.csv.
        data: the digest of the study's data, or nothing where they are not here.
        code: cell -> the digests of its code, as `study.jobs.training_code` returns them.
    """
    records = [
        run | {"code": {name: run[f"code_{name}"] for name in code[run["cell"]]}}
        for run in runs.to_dict("records")
    ]
    return [run_folder(run) for run in records if not is_current(run, data, code[run["cell"]])]
