"""Where files are: the one place that says so.

Snakemake's rules write to these patterns, which workflow/rules/study.smk makes path variables of;
Python fills in the same ones. A run's place says all that decides it: the data set, the cell,
whether it is tuned, the split of the data, the block of seeds and the round, and a digest of the
data, the code and the parameters. So whether a run is current can be seen from where it is.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from study.store.errors import UserError

WORKFLOW = Path(__file__).parents[3] / "workflow"
REPORT_FOLDER = WORKFLOW / "report"  # of the page: its template, style and scripts
STYLES = WORKFLOW / "styles"  # of figures, for matplotlib

# Path variables of Snakemake: below each there is one folder per data set.
ROOTS = ("results", "logs", "benchmarks")
# Below a data set's results, and in the same way below its logs and benchmarks.
RUN = "{cell}/{place}/split{split}/{digest}/seeds_{first}-{last}/round{round}"
RUNS = "runs"
UNTUNED, TUNED = "fixed", "tuned"  # what places are called; of tuned sides with a number from 1
# What a run's folder has once it is trained.
METRICS, SCORES, RECORD = "metrics.csv", "scores.npz", "run.json"
ENVIRONMENT = "environment.json"  # what it ran on, for people
# Of each tuned side: its trials, and the one that was chosen.
TUNING = "tuning/{cell}/{digest}"
TRIALS, CHOSEN = "trials.csv", "chosen.json"
PREPARED = "data/{data}"
DESCRIPTION, INPUTS, LABELS, SAMPLES = "description.json", "inputs.npy", "labels.npy", "samples.csv"
PREPARED_FILES = (DESCRIPTION, INPUTS, LABELS, SAMPLES)
ARRAYS = "splits.npz"  # all of it in one file, for programs that ask for that
DATA_CARD = (DESCRIPTION, "audit.json", "contact_sheet.png")
# Where a study with a name keeps what is made from runs, so that studies can share these.
NAMED = "studies/{study}"
# Where the results over several data sets go. No name of a data set or a study has a plus, so that
# one that is called `across` is in nobody's way.
ACROSS = "across/{datasets}"


VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")  # $NAME or ${NAME}


def expand_path(key: str, path: str) -> str:
    """A path that the user names under `key`, with ~, $NAME and ${NAME} replaced.

    Raises:
        UserError: there is no such home, or a variable of the environment is not set.
    """
    for braced, plain in VARIABLE.findall(path):
        if not os.environ.get(braced or plain):
            raise UserError(
                f"{key}: {path}: the variable {braced or plain} is not set in this environment; set"
                " it, or write the path that it stands for"
            )
    path = VARIABLE.sub(_value, path)
    try:
        return str(Path(path).expanduser())
    except RuntimeError as error:
        user = Path(path).parts[0]
        raise UserError(f"{key}: {path}: no home is known for {user}; write its path") from error


def _value(found: re.Match) -> str:
    return os.environ[found[1] or found[2]]


def root_folder(key: str, path: str) -> str:
    """One of `ROOTS` as Snakemake writes it, without `.`, `..` and redundant slashes.

    Raises:
        UserError: as `expand_path`; or it is the folder that Snakemake runs in.
    """
    expanded = expand_path(key, path)
    folder = os.path.normpath(expanded)
    if folder == ".":
        raise UserError(
            f"{key}: {path} is the folder that Snakemake runs in; name one inside it or elsewhere"
        )
    # a folder above a link is not the folder above what it leads to
    same = os.path.realpath(folder) == os.path.realpath(expanded)
    return folder if same else os.path.realpath(expanded)


def study_folders(roots: Mapping[str, str], dataset: str, name: str | None) -> dict[str, str]:
    """The folders of a study: of its `results`, `logs`, `benchmarks`, and of what is `made`.

    What is made from runs, and the logs of that, `made_logs`, are in the folders of the results and
    the logs, or where the study has a name in folders inside.

    Args:
        roots: of `ROOTS`, each the folder that has one folder per data set.
        dataset: the name of the data set.
        name: of the study, or None.
    """
    folders = {root: f"{roots[root]}/{dataset}" for root in ROOTS}
    return folders | made_folders(folders["results"], folders["logs"], name)


def made_folders(results: str, logs: str, name: str | None) -> dict[str, str]:
    """The folders of what is `made` from runs, and of the logs of that, `made_logs`."""
    inside = f"/{NAMED.format(study=name)}" if name else ""
    return {"made": f"{results}{inside}", "made_logs": f"{logs}{inside}"}


def refuse_files(folders: Iterable[str]) -> None:
    """Stop if a file is where a folder is to be.

    Raises:
        UserError: it is.
    """
    for folder in map(Path, folders):
        for path in (folder, *folder.parents):
            if path.is_file():
                raise UserError(
                    f"{path} is a file, but {folder} must be a folder; move the file away, or set"
                    " other folders, such as pathvars: {results: another/folder}"
                )


def tuned_places(count: int) -> list[str]:
    """The places of a tuned side: first that of the trial that is chosen."""
    return [f"{TUNED}{number}" for number in range(1, count + 1)]


def place_number(place: str) -> int:
    """Which of the places of a tuned side it is, from 0."""
    return int(place.removeprefix(TUNED)) - 1


def prepared_folder(results: str, digest: str) -> Path:
    """The folder of a prepared data set, below a data set's results."""
    return Path(results) / PREPARED.format(data=digest)


def data_card(results: str, digest: str) -> list[str]:
    """What the report shows of the data: their description, their audit and a sheet of samples."""
    return [str(prepared_folder(results, digest) / name) for name in DATA_CARD]
