"""What this workflow uses of Snakemake that Snakemake does not promise to keep.

Each function takes one such thing. Where a Snakemake does not have it, the function returns what
makes the study run as Snakemake runs any workflow, and a note says once what that is.
"""

import functools
import threading
from collections.abc import Callable, Iterable, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple

import snakemake
from snakemake.logging import logger

from study.store.errors import UserError

_noted: set[str] = set()


def _private(otherwise: Any, instead: str) -> Callable:
    """Have a function return `otherwise` where Snakemake lacks what the function takes.

    Args:
        otherwise: what it returns then.
        instead: what a user sees then, for the note.
    """

    def of(take: Callable) -> Callable:
        @functools.wraps(take)
        def taken(*arguments: Any) -> Any:
            try:
                return take(*arguments)
            except (AttributeError, ImportError) as missing:
                _note(f"{instead} ({missing})")
                return otherwise

        return taken

    return of


def _note(instead: str) -> None:
    if instead not in _noted:
        _noted.add(instead)
        logger.warning(
            f"note: this workflow has not been tested with Snakemake {snakemake.__version__}; as a"
            f" result, {instead}"
        )


class CommandLine(NamedTuple):
    """What was given on the command line."""

    files: list[Path]  # of --configfile, absolute
    values: list[str]  # of --config
    cores: int | None
    nodes: int | None  # of --jobs, where jobs are sent to a scheduler


@_private(True, "a job reads the whole study again")
def is_main_process(workflow) -> bool:
    """Whether this is the Snakemake that was started, and not one that it started for a job."""
    return workflow.is_main_process


@_private(False, "Snakemake shows and stops jobs its own way")
def is_own_command(workflow) -> bool:
    """Whether this workflow was started from a command line, not as a module of another one."""
    return workflow.is_main_process and workflow.modifier.is_main_snakefile()


@_private("", "a module's prefix is not noticed")
def module_prefix(workflow) -> str:
    """The prefix that a workflow gives this one's paths where it uses it as a module."""
    return workflow.modifier.path_modifier.prefix or ""


@_private(CommandLine([], [], None, None), "commands to copy lack their --configfile and --config")
def command_line(workflow) -> CommandLine:
    """What was given on the command line."""
    given, resources = workflow.config_settings, workflow.resource_settings
    return CommandLine(
        [*given.configfiles], [*(given.config_args or [])], resources.cores, resources.nodes
    )


@_private([], "configuration files are not checked for numbers that YAML misreads")
def configuration_files(workflow) -> list[Path]:
    """The files that the configuration comes from but for the workflow's own."""
    return [*workflow.overwrite_configfiles]


@_private(None, "`pathvars` of a workflow that uses this one as a module are not followed")
def path_variable(workflow, path: str) -> str | None:
    """A path with Snakemake's path variables put in."""
    return workflow.pathvars.apply(path)


def root_folders(workflow, roots: Iterable[str]) -> dict[str, str]:
    """Where results, logs and benchmarks are, of Snakemake or a workflow that uses this one."""
    return {root: path_variable(workflow, f"<{root}>") or root for root in roots}


def set_root_folders(workflow, folders: Mapping[str, str]) -> None:
    """Have rules' paths begin in other folders.

    Raises:
        UserError: they are not Snakemake's own, and it cannot be told.
    """
    try:
        from snakemake.pathvars import Pathvars

        workflow.pathvars.update(Pathvars.from_module(folders))
    except (AttributeError, ImportError) as missing:
        if any(root != folder for root, folder in folders.items()):
            raise UserError(
                f"Snakemake {snakemake.__version__} cannot be given another results folder"
                f" ({missing}): leave out the keys {', '.join(folders)}, or use the version in"
                " requirements.txt"
            ) from missing


@_private(True, "it is not known whether jobs run on this machine; assuming that they do")
def trains_here(workflow) -> bool:
    """Whether training jobs run on this machine: nodes are counted where a scheduler has them."""
    return workflow.is_main_process and workflow.resource_settings.nodes is None


@_private(False, "Snakemake stops jobs its own way, and each job starts its own Python")
def runs_jobs_here(workflow) -> bool:
    """Whether all jobs run on this machine."""
    return workflow.local_exec


