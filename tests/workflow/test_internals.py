"""What is used of Snakemake's private side: each thing taken away; the oldest that has it all."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from session import REPOSITORY
from small_study import LOOKS_STUDY, change_study, read_csv

# function -> what it takes, and what it returns where a Snakemake does not have that
TAKEN = {
    "is_main_process": (["is_main_process"], True),
    "is_own_command": (["is_main_process", "modifier", "modifier.is_main_snakefile"], False),
    "module_prefix": (["modifier.path_modifier", "modifier.path_modifier.prefix"], ""),
    "command_line": (
        ["config_settings.configfiles", "config_settings.config_args", "resource_settings.cores"],
        [[], [], None, None],
    ),
    "configuration_files": (["overwrite_configfiles"], []),
    "root_folders": (["pathvars", "pathvars.apply"], {"results": "results"}),
    "set_root_folders": (["pathvars", "pathvars.update"], "refused"),
    "trains_here": (["resource_settings", "resource_settings.nodes"], True),
    "runs_jobs_here": (["local_exec"], False),
    "has_environments": (["deployment_settings.deployment_method"], True),
    "made_files": (["dag", "dag.jobs"], []),
    "needed_jobs": (["dag.needrun_jobs"], []),
    "keep_lock": (["persistence", "persistence.noop"], None),
    "makes_again": (["dag_settings", "dag_settings.forceall"], True),
    "usual_display": (["output_settings", "output_settings.quiet"], None),
    "stops_jobs": (["scheduler.exit_gracefully"], None),
    "look_as_jobs_end": (
        ["scheduler.job_rate_limiter", "scheduler._schedule_reevalutation", "local_exec"],
        False,
    ),
    "gpus_at_a_time": (["global_resources", "register_resource"], 0),
    "benchmark_timer": (["snakemake.benchmark.BenchmarkTimer"], None),
}
# Calls each function with Snakemake's own workflow, as it is and without each thing that it takes.
SNAKEFILE = """
import json, sys, threading
sys.path.insert(0, {scripts!r})
import snakemake.benchmark
from study.snake import internals
from study.store.errors import UserError

class Without:
    def __init__(self, whole, path):
        self.__dict__.update(whole=whole, first=path[0], rest=path[1:])
    def __getattr__(self, name):
        found = getattr(self.whole, name)
        if name != self.first:
            return found
        if not self.rest:
            raise AttributeError(f"no {{name}}")
        return Without(found, self.rest)

ARGUMENTS = {{
    "root_folders": [["results"]], "gpus_at_a_time": [3],
    "set_root_folders": [{{"results": "elsewhere"}}],
}}
PLAIN = {{frozenset: list, set: list, tuple: list}}

def call(name, whole):
    internals._noted.clear()
    takes_none = name == "benchmark_timer"
    try:
        found = getattr(internals, name)(*[] if takes_none else [whole], *ARGUMENTS.get(name, []))
    except UserError as error:
        return ["refused", [str(error)]]
    found = PLAIN.get(type(found), lambda same: same)(found)
    return [json.loads(json.dumps(found, default=str)), list(internals._noted)]

def calls(taken):
    found = {{}}
    for name, (paths, _) in taken.items():
        for path in paths:
            if path == "snakemake.benchmark.BenchmarkTimer":
                timer = snakemake.benchmark.BenchmarkTimer
                del snakemake.benchmark.BenchmarkTimer
                found[f"{{name}} {{path}}"] = call(name, workflow)
                snakemake.benchmark.BenchmarkTimer = timer
            else:
                found[f"{{name}} {{path}}"] = call(name, Without(workflow, path.split(".")))
        found[name] = call(name, workflow)
    return found

onstart:
    found = calls(json.loads(open("taken.json").read()))
    scheduler = workflow.scheduler
    found["limiter"] = scheduler.job_rate_limiter
    for later in range(3):
        scheduler._schedule_reevalutation(3600)
    found["timers"] = [
        timer.daemon for timer in threading.enumerate() if isinstance(timer, threading.Timer)
    ]
    open("found.json", "w").write(json.dumps(found))

rule all:
    output: "made.txt"
    shell: "touch {{output}}"
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("internals")
    (folder / "taken.json").write_text(json.dumps(TAKEN))
    text = SNAKEFILE.format(scripts=str(REPOSITORY / "scripts"))
    (folder / "Snakefile").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", "--config", "ab=1"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "found.json").read_text())


def test_this_snakemake_has_all_that_is_used(found):
    assert not [name for name in TAKEN if found[name][1]]
    values = {name: found[name][0] for name in TAKEN}
    assert values["is_own_command"] and values["runs_jobs_here"] and values["trains_here"]
    assert values["command_line"] == [[], ["ab=1"], 2, None]
    assert values["made_files"] == ["made.txt"] and len(values["needed_jobs"]) == 1
    assert values["root_folders"] == {"results": "results"} and values["gpus_at_a_time"] == 3
    assert values["usual_display"] and values["stops_jobs"] and values["benchmark_timer"]
    assert values["look_as_jobs_end"]
    assert not (values["makes_again"] or values["has_environments"] or values["module_prefix"])


def test_it_looks_for_jobs_as_they_end_and_does_not_wait_to_look_again(found):
    """Jobs are not limited a second, and of three looks that are due, one is waited for at most."""
    assert found["limiter"] is None
    assert found["timers"] == [True]


@pytest.mark.parametrize("name", TAKEN)
def test_where_snakemake_lacks_one_it_does_as_it_does_by_itself_and_a_note_says_so(found, name):
    paths, otherwise = TAKEN[name]
    for path in paths:
        value, notes = found[f"{name} {path}"]
        assert value == otherwise, path
        assert len(notes) == 1 and path.split(".")[-1] in notes[0], notes


OLDEST = re.search(
    r'min_version\("(.+)"\)', (REPOSITORY / "workflow" / "rules" / "start.smk").read_text()
)[1]


@pytest.mark.slow
def test_the_oldest_snakemake_shows_stops_resumes_and_goes_through_the_looks(
    fresh, tmp_path_factory
):
    place = tmp_path_factory.mktemp("snakemake")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place]
    subprocess.run([*install, f"snakemake=={OLDEST}"], check=True)
    old = os.environ | {"PYTHONPATH": str(place)}
    command = [sys.executable, "-m", "snakemake"]
    version = subprocess.run([*command, "--version"], env=old, capture_output=True, text=True)
    assert version.stdout.strip() == OLDEST
    change_study(fresh, **LOOKS_STUDY, checkpoint_every=1)
    command += ["--snakefile", REPOSITORY / "Snakefile", "--cores", "2"]
    command += ["--configfile", "study.yaml"]
    streams = {"cwd": fresh, "env": old, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, **streams) as running:
        while not any(log.stat().st_size for log in fresh.glob("logs/tiny/train/**/*.log")):
            assert running.poll() is None, running.stdout.read()
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        said = running.communicate()[0]
    assert "Stopped by SIGINT: " in said and "The same command resumes" in said, said
    assert "Traceback" not in said and "has not been tested with" not in said
    assert not list(fresh.glob(".snakemake/locks/*"))
    done = subprocess.run(command, text=True, check=False, **streams)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^\d+/\d+ measure fixed$", done.stdout, re.MULTILINE)  # our display
    assert "Look 2 of 2 (6 seeds): 1 of 2 claims are decided. This was the last look" in done.stdout
    assert "has not been tested with" not in done.stdout
    values = read_csv(fresh / "results" / "tiny" / "fixed" / "values.csv")
    assert sorted(int(row["seed"]) for row in values) == sorted([*range(6), *range(6), *range(5)])
