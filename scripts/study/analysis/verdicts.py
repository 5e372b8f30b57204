"""The verdicts that a claim can have, and which claims are one test in other words."""

import json
from collections.abc import Mapping
from hashlib import sha256

from study.design.claims import Claim

SUPPORTED, CONTRADICTED = "supported", "contradicted"
# Undecided in two ways: the interval excludes 0 and crosses the margin, a clear direction of a size
# near the margin; or it includes 0.
BORDERLINE, NO_SIGNAL = "borderline", "no signal"
UNDECIDED = (BORDERLINE, NO_SIGNAL)
TOO_FEW, NOT_TESTED, REFUSED = "too few seeds", "not tested", "refused"
VERDICTS = (SUPPORTED, CONTRADICTED, *UNDECIDED, TOO_FEW, NOT_TESTED, REFUSED)


def what_is_tested(claim: Claim) -> str:
    """The same text for claims that are one test in other words."""
    about = {
        "metric": claim.metric,
        "factor": claim.factor,
        "expect": claim.expect,
        "margin": claim.margin or None,
        "alpha": claim.alpha,
        "pairs": [
            [[side.cell, side.rounds, side.half or None] for side in pair] for pair in claim.compare
        ],
    }
    return json.dumps(about, sort_keys=True)


def tested_once(claims: Mapping[str, Claim]) -> list[str]:
    """The names of claims to be counted: the first of those that are one test in other words."""
    first = {what_is_tested(claim): name for name, claim in reversed([*claims.items()])}
    return [name for name in claims if name in first.values()]


def test_name(claim: Claim) -> str:
    """A short name for what a claim tests, 12 hex digits."""
    return sha256(what_is_tested(claim).encode()).hexdigest()[:12]
