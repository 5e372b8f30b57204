"""Which test of paired differences to trust: the false verdicts and the power of four, simulated.

    python docs/compare_tests.py [fixed/values.csv of another study …]     # a few minutes

writes the tables of docs/simulations/paired_tests.md. A simulated study has 18 claims, each tested
on as many paired differences as there are seeds, all together, Holm-adjusted, at 5%. Where no claim
is true, any verdict is false. For the power, one claim is true by 1 or 2 standard deviations of its
differences, and has to be found among the 18.

The noise of real runs is that of the named studies, and of docs/simulations/pneumoniamnist.csv: the
source study's cells on PneumoniaMNIST with 15 seeds and 30 epochs a round. It consists of
differences between two seeds of one cell, so that nothing is to be found.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "simulations" / "paired_tests.md"
REAL_RUNS = REPOSITORY / "docs" / "simulations" / "pneumoniamnist.csv"
BEGIN, END = "<!-- simulations: begin -->", "<!-- simulations: end -->"
CLAIMS, ALPHA = 18, 0.05
SEEDS = (5, 10, 12, 20)
STUDIES, RESAMPLES, FLIPS = 2000, 999, 4096
ROUNDING = 1e-9  # sums that differ by less are one sum

# ---- Noise: (generator, shape) -> differences with mean 0 and standard deviation 1 ---------------

NOISES = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "heavy tails": lambda rng, shape: rng.standard_t(3, shape) / np.sqrt(3),
    "skewed": lambda rng, shape: rng.exponential(size=shape) - 1,
    "tied": lambda rng, shape: (
        rng.choice([-2, -1, 0, 1, 2], shape, p=[0.05, 0.2, 0.5, 0.2, 0.05]) / np.sqrt(0.8)
    ),
}


def real_noise(path: Path, metric: str) -> Callable:
    """Differences of two seeds of one cell and round, in units of their standard deviation."""
    measured = pd.read_csv(path)
    runs = measured.pivot(index="seed", columns=["cell", "round"], values=metric).dropna(axis=1)
    values = runs.loc[:, runs.nunique() > 1].to_numpy()
    seeds, cells = values.shape

    def draw(rng: np.random.Generator, shape: tuple) -> np.ndarray:
        cell = rng.integers(0, cells, (*shape[:-1], 1))
        first = rng.integers(0, seeds, shape)
        second = (first + rng.integers(1, seeds, shape)) % seeds
        return (values[first, cell] - values[second, cell]) / (2**0.5 * values.std(0, ddof=1)[cell])

    return draw


# ---- Tests: differences (tests, seeds) -> two-sided p-values (tests,) ----------------------------


def paired_t(differences: np.ndarray) -> np.ndarray:
    """Without spread the smallest p-value of the sign-flip test, as in study.analysis.interval."""
    n, constant = differences.shape[1], np.ptp(differences, axis=1) < ROUNDING
    mean, sd = differences.mean(1), np.where(constant, 1, differences.std(1, ddof=1))
    p_values = 2 * stats.t.sf(np.abs(mean) / sd * np.sqrt(n), n - 1)
    of_constant = np.where(np.abs(mean) < ROUNDING, 1.0, 2.0 ** (1 - n))
    return np.where(constant, of_constant, p_values)


def sign_flip(differences: np.ndarray) -> np.ndarray:
    """All assignments of signs up to 13 seeds, 4,096 random ones above."""
    n = differences.shape[1]
    if n <= 13:
        signs = 1.0 - 2 * ((np.arange(2 ** (n - 1))[:, None] >> np.arange(n)) & 1)
    else:
        signs = np.random.default_rng(1).choice([-1.0, 1.0], size=(FLIPS, n))
        signs[0] = 1
    p_values = []
    for part in np.array_split(differences, max(1, len(differences) // 1000)):
        reached = np.abs(part.sum(1)) - ROUNDING
        p_values.append((np.abs(part @ signs.T) >= reached[:, None]).mean(1))
    return np.concatenate(p_values)


def signed_rank(differences: np.ndarray) -> np.ndarray:
    """Wilcoxon's, exactly: sign flips of the ranks of the distances from zero, ties averaged."""
    rounded = np.round(differences, 9)
    return sign_flip(np.sign(rounded) * stats.rankdata(np.abs(rounded), axis=1))


