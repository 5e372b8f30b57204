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
    for name, item in found.items():
        if "test" in item:
            assert "alpha" not in CLAIMS[name], "the levels below are those of 0.05"
            item["p_adjusted"], item["alpha_adjusted"] = holm(tests)[item["test"]]
            item["tests"] = len(tests)
            _decide(CLAIMS[name], item)
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
        item["verdict"] = "no signal"
        shown = [(pair["low_adjusted"], pair["high_adjusted"]) for pair in pairs]
        crossing = [ends for ends in shown if not _is_clear(*ends, low, high)]
        if claim.get("margin") and all(start > 0 or end < 0 for start, end in crossing):
            item["verdict"] = "borderline"
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


def _is_clear(start: float, end: float, low: float, high: float) -> bool:
    """Whether an interval is within the bounds or beyond them."""
    return (low < start and end < high) or end < low or start > high


# ---- As people read it --------------------------------------------------------------------------


def difference_and_interval(claim: dict, pair: dict) -> tuple[str, str]:
    """The interval at the level of the test; where there was none, the 95% one."""
    if "alike" in pair:
        return "–", "–"
    ends = (pair.get("low_adjusted", pair["low"]), pair.get("high_adjusted", pair["high"]))
    return signed(claim["metric"], pair["difference"]), shown_interval(claim["metric"], *ends)
