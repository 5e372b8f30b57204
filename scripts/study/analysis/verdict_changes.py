"""What becomes of each verdict where sides are tuned, or on other splits."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from study.analysis.significance import ALPHA
from study.analysis.verdicts import CONTRADICTED, NOT_TESTED, SUPPORTED, UNDECIDED

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
    "reason": str,
}
Row = dict[str, Any]  # of the file, by its columns

HIGHER, LOWER, UNCLEAR = "higher", "lower", "not clear"
DECIDED = (SUPPORTED, CONTRADICTED, HIGHER, LOWER)
ON_DATA = (*DECIDED, UNDECIDED, UNCLEAR)  # what runs say; all others are why they say nothing
# What becomes of a verdict, from the first protocol to the second.
HOLDS, GONE, TURNED, FOUND, OPEN = "holds", "goes away", "turns round", "appears", "stays open"


class Judged(NamedTuple):
    """What one protocol says, as its files have it."""

    claims: pd.DataFrame
    pairs: pd.DataFrame
    comparisons: pd.DataFrame


def collect_verdicts(protocols: Mapping[str, Judged]) -> pd.DataFrame:
    """`VERDICT_COLUMNS`, one row per claim or comparison and protocol.

    A claim with several pairs has the difference that is farthest from 0, in standard deviations.
    What has no verdict by a protocol has the `reason`.

    Args:
        protocols: name -> what it says.
    """
    rows = []
    for protocol, judged in protocols.items():
        of_protocol = [*_of_claims(judged), *_of_comparisons(judged.comparisons)]
        rows += [{"protocol": protocol, **row} for row in of_protocol]
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))


def _of_claims(judged: Judged) -> Iterator[Row]:
    pairs = dict(list(judged.pairs.groupby("claim")))
    for claim in judged.claims.to_dict("records"):
        of_claim = pairs[claim["claim"]]
        tested = of_claim[of_claim["n"].notna()]
        pair = {}
        if len(tested):
            farthest = int(tested["d_z"].abs().fillna(0).to_numpy().argmax())
            pair = tested.iloc[farthest].to_dict()
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
        }


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
    }


def _direction(row: Mapping[Hashable, Any]) -> str:
    if not row["p_holm"] <= ALPHA:
        return UNCLEAR
    return HIGHER if row["difference"] > 0 else LOWER


def change(before: str, after: str) -> str | None:
    """What becomes of one verdict in another protocol; None where one of them is none."""
    if before not in ON_DATA or after not in ON_DATA:
        return None
    if before == after:
        return HOLDS if before in DECIDED else OPEN
    if before in DECIDED:
        return TURNED if after in DECIDED else GONE
    return FOUND
