"""What is shown while a study runs: one short line per finished job, or a live display.

Snakemake tells its loggers of each job. Here a handler takes the place of its own, which prints
several lines a job; the file in .snakemake/log has those in any case.
"""

import logging
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

from study.design.study import Study
from study.snake.internals import UsualDisplay, is_own_command, made_files, usual_display
from study.snake.live import draw
from study.snake.progress import (
    STOPPED,
    WHOLE,
    final_accuracy,
    last_epoch_only,
    last_line,
    read_tail,
    time_text,
)
from study.store.paths import UNTUNED

if TYPE_CHECKING:
    from rich.live import Live

# What Snakemake says that nobody has to read.
NOISE = re.compile(
    r"Assuming unrestricted|Building DAG|Using shell|Conda environments: ign|Singularity containers"
    r"|Select jobs|Execute \d+ jobs|Provided |Rules claiming|Removing output files|Shutting down"
    r"|Will exit after|Terminating processes|Exiting because a job|Complete log|Elapsed time"
    r"|Group jobs|Config file .* is extended|unlocking"
)
LOCKED = (
    "This folder is locked: another Snakemake is working in it, or was killed (`snakemake"
    " --cores 1 status` shows when a job last wrote to its log).\n"
    "If none is running, remove the lock with `snakemake --unlock`, then run the same command"
    " again."
)
UNSAID = ("dataset", "data", "digest")  # wildcards that tell people nothing
AGAIN = "The same command resumes from there."
FAILED_JOBS = ("RuleException", "WorkflowError")  # Snakemake says again what a job's log says


def show_jobs(workflow, studies: Mapping[str, Study], report: str) -> "Display | None":
    """Show jobs in our way, unless the user asked for another.

    Args:
        workflow: Snakemake's.
        studies: the study on each data set.
        report: the file that a run leads to, named at its end.
    """
    usual = usual_display(workflow) if is_own_command(workflow) else None
    if usual is None:
        return None
    display = Display(usual, studies, lambda: report if report in made_files(workflow) else None)
    logger.removeHandler(usual.handler)
    logger.addHandler(display)
    return display


# A record of Snakemake's, with what it says about its event as attributes.
Event = Any


class Job(NamedTuple):
    """A job that runs, or waits in the queue of a cluster."""

    rule: str
    label: str
    seeds: tuple[int, int] | None  # of a training job
    logs: list[str]
    since: float


