"""What a comparison of two levels of a factor cannot say, however many seeds it has."""

from collections.abc import Iterable

from study.budget import training_samples, updates_a_round
from study.choices import level_title, parameter_title
from study.network_size import known_weights
from study.training.epoch_choices import ends_early

# These change how large a network is, and so what it costs and can hold.
SIZES = ("hidden_layers", "hidden_units", "network")
NEARLY = 0.05  # what differs by no larger a share is called equal


def caveat(
    factor: str,
    first: dict,
    second: dict,
    epochs: tuple[int, int],
    data: dict | None = None,
    along: Iterable[str] = (),
    by_program: bool = False,
    tuned: tuple[dict, dict] | None = None,
    trials: int = 0,
) -> str:
    """In sentences, what a difference between two cells may come from besides the factor as such.

    That is what else they differ in, in numbers: updates of the weights in a round, weights of the
    network; and whether the learning rate suits both.

    Args:
        factor: what they differ in; a training parameter, `round` or `epoch`.
        first, second: their parameters.
        epochs: of a round of each, as their runs recorded them.
        data: a description of the data that they were trained on, as
            `study.data.prepared.read_description` returns it. Where it is not known, updates are
            said in proportion, and weights not counted.
        along: parameters that move along with the factor.
        by_program: whether a program of the user's trains; of its parameters nothing is known.
        tuned: what tuning chose for each, parameter -> value, in place of what `first` and `second`
            have; the same parameters for both.
        trials: how many trials that took, for each of them.

    Returns:
        Nothing where both sides are one cell at other times, and nothing of a program.
    """
    if by_program or factor in ("round", "epoch"):
        return ""
    chosen = tuned or ({}, {})
    sides = [side | own for side, own in zip((first, second), chosen)]
    sentences = []
    moved = [name for name in along if first[name] != second[name]]
    if moved:
        others = " and ".join(map(_words, moved))
        sentences.append(
            f"{_words(factor).capitalize()} and {others} move together: which of them makes a"
            " difference is not known."
        )
    sentences.append(_update_words(sides, epochs, data))
    sentences.append(_weight_words(sides, data, (factor, *moved)))
    if chosen[0]:
        sentences.append(_tuning_words(chosen, trials))
    if factor == "learning_rate":
        sentences.append("How a rate does depends on the batch size and the optimizer.")
    elif "learning_rate" not in chosen[0]:
        rates = dict.fromkeys(str(side["learning_rate"]) for side in sides)
        sentences.append(
            f"The learning rate ({' and '.join(rates)}) was tuned for neither side: a difference"
            " may be in how well it suits them."
        )
    return " ".join(filter(None, sentences))


def _update_words(sides: list[dict], epochs: tuple[int, int], data: dict | None) -> str:
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
            return "A round may end early, so that updates need not be equal." if early else ""
        words = f"Epochs are equal, updates are not: {said or _proportion(sides)}"
    elif not _nearly(updates):
        words = f"Neither epochs ({_against(epochs, ' a round')}) nor updates"
        words += f" ({said}) are equal" if data else " are equal"
    else:
        seen = "the samples seen are not" + (f" ({_against(samples)})" if data else "")
        other = f"epochs are not ({_against(epochs)})" if _nearly(samples) else seen
        words = f"Updates are equal{f' ({said})' if data else ''}, {other}"
    return f"{words}{', where no round ends early' if early else ''}."


def _proportion(sides: list[dict]) -> str:
    """How updates differ where epochs are equal and samples not counted."""
    if sides[0]["train_share"] != sides[1]["train_share"]:
        shares = _against([side["train_share"] for side in sides])
        return f"an epoch has {shares} of the training samples"
    small, large = sorted(side["batch_size"] for side in sides)
    return f"batch size {small} gets {large / small:g} times as many as {large}"


def _weight_words(sides: list[dict], data: dict | None, varied: Iterable[str]) -> str:
    """How many weights the networks have, where that differs."""
    counts = [0, 0]
    if data:
        shape, classes = tuple(data["shape"]), len(data["classes"])
        counts = [known_weights(side, shape, classes) for side in sides]
    if all(counts):
        return f"The networks have {_against(counts)} weights." if counts[0] != counts[1] else ""
    if any(name in SIZES for name in varied):
        return "The networks differ in their number of weights."
    return ""


def _tuning_words(chosen: tuple[dict, dict], trials: int) -> str:
    """`The learning rate (0.0003 and 0.002) was tuned for each side over the same number of …`"""
    parts = []
    for name in chosen[0]:
        values = dict.fromkeys(level_title(name, side[name]) for side in chosen)
        values = " and ".join(values) if len(values) > 1 else f"{next(iter(values))} for both"
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
