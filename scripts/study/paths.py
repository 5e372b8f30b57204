"""Where files are below a study's results folder: the one place that says so.

Snakemake's rules write to these patterns as `<run>` and `<prepared>`, which the Snakefile defines
from here; Python fills in the same ones.
"""

from pathlib import Path

from study.errors import UserError

# Where the path variables of Snakemake lead, unless the configuration or a module says otherwise.
FOLDERS = {name: f"{name}/{{dataset}}" for name in ("results", "logs", "benchmarks")}
RUN = "runs/{cell}/seeds_{first}-{last}/round{round}"
# Cells that are trained with what tuning chose, and cells on a split that is drawn anew.
TUNED = "{cell}_tuned_{digest}"
ON_SPLIT = "{cell}_split{split}"
# The same as patterns of Snakemake that match nothing else.
TUNED_RUN = RUN.replace("{cell}", "{cell,.+_tuned_[0-9a-f]{8}(_split[0-9]+)?}")
REDRAWN = "data/{digest,[0-9a-f]{12}}_split{split,[0-9]+}"
# Of each tuned cell: its trials, and the one that was chosen.
TRIALS, CHOSEN = "tuning/{cell}/trials.csv", "tuning/{cell}/chosen.json"
PREPARED = "data/{data}"
PREPARED_FILES = ("description.json", "inputs.npy", "labels.npy", "samples.csv")
ARRAYS = "splits.npz"  # all of it in one file, for programs that ask for that
DATA_CARD = ("description.json", "audit.json", "contact_sheet.png")
# Where a study with a name keeps what is made from runs, so that studies can share these.
NAMED = "studies/{study}"


def study_folders(study: dict) -> dict[str, str]:
    """The folders of a study's results, logs and benchmarks, as its configuration has them."""
    folders = {name: path.format(dataset=study["dataset"]) for name, path in FOLDERS.items()}
    return folders | study["pathvars"]


def made_folders(study: dict, folders: dict[str, str]) -> dict[str, str]:
    """The folders of what is `made` from runs, and of the logs of that, `made_logs`.

    Those of results and logs themselves, or where the study has a name, folders inside.

    Args:
        study: has the name, or None, as `study`.
        folders: has `results` and `logs`.
    """
    inside = f"/{NAMED.format(study=study['study'])}" if study["study"] else ""
    return {"made": f"{folders['results']}{inside}", "made_logs": f"{folders['logs']}{inside}"}


def study_title(study: dict) -> str:
    """What a study is called: `wdbc`, or with its name `wdbc, study rates`."""
    return study["dataset"] + (f", study {study['study']}" if study["study"] else "")


def refuse_files(study: dict) -> None:
    """Stop if a file is where one of the study's folders is to be.

    Raises:
        UserError: it is.
    """
    for name in FOLDERS:
        folder = Path(study[name])
        for path in (folder, *folder.parents):
            if path.is_file():
                raise UserError(
                    f"{path} is a file, but {folder} is to be a folder; move the file away, or set"
                    f" pathvars: {{{name}: another/folder}}"
                )


def run_folder(run: dict) -> str:
    """A run's folder below the results folder."""
    return RUN.format(**run)


def run_files(study: dict, runs: list[dict], name: str) -> list[str]:
    """One file of each of some runs: metrics.csv, scores.npz, run.json or checkpoint.pt."""
    return [f"{study['results']}/{run_folder(run)}/{name}" for run in runs]


def prepared_folder(study: dict, digest: str) -> Path:
    """The folder of a prepared data set."""
    return Path(study["results"]) / PREPARED.format(data=digest)


def data_card(study: dict, digest: str) -> list[str]:
    """What the report shows of the data: their description, their audit and a sheet of samples."""
    return [str(prepared_folder(study, digest) / name) for name in DATA_CARD]
