"""What jobs are told: their input files, their parameters, and what runs are out of date.

The functions take an expanded study (see `study.cells.expand_study`). What is among a rule's
parameters decides whether its jobs run again, so it is content (settings, digests) and nothing of
time stamps or the machine. What many jobs share is worked out once, while the Snakefile is read.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from study.binary_choices import refuse_binary
from study.cells import parameters_of
from study.choices import OWN_NETWORK, REGISTRIES
from study.code import code_digest
from study.data.content_digest import content_digest
from study.data.findings import read_audit, refuse_findings
from study.data.limits import refuse_shares
from study.data.prepared import read_description
from study.devices import has_gpu
from study.errors import UserError
from study.own_code import own_digest
from study.parameters import listed
from study.paths import ARRAYS, PREPARED_FILES, data_card, prepared_folder, run_files, run_folder
from study.program.command import program_digest, uses
from study.records import is_current, read_record
from study.resampling import split_digest, split_of
from study.spelling import is_own, read_spelling


def selected(study: dict, *keys: str) -> dict:
    """Some of a study's keys, for a rule's parameters. One dict, because Snakemake compares the
    parameters of two times as sets of values, in which two that have changed places are the same.
    """
    return {key: study[key] for key in keys}


def untracked(value: object) -> Callable:
    """A parameter that makes no job run again when it changes.

    Snakemake takes what depends on a job's threads for derived, and does not compare it.
    """
    return lambda wildcards, threads: value


def growing(amount: int) -> Callable:
    """A resource that asks for `amount`, and for as much again at each further attempt.

    So a job that was killed for its memory or its time is not killed for the same.
    """
    return lambda wildcards, attempt: amount * attempt


# ---- Data ---------------------------------------------------------------------------------------


class Prepared(NamedTuple):
    """The prepared data set: its digest and its files, or functions that say why there is none."""

    digest: str | Callable
    files: list[str] | Callable
    card: list[str] | Callable  # what the report shows
    samples: list[str] | Callable  # the images' names and groups
    description: list[str] | Callable  # how many there are, and what a sample is
    images: list[str] | Callable  # all that pictures of them are made from


def find_prepared(study: dict) -> Prepared:
    """Where the prepared data are, by what decides their content.

    A digest of their entry, their files and the code of their kind names their folder, so that
    other content gets another folder. A damaged file then leaves the data that were prepared before
    it alone, and once it is whole again they are found again.

    Where the source cannot be read, or where it was prepared before and the configuration does not
    accept what it is (its findings, or more classes than its losses and metrics are for), a job
    that needs the data says so, and no other.
    """
    try:
        refuse_shares(study["dataset"], study["datasets"][study["dataset"]])
        digest = data_digest(study)
        folder, card = prepared_folder(study, digest), data_card(study, digest)
        if (folder / "description.json").exists():
            refuse_binary(study, read_description(folder)["classes"])
        if study["audit"]["fail_on"] != "never" and (folder / "audit.json").exists():
            findings = read_audit(folder / "audit.json")["findings"]
            refuse_findings(study["dataset"], findings, study["audit"]["fail_on"])
    except UserError as error:
        reason = error

        def unavailable(wildcards):
            raise reason

        return Prepared(*[unavailable] * len(Prepared._fields))
    files = [str(folder / name) for name in PREPARED_FILES]
    samples, description = ([str(folder / name)] for name in ("samples.csv", "description.json"))
    return Prepared(digest, files, card, samples, description, files)


def data_digest(study: dict) -> str:
    """What decides the prepared data's content, as 12 hex digits.

    Raises:
        UserError: the source is missing or cannot be read.
    """
    name = study["dataset"]
    entry = study["datasets"][name]
    content = content_digest(name, entry, Path(".snakemake") / "source_digests.json")
    code = code_digest("study.data.prepared:prepare", uses={"study.data:KINDS": entry["kind"]})
    return sha256(f"{content} {code}".encode()).hexdigest()[:12]


def recorded_data(study: dict, runs: list[dict]) -> Prepared:
    """What the report needs of the data where nothing is trained: no files but the card.

    The card is of the data that most of the runs were trained on, if it is here; the digest is of
    the data that the study has now, and empty where they cannot be read.
    """
    digests = Counter(record["data"] for run in runs if (record := recorded(study, run)))
    cards = [data_card(study, digest) for digest, _ in digests.most_common(1)]
    here = [path for card in cards if all(Path(path).exists() for path in card) for path in card]
    images = [str(Path(path).with_name(name)) for path in here[:1] for name in PREPARED_FILES]
    there = [path for path in images if Path(path).exists()]
    samples = [path for path in there if path.endswith("samples.csv")]
    images = there if there == images else []
    return Prepared(current_data(study), [], here, samples, here[:1], images)


def current_data(study: dict) -> str:
    """`data_digest`, or nothing where the source cannot be read."""
    try:
        return data_digest(study)
    except UserError:
        return ""


# ---- Training -----------------------------------------------------------------------------------


def training_stages(study: dict) -> list[str]:
    """The rule files that train: of the trainer or of a program, of other splits, of tuning, and of
    what the next look trains."""
    keys = {"resample": "resampling", "tune": "tuning", "looks": "looks"}
    asked = [name for name, key in keys.items() if study[key]]
    return ["program" if study["program"] else "train", *asked]


def training_cells(study: dict) -> dict[str, dict]:
    """Cell -> its `parameters`, and `code`, digests of the code that trains it; and the `command`,
    where that is of a program."""
    program = study["program"]
    told = {"command": program["command"]} if program else {}
    return {
        name: {
            "parameters": parameters_of(study, cell),
            "code": {"trainer": program_digest(program)} if program else training_code(cell),
            **told,
        }
        for name, cell in study["every_cell"].items()
    }


def training_code(cell: dict) -> dict[str, str]:
    """Digests of the code that trains a cell, as 12 hex digits.

    `trainer` is of what all cells share, and under each parameter that is chosen by name the same
    with the cell's choice, such as its loss. A parameter that the cell does not list has none.
    """
    chosen = [name for name in listed(cell) if name in REGISTRIES]
    return {"trainer": _training_digest()} | {
        name: _training_digest(name, cell[name]) for name in dict.fromkeys([*chosen, "network"])
    }


@cache
def _training_digest(parameter: str | None = None, choice: str = "") -> str:
    uses = dict.fromkeys([*REGISTRIES.values(), OWN_NETWORK], "")  # of each, nothing
    starts, own = ["train"], ""
    if parameter:
        name = read_spelling(choice).name
        own = own_digest(name) if is_own(name) else ""
        registry = OWN_NETWORK if own and parameter == "network" else REGISTRIES[parameter]
        starts.append(registry)
        uses[registry] = "file" if own else name
    ours = code_digest(*starts, uses=uses)
    return sha256(f"{ours} {own}".encode()).hexdigest()[:12] if own else ours[:12]


def training_cell(cells: dict[str, dict]) -> Callable:
    """A training job's cell, by its wildcards.

    Raises:
        UserError: the study has no such cell.
    """

    def of_job(wildcards) -> dict:
        if wildcards.cell not in cells:
            raise UserError(f"{wildcards.cell}: no cell of this study; its cells are in cells.csv")
        return cells[wildcards.cell]

    return of_job


def previous_round(study: dict, here: bool = False) -> Callable:
    """The record and the checkpoint that a run resumes from, none in round 1.

    A program has no checkpoint, but folders beside the record.

    Args:
        study: the expanded study.
        here: whether it is trained on this machine, which then needs the device.

    Raises:
        UserError: it is a GPU, and there is none.
    """

    def of_job(wildcards) -> list[str]:
        if here and study["device"] == "cuda" and not has_gpu():
            raise UserError(
                "device: cuda, but this machine has no GPU; cpu needs none, and"
                " profiles/slurm sends jobs to machines that have one"
            )
        if wildcards.round == "1":
            return []
        run = dict(wildcards) | {"round": int(wildcards.round) - 1}
        names = ("run.json",) if study["program"] else ("run.json", "checkpoint.pt")
        return [run_files(study, [run], name)[0] for name in names]

    return of_job


def program_arrays(study: dict, files: list[str] | Callable) -> list[str] | Callable:
    """The file of all arrays, where a study's program asks for it.

    Args:
        study: the expanded study.
        files: the prepared files that a job reads, or a function of its wildcards.
    """
    if not uses(study["program"], "npz"):
        return []
    if callable(files):
        return lambda wildcards: program_arrays(study, files(wildcards))
    return [str(Path(files[0]).with_name(ARRAYS))]


def present_runs(study: dict) -> list[dict]:
    """The study's runs that have been trained, with all that results are made from."""
    names = ("metrics.csv", "scores.npz", "run.json")
    return [
        run
        for run in study["every_run"]
        if all(Path(*run_files(study, [run], name)).exists() for name in names)
    ]


