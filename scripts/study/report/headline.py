"""What a study found, in one or two sentences that are written by rule from its effects.

The rules; the first that fits is used. On validation: nothing is compared; too few seeds;
no choice matters; one or more clearly matter; all estimates are below the margin; no difference is
shown. On test: a choice matters there and not on validation; the same one does; none; no difference
is shown. An estimate is never stated as a bound: what the intervals leave open is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from study.analysis.factor_effects import Effect
from study.analysis.metrics import METRICS, is_percentage
from study.analysis.significance import MIN_SEEDS
from study.report.rounding import decimals, rounded, with_unit
from study.report.wording import lower_first
from study.settings.choices import CHOICES, parameter_title
from study.settings.level_titles import level_title


@dataclass(frozen=True)
class Seen:
    """The effects on one split, and from what size on they matter."""

    effects: Sequence[Effect]  # each level's, on one metric
    margin: float  # the declared one, or what one sample is; 0 where neither is known
    is_declared: bool
    one_sample: float  # what one sample of the split adds to an accuracy; 0 for other metrics

    @property
    def places(self) -> int:
        """How many decimals differences on this split are read with."""
        halves = [(effect.high - effect.low) / 2 for effect in self.effects]
        metric = self.effects[0].metric
        return decimals(
            metric, min((half for half in halves if half > 0), default=0), self.one_sample
        )

    @property
    def clear(self) -> list[Effect]:
        """Those whose interval leaves out 0, the largest first."""
        found = [effect for effect in self.effects if effect.sign]
        return sorted(found, key=lambda effect: -abs(effect.difference))

    @property
    def are_below(self) -> bool:
        """Whether all estimates are below the margin, whatever their intervals."""
        return bool(self.margin) and all(abs(e.difference) < self.margin for e in self.effects)

    @property
    def range_words(self) -> str:
        """How far any of them may go: `from −1.4 to +1.3 points`."""
        metric = self.effects[0].metric
        ends = min(e.low for e in self.effects), max(e.high for e in self.effects)
        low, high = (rounded(metric, end, self.places, sign=True) for end in ends)
        return f"from {low} to {high}{' points' if is_percentage(metric) else ''}"

    @property
    def is_nothing(self) -> bool:
        """Whether all lie within the margin."""
        return bool(self.margin) and all(effect.is_within(self.margin) for effect in self.effects)


def headline(validation: Seen, test: Seen, enough: int = MIN_SEEDS) -> list[str]:
    """The sentences: on validation, and on test where there is one.

    Args:
        validation, test: the effects on either split; none where there is no comparison.
        enough: the seeds that a verdict needs.
    """
    if not validation.effects:
        return ["No table of this study compares settings."]
    seeds = min(effect.n for effect in validation.effects)
    if seeds < enough:
        return _too_few(validation, seeds, enough)
    sentences = [_on_validation(validation)]
    if test.effects:
        sentences.append(_on_test(validation, test))
    return sentences


def choice_words(effect: Effect) -> str:
    """`CE instead of BCE`, `batch size 16 instead of 32`."""
    return f"{level_words(effect)} instead of {level_title(effect.factor, effect.against)}"


def level_words(effect: Effect) -> str:
    """`CE`, `batch size 16`."""
    named = "" if effect.factor in CHOICES else f"{lower_first(parameter_title(effect.factor))} "
    return named + level_title(effect.factor, effect.level)


def what_words(metric: str) -> str:
    """What is moved: `accuracy`, `final AUC`."""
    title = lower_first(METRICS[metric].title)
    for split in ("validation ", "test "):
        title = title.replace(split, "")
    return title


def size_words(effect: Effect, places: int) -> str:
    """`by 1.4 points (0.2 to 2.5)`."""
    low, high = sorted((abs(effect.low), abs(effect.high)))
    places = places_of(effect, places)
    ends = " to ".join(rounded(effect.metric, end, places) for end in (low, high))
    return f"by {with_unit(effect.metric, effect.difference, places)} ({ends})"


def places_of(effect: Effect, places: int) -> int:
    """How many decimals: one more where an interval that leaves out 0 would seem to reach it."""
    near = min(abs(effect.low), abs(effect.high))
    seems = float(rounded(effect.metric, near, places)) == 0
    return places + 1 if effect.sign and seems else places


def _verb(effect: Effect) -> str:
    return "raises" if effect.difference > 0 else "lowers"


def _too_few(seen: Seen, seeds: int, enough: int) -> list[str]:
    largest = max(seen.effects, key=lambda effect: abs(effect.difference))
    size = with_unit(largest.metric, largest.difference, seen.places)
    what = what_words(largest.metric)
    noun = "seed is" if seeds == 1 else "seeds are"
    return [
        f"{seeds} {noun} too few to tell choices apart: {enough} are needed.",
        f"The largest difference in validation {what} so far is {size}: {choice_words(largest)}.",
    ]


def _within_words(seen: Seen) -> str:
    size = with_unit(
        seen.effects[0].metric, seen.margin, decimals(seen.effects[0].metric, seen.margin)
    )
    return size if seen.is_declared else f"one sample ({size})"


def _on_validation(seen: Seen) -> str:
    metric, clear = seen.effects[0].metric, seen.clear
    what = what_words(metric)
    if seen.is_nothing:
        return f"On validation, no choice moves {what} by more than {_within_words(seen)}."
    if clear and abs(clear[0].difference) >= seen.margin:
        first = clear[0]
        size = size_words(first, seen.places)
        said = f"{choice_words(first)} {_verb(first)} {what} {size}"
        return f"On validation, {said}{_rest(seen, clear)}."
    if seen.are_below:
        said = f"On validation, {_all_below(seen)}"
        return f"{said}; {_differ(clear, seen.places, what) if clear else _open(seen)}."
    return f"On validation, no difference in {what} is shown; {_open(seen)}."


def _all_below(seen: Seen) -> str:
    count = len(seen.effects)
    all_of_them = "both" if count == 2 else f"all {count}"
    what = what_words(seen.effects[0].metric)
    are = (
        f"the estimated difference in {what} is"
        if count == 1
        else f"{all_of_them} estimated differences in {what} are"
    )
    return f"{are} below {_within_words(seen)}"


def _rest(seen: Seen, clear: Sequence[Effect]) -> str:
    """What is said of the other effects beside the largest; `; all others are below …`."""
    large = [effect for effect in clear[1:] if abs(effect.difference) >= seen.margin]
    if len(large) == 1:
        alike = (large[0].factor, large[0].against) == (clear[0].factor, clear[0].against)
        words = level_words(large[0]) if alike else choice_words(large[0])
        return f"; {words} {_verb(large[0])} it too"
    if large:
        return f"; {len(large)} more choices move it"
    others = [effect for effect in seen.effects if effect is not clear[0]]
    if others and seen.margin and all(abs(e.difference) < seen.margin for e in others):
        these = "the other difference is" if len(others) == 1 else "all other differences are"
        return f"; {these} below {_within_words(seen)}"
    return ""


def _differ(clear: Sequence[Effect], places: int, what: str) -> str:
    """`2 of them differ from 0; the largest: CE instead of BCE raises accuracy by 0.3 points (…)`.

    If only one differs, just what it does.
    """
    first = clear[0]
    said = f"{choice_words(first)} {_verb(first)} {what} {size_words(first, places)}"
    return said if len(clear) == 1 else f"{len(clear)} of them differ from 0; the largest: {said}"


def _open(seen: Seen) -> str:
    return f"effects {seen.range_words} are not ruled out"


def _on_test(validation: Seen, test: Seen) -> str:
    signs = {(e.factor, str(e.level)): e.sign for e in validation.effects}
    confirmed = [e for e in test.clear if signs.get((e.factor, str(e.level))) == e.sign]
    others = [e for e in test.clear if e not in confirmed]
    what = what_words(test.effects[0].metric).removeprefix("final ")
    if others:
        first = others[0]
        opposite = signs.get((first.factor, str(first.level)))
        verb = "raise" if first.difference > 0 else "lower"
        beside = "validation says the opposite" if opposite else "validation does not show it"
        size = size_words(first, test.places)
        return f"On test, {choice_words(first)} may {verb} {what} {size}, but {beside}."
    if confirmed:
        told = validation.clear[0]
        same = [e for e in confirmed if (e.factor, e.level) == (told.factor, told.level)]
        first = (same or confirmed)[0]
        words = level_words(first) if same else choice_words(first)
        return f"On test, {words} {_verb(first)} it as well, {size_words(first, test.places)}."
    if test.is_nothing:
        if validation.is_nothing:
            return "On test, none does either."
        return f"On test, no choice moves {what} by more than {_within_words(test)}."
    return f"On test, no difference is shown; {_open(test)}."
