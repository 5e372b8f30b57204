"""What each cell came to after the last round: its means over seeds, and the best of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from study.analysis.averages import over_seeds
from study.analysis.metrics import METRICS, best_place
from study.design.cell import find_cell
from study.design.study import Study
from study.report.wording import lower_first
from study.settings.choices import CHOICES, parameter_title
from study.settings.level_titles import level_title


@dataclass(frozen=True)
class CellMean:
    """A cell's mean over seeds and its standard deviation, of some metrics."""

    cell: str
    means: dict[str, float]
    sds: dict[str, float]


@dataclass(frozen=True)
class CellMeans:
    """All cells of the design, after its last round."""

    cells: Sequence[CellMean]
    accuracies: dict[str, str]  # split -> the metric to compare with a simple model's accuracy

    def of(self, cell: str) -> CellMean | None:
        """One of them, if it is here."""
        return next((found for found in self.cells if found.cell == cell), None)

    def best(self, metric: str) -> CellMean | None:
        """The best by a metric, the first if tied; None where neither is better."""
        place = best_place(metric, [found.means[metric] for found in self.cells])
        return None if place is None else self.cells[place]

    def of_accuracy(self, split: str) -> list[float]:
        """Each cell's accuracy on a split; nothing where it was not measured."""
        metric = self.accuracies.get(split, "")
        found = [cell.means[metric] for cell in self.cells if metric in cell.means]
        return [mean for mean in found if not pd.isna(mean)]


def baseline_cell(study: Study) -> str:
    """The name of the baseline's cell."""
    return find_cell(study.design, {})


def cell_means(study: Study, values: pd.DataFrame, metrics: Sequence[str]) -> CellMeans:
    """The means of the design's cells.

    Args:
        study: the study.
        values: fixed/values.csv.
        metrics: those that are worked out, beside accuracies where there are some.
    """
    accuracies = {"val": "val_accuracy", "test": "final_test_accuracy"}
    accuracies = {split: name for split, name in accuracies.items() if name in values}
    wanted = [name for name in dict.fromkeys([*metrics, *accuracies.values()]) if name in METRICS]
    at_end = values[values["round"] == study.rounds]
    found = []
    for cell in study.grid_cells:
        row = over_seeds(at_end[at_end["cell"] == cell], wanted)
        if row["n"]:
            means = {name: float(row[name]) for name in wanted}
            found.append(CellMean(cell, means, {name: float(row[f"{name}_sd"]) for name in wanted}))
    return CellMeans(found, accuracies)


def short_title(study: Study, cell: str) -> str:
    """A cell by its levels: `CE, batch size 16, Leaky ReLU`."""
    words = []
    for name in study.factors:
        title = level_title(name, study.cells[cell].parameters[name])
        words.append(title if name in CHOICES else f"{lower_first(parameter_title(name))} {title}")
    return ", ".join(words)
