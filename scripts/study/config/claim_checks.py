"""What is wrong with claims, and with looks at them, beyond what the schema can say."""

from collections.abc import Mapping
from typing import Any

from study.analysis.metrics import is_percentage
from study.design.protocols import PROTOCOLS
from study.training import EPOCH_METRICS


def claim_problems(where: str, claim: Mapping[str, Any]) -> list[str]:
    """Keys of a claim that do not fit each other, a line each; `where` is its key."""
    problems: list[str] = []
    if claim.get("margin", 0) >= 1 and is_percentage(claim["metric"]):
        problems.append(
            f"{where}.margin: {claim['metric']} is a fraction, at most 1; for 1 percentage point"
            " write 0.01"
        )
    if claim["expect"] not in ("greater", "less") and "margin" not in claim:
        problems.append(f"{where}: needs a margin, the smallest difference that matters")
    for number, (first, second) in enumerate(claim["compare"]):
        if first == second:
            problems.append(f"{where}.compare[{number}]: the two sides are the same")
        if ("since" in first) != ("since" in second):
            problems.append(
                f"{where}.compare[{number}]: a change (since) is compared with a value; give both"
                " sides a `since`, or none"
            )
        for side in (first, second):
            if "epochs" in side and claim["metric"] not in EPOCH_METRICS:
                problems.append(
                    f"{where}.compare[{number}]: {claim['metric']} has no early and late epochs;"
                    f" metrics that have them: {', '.join(EPOCH_METRICS)}"
                )
            if side.get("since", 0) >= side["round"]:
                problems.append(
                    f"{where}.compare[{number}]: since {side['since']} is not before round"
                    f" {side['round']}"
                )
    return problems


def look_problems(looks: list[int], claims: Mapping[str, Any]) -> list[str]:
    """What is wrong with the planned looks."""
    if not looks:
        return []
    if len(looks) == 1:
        return [f"looks: {looks[0]} is one look; write seeds: {looks[0]}"]
    if sorted(looks) != looks:
        return [f"looks: {looks} should increase, as in {sorted(looks)}"]
    if not claims:
        return ["looks: there is no claim to decide; declare claims, or write seeds instead"]
    return []


def verdict_problems(config: Mapping[str, Any]) -> list[str]:
    """What is wrong with the protocol whose verdicts count."""
    name, space = config["verdicts"], (config["tune"] or {}).get("space", {})
    protocol = PROTOCOLS[name]
    if protocol.tuned and not space:
        other = "splits" if protocol.splits else "fixed"
        return [
            f"verdicts: {name} needs `tune`, which says what is tuned; add it, or write {other}"
        ]
    other = "tuned" if protocol.tuned else "fixed"
    if protocol.splits and not config["resample"]:
        return [f"verdicts: {name} needs other splits; write resample: 10, or verdicts: {other}"]
    if protocol.splits and config["looks"]:
        return [
            f"looks: {config['looks']} are numbers of seeds, but {name} verdicts rest on splits;"
            f" write verdicts: {other}, or seeds in place of looks"
        ]
    return [
        f"claims.{key}.required: its factor, {claim['factor']}, is tuned, so it has no verdict on"
        f" tuned sides; write verdicts: {'splits' if protocol.splits else 'fixed'}, or leave"
        " `required` out"
        for key, claim in config["claims"].items()
        if protocol.tuned and claim["factor"] in space and claim.get("required")
    ]
