"""What a tuned side is worth: the mean over the trials that might have been chosen for it.

The trial with the best mean over the tuning seeds may have won by chance, and another is then
nearly as good. Seeds of the evaluation say nothing of that while only the winner is trained with
them, and the tuning seeds have just been used to choose. So each trial that some sample of the
tuning seeds chooses is trained with the seeds of the evaluation too, in a place of the side. With
a seed the side has the mean of its places, each weighted by how often it is chosen; and what other
choices would make of the difference is seen in those same seeds (`study.analysis.noise.tuning`).

There are only so many places. Where the trials in them are chosen in less than 95% of the samples,
nothing is said of the sides as tuned, but of the values that were chosen; and so it is with fewer
than three tuning seeds, or more than five seeds for each, where verdicts are too often wrong.
docs/statistics.md has what that does to the level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.analysis.alike import SAME_AS
from study.analysis.trials import by_trial, resampled_choices
from study.store.paths import place_number
from study.store.records import Chosen

BEYOND = 0.05  # the largest share of samples that may choose what is in no place
FEWEST, EACH = 3, 5  # tuning seeds, and how many seeds of the evaluation there may be for each
# What a difference is of: cells as they are, tuned sides, or sides with what was chosen for them.
FIXED, TUNED, AT_CHOSEN = "fixed", "tuned", "at the chosen values"


def are_enough(tuning_seeds: int, seeds: int) -> bool:
    """Whether this many tuning seeds allow verdicts on tuned sides with this many seeds."""
    return tuning_seeds >= FEWEST and seeds <= EACH * tuning_seeds


@dataclass(frozen=True, eq=False)
class TunedSide:
    """A side with the places that it is trained in."""

    places: list[str]
    drawn: np.ndarray  # (samples,), which place each chooses, from 0; -1 where it is in none
    seeds: int  # that it was tuned with

    @property
    def is_covered(self) -> bool:
        """Whether what is chosen is nearly always in one of the places."""
        return bool((self.drawn < 0).mean() <= BEYOND)

    @property
    def weights(self) -> np.ndarray:
        """How often each place is chosen, (places,); together 1, unless none ever is."""
        return np.bincount(self.drawn[self.drawn >= 0], minlength=len(self.places)) / max(
            1, (self.drawn >= 0).sum()
        )


def tuned_side(
    trials: pd.DataFrame, chosen: Chosen, number: int, places: Sequence[str]
) -> TunedSide:
    """A side, by its trials.

    Args:
        trials: what they came to: trials.csv.
        chosen: what was chosen among them.
        number: the round after which it was.
        places: those that are trained.
    """
    tried = by_trial(trials, number, chosen.metric)
    there = [place for place in places if place_number(place) < len(chosen.trials)]
    there.sort(key=place_number)
    found = {
        chosen.trials[place_number(place)].number: position for position, place in enumerate(there)
    }
    choices = resampled_choices(tried, chosen.metric)
    drawn = np.array([found.get(choice, -1) for choice in choices.tolist()])
    return TunedSide(there, drawn, tried.shape[1])


def weighted_values(by_place: pd.DataFrame, sides: Mapping[str, TunedSide]) -> pd.DataFrame:
    """Each side's values by cell, round and seed: the weighted mean of its places.

    NaN where a seed diverged in one of them that has a weight. Of a side whose places leave out too
    much, the values of what was chosen.

    Args:
        by_place: all metrics, by cell, place, round and seed.
        sides: by cell.
    """
    parts = [by_place.iloc[:0].droplevel("place")]  # also where no side is trained
    for cell, side in sides.items():
        of_cell = by_place.loc[[cell]]
        of_places = [of_cell.xs(place, level="place") for place in side.places]
        index = of_places[0].index
        for other in of_places[1:]:
            index = index.intersection(other.index)
        weights = side.weights if side.is_covered else np.eye(len(of_places))[0]
        total = sum(
            weight * values.loc[index]
            for weight, values in zip(weights, of_places, strict=True)
            if weight
        )
        if SAME_AS in of_cell:  # no number, but which seed it is the same as
            total = total.assign(**{SAME_AS: of_places[0].loc[index, SAME_AS]})
        parts.append(total)
    return pd.concat(parts).sort_index()
