"""How often verdicts on tuned sides are false, in simulated studies whose truth is known.

    python docs/simulate_tuning.py     # some minutes

writes docs/simulations/tuned_verdicts.csv and the table of docs/statistics.md. In a study every
side has the same trials, each worth so much that a landscape says, in standard deviations of one
run; it is tuned with some seeds and evaluated with others, and judged as the workflow judges it.
All sides are equally good, so that any difference is false. For the power the first side is better
by one standard deviation.

The noise of real runs is what seeds of one cell differ by in docs/simulations/pneumoniamnist.csv.
"""

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from study.analysis.interval import Added, Noise, p_value
from study.analysis.noise.tuning import choice_deviation
from study.analysis.significance import holm
from study.analysis.trials import resampled_choices
from study.analysis.tuned_sides import TunedSide

PAGE = REPOSITORY / "docs" / "statistics.md"
RESULTS = REPOSITORY / "docs" / "simulations" / "tuned_verdicts.csv"
REAL_RUNS = REPOSITORY / "docs" / "simulations" / "pneumoniamnist.csv"
BEGIN, END = "<!-- tuned simulations: begin -->", "<!-- tuned simulations: end -->"
STUDIES, PLACES, METRIC = 1000, 3, "val_accuracy"
SEEDS = [
    (2, 10),
    (3, 15),
    (5, 10),
    (5, 20),
    (5, 25),
    (5, 50),
    (10, 20),
    (10, 50),
]  # of tuning, of the evaluation
ALPHA, FIRST_OF_22, SIDES = 0.05, 0.05 / 22, 7
# What trials are worth. Two or three that are nearly tied, or a peak over seven.
TIES = {f"two, {gap} apart": [0.0, -gap] for gap in (0.0, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5)}
TIES |= {f"three, {gap} apart": [0.0, -gap, -gap] for gap in (0.35, 0.75)}
PEAKS = {
    f"peak, {curve} (x − 3.3)²": [-curve * (x - 3.3) ** 2 for x in range(7)]
    for curve in (0.1, 0.2, 0.4, 0.8)
}
FAMILIES = ("two, 0.35 apart", "two, 0.75 apart", "three, 0.75 apart", "peak, 0.4 (x − 3.3)²")
FOR_POWER = "two, 0.2 apart"

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def real_noise(path: Path) -> Draw:
    """What runs of one cell and round differ from their mean by, in their standard deviations."""
    runs = pd.read_csv(path).pivot(index="seed", columns=["cell", "round"], values=METRIC)
    values = runs.loc[:, runs.nunique() > 1].to_numpy()
    noise = ((values - values.mean(axis=0)) / values.std(axis=0, ddof=1)).T

    def draw(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        cells = generator.integers(0, len(noise), (*shape[:-1], 1))
        return noise[cells, generator.integers(0, noise.shape[1], shape)]

    return draw


NOISES: dict[str, Draw] = {
    "normal": lambda generator, shape: generator.normal(size=shape),
    "pneumoniamnist": real_noise(REAL_RUNS),
}


def tuned_side(tried: np.ndarray) -> tuple[TunedSide, list[int]]:
    """A side as the workflow has it, and the trials in its places; of (trials, tuning seeds)."""
    choices = resampled_choices(tried, METRIC)
    counts, best = np.bincount(choices, minlength=len(tried)), int(tried.mean(axis=1).argmax())
    counts[best] = len(choices) + 1  # the one that is chosen comes first
    places = [trial for trial in np.argsort(-counts, kind="stable") if counts[trial]][:PLACES]
    drawn = np.full(len(choices), -1)
    for position, trial in enumerate(places):
        drawn[choices == trial] = position
    names = [f"tuned{number + 1}" for number in range(len(places))]
    return TunedSide(names, drawn, tried.shape[1]), places


def compare(
    sides: list[tuple[TunedSide, list[int]]], evaluated: np.ndarray
) -> Iterator[tuple[bool, float, float]]:
    """Of every two sides: whether it is a verdict on tuned sides, its p-value, and that of the
    values that were chosen, from (sides, trials, seeds)."""
    runs = [of_side[places] for (_, places), of_side in zip(sides, evaluated)]
    for one, other in itertools.combinations(range(len(sides)), 2):
        (first, _), (second, _) = sides[one], sides[other]
        chosen = p_value(runs[one][0] - runs[other][0])
        if not (first.is_covered and second.is_covered):
            yield False, 1.0, chosen
            continue
        means = runs[one].mean(axis=1), runs[other].mean(axis=1)
        noise = Noise({"tuning": Added(sd=choice_deviation((first, second), means))})
        differences = first.weights @ runs[one] - second.weights @ runs[other]
        yield True, p_value(differences, noise), chosen


def simulate(
    draw: Draw, worth: list[float], seeds: tuple[int, int], count: int, effect: float, studies: int
) -> np.ndarray:
    """(studies, comparisons, 3): what `compare` says of each study.

    Args:
        draw: the noise of runs.
        worth: of each trial.
        seeds: of tuning and of the evaluation.
        count: how many sides a study has.
        effect: by how much the first is better.
        studies: how many.
    """
    generator = np.random.default_rng(0)
    level = np.array(worth)[:, None] + np.array([effect, *[0.0] * (count - 1)])[:, None, None]
    found = []
    for _ in range(studies):
        tried, evaluated = (
            draw(generator, (count, len(worth), number)) + level for number in seeds
        )
        found.append([*compare([tuned_side(of_side) for of_side in tried], evaluated)])
    return np.array(found, float)


def rows(studies: int = STUDIES) -> Iterator[dict[str, object]]:
    """The rows of the results' file; shares in per cent."""
    for (noise, draw), seeds in itertools.product(NOISES.items(), SEEDS):
        for landscape, worth in (TIES | PEAKS).items():
            row = {"noise": noise, "landscape": landscape}
            row |= {"tuning_seeds": seeds[0], "seeds": seeds[1]}
            found = simulate(draw, worth, seeds, 2, 0.0, studies)[:, 0]
            row |= {
                "called_tuned": found[:, 0].mean(),
                "false_at_5": (found[:, 1] <= ALPHA).mean(),
                "false_at_0.23": (found[:, 1] <= FIRST_OF_22).mean(),
                "false_at_5_of_chosen": (found[:, 2] <= ALPHA).mean(),
            }
            if landscape in FAMILIES:
                family = simulate(draw, worth, seeds, SIDES, 0.0, studies)
                row |= {
                    f"false_of_21{name}": np.mean([holm(p).min() <= ALPHA for p in family[..., at]])
                    for at, name in ((1, ""), (2, "_of_chosen"))
                }
            if landscape == FOR_POWER:
                found = simulate(draw, worth, seeds, 2, 1.0, studies)[:, 0]
                row |= {"found_at_5": (found[:, 1] <= ALPHA).mean()}
            yield {
                name: round(100 * value, 2) if isinstance(value, float) else value
                for name, value in row.items()
            }


def markdown(results: pd.DataFrame) -> str:
    """The worst of all landscapes and noises, by the numbers of seeds."""
    shown = {
        "One comparison, 5%": "false_at_5",
        "0.23%": "false_at_0.23",
        "Any of 21": "false_of_21",
        "Found": "found_at_5",
        "Chosen alone, 5%": "false_at_5_of_chosen",
        "any of 21": "false_of_21_of_chosen",
    }
    lines = [f"| Tuning seeds | Seeds | {' | '.join(shown)} |", "| ---: " * 8 + "|"]
    for (tuning, seeds), of_seeds in results.groupby(["tuning_seeds", "seeds"]):
        worst = [
            of_seeds[name].min() if name == "found_at_5" else of_seeds[name].max()
            for name in shown.values()
        ]
        digits = [2 if name == "false_at_0.23" else 1 for name in shown.values()]
        texts = [f"{value:.{places}f}" for value, places in zip(worst, digits)]
        lines.append(f"| {tuning} | {seeds} | {' | '.join(texts)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    results = pd.DataFrame(rows())
    RESULTS.parent.mkdir(exist_ok=True)
    results.to_csv(RESULTS, index=False, lineterminator="\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}"
    PAGE.write_text(text, encoding="utf-8", newline="\n")
