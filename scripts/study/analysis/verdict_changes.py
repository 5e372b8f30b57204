"""What becomes of each verdict where sides are tuned, or on other splits."""

import pandas as pd

from study.analysis.paired import ALPHA
from study.analysis.verdicts import CONTRADICTED, NOT_TESTED, SUPPORTED, UNDECIDED

# A verdict a protocol, of claims and of the comparisons of tables, whose verdicts are in words.
VERDICT_COLUMNS = {
    "kind": str,
    "name": str,
    "level": str,
    "reference": str,
    "metric": str,
    "protocol": str,
    "verdict": str,
    "difference": float,
    "low": float,
    "high": float,
    "p_adjusted": float,
    "n": float,
    "reason": str,
}
HIGHER, LOWER, UNCLEAR = "higher", "lower", "not clear"
DECIDED = (SUPPORTED, CONTRADICTED, HIGHER, LOWER)
ON_DATA = (*DECIDED, UNDECIDED, UNCLEAR)  # what runs say; all others are why they say nothing
# What becomes of a verdict, from the first protocol to the second.
HOLDS, GONE, TURNED, FOUND, OPEN = "holds", "goes away", "turns round", "appears", "stays open"


def collect_verdicts(protocols: dict[str, dict[str, pd.DataFrame]]) -> pd.DataFrame:
    """`VERDICT_COLUMNS`, one row per claim or comparison and protocol.

    A claim with several pairs has the difference that is farthest from 0, in standard deviations.
    What has no verdict by a protocol has the `reason`.

    Args:
        protocols: protocol -> its `claims`, `pairs` and `comparisons`, as `study.analysis.claims`
            and `study.analysis.comparisons` return them.
    """
    rows = []
    for protocol, frames in protocols.items():
        pairs = dict(list(frames["pairs"].groupby("claim")))
        for claim in frames["claims"].to_dict("records"):
            of_claim = pairs[claim["claim"]]
            tested = of_claim[of_claim["n"].notna()]
            place = tested["d_z"].abs().fillna(0).idxmax() if len(tested) else None
            pair = {} if place is None else tested.loc[place].to_dict()
            rows.append(
                {"kind": "claim", "name": claim["claim"], "protocol": protocol}
                | {"metric": claim["metric"], "verdict": claim["verdict"]}
                | {"level": pair.get("first"), "reference": pair.get("second")}
                | {"p_adjusted": claim["p_adjusted"]}
                | {"reason": None if claim["verdict"] in ON_DATA else claim["reason"]}
                | _numbers(pair)
            )
        for row in frames["comparisons"].to_dict("records"):
            if pd.isna(row["metric"]):  # the whole comparison is refused
                continue
            refused = isinstance(row["refused"], str)
            rows.append(
                {"kind": "comparison", "name": row["table"], "protocol": protocol}
                | {key: row[key] for key in ("level", "reference", "metric")}
                | {"p_adjusted": row["p_holm"], "reason": row["refused"]}
                | {"verdict": NOT_TESTED if refused else _direction(row)}
                | _numbers(row)
            )
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))


def _numbers(row: dict) -> dict:
    """The difference and the interval that the verdict is read off."""
    adjusted = not pd.isna(row.get("low_adjusted"))
    ends = ("low_adjusted", "high_adjusted") if adjusted else ("low", "high")
    found = {"difference": row.get("difference"), "n": row.get("n")}
    return found | {"low": row.get(ends[0]), "high": row.get(ends[1])}


def _direction(row: dict) -> str:
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
