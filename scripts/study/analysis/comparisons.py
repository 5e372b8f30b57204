"""The statistics of tables: each level's mean over seeds, and each level against the first."""

import numpy as np
import pandas as pd

from study.analysis import paired
from study.analysis.alike import Alike, are_alike, cell_rows, refuse_alike
from study.analysis.averages import present_metrics
from study.analysis.caveats import caveat
from study.analysis.evaluation import correct_predictions
from study.analysis.guard import (
    Confounded,
    check_comparison,
    check_on_splits,
    on_split,
    recorded_side,
)
from study.analysis.metrics import SCORED_SPLITS, is_of_test
from study.analysis.trials import NotReached, deviation_of_sides
from study.analysis.tuned import tuned_interval, tuned_t_p

# What the files have, column by column.
LEVEL_COLUMNS = {
    "table": str,
    "factor": str,
    "level": str,
    "cell": str,
    "round": int,
    "metric": str,
    "n": int,
    "mean": float,
    "sd": float,
    "low": float,
    "high": float,
    "values": str,
}
COMPARISON_COLUMNS = {
    "table": str,
    "factor": str,
    "level": str,
    "reference": str,
    "round": int,
    "metric": str,
    **paired.DIFFERENCE_COLUMNS,
    "p_value": float,
    "p_holm": float,
    "low_adjusted": float,
    "high_adjusted": float,
    "d_z": float,
    "probability_higher": float,
    "correlation": float,
    "images_low": float,
    "images_high": float,
    "guard": str,
    "caveat": str,
    "refused": str,
}


def of_one_factor(tables: dict) -> dict:
    """The tables that vary one factor, whose rows are compared; of two, nothing is."""
    return {name: table for name, table in tables.items() if isinstance(table["vary"], str)}


def describe_levels(tables: dict, values: pd.DataFrame) -> pd.DataFrame:
    """Mean, deviation, interval and each seed's value, one row per table, level and metric.

    Seeds that are alike are one.

    Args:
        tables: name -> table with `vary`, `levels`, `round`, the `cells` of its levels, and what
            moves `along`, as `study.cells.expand_study` returns them; those of two factors are
            left out.
        values: as `study.analysis.averages.join_metrics` returns it.
    """
    rows = []
    for name, table in of_one_factor(tables).items():
        for level, cell in zip(table["levels"], table["cells"]):
            trained = cell_rows(values, cell, table["round"])
            for metric in present_metrics(values):
                seeds = trained[metric].dropna()
                observed = seeds[:1] if are_alike(trained) else seeds
                rows.append(
                    {
                        "table": name,
                        "factor": table["vary"],
                        "level": str(level),
                        "cell": cell,
                        "round": table["round"],
                        "metric": metric,
                        **paired.mean_interval(observed),
                        "values": " ".join(f"{seed}:{value!r}" for seed, value in seeds.items()),
                    }
                )
    return pd.DataFrame(rows, columns=list(LEVEL_COLUMNS))


