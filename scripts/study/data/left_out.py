"""What is said of a folder of images on the data card: what was decided, and what is not read.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections import Counter
from collections.abc import Iterable

from study.data.listing import Listing
from study.data.split_folders import listed

SHOWN = 5  # kinds of files in a sentence
# The end of the name of an image that was made of another: `1_flip.png`, `1 - Copy.png`
_MADE = r"[-_. ]+(?i:{})[-_. ]?[0-9]*"
_WORDS = (
    r"([hv]?flip(?:ped)?|mirror(?:ed)?|rot(?:90|180|270)|rotat(?:ed?|ion)|aug(?:mented)?"
    r"|copy|kopie|copie|copia)"
)


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
        others: of all files that are no images.
        copy: a folder with the same images again, if there is one.
    """
    again = [name for name in found if copy and name.startswith(f"{copy}/")]
    accounted = {*read, *again}
    unnamed = [name for name in found if name not in accounted]
    example = unnamed[0] if unnamed else ""
    sentences = {
        f"The folder {copy} was left out: it has {len(again)} of the images again, by their names"
        " and sizes.": again,
        f"Images that `images` does not name were left out: {len(unnamed)}, such as"
        f" {example}.": unnamed,
        f"Files that are no images were left out: {kinds(others)}.": others,
        f"What systems and programs leave behind was left out: {_remnants(listing.remnants)}.": (
            listing.remnants
        ),
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
    # Roboflow writes `1_jpg.rf.<hash>.jpg`, with another hash for each version of an image
    roboflow = _versions(read, f"^{above}(.+)[.]rf[.]")
    return [*(roboflow or _made(read, above)), *_inner(read, f"^{above}[^/]+/")]


def _made(read: list[str], above: str) -> list[str]:
    """Images that differ in their ending alone, or in words of what was made of them."""
    stems = {name.rpartition(".")[0] for name in read}
    made = re.compile(f"(.+?){_MADE.format(_WORDS)}")
    telling = re.compile(f"[-_. ](?i:{_WORDS})")  # quick to search for
    words: set[str] = set()
    for stem in filter(telling.search, stems):
        found = made.fullmatch(stem)
        if found and found[1] in stems:
            words.add(found[2].casefold())
    if words:
        endings = _MADE.format("|".join(sorted(words)))
        return _versions(read, f"^{above}(.+?)(?:{endings})*[.][^.]+$")
    return _versions(read, f"^{above}(.+)[.][^.]+$") if len(stems) < len(read) else []


def _versions(read: list[str], pattern: str) -> list[str]:
    """Several images that are of one group by a pattern."""
    found = _groups(read, pattern)
    several = [names for names in found.values() if len(names) > 1]
    if not several:
        return []
    count = sum(len(names) for names in several)
    return [
        f"By their names, {count} images are versions of {len(several)}, such as"
        f" {several[0][0]} and {several[0][1]}; to keep versions of one image in one split, write"
        f" {_written(read, found, pattern)}."
    ]


def _inner(read: list[str], classes: str) -> list[str]:
    """Folders below those of the classes, at the first depth with several; often patients."""
    below = classes
    while len(found := _groups(read, pattern := f"{below}([^/]+)/")) < 2:
        if not found:
            return []
        below += "[^/]+/"
    return [
        f"Images of one folder below a class, such as {next(iter(found.values()))[0]}, are not"
        " kept in one split; if such folders are patients, write"
        f" {_written(read, found, pattern)}."
    ]


def _groups(read: list[str], pattern: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in read:
        match = re.search(pattern, name)
        if match:
            groups.setdefault(match[1], []).append(name)
    return groups


def _written(read: list[str], found: dict[str, list[str]], pattern: str) -> str:
    rest = len(read) - sum(len(names) for names in found.values())
    return f'`groups: {{pattern: "{pattern}"{", missing: own" * bool(rest)}}}`'


def kinds(names: Iterable[str]) -> str:
    """Files by their endings: `12 .txt, 1 without an ending`."""
    counts = Counter(suffix(name) or "without an ending" for name in names)
    return _some([f"{count} {kind}" for kind, count in counts.most_common()])


def suffix(name: str) -> str:
    """The ending of a file's name, in small letters."""
    file = name.rpartition("/")[2].casefold()
    if file.endswith(".nii.gz"):
        return ".nii.gz"
    stem, _, ending = file.rpartition(".")
    return f".{ending}" if stem else ""


def _remnants(names: list[str]) -> str:
    """`3 .DS_Store, __MACOSX`; of names that vary, how they begin."""
    last = (name.rpartition("/")[2].strip() for name in names)
    counts = Counter("._*" if name.startswith("._") else name for name in last)
    return _some([f"{count} {name}" if count > 1 else name for name, count in counts.most_common()])


def _some(parts: list[str]) -> str:
    return ", ".join(parts[:SHOWN]) + ", …" * (len(parts) > SHOWN)
