"""The package without Snakemake: docs/notebook.md as written, and against the study's files."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from session import REPOSITORY

from study.notebook import draw_figure, load_study, load_values, train_cell
from study.store.errors import UserError


def test_the_pages_code_runs(finished_once, tmp_path):
    """On the small study, with its configuration in place of config.yaml alone."""
    page = (REPOSITORY / "docs" / "notebook.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 5
    program = "\n".join(blocks).replace('"scripts"', repr(str(REPOSITORY / "scripts")))
    program = program.replace("load_study()", 'load_study("study.yaml")')
    program = program.replace("figure2", "figure3").replace('["round"] == 3', '["round"] == 1')
    program = program.replace("figure3.pdf", str(tmp_path / "figure3.pdf"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=finished_once, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "2 cells, 2 seeds" in done.stdout
    assert (tmp_path / "figure3.pdf").stat().st_size > 1000


def test_a_notebook_has_the_studys_numbers(finished_once, monkeypatch):
    monkeypatch.chdir(finished_once)
    study = load_study("study.yaml")
    values = load_values(study)
    written = pd.read_csv("results/tiny/fixed/values.csv")
    keys = ["loss", "hidden_units", "round", "seed", "val_loss"]
    pd.testing.assert_frame_equal(values[keys].reset_index(drop=True), written[keys])
    (ce,) = [name for name, cell in study.cells.items() if cell.parameters["loss"] == "ce"]
    (run,) = Path(f"results/tiny/runs/{ce}/fixed/split0").glob("*/seeds_0-1/round1")
    metrics = pd.read_csv(run / "metrics.csv")
    expected = metrics[metrics["seed"] == 1].drop(columns="seed").reset_index(drop=True)
    trained = train_cell(study, {"loss": "ce"}, epochs=4, seed=1)
    pd.testing.assert_frame_equal(trained, expected, check_exact=True)
    assert len(draw_figure(study, "figure3").axes) == 2


def test_mistakes_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("seeds: many\n")
    with pytest.raises(UserError, match="seeds: 'many' should be a whole number"):
        load_study("mine.yaml")
    with pytest.raises(UserError, match=r"missing\.yaml: cannot be read"):
        load_study("missing.yaml")
    with pytest.raises(UserError, match="there is no figure9; the study declares figure1, figure2"):
        draw_figure(load_study(), "figure9")
