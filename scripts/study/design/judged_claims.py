"""The claims of a study as judged by the verdicts that count.

Light to import: it is used while the Snakefile is read.
"""

from dataclasses import replace

from study.design.claims import Claim, Side
from study.design.study import Study


def judged_claims(study: Study) -> dict[str, Claim]:
    """The study's claims as judged by the verdicts that count: without what is tuned."""
    if not study.primary.tuned or study.tuning is None:
        return study.claims
    space = study.tuning.space

    def untold(side: Side) -> Side:
        kept = {name: level for name, level in side.changes.items() if name not in space}
        return replace(side, changes=kept)

    found = {}
    for name, claim in study.claims.items():
        pairs = [(untold(first), untold(second)) for first, second in claim.compare]
        along = {key: levels for key, levels in claim.along.items() if key not in space}
        untuned = replace(claim, compare=pairs, along=along)
        found[name] = claim if claim.factor in space else untuned
    return found
