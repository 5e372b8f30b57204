"""On how many data sets each claim holds."""

from collections import Counter

from study.analysis.verdicts import SUPPORTED, VERDICTS

TITLE = ""


def context(inputs: dict) -> dict | None:
    """A row a claim with its verdicts, and on how many data sets it holds; None of no claims."""
    study, frame = inputs["study"], inputs["frames"]["claims"]
    if not study["claims"]:
        return None
    found = {(row.claim, row.dataset): row for row in frame.itertuples()}
    claims = []
    for name, claim in study["claims"].items():
        rows = [found[name, dataset] for dataset in inputs["datasets"]]
        claims.append(
            {
                "name": name,
                "sentence": claim["sentence"],
                "verdicts": [row.verdict for row in rows],
                "reasons": [row.reason if isinstance(row.reason, str) else "" for row in rows],
                "holds": holds_words([row.verdict for row in rows]),
            }
        )
    return {
        "claims": claims,
        "datasets": inputs["datasets"],
        "links": [*inputs["links"].values()],
        "everywhere": sum(set(claim["verdicts"]) == {SUPPORTED} for claim in claims),
    }


def holds_words(verdicts: list[str]) -> str:
    """`2 of 3`, with what it is where it does not hold: `2 of 3; 1 undecided`."""
    counts = Counter(verdicts)
    others = [f"{counts[name]} {name}" for name in VERDICTS if counts[name] and name != SUPPORTED]
    return "; ".join([f"{counts[SUPPORTED]} of {len(verdicts)}", *others])
