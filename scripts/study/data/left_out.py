"""What is said of a folder of images on the data card: what was decided, and what is not read.

Light to import: it is used while the Snakefile is read.
"""

from collections import Counter

from study.data.endings import archives, first_few, kinds
from study.data.identifiers import begun_alike
from study.data.listing import Listing
from study.data.pattern_advice import Advice, as_entry, groups_by
from study.data.split_folders import listed
from study.data.versions import several_by, versions_of_others
from study.data.videos import frames_of_videos


def splits_decided(splits: dict[str, str]) -> list[str]:
    """Which folder is which split, where it is not called so."""
    renamed = [f"{folder} is {split}" for split, folder in splits.items() if folder != split]
    return [f"Folders were taken as splits: {', '.join(renamed)}."] if renamed else []


def left_out(
    listing: Listing, found: list[str], read: list[str], others: list[str], copy: str | None
) -> list[str]:
    """What is there and not read.

    Args:
        listing: all that is there.
        found: the names of all images.
        read: of those that are read.
        others: of all files that have none of the endings of images that are read.
        copy: a folder with the same images again, if there is one.
    """
    again = [name for name in found if copy and name.startswith(f"{copy}/")]
    accounted = {*read, *again}
    unnamed = [name for name in found if name not in accounted]
    example = unnamed[0] if unnamed else ""
    packed = archives(others)
    rest = [name for name in others if name not in packed]
    sentences = {
        f"The folder {copy} was left out: it repeats {len(again)} of the images, judging by their"
        " names and sizes.": again,
        f"Images that `images` does not name were left out: {len(unnamed)}, such as"
        f" {example}.": unnamed,
        f"Archives were not read: {first_few(packed)}.": packed,
        f"Files with other extensions were left out: {kinds(rest)}.": rest,
        "Files that operating systems and programs leave behind were left out:"
        f" {_remnants(listing.remnants)}.": listing.remnants,
    }
    return [sentence for sentence, names in sentences.items() if names]


def links_followed(listing: Listing, read: list[str]) -> list[str]:
    """Which links were followed."""
    folders = [name for name in listing.folders if name in listing.links]
    files = [name for name in read if name in listing.links]
    links = folders + ([f"{len(files)} images"] if len(files) > 1 else files)
    return [f"Links were followed: {listed(links)}."] if links else []


def not_grouped(read: list[str], depth: int) -> list[str]:
    """What may belong together by its names, where no groups are named.

    Args:
        read: the names of the images that are read.
        depth: how many folders are above those of the classes.
    """
    above = "[^/]+/" * depth
    frames, count = frames_of_videos(read, above)
    said = [*frames]
    if count < len(read):
        said += _versions(read, above)
        said += _inner(read, f"^{above}[^/]+/")
    return [advice.text for advice in (*said, *begun_alike(read, depth, said))]


def _versions(read: list[str], above: str) -> list[Advice]:
    """What is said of versions of one image."""
    # Roboflow writes `1_jpg.rf.<hash>.jpg`, with another hash for each version of an image
    roboflow = several_by(read, f"^{above}(.+)[.]rf[.]")
    return roboflow or versions_of_others(read, above)


def _inner(read: list[str], classes: str) -> list[Advice]:
    """Folders below those of the classes, at the first depth with several; often patients."""
    below = classes
    while len(found := groups_by(read, pattern := f"{below}([^/]+)/")) < 2:
        if not found:
            return []
        below += "[^/]+/"
    text = (
        f"Images of one folder below a class, such as {next(iter(found.values()))[0]}, are not"
        " kept in one split; if such folders are patients, write"
        f" {as_entry(read, found, pattern)}."
    )
    return [Advice(text, pattern)]


def _remnants(names: list[str]) -> str:
    """`3 .DS_Store, __MACOSX`; of names that vary, how they begin."""
    last = (name.rpartition("/")[2].strip() for name in names)
    counts = Counter("._*" if name.startswith("._") else name for name in last)
    return first_few(
        [f"{count} {name}" if count > 1 else name for name, count in counts.most_common()]
    )
