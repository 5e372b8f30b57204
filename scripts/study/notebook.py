"""A study in a notebook: its configuration, its results as frames, its figures, one cell trained.

Run the notebook in the folder that Snakemake runs in: paths in the configuration start there.
"""

import tempfile
from pathlib import Path

import pandas as pd
import yaml
from matplotlib.figure import Figure

from study.analysis.averages import read_values
from study.analysis.epochs import collect_epochs
from study.cells import expand_study
from study.config import read_config
from study.data.prepared import prepare
from study.errors import UserError
from study.jobs import data_digest, figure_runs, own_runs, present_runs
from study.next_look import take_look
from study.parameters import WORKFLOW
from study.paths import made_folders, prepared_folder, run_files, study_folders
from study.report.figures import figure_module
from study.report.figures.saving import as_written
from study.training import EPOCH_METRICS


def load_study(*files: Path | str) -> dict:
    """A study as `snakemake --configfile FILE …` would run it, with its cells and runs.

    Args:
        files: configuration files, each merged into config.yaml and those before it.

    Raises:
        UserError: the configuration is wrong, with each mistake; or a file cannot be read.
    """
    from snakemake.utils import update_config

    defaults, *own = (_read_yaml(path) for path in (WORKFLOW.parent / "config.yaml", *files))
    config = {} if any(config.get("program") for config in own) else defaults
    for found in own:
        update_config(config, found)
    study = expand_study(read_config(config))
    study |= study_folders(study)
    return take_look(study | made_folders(study, study))


def _read_yaml(path: Path | str) -> dict:
    try:
        return yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error


def load_values(study: dict) -> pd.DataFrame:
    """All metrics of a study's results, one row per cell, round and seed; accuracies are fractions.

    The training parameters of the cell stand in front.

    Raises:
        UserError: the study has no results, or they are damaged.
    """
    made = Path(study["made"])
    values = read_values(made / "summary.csv", made / "evaluation.csv")
    cells = pd.DataFrame.from_dict(study["cells"], orient="index")
    cells = cells.drop(columns=["rounds", "epochs"])
    return cells.merge(values, left_index=True, right_on="cell", how="right")


def draw_figure(study: dict, name: str) -> Figure:
    """One of the figures that a study declares, from the runs that are there.

    Raises:
        UserError: the study declares no such figure, or a run is damaged.
    """
    if name not in study["figures"]:
        known = ", ".join(study["figures"])
        raise UserError(f"figures: there is no {name}; the study declares {known}")
    figure = study["figures"][name]
    shown = figure_runs(study, own_runs(study, present_runs(study)), name)
    files = (run_files(study, shown, file) for file in ("metrics.csv", "run.json"))
    per_round = {"epochs_per_round": figure["epochs_per_round"]}
    epochs = collect_epochs(shown, *files, **per_round)
    return as_written(figure_module(figure["kind"]).draw(figure, epochs, study | per_round))


def train_cell(study: dict, changes: dict, epochs: int, seed: int = 0) -> pd.DataFrame:
    """Train one cell for one round, as a training job does, and write nothing.

    Args:
        study: as `load_study` returns it.
        changes: the parameters in which the cell differs from the study's baseline.
        epochs: for how many epochs.
        seed: which decides the first weights and the order of the samples.

    Returns:
        One row per epoch: `epoch` and the four metrics of `study.training.EPOCH_METRICS`.

    Raises:
        UserError: a change is wrong, with its key; the data cannot be read; or a program trains.
    """
    if study["program"]:
        raise UserError("train_cell is for the built-in trainer, and this study has a program")
    import torch

    from study.training.loop import initial_state, train_round
    from study.training.samples import load_data

    name = study["dataset"]
    named = {"dataset": name, "datasets": study["datasets"]}
    parameters = read_config(named | {"baseline": study["baseline"] | changes})["baseline"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = prepared_folder(study, data_digest(study))
        if not (folder / "description.json").exists():
            folder = Path(temporary)
            prepare(name, study["datasets"][name], folder)
        data = load_data(folder, parameters, study["device"])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in a job: their number may change the last bits
    try:
        state = initial_state(data, parameters, seed)
        rows, _ = train_round(data, parameters, seed, 1, epochs, state)
    finally:
        torch.set_num_threads(threads)
    return pd.DataFrame(rows, columns=["epoch", *EPOCH_METRICS])
