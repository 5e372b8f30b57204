"""The prepared data of a data set, and the runs on them: what the rules of one study read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from study.config.class_checks import refuse_binary
from study.data.findings import read_audit, refuse_findings
from study.data.limits import refuse_shares
from study.data.prepared import read_description
from study.design.runs import Run
from study.design.study import Study, every_run
from study.snake.digests import current_data, data_digest, place_runs, split_digest
from study.snake.run_files import recorded, tuning_files, usable_runs
from study.store.errors import UserError
from study.store.paths import PREPARED_FILES, data_card, prepared_folder


@dataclass(frozen=True, eq=False)
class Prepared:
    """A data set as the rules of a study find it, and the runs that its results are made from."""

    study: Study
    digest: str  # of the data; nothing where they cannot be read
    runs: list[Run]  # all that are to be trained; where nothing is trained, those that are there
    problem: UserError | None = None  # why there are no data
    # where nothing is trained: those runs that were trained with other data, code or settings, and
    # the digest of the data that most were trained on
    older: list[Run] = field(default_factory=list)
    # and all that the study has, which may be more than there is of it
    planned: list[Run] = field(default_factory=list)
    trained_on: str | None = None


def find_prepared(study: Study, in_job: bool = False) -> Prepared:
    """Where the prepared data are, by what decides their content.

    A digest of their entry, their files and the code of their kind names their folder, so that
    other content gets another folder. A damaged file thus does not affect data
    prepared before, and once it is whole again they are found again.

    Where the source cannot be read, or where it was prepared before and the configuration does not
    accept what it is (its findings, or more classes than its losses and metrics are for), only a
    job that needs the data says so.

    Args:
        study: on the data set.
        in_job: whether this is the process of a job, which is told the digest.
    """
    try:
        if not in_job:  # it was started because they are right
            refuse_shares(study.dataset, study.entry)
        digest = data_digest(study, in_job)
        folder = prepared_folder(study.folders["results"], digest)
        if (folder / "description.json").exists():
            refuse_binary(study, read_description(folder)["classes"])
        if study.fail_on != "never" and (folder / "audit.json").exists():
            findings = read_audit(folder / "audit.json")["findings"]
            refuse_findings(study.dataset, findings, study.fail_on)
    except UserError as error:
        runs = place_runs(study, "", every_run(study))
        return Prepared(study, "", runs, error, planned=runs)
    runs = place_runs(study, digest, every_run(study))
    return Prepared(study, digest, runs, planned=runs)


def prepared_here(study: Study, in_job: bool = False) -> Prepared:
    """What there is of the data and the runs, where nothing is trained.

    The digest is of the data that the study has now, and empty where they cannot be read.
    """
    digest = current_data(study, in_job)
    planned = place_runs(study, digest, every_run(study))
    runs, older = usable_runs(study, planned)
    study = _as_far_as_chosen(study, digest)
    own = (recorded(study, run) for run in runs if run.split == 0)
    most = Counter(record["data"] for record in own if record).most_common(1)
    trained_on = most[0][0] if most else ""
    return Prepared(study, digest, runs, older=older, planned=planned, trained_on=trained_on)


def _as_far_as_chosen(study: Study, digest: str) -> Study:
    """The study without tuning, where it is not known what was chosen for every side."""
    files = [
        path
        for side in (study.tuning.sides if study.tuning else ())
        for path in tuning_files(study, digest, side, trains=False)
    ]
    return study if _all_exist(files) else replace(study, tuning=None)


def side_files(data: Prepared, sides: Iterable[str], name: str) -> list[str]:
    """trials.csv or chosen.json of some tuned sides."""
    found = []
    for side in sides:
        trains = data.trained_on is None
        files = tuning_files(data.study, data.digest, side, trains)
        found += [path for path in files if Path(path).name == name]
    return found


def _digest_of(data: Prepared) -> str:
    """The digest of the data that are shown.

    Raises:
        UserError: there are none, with the reason.
    """
    if data.problem:
        raise data.problem
    return data.digest if data.trained_on is None else data.trained_on


def split_files(data: Prepared, split: int = 0, names: Iterable[str] = PREPARED_FILES) -> list[str]:
    """The prepared files of a split; of 0 the study's own."""
    folder = prepared_folder(data.study.folders["results"], split_digest(_digest_of(data), split))
    return [f"{folder}/{name}" for name in names]


def card(data: Prepared) -> list[str]:
    """What the report shows of the data; where nothing is trained only if all of it is there."""
    digest = _digest_of(data)
    files = data_card(data.study.folders["results"], digest)
    return files if data.trained_on is None or _all_exist(files) else []


def prepared_file(data: Prepared, name: str) -> list[str]:
    """One of the prepared files, or none where nothing is trained and it is not there."""
    (path,) = (path for path in split_files(data) if Path(path).name == name)
    return [path] if data.trained_on is None or Path(path).exists() else []


def images(data: Prepared) -> list[str]:
    """All that pictures of samples are made from, or nothing where a part of it is not there."""
    files = split_files(data)
    return files if data.trained_on is None or _all_exist(files) else []


def _all_exist(files: list[str]) -> bool:
    return all(Path(path).exists() for path in files)
