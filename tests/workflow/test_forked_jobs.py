"""Jobs that are forked of a process with torch: each does what it would do on its own.

Small scripts stand for jobs, started as Snakemake starts them; then the small study is trained.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from run_snakemake import contents, snakemake
from session import REPOSITORY
from snakemake import benchmark

from study.snake.served_jobs import OFF, ONE_THREAD, serve_jobs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="jobs are forked on Linux only")

# Whether a job is a fork; `helper` is a module of the user's.
WHO = """
import os, sys
from pathlib import Path
import helper
fork = Path("/proc/self/comm").read_text().startswith("job of ")
print(fork, __name__, sys.argv == [__file__], helper.VALUE, os.environ.get("MINE"), flush=True)
"""
# A job like one that trains: runs until it is asked to stop; if it is started again, it is through.
TRAIN = """
import sys, time
from pathlib import Path
from study.store.interrupts import STOPPED, watch_for_stop
stopping = watch_for_stop()
if Path("progress").exists():
    print("resumed", flush=True)
    sys.exit()
memory = b"x" * 2**26
print("trains", flush=True)
while not stopping():
    time.sleep(0.01)
Path("progress").touch()
sys.exit(STOPPED)
"""
# A Snakemake that starts one job
SNAKEMAKE = """
import subprocess, sys
from study.snake.served_jobs import serve_jobs
subprocess.run(["bash", "-c", f"exec {serve_jobs()}{sys.executable} {sys.argv[1]}"])
"""


@pytest.fixture
def server() -> list[psutil.Process]:
    """The process that forks jobs, once there is one."""
    return []


@pytest.fixture
def start(tmp_path, monkeypatch, server):
    """Start a script as Snakemake starts a job, with variables of the environment."""
    monkeypatch.chdir(tmp_path)
    Path("helper.py").write_text("VALUE = 1\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{REPOSITORY / 'scripts'}")
    monkeypatch.setattr(benchmark, "BenchmarkTimer", benchmark.BenchmarkTimer)  # put back later
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # which changes from here to the test
    usual = os.environ | ONE_THREAD
    others = psutil.Process().children()
    before = serve_jobs()
    server += set(psutil.Process().children()).difference(others)

    def start_job(text: str, **environment: str) -> subprocess.Popen:
        script = tmp_path / f"{len(list(tmp_path.glob('job*.py')))}_job.py"
        script.write_text(text)
        return subprocess.Popen(
            ["bash", "-c", f"trap '' INT; exec {before}{sys.executable} {script}"],
            env=usual | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    yield start_job
    server[0].kill()
    server[0].wait()


def test_a_job_is_what_it_would_be_on_its_own(start):
    for environment in ({"TMPDIR": "."}, {"OMP_NUM_THREADS": "2"}, {"MINE": "yes"}):
        said, errors = start(WHO, **environment).communicate()
        fork = "TMPDIR" in environment  # other threads, other settings: a process of its own
        assert said == f"{fork} __main__ True 1 {environment.get('MINE')}\n" and not errors


def test_code_that_changes_meanwhile_is_used(start):
    assert start(WHO).communicate()[0].startswith("True __main__ True 1 ")
    Path("helper.py").write_text("VALUE = 22\n")
    assert start(WHO).communicate()[0].startswith("False __main__ True 22 ")


@pytest.mark.parametrize(
    ("end", "status", "message"),
    [
        ("pass", 0, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit('not like this')", 1, "not like this\n"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("os.kill(os.getpid(), 9)", -9, ""),
        ("import nowhere", 1, "ModuleNotFoundError: No module named 'nowhere'\n"),
    ],
)
def test_a_job_ends_as_it_would_on_its_own(start, end, status, message):
    program = (
        f"import atexit, os, sys\natexit.register(print, 'bye')\nprint('here', flush=True)\n{end}\n"
    )
    job = start(program)
    said, errors = job.communicate()
    assert job.returncode == status
    assert errors.endswith(message) and bool(errors) == bool(message)
    assert said == "here\n" + "bye\n" * (status >= 0)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"])
def test_a_signal_reaches_the_job(start, name):
    job = start(TRAIN)
    assert job.stdout.readline() == "trains\n"
    job.send_signal(signal.SIGINT)  # which Snakemake's jobs ignore
    job.send_signal(getattr(signal, name))
    job.communicate()
    assert job.returncode == 143 and Path("progress").exists()


def test_a_job_that_is_killed_is_gone(start):
    job = start(TRAIN)
    assert job.stdout.readline() == "trains\n"
    job.kill()
    assert job.communicate() == ("", "")  # nobody is left who could write
    assert not Path("progress").exists()


def test_a_job_outlives_the_process_that_forks(start, server):
    job = start(TRAIN)
    assert job.stdout.readline() == "trains\n"
    server[0].kill()
    said, errors = job.communicate()
    assert (said, job.returncode) == ("resumed\n", 0)
    assert errors.startswith("note: a job starts in a process of its own: ")
    said, errors = start(WHO).communicate()
    assert said.startswith("False ") and errors.startswith("note: a job starts in a process of its")


def test_a_job_that_is_asked_to_stop_does_not_start_anew(start, server):
    job = start(TRAIN)
    assert job.stdout.readline() == "trains\n"
    server[0].suspend()
    job.terminate()
    while psutil.Process(job.pid).status() != psutil.STATUS_SLEEPING:
        pass
    server[0].kill()
    assert job.communicate() == ("", "") and job.returncode == -signal.SIGTERM


def test_the_benchmark_is_of_the_job(start):
    job = start(TRAIN)
    assert job.stdout.readline() == "trains\n"
    with benchmark.benchmarked(job.pid) as record:
        pass  # it measures at once
    assert record.max_rss > 64
    job.terminate()
    job.communicate()


IMPORTS = """
import sys
from study.snake.fork_server import followed, import_for
for scripts in (("measure", "judge", "draw_pictures", "make_report"), ("train",)):
    for script in scripts:
        import_for(f"{sys.argv[1]}/{script}.py")
    print("torch" in sys.modules, "study.training.activations" in followed)
"""


def test_torch_is_imported_for_what_trains_and_not_for_results(monkeypatch):
    scripts = str(REPOSITORY / "scripts")
    monkeypatch.setenv("PYTHONPATH", scripts)
    command = [sys.executable, "-c", IMPORTS, scripts]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True", "True"]


def test_jobs_end_with_their_snakemake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY / "scripts"))
    for name, value in ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    Path("job.py").write_text(TRAIN)
    command = [sys.executable, "-c", SNAKEMAKE, "job.py"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout.readline() == "trains\n"
        assert len(psutil.Process(killed.pid).children(recursive=True)) == 3  # with the job
        killed.kill()
        assert killed.stdout.read() == ""  # it did not start anew, and nobody is left
    assert Path("progress").exists()


def test_runs_are_the_same_bytes_without_forks(fresh, finished_once, monkeypatch):
    monkeypatch.setenv(OFF, "0")
    done = snakemake(fresh, "--until", "train")
    assert done.returncode == 0, done.stdout
    forked = contents(finished_once / "results" / "tiny" / "runs", "*")
    assert contents(fresh / "results" / "tiny" / "runs", "*") == forked
