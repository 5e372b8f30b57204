"""Every claim of the published example judged again, by its intervals; see `published`."""

import functools
import math

import numpy as np
from published import (
    CLAIMS,
    VALUES,
    amount,
    caveat,
    cell,
    differences,
    guard_ends,
    holm,
    interval,
    p_value,
    pair_statistics,
    shown,
    shown_interval,
    signed,
    title,
)
from scipy import stats

MIN_SEEDS = 10


def bounds(claim: dict) -> tuple[float, float]:
    """Between which numbers the true difference is, if the claim holds."""
    margin = claim.get("margin", 0)
    low = {"greater": margin, "equivalent": -margin, "not_less": -margin}
    high = {"less": -margin, "equivalent": margin, "not_greater": margin}
    return low.get(claim["expect"], -math.inf), high.get(claim["expect"], math.inf)


def side_values(claim: dict, side: dict) -> dict:
    """A side's metric, seed -> value; with `since`, its change."""
    metric = claim["metric"] + (f"_{side['epochs']}" if "epochs" in side else "")
    name = cell(side["cell"])
    last = VALUES[name, side["round"], metric]
    if "since" not in side:
        return last
    before = VALUES[name, side["since"], metric]
    return {seed: last[seed] - before[seed] for seed in last if seed in before}


def side_title(side: dict) -> str:
    words = [f"{key.replace('_', ' ')} {title(value)}" for key, value in side["cell"].items()]
    words = [*(words or ["baseline"]), f"round {side['round']}"]
    words += [f"change since round {side['since']}"] if "since" in side else []
    words += [f"{side['epochs']} epochs"] if "epochs" in side else []
    return ", ".join(words)


