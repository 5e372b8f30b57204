"""How large the splits of the prepared data are."""

from pathlib import Path

from study.data.prepared import read_description
from study.errors import UserError


def split_share(cards: list[str]) -> float:
    """Validation samples for each training sample, for tests over splits that are drawn anew.

    Args:
        cards: the description of the prepared data, or nothing where it is not here.

    Raises:
        UserError: it is not here.
    """
    if not cards:
        raise UserError(
            "Comparisons over splits that are drawn anew take the sizes of the splits, and the"
            " prepared data are not here; run the study, which prepares them"
        )
    sizes = read_description(Path(cards[0]).parent)["splits"]
    return sizes["val"]["count"] / sizes["train"]["count"]
