"""What was done, in words for a paper."""

from collections.abc import Mapping
from typing import Any

from study.analysis.epochs import scored_epoch
from study.analysis.significance import MIN_SEEDS
from study.design.cell import Cell
from study.report.budget_words import epochs_words, equal_updates, round_words
from study.report.design_words import design_facts
from study.report.inputs import Inputs
from study.report.looks_words import looks_words
from study.report.sections.fair import WHERE
from study.report.tables import describe, seed_range
from study.report.wording import counted, listed
from study.settings.choices import ordered_levels, parameter_title
from study.settings.level_titles import level_title
from study.settings.parameters import listed as listed_parameters

TITLE = "What was done"


def context(inputs: Inputs) -> dict[str, Any]:
    """Settings as a list, and the method as sentences."""
    study, design, frames = inputs.study, inputs.study.design, inputs.frames
    trainer = design.trainer
    tests = frames.claims["tests"].dropna()
    trained = sum(study.cell_seeds.values())
    return {
        "baseline": describe(listed_parameters(design.baseline, design.specs)),
        "factors": [
            (
                parameter_title(factor),
                ", ".join(level_title(factor, level) for level in ordered_levels(levels)),
            )
            for factor, levels in study.factors.items()
        ],
        "design": design_facts(study),
        "effects": not study.factorial.left_out,
        "cells": counted(len(study.cells), "cell"),
        "seeds": seed_range(study.cell_seeds, study.cells),
        "looks": looks_words(study),
        "seed_count": study.seeds,
        "trainings": f"{trained:,}",
        "rounds": counted(study.rounds, "round"),
        "epochs": round_words(design),
        "equal_updates": equal_updates(design),
        "epochs_of": epochs_words(study.cells) if equal_updates(design) else "",
        "warmup": "epoch" if design.warmup_epochs == 1 else counted(design.warmup_epochs, "epoch"),
        "has_warmup": design.warmup_epochs > 0,
        "scored_epoch": scored_epoch(
            cell.parameters.get("epoch_choice", "last") for cell in study.cells.values()
        ),
        "splits": len(study.splits),
        "tests": counted(int(tests.iloc[0]), "test") if len(tests) else "",
        "claims": counted(len(frames.claims), "claim"),
        "primary": WHERE[study.primary.name] if len(study.protocols) > 1 else "",
        "min_seeds": MIN_SEEDS,
        "program": trainer.how.get("command", ""),
        "optimizers": optimizers(study.cells) if trainer.is_known else "",
    }


def optimizers(cells: Mapping[str, Cell]) -> str:
    """Those that the cells are trained with."""
    names = {level_title("optimizer", cell.parameters["optimizer"]) for cell in cells.values()}
    return listed(sorted(names))
