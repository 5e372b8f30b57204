"""A study in a notebook: its configuration, its results as frames, its figures, one cell trained.

Run the notebook in the folder that Snakemake runs in: paths in the configuration start there.
"""

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from matplotlib.figure import Figure

from study.analysis.epochs import collect_epochs
from study.analysis.values import read_values
from study.config.read import read_config
from study.config.yaml_files import check_yaml
from study.data.prepared import prepare
from study.design.study import Study, expand_study, study_runs
from study.report.figures import figure_module
from study.report.figures.saving import as_written
from study.settings.parameters import Parameters
from study.snake.datasets import declared_folders
from study.snake.digests import current_data, data_digest, place_runs
from study.snake.looks import take_look
from study.snake.run_files import run_files, usable_runs
from study.store.errors import UserError
from study.store.paths import METRICS, RECORD, ROOTS, WORKFLOW, prepared_folder, study_folders
from study.training import EPOCH_METRICS


def load_study(*files: Path | str) -> Study:
    """A study as `snakemake --configfile FILE …` would run it, with its cells.

    Args:
        files: configuration files, each merged into config.yaml and those before it.

    Raises:
        UserError: the configuration is wrong, with each mistake; or a file cannot be read.
    """
    from snakemake.utils import update_config

    check_yaml(files)
    defaults, *own = (_read_yaml(path) for path in (WORKFLOW.parent / "config.yaml", *files))
    config = {} if any(config.get("program") for config in own) else defaults
    for found in own:
        update_config(config, found)
    complete = read_config(config)
    roots = declared_folders(config, {root: root for root in ROOTS})
    study = expand_study(complete, study_folders(roots, complete["dataset"], complete["study"]))
    return take_look(study, current_data(study))


def _read_yaml(path: Path | str) -> dict[str, Any]:
    try:
        return yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error


def load_values(study: Study) -> pd.DataFrame:
    """All metrics of a study's results, one row per cell, round and seed; accuracies are fractions.

    The training parameters of the cell stand in front.

    Raises:
        UserError: the study has no results, or they are damaged.
    """
    values = read_values(Path(study.made, "fixed", "values.csv"))
    parameters = {name: cell.parameters for name, cell in study.cells.items()}
    cells = pd.DataFrame.from_dict(parameters, orient="index")
    return cells.merge(values, left_index=True, right_on="cell", how="right")


def draw_figure(study: Study, name: str) -> Figure:
    """One of the figures that a study declares, from the runs that are there.

    Raises:
        UserError: the study declares no such figure, or a run is damaged.
    """
    if name not in study.figures:
        known = ", ".join(study.figures)
        raise UserError(f"figures: there is no {name}; the study declares {known}")
    figure = study.figures[name]
    wanted = [
        run for run in study_runs(study) if run.cell == figure.cell and run.round in figure.rounds
    ]
    shown, _ = usable_runs(study, place_runs(study, current_data(study), wanted))
    metrics, records = (run_files(study, shown, file) for file in (METRICS, RECORD))
    epochs = collect_epochs(shown, metrics, records, figure.epochs)
    seeds = study.cell_seeds[figure.cell]
    return as_written(figure_module(figure.kind).draw(figure, epochs, study.design, seeds))


def train_cell(study: Study, changes: Parameters, epochs: int, seed: int = 0) -> pd.DataFrame:
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
    if not study.design.trainer.is_known:
        raise UserError("train_cell is for the built-in trainer, and this study has a program")
    import torch

    from study.training.loop import Round, initial_state
    from study.training.run import train_seeds
    from study.training.samples import load_data
    from study.training.stacked import Member

    named = {"dataset": study.dataset, "datasets": {study.dataset: study.entry}}
    parameters = read_config(named | {"baseline": study.design.baseline | changes})["baseline"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = prepared_folder(study.folders["results"], data_digest(study))
        if not (folder / "description.json").exists():
            folder = Path(temporary)
            prepare(study.dataset, study.entry, folder)
        data = load_data(folder, parameters, study.design.device)
    trained: list[list] = []

    def keep(seed: int, rows: list[list], state: dict) -> None:
        trained.extend(rows)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in a job: their number may change the last bits
    try:
        member = Member(Round(seed, 1, epochs), initial_state(data, parameters, seed), [])
        train_seeds(data, parameters, study.design.device, [member], keep)
    finally:
        torch.set_num_threads(threads)
    return pd.DataFrame(trained, columns=["epoch", *EPOCH_METRICS])
