"""The verdicts that a claim can have, and which claims are one test in other words."""

import json
from hashlib import sha256

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"
TOO_FEW, NOT_TESTED, REFUSED = "too few seeds", "not tested", "refused"
VERDICTS = (SUPPORTED, CONTRADICTED, UNDECIDED, TOO_FEW, NOT_TESTED, REFUSED)


def what_is_tested(claim: dict) -> str:
    """The same text for claims that are one test in other words."""
    keys = ("metric", "factor", "expect", "margin", "alpha")
    pairs = [
        [[side["cell"], side["rounds"], side.get("epochs")] for side in pair]
        for pair in claim["compare"]
    ]
    return json.dumps({key: claim.get(key) for key in keys} | {"pairs": pairs}, sort_keys=True)


def test_name(claim: dict) -> str:
    """A short name for what a claim tests, 12 hex digits."""
    return sha256(what_is_tested(claim).encode()).hexdigest()[:12]
