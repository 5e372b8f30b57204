"""What a study found, in one or two sentences that are written by rule from its effects.

The rules, of which the first that fits is taken. On validation: nothing is compared; too few seeds;
no choice matters; all are smaller than one sample; nothing is decided; one or more matter. On test:
a choice matters there and not on validation; the same one does; none; nothing is decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from study.analysis.factor_effects import Effect
from study.analysis.metrics import METRICS
from study.analysis.significance import MIN_SEEDS
from study.report.rounding import decimals, rounded, with_unit
from study.report.wording import lower_first
from study.settings.choices import CHOICES, level_title, parameter_title


@dataclass(frozen=True)
class Seen:
    """The effects on one split, and from when on they matter."""

    effects: Sequence[Effect]  # each level's, on one metric
    margin: float  # the declared one, or what one sample is; 0 where neither is known
    is_declared: bool
    one_sample: float  # what one sample of the split is of the metric; 0 where it is no accuracy

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
    def most(self) -> float:
        """How far any of them may go."""
        return max(max(abs(effect.low), abs(effect.high)) for effect in self.effects)

    @property
    def is_below_one_sample(self) -> bool:
        """Whether each difference is less than one sample would make, and no margin is declared."""
        small = (abs(effect.difference) < self.one_sample for effect in self.effects)
        return bool(self.one_sample) and not self.is_declared and all(small)

    @property
    def is_nothing(self) -> bool:
        """Whether all lie within the margin."""
        return bool(self.margin) and all(effect.is_within(self.margin) for effect in self.effects)


def headline(validation: Seen, test: Seen, enough: int = MIN_SEEDS) -> list[str]:
    """The sentences: on validation, and on test where there is one.

    Args:
        validation, test: the effects on either split; none where there is no comparison.
        enough: the seeds that a verdict takes.
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
    """`CE rather than BCE`, `batch size 16 rather than 32`."""
    level, against = (level_title(effect.factor, side) for side in (effect.level, effect.against))
    named = "" if effect.factor in CHOICES else f"{lower_first(parameter_title(effect.factor))} "
    return f"{named}{level} rather than {against}"


def what_words(metric: str) -> str:
    """What is moved: `accuracy`, `final AUC`."""
    title = lower_first(METRICS[metric].title)
    for split in ("validation ", "test "):
        title = title.replace(split, "")
    return title


def size_words(effect: Effect, places: int) -> str:
    """`by 1.4 points (0.2 to 2.5)`."""
    low, high = sorted((abs(effect.low), abs(effect.high)))
    ends = " to ".join(rounded(effect.metric, end, places) for end in (low, high))
    return f"by {with_unit(effect.metric, effect.difference, places)} ({ends})"


def _verb(effect: Effect) -> str:
    return "raises" if effect.difference > 0 else "lowers"


def _too_few(seen: Seen, seeds: int, enough: int) -> list[str]:
    largest = max(seen.effects, key=lambda effect: abs(effect.difference))
    size = with_unit(largest.metric, largest.difference, seen.places)
    what = what_words(largest.metric)
    noun = "seed is" if seeds == 1 else "seeds are"
    return [
        f"{seeds} {noun} too few to tell choices apart: it takes {enough}.",
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
    if seen.is_below_one_sample:
        said = f"On validation, every choice moves {what} by less than {_within_words(seen)}"
        if not clear:
            return f"{said}."
        first = clear[0]
        verb, size = _verb(first), size_words(first, seen.places)
        return f"{said}; most clearly, {choice_words(first)} {verb} it {size}."
    if not clear:
        most = with_unit(metric, seen.most, seen.places)
        return f"On validation, nothing is decided: a choice may move {what} by up to {most}."
    first = clear[0]
    said = f"{choice_words(first)} {_verb(first)} {what} {size_words(first, seen.places)}"
    if seen.margin and first.is_within(seen.margin):
        said += f", less than {_within_words(seen)}"
    if len(clear) == 1:
        return f"On validation, {said}."
    count = f"{len(clear)} of {len(seen.effects)} choices move {what}"
    return f"On validation, {count}; most of all, {said}."


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
        return f"On test, {choice_words(first)} may {verb} {what} {size}, and {beside}."
    if confirmed:
        first = confirmed[0]
        size = size_words(first, test.places)
        return f"On test, {choice_words(first)} {_verb(first)} it as well, {size}."
    if test.is_nothing:
        return "On test, none does either." if validation.is_nothing else "On test, none does."
    most = with_unit(test.effects[0].metric, test.most, test.places)
    return f"On test, nothing is decided: up to {most} either way."