def compare_levels(
    tables: dict,
    values: pd.DataFrame,
    runs: pd.DataFrame,
    scores: dict,
    cells: dict[str, dict],
    groups: dict[str, np.ndarray] | None = None,
    data: dict[str, dict] | None = None,
    tuned: dict[str, dict] | None = None,
    tuning: dict | None = None,
    share: float = 0.0,
) -> pd.DataFrame:
    """Every level against its table's first, seed by seed, one row per metric.

    Holm's adjustment is over a table's comparisons on one metric; from `low_adjusted` to
    `high_adjusted` is the interval at the level at which it tests this one. `images_low` and
    `images_high` are in the rows of the final accuracies: how far the difference may come from
    which images they are over. `refused` says why there is none of this: of a comparison as a
    whole, whose row then has no metric, or of one metric that tuning's trials do not reach.

    Args:
        tables, values: as for `describe_levels`.
        runs: as `study.analysis.guard.read_runs` returns it.
        scores: (cell, round) -> their scores, as `study.analysis.evaluation.cell_scores` returns
            them; without any, images are left out.
        cells: name -> every training parameter, and its `epochs` a round.
        groups: split -> the group of each of its images, where the data have groups.
        data: digest of prepared data -> their description, of those that are here.
        tuned: cell -> the values that tuning chose for it, where each side was tuned.
        tuning: as for `study.analysis.claims.judge`.
        share: as for `study.analysis.claims.judge`, where seeds have splits of their own.
    """
    rows, differences, noises = [], {}, {}
    for table_name, table in of_one_factor(tables).items():
        for level, cell in list(zip(table["levels"], table["cells"]))[1:]:
            reference = table["cells"][0]
            row = {
                "table": table_name,
                "factor": table["vary"],
                "level": str(level),
                "reference": str(table["levels"][0]),
                "round": table["round"],
            }
            shown = {"rounds": [table["round"]]}
            sides = [
                shown
                | {"cell": name, "epochs_per_round": cells[name]["epochs"]}
                | {"tuned": (tuned or {}).get(name, {})}
                for name in (cell, reference)
            ]
            try:
                along = table["along"][table["vary"]]
                pairs = _pair_seeds(values, cell, reference, table["round"])
                first_sides = sides
                if share and len(pairs):
                    splits = pairs["seed"].tolist()
                    row["guard"] = check_on_splits(runs, sides, splits, table["vary"], along)
                    first_sides = [on_split(side, splits[0]) for side in sides]
                else:
                    row["guard"] = check_comparison(runs, *sides, table["vary"], along)
                for name, side in ((cell, level), (reference, table["levels"][0])):
                    refuse_alike(
                        cell_rows(values, name, table["round"]),
                        pairs["seed"],
                        f"{table['vary']} {side}, round {table['round']}",
                        "command" in runs,
                        "splits" if share else "seeds",
                    )
                records = [recorded_side(runs, side) for side in first_sides]
                row["caveat"] = caveat(
                    table["vary"],
                    *(cells[name] for name in (cell, reference)),
                    epochs=[record["epochs"] for record in records],
                    data=(data or {}).get(records[0]["data"]),
                    along=along,
                    by_program="command" in runs,
                    tuned=tuple(side["tuned"] for side in sides) if tuned else None,
                    trials=tuning["count"] if tuning else 0,
                )
            except LookupError:  # the table says which seeds are missing
                continue
            except (Confounded, Alike) as error:
                rows.append(row | {"refused": str(error)})
                continue
            for metric in present_metrics(values):
                first, second = pairs[f"{metric}_x"], pairs[f"{metric}_y"]
                both = first.notna() & second.notna()
                found = row | {"metric": metric}
                found |= paired.compare_pairs(first[both], second[both])
                try:
                    noise = (deviation_of_sides(tuning, *sides, metric), share)
                except NotReached as error:
                    rows.append(row | {"metric": metric, "refused": str(error)})
                    continue
                differences[len(rows)] = paired.paired_differences(first[both], second[both])
                if any(noise):
                    found |= _with_noise(differences[len(rows)], *noise)
                if share and is_of_test(metric):  # no test over splits keeps its level
                    found |= dict.fromkeys(("low", "high", "p_value"), np.nan)
                    noise = (np.nan, share)
                noises[len(rows)] = noise
                for split in SCORED_SPLITS:
                    if scores and metric == f"final_{split}_accuracy":
                        scored = (scores[name, table["round"]] for name in (cell, reference))
                        found |= _images(*scored, split, (groups or {}).get(split))
                rows.append(found)
    frame = pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
    frame["p_holm"] = np.nan
    compared = frame[frame["refused"].isna()]
    for _, family in compared.groupby(["table", "metric"]):
        frame.loc[family.index, "p_holm"] = paired.holm(family["p_value"])
        alphas = paired.holm_alphas(family["p_value"])
        for position, alpha in zip(family.index, alphas):
            interval = tuned_interval(differences[position], *noises[position], alpha)
            ends = [interval["low"], interval["high"]]
            frame.loc[position, ["low_adjusted", "high_adjusted"]] = ends
    return frame


def _with_noise(differences: np.ndarray, tuning_sd: float, share: float) -> dict:
    interval = tuned_interval(differences, tuning_sd, share)
    p_value = tuned_t_p(differences, tuning_sd, share) if len(differences) > 1 else np.nan
    return {"low": interval["low"], "high": interval["high"], "p_value": p_value}


def _pair_seeds(values: pd.DataFrame, cell: str, reference: str, round_number: int) -> pd.DataFrame:
    of_round = values[values["round"] == round_number].drop(columns="round")
    first, second = (of_round[of_round["cell"] == name] for name in (cell, reference))
    return first.merge(second, on="seed")


def _images(first: dict, second: dict, split: str, groups: np.ndarray | None) -> dict:
    """The interval from the images, over the seeds that both sides have."""
    correct = [
        pd.DataFrame(correct_predictions(side, split), index=side["seeds"]).dropna()
        for side in (first, second)
    ]
    seeds = correct[0].index.intersection(correct[1].index)
    if seeds.empty:
        return {}
    sides = (side.loc[seeds].to_numpy() for side in correct)
    low, high = paired.image_interval(*sides, groups)
    return {"images_low": low, "images_high": high}
