"""What the jobs that make results of runs are told: measure, judge, draw and report."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from study.design.cell import find_cell
from study.design.judged_claims import judged_claims
from study.design.levels import drawn_cells, factor_levels
from study.design.protocols import (
    PROTOCOLS,
    Protocol,
    protocol_cells,
    protocol_claims,
    protocol_tables,
)
from study.design.runs import Run, plain_runs
from study.design.study import Study, plain, protocol_runs
from study.design.tables import Figure, of_one_factor
from study.report.figures import SHARED
from study.snake.data_files import Prepared, side_files
from study.snake.digests import run_settings
from study.snake.jobs import fields, plain_value, told_specs
from study.snake.run_files import RESULTS, environment_files, run_files, run_folder
from study.snake.run_jobs import places_of, told_of_tuning, tuned_sides, tuning_seeds

# What is drawn and what is set as tables for a paper, and in which kinds of files.
PICTURES = ("seeds", "curves", "roc", "confusion", "calibration", "mistaken")
PICTURE_KINDS, FIGURE_KINDS = ("svg", "pdf"), ("svg", "pdf", "png")
PAPER_TABLES, TABLE_KINDS = ("comparisons", "claims", "effects"), ("csv", "md", "tex")


@cache
def _runs_here(data: Prepared, protocol: str) -> list[Run]:
    """The runs of a protocol that results are made from."""
    return places_of(data, protocol_runs(data.study, PROTOCOLS[protocol]))


def runs_of_protocol(data: Prepared, wildcards: Any) -> list[Run]:
    """The runs that a protocol's numbers are from."""
    return _runs_here(data, wildcards.protocol)


def protocol_files(data: Prepared, wildcards: Any, name: str) -> list[str]:
    """One file of each of a protocol's runs."""
    if data.problem:
        raise data.problem
    return run_files(data.study, runs_of_protocol(data, wildcards), name)


def _sides_of(study: Study, protocol: Protocol) -> list[str]:
    return tuned_sides(study) if protocol.tuned else []


def chosen_of_protocol(data: Prepared, wildcards: Any) -> list[str]:
    """What was chosen for each side of a protocol; nothing where sides are fixed."""
    return side_files(data, _sides_of(data.study, PROTOCOLS[wildcards.protocol]), "chosen.json")


def trials_of_protocol(data: Prepared, wildcards: Any) -> list[str]:
    """What each side's trials came to; nothing where sides are fixed."""
    return side_files(data, _sides_of(data.study, PROTOCOLS[wildcards.protocol]), "trials.csv")


def told_to_measure(data: Prepared, wildcards: Any) -> dict[str, Any]:
    """What a protocol's numbers are made from: its runs, its cells, the sides that are tuned."""
    study, protocol = data.study, PROTOCOLS[wildcards.protocol]
    return {
        "runs": plain_runs(runs_of_protocol(data, wildcards)),
        "cells": plain_value(protocol_cells(protocol, study.cells, study.tuning)),
        "sides": _sides_of(study, protocol),
        "specs": told_specs(study),
        "epochs_per_round": study.design.epochs_per_round,
        "first": [cell for cell, _ in drawn_cells(factor_levels(study))],
    }


def told_of_cells(study: Study) -> dict[str, Any]:
    """What every cell trains."""
    told = fields(study, "cells")
    return told | {"specs": told_specs(study), "budget": study.design.budget}


def shown_runs(data: Prepared, wildcards: Any) -> list[Run]:
    """The runs of a protocol whose scores say how much images matter: the tables', over seeds."""
    if wildcards.protocol != "fixed":
        return []
    return fixed_shown(data)


def fixed_shown(data: Prepared) -> list[Run]:
    """The runs of the study's own cells that tables show."""
    shown = {(cell, table.round) for table in data.study.tables.values() for cell in table.cells}
    return [run for run in _runs_here(data, "fixed") if (run.cell, run.round) in shown]


def shown_files(data: Prepared, wildcards: Any, name: str) -> list[str]:
    """One file of each of the runs of `shown_runs`."""
    return run_files(data.study, shown_runs(data, wildcards), name)


def told_to_judge(data: Prepared, wildcards: Any) -> dict[str, Any]:
    """What a protocol's runs are asked: its tables and its claims, and how they are decided."""
    study, protocol = data.study, PROTOCOLS[wildcards.protocol]
    judged = protocol_claims(protocol, study.claims, study.tuning)
    return {
        "tables": plain_value(protocol_tables(protocol, study.tables, study.tuning)),
        "claims": plain_value(study.claims | judged),
        "left_out": [name for name in study.claims if name not in judged],
        "cells": plain_value(protocol_cells(protocol, study.cells, study.tuning)),
        "shown": plain_runs(shown_runs(data, wildcards)),
        "sides": _sides_of(study, protocol),
        "tuning": told_of_tuning(study) if protocol.tuned else None,
        "looks": study.looks,
        "spending": study.spending,
        "seeds": study.seeds,
    }


