"""Studies whose truth is known, 500 of each kind: how often a verdict is false, or is missed.

Everything that decides is the project's: `judge`, and the tests over splits and with tuning. What
is drawn is in standard deviations of a seed.
"""

import functools

import numpy as np
import pytest
from measurements import claim, make_runs, make_values, verdict
from scipy import stats

from study.analysis.guard import Recorded
from study.analysis.interval import Added, Noise, p_value
from study.design.claims import Side
from study.settings.parameters import DEFAULTS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("verdicts_alone")]

STUDIES = 500  # the numbers in docs/statistics.md are those of 1,000
SEEDS, SPLITS = 10, 10
QUARTER = Noise({"split": Added(share=1 / 4)})
RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01]
FIXED = 2  # the position of the baseline's rate
# What is at most seen of a chance of 5%, in 999 of 1,000 such tests.
MOST = int(stats.binom.ppf(0.999, STUDIES, 0.05))


@functools.cache
def runs_of(rates: tuple[int, ...]) -> tuple[dict, Recorded]:
    """Claims that CE is better than BCE and focal is not, at a rate each, and the runs of all."""
    cells = {
        loss: DEFAULTS | {"loss": loss, "learning_rate": RATES[rate]}
        for loss, rate in zip(("bce", "ce", "focal"), rates)
    }
    sides = {
        name: Side(name, [1], title=name, parameters=parameters)
        for name, parameters in cells.items()
    }
    along = {"learning_rate": {loss: cell["learning_rate"] for loss, cell in cells.items()}}
    claims = {
        "ce": claim("greater", (sides["ce"], sides["bce"]), along=along),
        "focal": claim("less", (sides["focal"], sides["bce"]), along=along),
    }
    return claims, Recorded(make_runs(cells, rounds=(1,)))


def judged(means: list[float], rates: list[int], noise: np.ndarray) -> list[str]:
    """Both verdicts, on BCE, CE and focal with these means; noise (4, seeds), the first shared."""
    claims, recorded = runs_of(tuple(rates))
    measured = np.array(means)[:, None] + noise[0] + noise[1:]
    values = make_values(**dict(zip(("bce", "ce", "focal"), measured)))
    return verdict(claims, values, recorded)["verdict"].tolist()


def is_decided(verdicts: list[str]) -> bool:
    return not set(verdicts) <= {"no signal", "borderline"}


def accuracy(best: float, drop: float) -> np.ndarray:
    """Of each rate: 0 at the best position, and less by `drop` at the next."""
    return -drop * (np.arange(len(RATES)) - best) ** 2


def tune(generator: np.random.Generator, curve: np.ndarray, tuning_seeds: int) -> int:
    """The position of the rate that tuning chooses."""
    measured = curve[:, None] + generator.normal(0, 1, (len(curve), tuning_seeds))
    return int(measured.mean(axis=1).argmax())


def over_splits(generator: np.random.Generator, sd: float, share: float) -> np.ndarray:
    """Differences over splits that are alike by share / (1 + share): the split's and the seeds'."""
    alike = share / (1 + share)
    of_all, of_each = generator.normal(0, sd, (2, SPLITS))
    return np.sqrt(alike) * of_all[0] + np.sqrt(1 - alike) * of_each


def test_no_effect():
    """Nothing differs between three losses, and tuning sees clearly which rate is best for all."""
    generator = np.random.default_rng(1)
    false = dict.fromkeys(("fixed", "tuned", "splits"), 0)
    curve = accuracy(FIXED, drop=4.0)
    for _ in range(STUDIES):
        chosen = [tune(generator, curve, 3) for _ in range(3)]
        for name, rates in (("fixed", [FIXED] * 3), ("tuned", chosen)):
            noise = generator.normal(0, 1, (4, SEEDS))
            false[name] += is_decided(judged(list(curve[rates]), rates, noise))
        false["splits"] += p_value(over_splits(generator, 1.4, 1 / 4), QUARTER) <= 0.05
    assert all(0 < count <= MOST for count in false.values()), false


def test_an_effect_of_a_badly_tuned_rate_alone():
    """All losses are as good at their best rate. The fixed one is BCE's, and CE's is the next."""
    generator = np.random.default_rng(2)
    curves = [accuracy(best, drop=4.0) for best in (FIXED, FIXED + 1, FIXED)]
    fixed, tuned = [], 0
    for _ in range(STUDIES):
        noise = generator.normal(0, 1, (4, SEEDS))
        fixed.append(judged([curve[FIXED] for curve in curves], [FIXED] * 3, noise)[0])
        chosen = [tune(generator, curve, 3) for curve in curves]
        means = [curve[position] for curve, position in zip(curves, chosen)]
        tuned += is_decided(judged(means, chosen, generator.normal(0, 1, (4, SEEDS))))
    assert fixed.count("contradicted") > 0.99 * STUDIES and "supported" not in fixed
    assert 0 < tuned <= MOST


def test_an_effect_of_the_split_alone():
    """Each split favours one loss by chance. Seeds on one split find what another would not."""
    generator = np.random.default_rng(3)
    false = dict.fromkeys(("one split", "splits", "splits, not corrected"), 0)
    for _ in range(STUDIES):
        favoured = [0.0, *generator.normal(0, 1, 2)]
        noise = generator.normal(0, 1, (4, SEEDS))
        false["one split"] += is_decided(judged(favoured, [FIXED] * 3, noise))
        # of a split's 1 and two seeds' 1 + 1
        differences = over_splits(generator, np.sqrt(3), 1 / 4)
        false["splits"] += p_value(differences, QUARTER) <= 0.05
        false["splits, not corrected"] += p_value(differences) <= 0.05
    assert false["one split"] > 0.4 * STUDIES, false
    assert 0 < false["splits"] <= MOST, false
    assert false["splits, not corrected"] > 3 * MOST, false