def own_runs(study: dict, runs: list[dict]) -> list[dict]:
    """Of some runs those of the study's own cells and seeds: neither trials, nor tuned, nor on
    other splits."""
    own = {run_folder(run) for run in study["runs"]}
    return [run for run in runs if run_folder(run) in own]


def environment_files(study: dict, runs: list[dict]) -> list[str]:
    """The environment.json of those runs that have one, or will have one once they are trained.

    No result depends on it, so that where it alone is missing nothing is trained again.
    """
    pairs = zip(run_files(study, runs, "environment.json"), run_files(study, runs, "run.json"))
    return [path for path, record in pairs if Path(path).exists() or not Path(record).exists()]


def missing_runs(study: dict, present: list[dict]) -> list[str]:
    """The folders of the study's runs that have not been trained."""
    folders = {run_folder(run) for run in present}
    return [run_folder(run) for run in study["every_run"] if run_folder(run) not in folders]


def resumed(studies: list[dict], needed: list[str]) -> str:
    """What there is already of the runs, in a line; nothing if there is nothing.

    Args:
        studies: the expanded study; of several data sets one each.
        needed: the metrics.csv of the runs that are to be trained now.
    """
    present = {
        path for study in studies for path in run_files(study, present_runs(study), "metrics.csv")
    }
    trained, count = len(present - set(needed)), sum(len(study["every_run"]) for study in studies)
    name = "progress.json" if studies[0]["program"] else "progress.pt"
    saved = sum(Path(path).with_name(name).exists() for path in needed)
    parts = [f"{trained} are trained already"] if trained else []
    parts += [f"{saved} resume from their saved progress"] if saved else []
    return f"Of {count} runs {', '.join(parts)}" if parts else ""


