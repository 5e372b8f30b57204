"""What the published example says of tuned sides and of other splits, worked out again."""

from collections import Counter

from judged import judged
from published import EXAMPLE, STUDY, TABLES, read

PROTOCOLS = {
    "tuned": "Where each side is tuned",
    "splits": "On other splits",
    "tuned_splits": "On other splits, with values tuned on the study’s own split",
}
# of the claims that are one test in other words the first; all of those without a test
ONCE = {item.get("test", name): name for name, item in reversed([*judged().items()])}.values()
DECIDED = ("supported", "contradicted")
RATES = STUDY["tune"]["space"]["learning_rate"]
SIDES = len({row["cell"] for row in read(EXAMPLE / "tuned" / "values.csv")})
TRIALS = SIDES * len(RATES)
# each trial is one job a round
RUNS = len(read(EXAMPLE / "fixed" / "runs.csv")) + TRIALS * STUDY["rounds"]
RUNS += sum(len(read(EXAMPLE / name / "runs.csv")) for name in PROTOCOLS)


def verdicts(protocol: str) -> dict[str, str]:
    return {row["claim"]: row["verdict"] for row in read(EXAMPLE / protocol / "claims.csv")}


def changes(protocol: str) -> str:
    """How many verdicts are the same, become undecided, are reversed, are none, or are new.

    Claims that are one test in other words count once.
    """
    before, after = verdicts("fixed"), verdicts(protocol)
    kinds = Counter(
        "new" if before[name] not in DECIDED
        else "same" if after[name] == before[name]
        else "turned" if after[name] in DECIDED else after[name]
        for name in before
        if name in ONCE and {before[name], after[name]} & {*DECIDED}
    )  # fmt: skip
    assert {*kinds} <= {"new", "same", "undecided", "not tested"} and kinds["not tested"] < 2
    decided = sum(verdict in DECIDED for name, verdict in before.items() if name in ONCE)
    text = f"{kinds['same']} of {decided} decided claims keep their verdict"
    if kinds["undecided"]:
        text += f"{',' if kinds['not tested'] else ' and'} {kinds['undecided']} become undecided"
    if kinds["not tested"]:
        text += f" and {kinds['not tested']} has no verdict"
    if kinds["new"]:
        text += f"; {kinds['new']} more {'are' if kinds['new'] > 1 else 'is'} decided only here"
    return f"{PROTOCOLS[protocol]}, {text}."


def comparisons(protocol: str) -> list[tuple[dict, list[float]]]:
    """Each comparison of a protocol, and its differences from its values, seed by seed."""
    folder = EXAMPLE / protocol
    cells = {(row["table"], row["level"]): row["cell"] for row in read(folder / "levels.csv")}
    values = {}
    for row in read(folder / "values.csv"):
        values.setdefault((row["cell"], int(row["round"])), {})[row["seed"]] = row
    found = []
    for row in read(folder / "comparisons.csv"):
        number = TABLES[row["table"]]["round"]
        first, second = (values[cells[row["table"], row[side]], number]
                         for side in ("level", "against"))  # fmt: skip
        metric = row["metric"]
        pairs = [(first[seed][metric], second[seed][metric]) for seed in first if seed in second]
        found.append((row, [float(one) - float(other) for one, other in pairs]))
    return found
