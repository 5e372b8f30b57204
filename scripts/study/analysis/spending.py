"""Several looks at growing numbers of seeds, at one level over all of them: alpha spending.

A study that is judged with 5 seeds, then with 10, then with 20 gives chance a try each time. A
spending function says how much of the level may be used up by which look (Lan and DeMets 1983,
Biometrika 70), and with it each look has a boundary that a z statistic has to cross. Boundaries are
applied as significance levels: the probability of a normal z beyond one is the nominal level,
and a t-test's p-value is compared with it (Pocock 1977, Biometrika 64; Jennison and Turnbull 2000,
Group Sequential Methods, ch. 3.3 and 7). All tests are two-sided and symmetric, with half of the
level spent on each side.

Here alpha is the level over all looks, `looks` are the numbers of seeds, rising, of which the last
is where all of alpha is spent, and a look is its position among them. Without looks, an empty
tuple, there is one, at all seeds, and levels stay as they are.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

# How much of a one-sided level is spent by a share of the seeds: two approximations of Lan and
# DeMets, to O'Brien and Fleming's boundaries, which leave nearly all to the end, and to Pocock's,
# which are about the same at every look.
SPENDING: dict[str, Callable[[float, float], float]] = {
    "obrien_fleming": lambda share, level: 2 * ndtr(ndtri(level / 2) / math.sqrt(share)),
    "pocock": lambda share, level: level * math.log1p((math.e - 1) * share),
}
SMALLEST = 1e-12  # an overall p-value below this is as good as this
FARTHEST = 12.0  # of z statistics: nobody meets one beyond this
NEVER = (
    37.0  # a boundary that is never crossed; the tail beyond it is just above the smallest float
)


def nominal_level(alpha: float, look: int, looks: tuple[int, ...], spending: str) -> float:
    """The level at which a look is tested, two-sided, for `alpha` over all looks.

    A p-value at most this is significant at `alpha` over all looks.
    """
    if not looks:
        return alpha
    return float(2 * ndtr(-boundaries(looks, alpha, spending)[look]))


@cache
def boundaries(looks: tuple[int, ...], alpha: float, spending: str) -> np.ndarray:
    """The |z| from which on each look is significant, for `alpha` over all: (looks,).

    The statistic at one look and that at the next are normal with correlation √(n/m); its density
    where no boundary was crossed yet is integrated look by look (Armitage, McPherson and Rowe 1969,
    J. R. Stat. Soc. A 132), by Gauss-Legendre quadrature.
    """
    shares = np.asarray(looks) / looks[-1]
    spent = [SPENDING[spending](share, alpha / 2) for share in shares]
    found = [_clipped(-ndtri(spent[0]))]
    places, density = _inside(found[0], shares[0], shares[1:2], lambda z: _normal(z))
    for look in range(1, len(looks)):
        before, now = shares[look - 1], shares[look]
        means, spread = places * math.sqrt(before / now), math.sqrt(1 - before / now)
        found.append(_boundary(spent[look] - spent[look - 1], means, spread, density))
        places, density = _inside(
            found[look],
            now,
            shares[look + 1 : look + 2],
            lambda z, means=means, spread=spread, density=density: (
                _normal((z[:, None] - means) / spread) @ density / spread
            ),
        )
    return np.array(found)


def overall_p(p_value: float, look: int, looks: tuple[int, ...], spending: str) -> float:
    """The level over all looks at which a p-value at this look is just significant.

    The p-value of a sequence of looks is the smallest of these over the looks that were taken (Liu
    and Anderson 2008, J. Am. Stat. Assoc. 103): it is at most alpha where a boundary for alpha was
    crossed.
    """

    if not looks:
        return p_value

    def distance(log_alpha: float) -> float:
        level = nominal_level(math.exp(log_alpha), look, looks, spending)
        return math.log(max(level, 1e-300)) - math.log(max(p_value, 1e-300))

    low, high = math.log(SMALLEST), math.log(1 - 1e-6)
    if distance(high) <= 0:
        return 1.0
    if distance(low) >= 0:
        return SMALLEST
    return math.exp(brentq(distance, low, high, xtol=1e-10))


def _boundary(level: float, means: np.ndarray, spread: float, density: np.ndarray) -> float:
    """The z that is crossed with probability `level` from where no boundary was crossed before."""
    farthest = _clipped(-ndtri(level))

    def distance(z: float) -> float:
        return math.log(max(ndtr((means - z) / spread) @ density, 1e-300)) - math.log(level)

    if level < 1e-290 or distance(farthest) >= 0:
        return farthest
    return brentq(distance, 0.0, farthest, xtol=1e-12) if distance(0.0) > 0 else 0.0


def _inside(boundary: float, share: float, following: np.ndarray, density: Callable) -> tuple:
    """Where z is below its boundary, and the probability there, to be summed: (nodes,) each."""
    if not len(following):
        return np.empty(0), np.empty(0)
    width = min(1.0, math.sqrt(following[0] / share - 1))  # of what the next look makes of a place
    end = min(boundary, FARTHEST)
    nodes, weights = _gauss_legendre(64 * math.ceil(0.4 + end / width / 8))
    return end * nodes, end * weights * density(end * nodes)


@cache
def _gauss_legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(count)


def _normal(z: np.ndarray) -> np.ndarray:
    return np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi)


def _clipped(z: float) -> float:
    return float(min(z, NEVER))