def outdated_runs(study: dict, runs: list[dict]) -> list[str]:
    """The folders of those runs that were trained on other data, or with other code, than now.

    A run whose record cannot be read counts: Snakemake trains it again.
    """
    data, cells = current_data(study), training_cells(study)
    return [
        run_folder(run)
        for run in runs
        if not (record := recorded(study, run))
        or not is_current(
            record, split_digest(data, split_of(study, run["cell"])), cells[run["cell"]]["code"]
        )
    ]


def recorded(study: dict, run: dict) -> dict | None:
    """What a run recorded of itself when it was trained, nothing if that cannot be read."""
    try:
        return read_record(Path(*run_files(study, [run], "run.json")))
    except UserError:
        return None


# ---- Tables and figures -------------------------------------------------------------------------


def shown_runs(study: dict, runs: list[dict]) -> list[dict]:
    """The runs, of those given, that tables show."""
    shown = {
        (cell, table["round"]) for table in study["tables"].values() for cell in table["cells"]
    }
    return [run for run in runs if (run["cell"], run["round"]) in shown]


def figure_runs(study: dict, runs: list[dict], name: str) -> list[dict]:
    """The runs, of those given, that a figure shows."""
    figure = study["figures"][name]
    return [
        run
        for run in runs
        if run["cell"] == figure["cell_name"] and run["round"] in figure["rounds"]
    ]
