"""What a run shows, on a terminal and in a file, and how it stops and goes on."""

import io
import logging
import os
import pty
import re
import signal
import subprocess
import sys
import time
from dataclasses import asdict

import psutil
import pyte
import pytest
from run_snakemake import COMMAND, contents, snakemake
from small_study import NOTHING, change_study
from snakemake.logging import ColorizingTextHandler
from snakemake_interface_logger_plugins.common import LogEvent
from studies import default_study

from study.design.study import study_runs
from study.snake.display import Display
from study.snake.internals import UsualDisplay
from study.snake.progress import latest_epoch, trained_share

TRAINING = [*COMMAND, "--until", "train"]
TRAINS = re.compile(r"(?:seed [01]|2 seeds): epoch \d+ of 100000 +val_accuracy 0\.\d{3}")


@pytest.fixture
def endless(fresh):
    """A study that trains until it is stopped."""
    change_study(fresh, epochs_per_round=100000)
    return fresh


def wait_until_it_trains(folder, running: subprocess.Popen) -> None:
    """Wait for the first epoch of each job."""
    while len([log for log in folder.glob("logs/tiny/train/**/*.log") if log.stat().st_size]) < 2:
        assert running.poll() is None, running.stdout.read()
        time.sleep(0.05)


def check_stopped(said: str, name: str, folder) -> None:
    """What is said of a stop is one line, the progress is saved, and there is no lock."""
    assert f"Stopped by {name}: " in said and "2 saved their progress. The same command" in said
    assert "Traceback" not in said and "Error" not in said and "Exception" not in said
    assert len(list(folder.rglob("progress.pt"))) == 2
    assert not list(folder.glob(".snakemake/locks/*"))


def test_a_finished_job_is_a_short_line_and_the_last_one_names_the_report(finished_once):
    lines = (finished_once / "stdout.txt").read_text().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("19 jobs: 2 train"))
    told = lines[begin + 1 : -2]
    assert [line.split()[0] for line in told] == [f"{n}/19" for n in range(1, 19)]
    trained = [line for line in told if re.search(r" \S+ round 1, val 0\.\d{3}$", line)]
    assert len(trained) == 2 and begin < 4
    assert re.fullmatch(r"19 of 19 jobs done in \d+ (s|min)", lines[-2])
    assert lines[-1] == "Report: results/tiny/report.html"


@pytest.mark.parametrize(
    ("told", "share"),
    [
        ([(4, 1), (4, 2), (4, 3)], 0.3 / 13),  # epochs of ten, of the seeds 4 to 16
        ([(4, 10), (5, 1), (5, 2)], 1.2 / 13),  # one after the other
        ([(seed, 3) for seed in range(4, 16)], 12 * 0.3 / 13),  # together
        ([*((seed, 10) for seed in range(4, 16)), (16, 1)], 12.1 / 13),  # and one that is left over
    ],
)
def test_how_much_of_a_job_is_trained_is_read_from_its_log(tmp_path, told, share):
    log = tmp_path / "log"
    measured = "train_loss 0.6931, train_accuracy 0.5000, val_loss 0.6931, val_accuracy 0.5000"
    lines = [f"seed {seed}: epoch {epoch} of 10, {measured}\n" for seed, epoch in told]
    log.write_text("".join(lines))
    latest = latest_epoch(log)
    assert (latest.seed, latest.epoch) == told[-1]
    assert trained_share(latest, 4, 16) == pytest.approx(share)


def test_the_default_study_prints_at_most_4000_characters(tmp_path):
    """What Snakemake tells of 80 jobs, of which 56 train."""
    study = default_study()
    stream, log = io.StringIO(), tmp_path / "log"
    log.write_text("seed 0: epoch 1 of 1, train_loss 0.1, val_accuracy 0.9474\n")
    usual = UsualDisplay(ColorizingTextHandler(stream=stream), stream, False, False)
    display = Display(usual, {"wdbc": study}, lambda: "report.html")

    def tell(event: LogEvent, **about) -> None:
        display.emit(logging.makeLogRecord({"event": event, "msg": "", **about}))

    steps = [("train", asdict(run)) for run in study_runs(study)]
    steps += [("make_table", {"table": name}) for name in study.tables]
    steps += [("make_figure", {"figure": name}) for name in study.figures]
    steps += [(f"another_one_of_{n:02}", {}) for n in range(14)]
    counts = {rule: sum(step[0] == rule for step in steps) for rule, _ in steps}
    tell(LogEvent.WORKFLOW_STARTED)
    tell(LogEvent.RUN_INFO, stats=counts | {"total": len(steps)})
    for number, (rule, wildcards) in enumerate(steps):
        wildcards = {key: str(value) for key, value in wildcards.items()}
        about = {"rule_name": rule, "wildcards": wildcards, "log": [str(log)]}
        tell(LogEvent.JOB_INFO, jobid=number, **about)
        tell(LogEvent.JOB_FINISHED, job_id=number)
    display.close()
    said = stream.getvalue()
    assert len(steps) == 80 and said.count("\n") == 83
    assert "val 0.947" in said and said.endswith("Report: report.html\n")
    assert len(said) < 3900  # Snakemake says which profile it uses before