def sign_flip_p(values: np.ndarray) -> float:
    """The share of all assignments of signs with a mean at least as far from zero."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return np.mean(np.abs(sums) >= abs(np.sum(values)) - 1e-9 * np.sum(np.abs(values)))


@functools.cache
def judged() -> dict:
    """Claim -> what claims.csv says of it, and its `pairs`."""
    found = {name: _tested(claim) for name, claim in CLAIMS.items()}
    tests = {item["test"]: item["p_value"] for item in found.values() if "test" in item}
    open_tests = sum(p > 0.05 for p, _ in holm(tests).values())
    for name, item in found.items():
        if "test" in item:
            assert "alpha" not in CLAIMS[name], "the levels below are those of 0.05"
            item["p_adjusted"], item["alpha_adjusted"] = holm(tests)[item["test"]]
            item["tests"] = len(tests)
            _decide(CLAIMS[name], item)
        if item["verdict"] == "undecided":
            item |= _seeds(CLAIMS[name], item, 0.05 / open_tests)
    return found


def _tested(claim: dict) -> dict:
    pairs = [_pair(claim, *pair) for pair in claim["compare"]]
    if any("alike" in pair for pair in pairs):
        alike = next(pair["alike"] for pair in pairs if "alike" in pair)
        text = f"it is {alike} in all runs of both sides: there is nothing to test"
        return {"verdict": "not tested", "reason": text, "pairs": pairs}
    seeds = min(pair["n"] for pair in pairs)
    if seeds < MIN_SEEDS:
        reason = f"{MIN_SEEDS} needed; {seeds} run"
        return {"verdict": "too few seeds", "reason": reason, "seeds": seeds, "pairs": pairs}
    within = max(pair["p_supporting"] for pair in pairs)
    beyond = min(1.0, len(pairs) * min(pair["p_contradicting"] for pair in pairs))
    sides = [
        [
            [cell(side["cell"]), side["round"], side.get("since"), side.get("epochs")]
            for side in pair
        ]
        for pair in claim["compare"]
    ]
    what = [claim.get(key) for key in ("metric", "factor", "expect", "margin", "alpha")]
    test = str([what, sides])
    return {"test": test, "p_value": min(within, beyond), "seeds": seeds, "pairs": pairs}


def _pair(claim: dict, first: dict, second: dict) -> dict:
    sides = [side_values(claim, side) for side in (first, second)]
    pair = {"first": side_title(first), "second": side_title(second)}
    where = {"round": "round", "epoch": "epochs"}.get(claim["factor"])
    named = [side[where] if where else side["cell"][claim["factor"]] for side in (first, second)]
    pair["guard"] = guard_ends(claim["factor"], *named)
    pair["caveat"] = caveat(claim["factor"], first["cell"], second["cell"])
    values = {value for side in sides for value in side.values()}
    if len(values) == 1 and claim["expect"] in ("greater", "less"):
        return pair | {"alike": shown(claim["metric"], *values)}
    found, (low, high) = differences(*sides), bounds(claim)
    mean = np.mean(found)
    finite = [bound for bound in (low, high) if math.isfinite(bound)]
    inside = low < mean < high
    outside = low if mean < low else high if mean > high else None
    pair |= pair_statistics(*sides) | {"differences": found, "inside": inside}
    pair["p_supporting"] = max(p_value(found, bound) for bound in finite) if inside else 1.0
    pair["p_contradicting"] = 1.0 if outside is None else p_value(found, outside)
    pair["p_sign_flip"] = sign_flip_p(found)
    return pair


def _decide(claim: dict, item: dict) -> None:
    """The verdict: what the intervals say."""
    (low, high), pairs, level = bounds(claim), item["pairs"], item["alpha_adjusted"]
    narrow = [interval(pair["differences"], level) for pair in pairs]
    wide = [interval(pair["differences"], level / len(pairs)) for pair in pairs]
    for pair, *both in zip(pairs, narrow, wide):
        pair["low_adjusted"], pair["high_adjusted"] = both[0 if pair["inside"] else 1]
    beyond = [i for i, (start, end) in enumerate(wide) if end < low or start > high]
    if all(low < start and end < high for start, end in narrow):
        item["verdict"] = "supported"
    elif beyond:
        item["verdict"] = "contradicted"
        against = pairs[min(beyond, key=lambda i: pairs[i]["p_contradicting"])]
        item["reason"] = _against(claim, against["difference"])
        if len(pairs) > 1:
            item["reason"] += f", {against['first']} against {against['second']}"
    else:
        item["verdict"] = "undecided"
    ends = {
        "equivalent": lambda a, b: (max(abs(a), abs(b)), max(a, -b, 0.0)),
        "not_greater": lambda a, b: (max(b, 0.0), max(a, 0.0)),
        "not_less": lambda a, b: (max(-a, 0.0), max(-b, 0.0)),
    }.get(claim["expect"])
    if ends:
        item["supported_above"] = max(ends(*pair)[0] for pair in narrow)
        item["contradicted_below"] = max(ends(*pair)[1] for pair in wide)


def _against(claim: dict, difference: float) -> str:
    assert claim["expect"] not in ("greater", "less") or "margin" not in claim
    over_time = claim["factor"] in ("round", "epoch")
    words = ("falls", "rises") if over_time else ("is lower", "is higher")
    by = f" by more than {amount(claim['metric'], claim['margin'])}" if "margin" in claim else ""
    return f"it {words[int(difference > 0)]}{by}"


def _power(distances: list[float], alpha: float) -> np.ndarray:
    """With 10 to 1,000 seeds: that all of so many bounds are passed, at least."""
    n = np.arange(MIN_SEEDS, 1001)
    powers = [
        stats.nct.sf(stats.t.ppf(1 - alpha / 2, n - 1), n - 1, min(distance, 100) * np.sqrt(n))
        for distance in distances
    ]
    return sum(np.nan_to_num(power, nan=1.0) for power in powers) - (len(distances) - 1)


def _fewest(distances: list[float], alpha: float, wanted: float) -> float:
    enough = np.flatnonzero(_power(distances, alpha) >= wanted)
    return MIN_SEEDS + enough[0] if len(enough) else math.inf


def _seeds(claim: dict, item: dict, alpha: float) -> dict:
    """How many seeds would decide an undecided claim, for means in the 80% interval of each."""
    low, high = bounds(claim)
    count = len(item["pairs"])
    within, beyond = [], []
    for pair in item["pairs"]:
        found, sd = pair["differences"], pair["sd"]
        start, end = interval(found, 0.2)
        if sd == 0:
            return {}
        if low < start and end < high:
            numbers = [
                _fewest(
                    [abs(mean - bound) / sd for bound in (low, high) if math.isfinite(bound)],
                    alpha,
                    1 - 0.2 / count,
                )
                for mean in (start, np.mean(found), end)
            ]
            within.append((min(numbers), max(numbers)))
        elif end <= low or start >= high:
            bound = low if end <= low else high
            numbers = [
                _fewest([abs(mean - bound) / sd], alpha / count, 0.8) for mean in (start, end)
            ]
            beyond.append((min(numbers), max(numbers)))
    if beyond:
        few, many = min(beyond)
    elif len(within) == count:
        few, many = max(pair[0] for pair in within), max(pair[1] for pair in within)
    else:
        return {}
    if math.isinf(many) or many > 20 * few:
        return {}
    more = max(pair["n"] for pair in item["pairs"]) + 1
    return {"seeds_from": max(few, more), "seeds_to": max(many, more)}


# ---- As people read it --------------------------------------------------------------------------


def note(claim: dict, item: dict) -> str:
    notes = [item["reason"]] if "reason" in item else []
    if "seeds_from" in item:
        few, many = item["seeds_from"], item["seeds_to"]
        number = f"about {few}" if few == many else f"{few} to {many}"
        notes.append(f"{number} seeds would probably decide it")
    if "supported_above" in item:
        above, below = (
            amount(claim["metric"], float(f"{item[key]:.2g}"))
            for key in ("supported_above", "contradicted_below")
        )
        notes.append(f"it would be supported with any margin above {above}")
        if item["contradicted_below"] > 0:
            notes[-1] += f" and contradicted with any below {below}"
    return "; ".join(notes)


def difference_and_interval(claim: dict, pair: dict) -> tuple[str, str]:
    """The interval at the level of the test; where there was none, the 95% one."""
    if "alike" in pair:
        return "–", "–"
    ends = (pair.get("low_adjusted", pair["low"]), pair.get("high_adjusted", pair["high"]))
    return signed(claim["metric"], pair["difference"]), shown_interval(claim["metric"], *ends)
