"""What the published example says of tuned sides and of other splits, worked out again."""

import json
import tarfile
from collections import Counter

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


def weights(protocol: str) -> dict[tuple[str, str], float]:
    """(cell, place) -> how often, of the tuning seeds drawn again, its trial would be chosen."""
    rows, found = read(EXAMPLE / protocol / "values.csv"), {}
    places = {(row["cell"], row["place"]) for row in rows}
    if protocol != "tuned":  # only what was chosen is trained on other splits
        return dict.fromkeys(places, 1.0)
    with tarfile.open(EXAMPLE / "runs.tar.xz") as archive:
        for name in archive.getnames():
            if name.endswith("/chosen.json"):
                chosen = json.load(archive.extractfile(name))
                for number, trial in enumerate(chosen["trials"], start=1):
                    found[chosen["side"], f"tuned{number}"] = trial["weight"]
    totals = Counter()
    for cell, place in places:
        totals[cell] += found[cell, place]
    return {(cell, place): found[cell, place] / totals[cell] for cell, place in places}


def comparisons(protocol: str) -> list[tuple[dict, list[float]]]:
    """Each comparison of a protocol, and its differences from its values, seed by seed.

    A tuned side's value is the mean over what tuning may have chosen, by how often it would.
    """
    folder = EXAMPLE / protocol
    cells = {(row["table"], row["level"]): row["cell"] for row in read(folder / "levels.csv")}
    values, of_places = {}, {} if protocol == "splits" else weights(protocol)
    for row in read(folder / "values.csv"):
        weight = of_places.get((row["cell"], row.get("place")), 1.0)
        side = values.setdefault((row["cell"], int(row["round"])), {})
        found = side.setdefault(row["seed"], Counter())
        for name, text in row.items():
            if name.startswith(("train_", "val_", "final_", "loss_gap", "accuracy_gap")) and text:
                found[name] += weight * float(text)
    result = []
    for row in read(folder / "comparisons.csv"):
        number = TABLES[row["table"]]["round"]
        first, second = (values[cells[row["table"], row[side]], number]
                         for side in ("level", "against"))  # fmt: skip
        metric = row["metric"]
        result.append(
            (row, [first[seed][metric] - second[seed][metric] for seed in first if seed in second])
        )
    return result
