"""What was done, in words for a paper."""

from study.analysis.epochs import scored_epoch
from study.analysis.paired import MIN_SEEDS
from study.choices import level_title, ordered_levels, parameter_title
from study.parameters import declared
from study.parameters import listed as listed_parameters
from study.report.budget_words import epochs_words, equal_updates, round_words
from study.report.design_words import design_facts
from study.report.looks_words import looks_words
from study.report.tables import describe, seed_range
from study.report.wording import counted, listed

TITLE = "What was done"


def context(inputs: dict) -> dict:
    """Settings as a list, and the method as sentences."""
    study, frames = inputs["study"], inputs["frames"]
    tests = frames["claims"]["tests"].dropna()
    trained = sum(study["cell_seeds"].values())
    return {
        "baseline": describe(listed_parameters(study["baseline"], declared(study))),
        "factors": [
            (
                parameter_title(factor),
                ", ".join(level_title(factor, level) for level in ordered_levels(levels)),
            )
            for factor, levels in study["factors"].items()
        ],
        "design": design_facts(study),
        "effects": not study["factorial"]["left_out"],
        "cells": counted(len(study["cells"]), "cell"),
        "seeds": seed_range(study, study["cells"]),
        "looks": looks_words(study),
        "seed_count": study["seeds"],
        "trainings": f"{trained:,}",
        "rounds": counted(study["rounds"], "round"),
        "epochs": round_words(study),
        "equal_updates": equal_updates(study),
        "epochs_of": epochs_words(study) if equal_updates(study) else "",
        "warmup": counted(study["warmup_epochs"], "epoch"),
        "has_warmup": study["warmup_epochs"] > 0,
        "scored_epoch": scored_epoch(
            cell.get("epoch_choice", "last") for cell in study["cells"].values()
        ),
        "splits": study["resample"],
        "tests": counted(int(tests.iloc[0]), "test") if len(tests) else "",
        "claims": counted(len(frames["claims"]), "claim"),
        "min_seeds": MIN_SEEDS,
        "program": study["program"] and study["program"]["command"],
        "optimizers": "" if study["program"] else optimizers(study["cells"]),
    }


def optimizers(cells: dict[str, dict]) -> str:
    """Those that the cells are trained with."""
    return listed(sorted({level_title("optimizer", cell["optimizer"]) for cell in cells.values()}))
