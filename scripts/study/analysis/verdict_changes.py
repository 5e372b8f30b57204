"""What becomes of each verdict where sides are tuned, or on other splits."""

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from study.analysis.averages import DECIMALS
from study.analysis.interval import Added, Noise, interval, p_value
from study.analysis.significance import ALPHA
from study.analysis.verdicts import CONTRADICTED, NOT_TESTED, SUPPORTED, UNDECIDED
from study.design.protocols import FIXED, PROTOCOLS

# A verdict a protocol, of claims and of the comparisons of tables, whose verdicts are in words.
VERDICT_COLUMNS = {
    "kind": str,
    "name": str,
    "level": str,
    "against": str,
    "metric": str,
    "protocol": str,
    "verdict": str,
    "sides": str,
    "difference": float,
    "low": float,
    "high": float,
    "p_adjusted": float,
    "n": float,
    # by how much the difference itself changes from that with fixed values, on the same seeds, with
    # its 95% interval and the p-value of no change; of tuned sides over the study's own split
    "moved": float,
    "moved_low": float,
    "moved_high": float,
    "p_moved": float,
    "edge": str,  # which values that tuning chose are an end of what was tried, so not tuned
    "reason": str,
}
MOVED = ("moved", "moved_low", "moved_high", "p_moved")
SIDES = ("level", "against", "metric")
Row = dict[str, Any]  # of the file, by its columns

HIGHER, LOWER, UNCLEAR = "higher", "lower", "not clear"
DECIDED = (SUPPORTED, CONTRADICTED, HIGHER, LOWER)
ON_DATA = (*DECIDED, *UNDECIDED, UNCLEAR)  # what runs say; all others are why they say nothing
# What becomes of a verdict, from the first protocol to the second.
HOLDS, GONE, TURNED, FOUND, OPEN = "holds", "goes away", "turns round", "appears", "stays open"


class Judged(NamedTuple):
    """What one protocol says, as its files have it."""

    claims: pd.DataFrame
    pairs: pd.DataFrame
    comparisons: pd.DataFrame


def collect_verdicts(protocols: Mapping[str, Judged]) -> pd.DataFrame:
    """`VERDICT_COLUMNS`, one row per claim or comparison and protocol.

    A claim with several pairs has the difference that decides: see `deciding`.
    What has no verdict by a protocol has the `reason`.

    Args:
        protocols: name -> what it says.
    """
    fixed = _differences(protocols[FIXED.name]) if FIXED.name in protocols else {}
    rows = []
    for protocol, judged in protocols.items():
        same_seeds = protocol != FIXED.name and not PROTOCOLS[protocol].splits
        for row in [*_of_claims(judged), *_of_comparisons(judged.comparisons)]:
            before = fixed.get(tuple(row[key] for key in ("kind", "name", *SIDES)))
            after, added_sd = row["differences"], row["added_sd"]
            if same_seeds and isinstance(before, str) and isinstance(after, str):
                row |= move(before, after, added_sd)
            rows.append({"protocol": protocol, **row})
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))


def _differences(judged: Judged) -> dict[tuple[str, ...], str]:
    """Each seed's differences of a protocol, by what a row has that is of them."""
    found: dict[tuple[str, ...], str] = {}
    for kind, frame, keys in (
        ("claim", judged.pairs, ["claim", "first", "second", "metric"]),
        ("comparison", judged.comparisons, ["table", *SIDES]),
    ):
        if "added_sd" in frame:  # files of earlier versions lack it
            of_frame = frame[frame["differences"].notna()]
            places = zip(*(of_frame[key] for key in keys))
            found |= {(kind, *key): text for key, text in zip(places, of_frame["differences"])}
    return found


