# make run          train the study of config.yaml and write its report
# make help         list these targets
# make status       show how far the study is, even while it runs
# make test         run the tests, except those that take minutes
# make test-slow    run those: a SLURM cluster that they start, faults, simulated studies
# make fault-test   kill and damage a study at random, fill its disk, check that it recovers (15 minutes)
# make check        lint, format and type checks
# make simulations  compare statistical tests; measure what the published-table check finds (minutes)
# make bench        measure how fast training, jobs and dry runs are (DATA=file.npz for other images)
# make bench-gpu    measure what runs on a GPU, and how fast; print a table (minutes)
# make clean        remove the virtual environment; results stay

PYTHON ?= python3
DATA ?= data/pneumoniamnist.npz
BIN := .venv/bin
# for what the commands start; GNU make 3.81, as on macOS, does not look there for the commands
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help run status test test-slow fault-test check simulations bench bench-gpu clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run: .venv/run.stamp
	$(BIN)/snakemake --cores 4

status: .venv/run.stamp
	@$(BIN)/snakemake --cores 1 status

test: .venv/dev.stamp
	$(BIN)/pytest -m "not slow"

test-slow: .venv/dev.stamp
	$(BIN)/pytest -m slow

fault-test: .venv/dev.stamp
	$(BIN)/python tests/support/fault_trials.py

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check .
	$(BIN)/mypy
	$(BIN)/snakemake --lint

simulations: .venv/run.stamp
	$(BIN)/python docs/compare_tests.py
	$(BIN)/python tests/bench/bench_published.py

bench: .venv/run.stamp
	$(BIN)/python tests/bench/bench_training.py $(DATA)
	$(BIN)/python tests/bench/bench_workflow.py

bench-gpu: .venv/run.stamp
	$(BIN)/python tests/bench/bench_gpu.py

clean:
	rm -rf .venv

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; say where: make PYTHON=python3.12 run" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements.txt requirements-cluster.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@ .venv/run.stamp
