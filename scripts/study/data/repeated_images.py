"""Folders that repeat the images of those beside them, by their names and sizes.

Light to import: it is used while the Snakefile is read.
"""

from collections import Counter

from study.data.image_globs import ALL, literal
from study.data.listing import Listing, inside
from study.store.errors import UserError


def copy_of_the_rest(listing: Listing, images: list[str], folders: list[str]) -> str | None:
    """A folder that repeats the images of those beside it, by their names and sizes.

    Archives are published that way: `chest_xray/train` and `chest_xray/chest_xray/train`.
    """
    tops = inside(folders, "")
    for top in tops:
        inner = inside(listing.folders, f"{top}/")
        if not inner or not {*inner} <= {*tops} - {top}:
            continue
        below = [name for name in images if name.startswith(f"{top}/")]
        rest = {*images}.difference(below)
        pairs = [(name, name.removeprefix(f"{top}/")) for name in below]
        if all(other in rest for _, other in pairs) and all(
            _alike(listing, name, other) for name, other in pairs
        ):
            return top
    return None


def refuse_class_of_all(where: str, listing: Listing, images: list[str], depth: int) -> None:
    """Stop where a folder such as `All`, beside those of the classes, repeats their images.

    Args:
        where: the folder, for messages.
        listing: all that is there.
        images: the names of those that are read.
        depth: how many folders are above those of the classes.

    Raises:
        UserError: there is one, with how to leave it out.
    """
    counts = Counter(name.split("/")[depth] for name in images)
    largest, count = counts.most_common(1)[0]
    if len(counts) < 3 or 2 * count != len(images):
        return
    own: dict[str, str] = {}  # split and file -> an image
    others: dict[str, str] = {}
    for name in images:
        parts = name.split("/")
        found = own if parts[depth] == largest else others
        found["/".join([*parts[:depth], parts[-1]])] = name
    if (
        len(own) == count
        and own.keys() == others.keys()
        and all(_alike(listing, name, others[file]) for file, name in own.items())
    ):
        raise UserError(
            f"{where}: {largest} repeats the images of all other classes, judging by names and"
            " sizes;"
            f' leave it out with `images: "!{"*/" * depth}{literal(largest)}/**"`, {ALL}'
        )


def _alike(listing: Listing, name: str, other: str) -> bool:
    return listing.files[name].stat().st_size == listing.files[other].stat().st_size