def told_of_splits(data: Prepared) -> dict[str, Any]:
    """What validation and test are compared on."""
    return {
        "shown": plain_runs(fixed_shown(data)),
        "tables": plain_value(of_one_factor(data.study.tables)),
        "cells": plain_value(data.study.cells),
    }


def told_of_noise(data: Prepared) -> dict[str, Any]:
    """What the noise of each comparison is worked out from."""
    study = data.study
    return {
        "shown": plain_runs(fixed_shown(data)),
        "tables": plain_value(of_one_factor(study.tables)),
        "cells": plain_value(study.cells),
        "margins": study.margins,
        "tuning_seeds": tuning_seeds(study),
    }


def compared_figures(study: Study, wildcards: Any) -> list[Figure]:
    """A figure, and those that share its axes: all of its kind and its rounds."""
    figure = study.figures[wildcards.figure]
    others = (
        []
        if figure.kind not in SHARED
        else [
            other
            for name, other in study.figures.items()
            if name != wildcards.figure
            and (other.kind, other.rounds) == (figure.kind, figure.rounds)
        ]
    )
    return [figure, *others]


def figure_runs(data: Prepared, wildcards: Any) -> list[Run]:
    """The runs that a figure shows, and those of the figures that share its axes."""
    figures = compared_figures(data.study, wildcards)
    cells = {figure.cell for figure in figures}
    return [
        run
        for run in _runs_here(data, "fixed")
        if run.cell in cells and run.round in figures[0].rounds
    ]


def drawn_runs(data: Prepared) -> list[Run]:
    """The runs that pictures of classifiers show."""
    drawn = set(drawn_cells(factor_levels(data.study)))
    return [run for run in _runs_here(data, "fixed") if (run.cell, run.round) in drawn]


def missing_runs(data: Prepared) -> list[str]:
    """The folders of the study's runs that are neither here nor going to be trained."""
    here = {replace(run, digest="") for run in data.runs}
    return [
        run_folder(data.study, run) for run in data.planned if replace(run, digest="") not in here
    ]


# ---- Files that are made of them ----------------------------------------------------------------


def environments_here(data: Prepared) -> list[str]:
    """What runs ran on, of those that have it or will have it."""
    return environment_files(data.study, data.runs)


def told_of_environments(data: Prepared) -> dict[str, Any]:
    """All runs, and their folders."""
    return {
        "runs": plain_runs(data.runs),
        "folders": [run_folder(data.study, run) for run in data.runs],
    }


def fixed_files(data: Prepared, name: str) -> list[str]:
    """One file of each of the runs of the study's own cells that tables show."""
    return run_files(data.study, fixed_shown(data), name)


def figure_files(data: Prepared, wildcards: Any, name: str) -> list[str]:
    """One file of each of the runs that a figure shows."""
    return run_files(data.study, figure_runs(data, wildcards), name)


def drawn_files(data: Prepared, name: str) -> list[str]:
    """One file of each of the runs that pictures show."""
    return run_files(data.study, drawn_runs(data), name)


def judged_files(data: Prepared) -> list[str]:
    """The verdicts of all protocols: of each its claims, their pairs and its comparisons."""
    study = data.study
    return [
        f"{study.made}/{protocol.name}/{name}.csv"
        for protocol in study.protocols
        for name in ("claims", "claim_pairs", "comparisons")
    ]


def over_splits(data: Prepared) -> list[str]:
    """Each split's numbers and its runs, where the study has other splits."""
    folder, names = f"{data.study.made}/splits", ("values.csv", "runs.csv")
    return [f"{folder}/{name}" for name in names] if data.study.splits else []


def primary_file(study: Study, name: str) -> str:
    """A file of the protocol whose verdicts count."""
    return f"{study.made}/{study.primary.name}/{name}"


def made_for_protocols(study: Study, name: str) -> list[str]:
    """A file that is made where a study follows several protocols."""
    return [f"{study.made}/{name}"] if len(study.protocols) > 1 else []


def made_for_noise(study: Study, name: str) -> list[str]:
    """A file that is made where the noise has several sources, or margins are declared."""
    return [f"{study.made}/{name}"] if len(study.protocols) > 1 or study.margins else []


def made_for_tuning(study: Study, name: str) -> list[str]:
    """A file that is made where sides are tuned."""
    return [f"{study.made}/{name}"] if study.tuning else []


def made_for_reference(study: Study, name: str) -> list[str]:
    """A file that is made where the configuration names published tables."""
    return [f"{study.made}/{name}"] if study.reference else []


