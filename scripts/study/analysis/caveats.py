"""What a comparison of two levels of a factor cannot say, however many seeds it has."""

from collections.abc import Iterable

from study.choices import parameter_title

# These change how large a network is, and so what it costs and can hold.
SIZES = ("hidden_layers", "hidden_units", "network")


def caveat(
    factor: str,
    first: dict,
    second: dict,
    along: Iterable[str] = (),
    by_program: bool = False,
) -> str:
    """In sentences, what a difference between two cells may come from besides the factor as such.

    Args:
        factor: what they differ in; a training parameter, `round` or `epoch`.
        first, second: their parameters.
        along: parameters that move along with the factor.
        by_program: whether a program of the user's trains; of its parameters nothing is known.

    Returns:
        Nothing where both sides are one cell at other times, and nothing of a program.
    """
    if by_program or factor in ("round", "epoch"):
        return ""
    sentences = []
    moved = [name for name in along if first[name] != second[name]]
    if moved:
        others = " and ".join(map(_words, moved))
        sentences.append(
            f"{_words(factor).capitalize()} and {others} move together: which of them makes a"
            " difference is not known."
        )
    if "batch_size" in (factor, *moved):
        small, large = sorted((first["batch_size"], second["batch_size"]))
        sentences.append(
            f"Epochs are equal, updates are not: batch size {small} gets {large / small:g} times as"
            f" many as {large}."
        )
    if any(name in SIZES for name in (factor, *moved)):
        sentences.append("The networks differ in their number of weights.")
    if factor == "learning_rate":
        sentences.append("How a rate does depends on the batch size and the optimizer.")
    else:
        rates = dict.fromkeys(str(side["learning_rate"]) for side in (first, second))
        sentences.append(
            f"The learning rate ({' and '.join(rates)}) was tuned for neither side: a difference"
            " may be in how well it suits them."
        )
    return " ".join(sentences)


def _words(parameter: str) -> str:
    return parameter_title(parameter).lower()
