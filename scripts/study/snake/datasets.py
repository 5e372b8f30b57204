"""The study on each of its data sets, of which there are one or several."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from study.config.cell_checks import refuse_cells
from study.config.read import read_config
from study.design.study import Study, expand_study
from study.snake.data_files import Prepared, find_prepared, prepared_here
from study.snake.digests import current_data, tell_jobs
from study.snake.looks import take_look
from study.store.errors import UserError
from study.store.paths import ACROSS, ROOTS, refuse_files, root_folder, study_folders

LONGEST = 150  # characters of a folder's name before its digest: file systems allow 255


def read_studies(
    config: Mapping[str, Any], roots: Mapping[str, str], trains: bool = True, in_job: bool = False
) -> tuple[dict[str, Study], dict[str, Prepared]]:
    """The study on each data set, and the data with the runs on them.

    Args:
        config: as Snakemake merged it.
        roots: the folders of the results, the logs and the benchmarks.
        trains: whether what is missing is trained; else results are made of what is there.
        in_job: whether this is the process of a job, which the one that started it has told the
            digests of the data.

    Raises:
        UserError: what is wrong with the configuration, or with the study on any of the data sets.
    """
    studies, data = {}, {}
    for name, complete in complete_configs(config).items():
        folders = study_folders(roots, name, complete["study"])
        refuse_files(folders.values())
        study = expand_study(complete, folders)
        refuse_cells(study)
        if study.looks:
            study = take_look(study, current_data(study, in_job))
        data[name] = (find_prepared if trains else prepared_here)(study, in_job)
        if not in_job:
            tell_jobs(study, data[name].digest)
        studies[name] = data[name].study
    return studies, data


def declared_folders(config: Mapping[str, Any], usual: Mapping[str, str]) -> dict[str, str]:
    """The folders of `ROOTS`: those that a configuration names as `pathvars`, or else the usual.

    The schema says later what is wrong with a folder that is not text.

    Raises:
        UserError: a folder's name has a variable that is not set.
    """
    declared = config.get("pathvars")
    named = declared if isinstance(declared, dict) else {}
    chosen = {
        root: named[root] if isinstance(named.get(root), str) else usual[root] for root in ROOTS
    }
    return {root: root_folder(f"pathvars.{root}", path) for root, path in chosen.items()}


def complete_configs(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The complete configuration on each data set, by its name.

    Raises:
        UserError: what is wrong with it.
    """
    if isinstance(config.get("dataset"), list):
        return read_configs(config, config["dataset"])
    complete = read_config(dict(config))
    return {complete["dataset"]: complete}


def read_configs(config: Mapping[str, Any], names: list[Any]) -> dict[str, dict[str, Any]]:
    """The complete configuration on each of several data sets.

    Raises:
        UserError: what is wrong with the list, or with the study on any of them; each once.
    """
    problems = [f"dataset: {name!r} is not text" for name in names if not isinstance(name, str)]
    twice = {str(name) for name in names if names.count(name) > 1}
    problems += [f"dataset: {name} is listed twice" for name in sorted(twice)]
    if len(names) < 2:
        problems.append("dataset: a list needs two data sets or more; for one write its name alone")
    configs = {}
    if not problems:
        for name in names:
            try:
                configs[name] = read_config({**config, "dataset": name})
            except UserError as error:
                first, *others = str(error).split("\n  ")
                problems += others or [first]
        if problems and configs:
            problems.append(
                "or leave the other data sets out: as it stands, the study can run only on"
                f" {', '.join(configs)}"
            )
    if problems:
        raise UserError("\n  ".join(["Configuration error", *dict.fromkeys(problems)]))
    return configs


def across_folder(datasets: Sequence[str]) -> str:
    """`across/wdbc+digits`; of many, the first and a digest of all."""
    joined = "+".join(datasets)
    if len(joined) > LONGEST:
        joined = f"{joined[:LONGEST]}+{sha256(joined.encode()).hexdigest()[:8]}"
    return ACROSS.format(datasets=joined)


def config_arguments(files: Sequence[Path], values: Sequence[str]) -> str:
    """What gives Snakemake a study's configuration, for commands to copy.

    ` --configfile more.yaml --config dataset=…`, empty where there is nothing.

    Args:
        files: configuration files, absolute. Below the working folder they are named from there.
        values: what `--config` was given.
    """
    here = Path.cwd()
    names = [
        os.path.relpath(path, here) if Path(path).is_relative_to(here) else str(path)
        for path in files
    ]
    words = ["--configfile", *names] if names else []
    words += ["--config", *values] if values else []
    return "".join(f" {shlex.quote(word)}" for word in words)


def arguments_of_page(arguments: str, datasets: Sequence[str]) -> Callable:
    """What runs the study on the data set of a page, by the wildcards of its job."""
    return lambda wildcards: (
        arguments_on(arguments, wildcards.dataset) if len(datasets) > 1 else arguments
    )


def arguments_on(arguments: str, dataset: str) -> str:
    """The arguments that run a study on one of its data sets alone.

    Args:
        arguments: those that run it on several, as `config_arguments` returns them.
        dataset: which one.
    """
    words = [word for word in shlex.split(arguments) if not word.startswith("dataset=")]
    words += ["--config"] * ("--config" not in words) + [f"dataset={dataset}"]
    return "".join(f" {shlex.quote(word)}" for word in words)