class Display(logging.Handler):
    """Shows jobs, and hands on to Snakemake's own handler what comes before there are any."""

    def __init__(self, usual: UsualDisplay, studies: Mapping[str, Study], report: Callable):
        from rich.console import Console

        super().__init__()
        self.usual, self.report = usual.handler, report
        self.several = len(studies) > 1
        self.in_blocks = any(
            study.looks or study.seeds > study.seeds_per_job for study in studies.values()
        )
        plain = None if usual.in_colour else True
        self.console = Console(file=usual.stream, highlight=False, no_color=plain)
        self.on_terminal = usual.on_terminal and not self.console.is_dumb_terminal
        self.live: Live | None = None
        self.stopped_by = ""  # the signal that asked to stop
        # what to do where nobody reads any more
        self.stop: Callable[[str], None] = sys.exit
        self.active = self.nothing_to_do = self.closed = False
        self.jobs: dict[int, Job] = {}
        self.done = self.total = self.saved = self.to_train = self.trained = 0
        self.failed: set[int] = set()  # jobs, except those that succeeded when tried again
        self.begin = time.time()
        self.first_training: float | None = None

    def say(self, text: str, style: str | None = None) -> None:
        """Print lines, above the live display if there is one.

        Where the output was closed, as by `| head`, the study is stopped, as it is by a signal.
        """
        try:
            if text:
                self.console.print(text, style=style, markup=False, soft_wrap=True)
        except SystemExit:  # of rich, which prints nothing from then on
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for closed in (1, 2):  # what is still to be written there would end in status 120
                os.dup2(nowhere, closed)
            logger.error(f"Stopped, because the output was closed, as by `| head`. {AGAIN}")
            self.stop("a closed output")

    def emit(self, record: logging.LogRecord) -> None:
        """Take one message of Snakemake's."""
        event = getattr(record, "event", None)
        takers = {
            LogEvent.RUN_INFO: self.count,
            LogEvent.JOB_INFO: self.start,
            LogEvent.JOB_FINISHED: self.finish,
            LogEvent.JOB_ERROR: self.fail,
            LogEvent.ERROR: self.explain,
        }
        try:
            self.active = self.active or event is LogEvent.WORKFLOW_STARTED
            if event is None and NOISE.match(str(record.msg)):
                return
            if not self.active:
                self.usual.handle(record)
            elif event in takers:
                takers[event](record)
            elif event is LogEvent.GROUP_ERROR:
                self.say(self.usual.format(record), "red")
            elif event is None and record.levelno >= logging.WARNING:
                self.say(record.getMessage(), "yellow")
            elif event is None and "executor_plugin" not in record.pathname and not self.stopped_by:
                self.nothing_to_do |= str(record.msg).startswith("Nothing to be done")
                self.say(str(record.msg or ""))
        except Exception:
            self.handleError(record)

    def count(self, record: Event) -> None:
        """How many jobs there are."""
        counts = Counter({name: n for name, n in record.stats.items() if name != "total"})
        self.total, self.to_train = record.stats["total"], counts["train"]
        if self.total == 1:  # a target that prints something itself
            return
        if self.on_terminal:
            from rich.live import Live

            self.live = Live(
                get_renderable=lambda: draw(self),
                console=self.console,
                refresh_per_second=2,
                transient=True,
                vertical_overflow="crop",
            )
            self.live.start()
            return
        ordered = sorted(counts.items(), key=lambda item: -item[1])
        several = [f"{n} {rule}" if n > 1 else rule for rule, n in ordered]
        self.say(f"{self.total} jobs: {', '.join(several)}")

    def start(self, record: Event) -> None:
        """A job begins."""
        told, seeds = record.wildcards or {}, None
        rule, dataset = record.rule_name, told.get("dataset", "") if self.several else ""
        if "round" in told:
            seeds = (int(told["first"]), int(told["last"]))
            label = f"{told['cell']} round {told['round']}"
            label += f" {told['place']}" if told["place"] != UNTUNED else ""
            label += f" split {told['split']}" if told["split"] != "0" else ""
            label += f" seeds {told['first']}-{told['last']}" if self.in_blocks else ""
            self.first_training = self.first_training or time.time()
        else:
            label = " ".join([rule, *(told[key] for key in told if key not in UNSAID)])
        label = f"{dataset} {label}".strip()
        self.jobs[record.jobid] = Job(rule, label, seeds, record.log, time.time())

    def finish(self, record: Event) -> None:
        """A job is through."""
        job = self.jobs.pop(record.job_id)
        self.failed.discard(record.job_id)
        self.done += 1
        self.trained += job.seeds is not None
        accuracy = final_accuracy(job.logs[0]) if job.seeds else None
        if not self.live and self.total > 1 and job.rule != "all":
            result = "" if accuracy is None else f", val {accuracy:.3f}"
            self.say(f"{self.done}/{self.total} {job.label}{result}")
        if job.rule == "prepare_data":
            for note in re.findall(r"^note: .*", read_tail(job.logs[0], WHOLE), re.MULTILINE):
                self.say(note, "yellow")

    def fail(self, record: Event) -> None:
        """A job failed: all that is known of it, unless it was asked to stop."""
        job = self.jobs.pop(record.jobid, None)
        self.saved += any(last_line(path).startswith(STOPPED) for path in record.log)
        if self.stopped_by:
            return
        self.failed.add(record.jobid)
        texts = {path: last_epoch_only(read_tail(path, WHOLE)) for path in record.log}
        if not record.output and not any(texts.values()):  # a target that has said why itself
            return
        self.say(f"Failed: {job.label if job else record.rule_name}", "bold red")
        if record.rule_msg:
            self.say(record.rule_msg)
        for path, text in texts.items():
            if text:
                self.say(text, "bold red")
            self.say(f"(from its log, {path})" if text else f"(its log, {path}, is empty)")

    def explain(self, record: Event) -> None:
        """An error of Snakemake's own."""
        kind, text = record.exception, record.getMessage()
        if kind == "LockException":
            self.say(LOCKED, "bold red")
        elif kind not in FAILED_JOBS or not ("CalledProcess" in text or "At least one" in text):
            self.say(text, "red")

    def close(self) -> None:
        """The last lines: how it ended, and where the report is."""
        if self.closed:
            return
        self.closed = True
        if self.live:
            self.live.stop()
        count = f"{self.done} of {self.total} jobs done"
        if self.total > 1 and self.done == self.total:
            self.say(f"{count} in {time_text(time.time() - self.begin)}")
        elif self.stopped_by:
            saved = f", {self.saved} saved their progress" if self.saved else ""
            self.say(f"Stopped by {self.stopped_by}: {count}{saved}. {AGAIN}", "bold yellow")
        elif self.failed and self.total > 1:
            self.say(f"{len(self.failed)} failed, see above; {count}. {AGAIN}", "bold red")
        if self.nothing_to_do or (self.total and self.done == self.total):
            report = self.report()
            if report:
                self.say(f"Report: {report}", "bold")
        super().close()