def test_a_terminal_shows_what_trains_and_ctrl_c_saves_it(endless):
    """In a real pseudo-terminal, whose screen is read."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(endless)
        os.environ |= {"TERM": "xterm", "COLUMNS": "150", "LINES": "40"}
        os.execv(sys.executable, TRAINING)
    screen = pyte.Screen(150, 40)
    stream, pressed, lines = pyte.ByteStream(screen), False, []
    while True:
        try:
            stream.feed(os.read(terminal, 65536))
        except OSError:  # it has ended
            break
        lines = [line.rstrip() for line in screen.display if line.strip()]
        # both cells, also where something that is not the display's has moved it down the screen
        if not pressed and len({line.split()[0] for line in lines if TRAINS.search(line)}) == 2:
            assert any(line.startswith("1 of 3 jobs ━") for line in lines)
            os.write(terminal, b"\x03")
            pressed = True
    assert pressed, lines
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 1
    assert lines[-1].startswith("Stopped by SIGINT: 1 of 3 jobs done"), lines
    assert not any(TRAINS.search(line) for line in lines), lines  # the display is gone
    check_stopped("\n".join(lines), "SIGINT", endless)


def test_a_signal_to_snakemake_alone_saves_what_trains(endless):
    """Its jobs get none. Meanwhile the study's status is looked at, which leaves its lock alone."""
    with subprocess.Popen(
        TRAINING, cwd=endless, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        wait_until_it_trains(endless, running)
        below = psutil.Process(running.pid).children(recursive=True)
        forks = [process for process in below if process.name().startswith("job of ")]
        assert len(forks) == (2 if sys.platform == "linux" else 0)
        done = snakemake(endless, "status")
        assert done.returncode == 0 and "tiny: 2 runs: 2 running" in done.stdout
        assert re.search(
            r"running: (?:seed [01]|2 seeds), epoch \d+ of 100000, val_accuracy", done.stdout
        )
        assert len(list(endless.glob(".snakemake/locks/*"))) == 2
        running.send_signal(signal.SIGUSR1)
        said = running.stdout.read()
    assert running.returncode == 1
    check_stopped(said, "SIGUSR1", endless)


def test_after_a_kill_jobs_save_and_the_lock_says_what_to_do(endless):
    with subprocess.Popen(TRAINING, cwd=endless, stdout=subprocess.PIPE, text=True) as running:
        wait_until_it_trains(endless, running)
        running.kill()
        running.stdout.read()  # to the end of all that write there, its jobs too
    assert len(list(endless.rglob("progress.pt"))) == 2
    done = snakemake(endless)
    assert done.returncode == 1 and "Traceback" not in done.stdout
    assert "This folder is locked" in done.stdout and "snakemake --unlock" in done.stdout
    assert "tiny: 2 runs: 2 stopped" in snakemake(endless, "status").stdout
    assert snakemake(endless, "--unlock").returncode == 0
    with subprocess.Popen(
        TRAINING, cwd=endless, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout:
            if line == "Of 2 runs, 2 resume from their saved progress\n":
                break
        running.terminate()
        assert "Stopped by SIGTERM" in running.stdout.read()


def test_only_a_run_of_the_study_names_its_report(finished):
    assert "Report:" not in snakemake(finished, "plan").stdout
    done = snakemake(finished, "status")
    assert "tiny: 2 runs: 2 done" in done.stdout and "Report:" not in done.stdout
    done = snakemake(finished)
    assert NOTHING in done.stdout
    assert done.stdout.endswith("Report: results/tiny/report.html\n")


def test_checking_claims_trains_nothing(fresh):
    done = snakemake(fresh, "check_claims")
    assert done.returncode == 1 and "Traceback" not in done.stdout
    assert "No run has been trained yet" in done.stdout
    assert not contents(fresh / "results", "*")
