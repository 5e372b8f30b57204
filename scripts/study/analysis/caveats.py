"""What a comparison of two levels of a factor cannot say, however many seeds it has."""

from collections.abc import Iterable, Sequence

from study.analysis.measured import Description
from study.design.budget import training_samples, updates_a_round
from study.design.claims import Side
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.settings.parameters import Parameters
from study.training.epoch_choices import ends_early
from study.training.size import known_weights, size_parameters

NEARLY = 0.05  # what differs by at most this share is called equal


def caveat(
    factor: str,
    first: Side,
    second: Side,
    epochs: Sequence[int],
    data: Description | None = None,
    along: Iterable[str] = (),
    trials: int = 0,
) -> str:
    """In sentences, what a difference between two sides may come from besides the factor as such.

    That is what else they differ in, in numbers: updates of the weights in a round, weights of the
    network; and whether the learning rate suits both.

    Args:
        factor: what they differ in; a training parameter, `round` or `epoch`.
        first, second: the sides, with their parameters and what was tuned for each.
        epochs: of a round of each, as their runs recorded them.
        data: a description of the data that they were trained on. Where it is not known, updates
            are said in proportion, and weights not counted.
        along: parameters that move along with the factor.
        trials: how many trials tuning took, for each of them.

    Returns:
        Nothing where both sides are one cell at other times.
    """
    if factor in ("round", "epoch"):
        return ""
    sides = [first.parameters | first.tuned, second.parameters | second.tuned]
    sentences = []
    moved = [name for name in along if sides[0][name] != sides[1][name]]
    if moved:
        others = " and ".join(map(_words, moved))
        sentences.append(
            f"{_words(factor).capitalize()} and {others} change together: it is not known which"
            " of them makes the difference."
        )
    sentences.append(_update_words(sides, epochs, data))
    sentences.append(_weight_words(sides, data, (factor, *moved)))
    if first.tuned:
        sentences.append(_tuning_words((first.tuned, second.tuned), trials))
    if factor == "learning_rate":
        sentences.append(
            "How well a learning rate works depends on the batch size and the optimizer."
        )
    elif "learning_rate" not in first.tuned:
        rates = dict.fromkeys(str(side["learning_rate"]) for side in sides)
        sentences.append(
            f"The learning rate ({' and '.join(rates)}) was tuned for neither side, so a"
            " difference may come from how well it suits each."
        )
    return " ".join(filter(None, sentences))


def _update_words(sides: list[Parameters], epochs: Sequence[int], data: Description | None) -> str:
    """How many updates of the weights a round has, where they differ or epochs do."""
    if data:
        updates = [updates_a_round(side, count, data) for side, count in zip(sides, epochs)]
        samples = [training_samples(side, data) * count for side, count in zip(sides, epochs)]
    else:  # in proportion
        samples = [side["train_share"] * count for side, count in zip(sides, epochs)]
        updates = [count / side["batch_size"] for side, count in zip(sides, samples)]
    early = any(ends_early(side["epoch_choice"]) for side in sides)
    said = _against(updates, " a round") if data else ""
    if epochs[0] == epochs[1]:
        if updates[0] == updates[1]:
            return "A round may end early, so updates need not be equal." if early else ""
        words = f"Epochs are equal but updates are not: {said or _proportion(sides)}"
    elif not _nearly(updates):
        words = f"Neither epochs ({_against(epochs, ' a round')}) nor updates"
        words += f" ({said}) are equal" if data else " are equal"
    else:
        seen = "the samples seen are not" + (f" ({_against(samples)})" if data else "")
        other = f"epochs are not ({_against(epochs)})" if _nearly(samples) else seen
        words = f"Updates are equal{f' ({said})' if data else ''} but {other}"
    return f"{words}{', where no round ends early' if early else ''}."


def _proportion(sides: list[Parameters]) -> str:
    """How updates differ where epochs are equal and samples not counted."""
    if sides[0]["train_share"] != sides[1]["train_share"]:
        shares = _against([side["train_share"] for side in sides])
        return f"the share of the training samples in an epoch is {shares}"
    small, large = sorted(side["batch_size"] for side in sides)
    return f"batch size {small} gets {large / small:g} times as many as {large}"


def _weight_words(sides: list[Parameters], data: Description | None, varied: Iterable[str]) -> str:
    """How many weights the networks have, where that differs."""
    counts = [0, 0]
    if data:
        shape, classes = tuple(data["shape"]), len(data["classes"])
        counts = [known_weights(side, shape, classes) for side in sides]
    if all(counts):
        return f"The networks have {_against(counts)} weights." if counts[0] != counts[1] else ""
    if any(name in ("network", *size_parameters()) for name in varied):
        return "The networks differ in their number of weights."
    return ""


def _tuning_words(chosen: Sequence[Parameters], trials: int) -> str:
    """`The learning rate (0.0003 and 0.002) was tuned for each side over the same number of …`"""
    parts = []
    for name in chosen[0]:
        titles = [*dict.fromkeys(level_title(name, side[name]) for side in chosen)]
        values = " and ".join(titles) if len(titles) > 1 else f"{titles[0]} for both"
        parts.append(f"the {_words(name)} ({values})")
    said = " and ".join(parts)
    return (
        f"{said[:1].upper()}{said[1:]} {'was' if len(parts) == 1 else 'were'} tuned for each side"
        f" over the same number of trials ({trials})."
    )


def _nearly(pair: Iterable[float]) -> bool:
    small, large = sorted(pair)
    return large <= small * (1 + NEARLY)


def _against(pair: Iterable[float], unit: str = "") -> str:
    """`8,880 against 4,440 a round`, or both in one where they are the same."""
    return " against ".join(dict.fromkeys(f"{value:,}" for value in pair)) + unit


def _words(parameter: str) -> str:
    return parameter_title(parameter).lower()