def read_files(data: Prepared) -> list[str]:
    """All that people read."""
    study, of_protocol = data.study, ("values", "runs", "levels", "comparisons", "claims")
    names = ["cells.csv", "report.html", "appendix.html", "report.json"]
    names += ["statistics/looks.csv", "statistics/disagreements.csv"]
    names += [
        f"{protocol.name}/{name}"
        for protocol in study.protocols
        for name in (*(f"{key}.csv" for key in of_protocol), "claim_pairs.csv", "curves.json")
    ]
    names += [f"{protocol.name}/mistakes.csv" for protocol in study.protocols]
    names += [f"tables/{table}.{kind}" for table in study.tables for kind in TABLE_KINDS]
    names += [f"paper/{table}.{kind}" for table in PAPER_TABLES for kind in TABLE_KINDS]
    names += [f"figures/{figure}.{kind}" for figure in study.figures for kind in FIGURE_KINDS]
    names += [f"statistics/{name}" for name in ("effects.csv", "marginal_means.csv")]
    names += [f"statistics/interactions.{kind}" for kind in FIGURE_KINDS]
    pictures = (*PICTURES, "forest")
    names += [f"pictures/{name}.{kind}" for name in pictures for kind in PICTURE_KINDS]
    names += [f"pictures/{name}" for name in ("confusion.csv", "mistaken.csv", "mistaken.png")]
    found = [f"{study.made}/{name}" for name in names]
    found += made_for_protocols(study, "statistics/verdicts.csv")
    for name in ("noise", "rope"):
        found += made_for_noise(study, f"statistics/{name}.csv")
    drawn = [f"{name}.{kind}" for name in ("curves", "budget") for kind in PICTURE_KINDS]
    for name in (*drawn, "budgets.csv"):
        found += made_for_tuning(study, f"tuning/{name}")
    for name in ("reference", "reference_findings", "reference_claims"):
        found += made_for_reference(study, f"statistics/{name}.csv")
    return found


def drawn_as(folder: str, names: Iterable[str]) -> dict[str, str]:
    """The outputs of a rule that draws pictures: each by its name, and its PDF by `<name>_pdf`."""
    return {
        name if kind == "svg" else f"{name}_{kind}": f"{folder}{name}.{kind}"
        for name in names
        for kind in PICTURE_KINDS
    }


def own_files(data: Prepared) -> list[str]:
    """The files of the study's own runs, which what people read is made from."""
    runs = _runs_here(data, "fixed")
    return [path for name in RESULTS for path in run_files(data.study, runs, name)]


# ---- What is told of them -----------------------------------------------------------------------


def protocol_names(study: Study) -> list[str]:
    """The protocols that a study follows."""
    return [protocol.name for protocol in study.protocols]


def told_of_looks(study: Study) -> dict[str, Any]:
    """What is recorded of verdicts that were seen."""
    return fields(study, "claims", "seeds", "looks")


def told_of_effects(study: Study) -> dict[str, Any]:
    """What the factors' effects are estimated from."""
    return fields(study, "factorial", "rounds", "figure_style") | {
        "baseline": study.design.baseline,
        "epochs": {name: cell.epochs for name, cell in study.cells.items()},
    }


def told_of_forest(study: Study) -> dict[str, Any]:
    """The claims as their verdicts are about them."""
    return fields(study, "figure_style") | {"claims": plain_value(judged_claims(study))}


def told_of_table(study: Study, wildcards: Any) -> dict[str, Any]:
    """A table, and what its caption says of the study."""
    return fields(study, "design", "cell_seeds", "title") | {
        "table": plain_value(study.tables[wildcards.table])
    }


def told_of_figure(data: Prepared, wildcards: Any) -> dict[str, Any]:
    """A figure, first of those that share its axes, with the runs that they show."""
    return fields(data.study, "design", "seeds", "cell_seeds", "figure_style") | {
        "figures": plain_value(compared_figures(data.study, wildcards)),
        "runs": plain_runs(figure_runs(data, wildcards)),
    }


def told_to_draw(data: Prepared) -> dict[str, Any]:
    """The levels that pictures show beside each other, and the runs."""
    return {
        "levels": plain_value(factor_levels(data.study)),
        "baseline": find_cell(data.study.design, {}),
        "runs": plain_runs(drawn_runs(data)),
        "epochs": {name: cell.epochs for name, cell in data.study.cells.items()},
        **fields(data.study, "figure_style"),
    }


def told_to_report(data: Prepared) -> dict[str, Any]:
    """The study, and which of its runs are missing or were trained otherwise than now."""
    study = data.study
    trained = {
        run.cell: run_settings(study, data.digest, run)["code"]
        for run in protocol_runs(study, PROTOCOLS["fixed"])
    }
    return {
        # not where its data are found, which changes nothing
        "study": plain(study) | {"entry": {}},
        "run_count": len(data.planned),
        "missing": missing_runs(data),
        "folders": [run_folder(study, run) for run in _runs_here(data, "fixed")],
        "data": data.digest,
        "trained": trained,
    }
