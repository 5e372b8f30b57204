"""Training without torch.compile, which takes long to import, and with it for who wants it."""

import subprocess
import sys

from session import REPOSITORY
from small_training import RUN, SMALL

from study.training.optimizers import OPTIMIZERS


def run_program(program: str, folder) -> list[str]:
    """What a program prints that finds the scripts."""
    start = f"import sys\nsys.path.insert(0, {str(REPOSITORY / 'scripts')!r})\n"
    command = [sys.executable, "-c", start + program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_job_does_not_import_the_compiler(data_folder, tmp_path):
    """torch.compile's modules take as long to import as the rest of torch."""
    program = f"""
import train
from pathlib import Path
from study.training.optimizers import OPTIMIZERS
from study.training.run import train_run
run = {RUN!r} | {{"first": 0, "last": 0}}
for name in OPTIMIZERS:
    run |= {{"parameters": {{"optimizer": name}}}}
    parameters, data = train.DEFAULTS | {{"optimizer": name}}, Path({str(data_folder)!r})
    train_run(run, parameters, data, None, Path(name))
    train_run(run, parameters, data, Path(name) / "run.json", Path(name) / "next")
heavy = {{"torch._dynamo", "torch._inductor", "sympy", "pandas", "sklearn", "scipy", "matplotlib"}}
print(heavy & set(sys.modules))
"""
    assert run_program(program, tmp_path)[-1] == "set()"
    assert {path.name for path in tmp_path.iterdir()} == set(OPTIMIZERS)


def test_the_compiler_is_there_for_who_wants_it(data_folder, tmp_path):
    """And changes nothing of what is trained after that."""
    program = f"""
import torch
from study.training.loop import Round, initial_state, train_round
from study.training.samples import load_data
data = load_data({str(data_folder)!r}, {SMALL}, "cpu")
state = initial_state(data, {SMALL}, 0)
before, _ = train_round(data, {SMALL}, Round(0, 1, 2), state)
print("torch._dynamo" in sys.modules, torch._dynamo.config.__name__)
print(torch.compile(lambda x: x + 1, backend="eager")(torch.tensor(1)).item())
assert train_round(data, {SMALL}, Round(0, 1, 2), state)[0] == before
"""
    assert run_program(program, tmp_path) == ["False torch._dynamo.config", "2"]