def move(before: str, after: str, added_sd: float) -> Row:
    """By how much a difference moved from one protocol to another, on the seeds of both.

    A paired t-test of what each seed's difference changes by, including the noise that the second
    one has beside its seeds'.

    Args:
        before, after: each seed's differences, `seed:difference`, as files have them.
        added_sd: what is added to the second one's.
    """
    values = [pd.Series(dict(each_difference(text)), dtype=float) for text in (before, after)]
    moves = (values[1] - values[0]).dropna().round(DECIMALS)
    noise = Noise({"beside": Added(sd=added_sd)})
    found = interval(moves, noise)
    p = p_value(moves, noise) if len(moves) > 1 else math.nan
    return dict(zip(MOVED, (found.mean, found.low, found.high, p)))


def each_difference(text: str) -> list[tuple[str, float]]:
    """`0:0.0147 1:0.0103` -> [("0", 0.0147), ("1", 0.0103)]."""
    parts = (item.partition(":") for item in text.split())
    return [(seed, float(value)) for seed, _, value in parts]


def _of_claims(judged: Judged) -> Iterator[Row]:
    pairs = dict(list(judged.pairs.groupby("claim")))
    for claim in judged.claims.to_dict("records"):
        of_claim = pairs[claim["claim"]]
        tested = of_claim[of_claim["n"].notna()]
        pair = {}
        if len(tested):
            pair = tested.iloc[deciding(tested, claim["verdict"])].to_dict()
        yield {
            "kind": "claim",
            "name": claim["claim"],
            "level": pair.get("first"),
            "against": pair.get("second"),
            "metric": claim["metric"],
            "verdict": claim["verdict"],
            "sides": claim["sides"],
            "p_adjusted": claim["p_adjusted"],
            "reason": None if claim["verdict"] in ON_DATA else claim["reason"],
            **_numbers(pair),
            "edge": joined(of_claim["edge"]) if "edge" in of_claim else None,
        }


def deciding(pairs: pd.DataFrame, verdict: str) -> int:
    """Which of a claim's tested pairs decides: the clearest against it, where it is contradicted.

    Else that which supports it least; of several which do not at all, the clearest against it.
    """
    against, supports = (
        pairs[column].fillna(1).to_numpy() for column in ("p_contradicting", "p_supporting")
    )
    least = np.zeros(len(pairs)) if verdict == "contradicted" else -supports
    return int(np.lexsort((against, least))[0])


def joined(texts: Iterable[Any]) -> str:
    """Each part of some texts once; what is not text, because it is missing, has none."""
    parts = (part for text in texts if isinstance(text, str) for part in text.split("; ") if part)
    return "; ".join(dict.fromkeys(parts))


def _of_comparisons(comparisons: pd.DataFrame) -> Iterator[Row]:
    for row in comparisons.to_dict("records"):
        if pd.isna(row["metric"]):  # the whole comparison is refused
            continue
        refused = isinstance(row["refused"], str)
        yield {
            "kind": "comparison",
            "name": row["table"],
            "level": row["level"],
            "against": row["against"],
            "metric": row["metric"],
            "verdict": NOT_TESTED if refused else _direction(row),
            "sides": row["sides"],
            "p_adjusted": row["p_holm"],
            "reason": row["refused"],
            **_numbers(row),
        }


def _numbers(row: Mapping[Hashable, Any]) -> Row:
    """The difference and the interval that the verdict is read off."""
    adjusted = not pd.isna(row.get("low_adjusted"))
    low, high = ("low_adjusted", "high_adjusted") if adjusted else ("low", "high")
    return {
        "difference": row.get("difference"),
        "low": row.get(low),
        "high": row.get(high),
        "n": row.get("n"),
        "differences": row.get("differences"),
        "added_sd": row.get("added_sd"),
        "edge": row.get("edge"),
    }


def _direction(row: Mapping[Hashable, Any]) -> str:
    if not row["p_holm"] <= ALPHA:
        return UNCLEAR
    return HIGHER if row["difference"] > 0 else LOWER


def change(before: str, after: str) -> str | None:
    """What becomes of one verdict in another protocol; None where one of them is none."""
    if before not in ON_DATA or after not in ON_DATA:
        return None
    if before not in DECIDED and after not in DECIDED:
        return OPEN
    if before == after:
        return HOLDS
    if before in DECIDED:
        return TURNED if after in DECIDED else GONE
    return FOUND