@_private(True, "each job starts a Python of its own")
def has_environments(workflow) -> bool:
    """Whether jobs run in environments of conda or in containers."""
    return bool(workflow.deployment_settings.deployment_method)


@_private(frozenset(), "the report's path is not printed")
def made_files(workflow) -> Set[str]:
    """The files that the targets make; none where Snakemake did not get to planning jobs."""
    if workflow.dag is None:
        return set()
    return {str(path) for job in workflow.dag.jobs for path in job.output}


@_private([], "what training resumes from is not printed, and each job starts a Python")
def needed_jobs(workflow) -> list[Any]:
    """The jobs that are to run."""
    return list(workflow.dag.needrun_jobs())


@_private(None, "`status` and `plan` may remove the lock of a study that is running at the time")
def keep_lock(workflow) -> None:
    """Have Snakemake leave the lock alone at its end, as with --nolock."""
    workflow.persistence.unlock = workflow.persistence.noop


@_private(True, "the next look starts only when you run the same command again")
def makes_again(workflow) -> bool:
    """Whether the command makes again what is there, as with --forceall."""
    again = workflow.dag_settings
    return bool(again.forceall or again.forcerun or again.forcetargets)


class UsualDisplay(NamedTuple):
    """Snakemake's own display."""

    handler: Any  # a logging.Handler
    stream: Any
    in_colour: bool
    on_terminal: bool


@_private(None, "Snakemake shows jobs its own way")
def usual_display(workflow) -> UsualDisplay | None:
    """Snakemake's own display; None where the user asked for more or less than it usually shows.

    A logger plugin, which is Snakemake's public way, has to be an installed package.
    """
    from snakemake.settings.enums import Quietness

    settings = workflow.output_settings
    quieter = {Quietness.ALL, Quietness.RULES, Quietness.PROGRESS} & set(settings.quiet or ())
    more = settings.verbose or settings.debug_dag or settings.printshellcmds
    usual = [handler for handler in logger.handlers if handler.name == "DefaultStreamHandler"]
    if settings.dryrun or quieter or more or not usual:
        return None
    return UsualDisplay(usual[0], usual[0].stream, not usual[0].nocolor, usual[0].is_tty)


@_private(None, "Snakemake stops jobs its own way")
def stops_jobs(workflow) -> Callable[[], None] | None:
    """What has the scheduler start no further jobs."""
    return workflow.scheduler.exit_gracefully


@_private(False, "Snakemake keeps looking for jobs that can start, which may keep a core busy")
def look_as_jobs_end(workflow) -> bool:
    """Have Snakemake look for jobs to start when one ends, and besides at most once a second.

    By itself it looks again a second after each look, because of its limit on jobs a second, and
    once more for each job that has ended: after some jobs, with hundreds ready, all the time. On
    this machine jobs need no such limit.
    """
    scheduler = workflow.scheduler
    limiter, later = scheduler.job_rate_limiter, scheduler._schedule_reevalutation
    look_now = scheduler._open_jobs.release
    waits = threading.Event()

    def look() -> None:
        waits.clear()
        look_now()

    def look_later(delay: float) -> None:
        if not waits.is_set():
            waits.set()
            timer = threading.Timer(delay, look)
            timer.daemon = True  # or the end of Snakemake waits for it
            timer.start()

    scheduler.job_rate_limiter = None if workflow.local_exec else limiter
    scheduler._schedule_reevalutation = look_later
    return callable(later)


@_private(0, "each job uses PyTorch's default GPU")
def gpus_at_a_time(workflow, there: int) -> int:
    """How many GPUs jobs may have at a time: as `--resources gpu=` says, or all."""
    if "gpu" not in workflow.global_resources:
        workflow.register_resource("gpu", there)
    return max(1, workflow.global_resources["gpu"].value)


@_private(None, "each job starts a Python of its own")
def benchmark_timer() -> type | None:
    """The class that measures a job: what it calls `main` is the process that it measures."""
    from snakemake import benchmark

    return benchmark.BenchmarkTimer


def set_benchmark_timer(timer: type) -> None:
    """Have jobs measured by another class."""
    from snakemake import benchmark

    benchmark.BenchmarkTimer = timer
