"""What the published example says of tuned sides and of other splits, worked out again."""

from judged import judged
from published import EXAMPLE, STUDY, TABLES, read

PROTOCOLS = ("tuned", "splits", "tuned_splits")
# of the claims that are one test in other words the first; all of those without a test
ONCE = {item.get("test", name): name for name, item in reversed([*judged().items()])}.values()
RATES = STUDY["tune"]["space"]["learning_rate"]
SIDES = len({row["cell"] for row in read(EXAMPLE / "tuned" / "values.csv")})
TRIALS = SIDES * len(RATES)
# each trial is one job a round
RUNS = len(read(EXAMPLE / "fixed" / "runs.csv")) + TRIALS * STUDY["rounds"]
RUNS += sum(len(read(EXAMPLE / name / "runs.csv")) for name in PROTOCOLS)


def verdicts(protocol: str) -> dict[str, str]:
    return {row["claim"]: row["verdict"] for row in read(EXAMPLE / protocol / "claims.csv")}


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
