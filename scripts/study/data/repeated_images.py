"""Folders that have the same images again as those beside them, by their names and sizes.

Light to import: it is used while the Snakefile is read.
"""

from study.data.class_folders import literal
from study.data.doubtful import ALL
from study.data.listing import Listing, inside
from study.store.errors import UserError


def copy_of_the_rest(listing: Listing, images: list[str], folders: list[str]) -> str | None:
    """A folder that has the same images again as those beside it, by their names and sizes.

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
    """Stop where a folder as `All`, beside those of the classes, has the images of these again.

    Args:
        where: the folder, for messages.
        listing: all that is there.
        images: the names of those that are read.
        depth: how many folders are above those of the classes.

    Raises:
        UserError: there is one, with how to leave it out.
    """
    classes: dict[str, dict[str, list[str]]] = {}  # class -> split and file -> images
    for name in images:
        parts = name.split("/")
        files = classes.setdefault(parts[depth], {})
        files.setdefault("/".join([*parts[:depth], parts[-1]]), []).append(name)
    largest = max(classes, key=lambda name: len(classes[name]))
    own = classes.pop(largest)
    others: dict[str, list[str]] = {}
    for files in classes.values():
        for file, names in files.items():
            others.setdefault(file, []).extend(names)
    if (
        len(classes) > 1
        and own.keys() == others.keys()
        and all(
            len(names) == len(others[file]) == 1 and _alike(listing, names[0], others[file][0])
            for file, names in own.items()
        )
    ):
        raise UserError(
            f"{where}: {largest} has the images of all other classes again, by their names and"
            f' sizes; leave it out with `images: "!{"*/" * depth}{literal(largest)}/**"`, {ALL}'
        )


def _alike(listing: Listing, name: str, other: str) -> bool:
    return listing.files[name].stat().st_size == listing.files[other].stat().st_size