def bootstrap_t(differences: np.ndarray) -> np.ndarray:
    """Symmetric: how often t of a resample, about the mean, is as far off as the t observed."""
    n = differences.shape[1]
    picks = np.random.default_rng(2).integers(0, n, (RESAMPLES, n))
    counts = np.stack([np.bincount(pick, minlength=n) for pick in picks]).astype(float)
    p_values = []
    for part in np.array_split(differences, max(1, len(differences) // 1000)):
        mean, variance = part.mean(1, keepdims=True), part.var(1, ddof=1, keepdims=True)
        centred = part - mean
        means = centred @ counts.T / n
        variances = (centred**2 @ counts.T / n - means**2) * n / (n - 1)
        flat = variances < ROUNDING  # all of one value: t is infinite
        reached = np.where(flat, np.inf, means**2 / np.where(flat, 1, variances))
        observed = mean**2 / np.where(variance > 0, variance, 1)
        share = (1 + (reached >= observed - ROUNDING).sum(1)) / (RESAMPLES + 1)
        p_values.append(np.where(variance[:, 0] > 0, share, 1.0))
    return np.concatenate(p_values)


TESTS = {
    "paired t": paired_t,
    "sign-flip": sign_flip,
    "signed-rank": signed_rank,
    "bootstrap-t": bootstrap_t,
}

# ---- The simulation ------------------------------------------------------------------------------


def simulate(noises: dict[str, Callable], studies: int) -> Iterator[dict]:
    """For each noise and number of seeds, per cent: false verdicts, and power at 1 and 2."""
    for noise, draw in noises.items():
        for seeds in SEEDS:
            drawn = draw(np.random.default_rng(0), (studies, CLAIMS, seeds))
            row = {"noise": noise, "seeds": seeds}
            for name, test in TESTS.items():
                p_values = test(drawn.reshape(-1, seeds)).reshape(studies, CLAIMS)
                false = (p_values.min(1) * CLAIMS <= ALPHA).mean()
                found = [(test(drawn[:, 0] + effect) * CLAIMS <= ALPHA).mean() for effect in (1, 2)]
                row[name] = [round(100 * share, 1) for share in (false, *found)]
            yield row


def markdown(rows: list[dict]) -> str:
    """Three tables: false verdicts, power at 1 and at 2 standard deviations."""
    titles = [
        "Studies with any false verdict, of those in which no claim is true (%; should be 5).",
        "How often one true effect of 1 sd is found (%)",
        "How often one true effect of 2 sd is found (%)",
    ]
    tables = []
    for number, title in enumerate(titles):
        head = ["Noise", "Seeds", *TESTS]
        lines = [
            f"**{title}**",
            "",
            f"| {' | '.join(head)} |",
            f"| --- {'| ---: ' * (len(head) - 1)}|",
        ]
        for row in rows:
            cells = [row["noise"], str(row["seeds"])]
            cells += [f"{row[name][number]:.1f}" for name in TESTS]
            lines.append(f"| {' | '.join(cells)} |")
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def main() -> None:
    """Simulate, and write the tables into the page."""
    named = {Path(path).parents[1].name: Path(path) for path in sys.argv[1:]}
    real = {
        f"{name}, {metric}": real_noise(path, metric)
        for name, path in ({"pneumoniamnist": REAL_RUNS} | named).items()
        for metric in ("val_accuracy", "val_loss")
    }
    text = markdown(list(simulate(NOISES | real, STUDIES)))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
