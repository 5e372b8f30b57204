"""Which of the files below a folder are images, and of which split and class.

Every file and folder is accounted for: it is an image, or it is left out and the data card says so,
or the data set is refused, by its name. Light to import: it is used while the Snakefile is read.
"""

from pathlib import Path
from typing import Any, NamedTuple

from study.data.class_folders import doubtful_classes, without_marks
from study.data.decode import SUFFIXES
from study.data.doubtful import refuse_doubtful
from study.data.endings import kinds, suffix
from study.data.folder_levels import folders_above
from study.data.image_globs import named_images, takes_away
from study.data.left_out import left_out, links_followed, not_grouped, splits_decided
from study.data.listing import Listing, inside, list_folder, visible
from study.data.nearly_one_class import nearly_one_class
from study.data.repeated_images import copy_of_the_rest, refuse_class_of_all
from study.data.split_folders import depth_of, find_splits
from study.data.unread_images import unread_images
from study.store.errors import UserError


class Layout(NamedTuple):
    """The images of a data set, and what was decided on the way to them."""

    images: dict[str, Path]  # name -> path; a name is the path below the folder, NFC
    splits: dict[str, str]  # split -> its folder; nothing where no folder is a split
    classes: list[str]  # the names of their folders, sorted
    decided: list[str]  # sentences for people


def lay_out(where: str, root: Path, entry: dict[str, Any]) -> Layout:
    """Find the images below a folder, and account for all else that is there.

    Args:
        where: the folder, for messages.
        root: the folder.
        entry: of the configuration, with `splits`, `images`, `positive` or `groups`.

    Raises:
        UserError: what is there can be read in more than one way, or is no data set.
    """
    listing = list_folder(where, root)
    found: list[str] = []
    others: list[str] = []
    for name in listing.files:
        (found if suffix(name) in SUFFIXES else others).append(name)
    if not found:
        what = unread_images(listing, others) or f"known extensions: {', '.join(sorted(SUFFIXES))}"
        raise UserError(
            f"{where} contains no images{', but ' * bool(others)}{kinds(others)}; {what}"
        )
    patterns = entry.get("images", [])
    patterns = [patterns] if isinstance(patterns, str) else patterns
    images = named_images(where, found, patterns)
    with_images = dict.fromkeys(name.rpartition("/")[0] for name in images if "/" in name)
    folders = folders_above(with_images) if patterns else listing.folders
    copy = copy_of_the_rest(listing, images, folders)
    if copy:
        images = [name for name in images if not name.startswith(f"{copy}/")]
        folders = [name for name in folders if not f"{name}/".startswith(f"{copy}/")]
    splits = find_splits(where, entry.get("splits"), folders)
    depth = depth_of(splits)
    classes = _find_classes(where, listing, images, folders, splits)
    # patterns say which files are images; only `**` or `none` says which folders are classes
    leave_out = [pattern for pattern in patterns if takes_away(pattern)]
    answered = patterns != leave_out if depth else entry.get("splits") == "none"
    if patterns and not answered:
        for problem in doubtful_classes(classes, depth, leave_out):
            raise UserError(f"{where}: {problem}")
    if not patterns:
        refuse_doubtful(where, images, depth, classes, entry)
        refuse_class_of_all(where, listing, images, depth)
        if unread := unread_images(listing, others):
            raise UserError(f'{where}: {unread}, or use `images: "**"` to leave out unread files')
    return Layout(
        images={name: Path(listing.files[name].path) for name in images},
        splits=splits,
        classes=classes,
        decided=[
            *splits_decided(splits),
            *nearly_one_class(classes),
            *left_out(listing, found, images, others, copy),
            *links_followed(listing, images),
            *([] if entry.get("groups") else not_grouped(images, depth)),
        ],
    )


def _find_classes(
    where: str,
    listing: Listing,
    images: list[str],
    folders: list[str],
    splits: dict[str, str],
) -> list[str]:
    """The names of the classes, each a folder with images in every split.

    Raises:
        UserError: an image is in no class, or a folder of a class has no images.
    """
    depth = depth_of(splits)
    _refuse_stray(where, images, splits)
    filled = dict.fromkeys("/".join(name.split("/")[: depth + 1]) for name in images)
    for folder in folders:
        if folder.count("/") == depth and folder not in filled:
            files = [name for name in listing.files if name.startswith(f"{folder}/")]
            here = kinds(files)
            if folder.rpartition("/")[2].casefold() in ("labels", "annotations") and here:
                raise UserError(
                    f"{where}: {folder} holds {here} and no image, and is probably a folder of"
                    " bounding boxes; boxes are not supported: put the images of each class in a"
                    " folder of its own"
                )
            what = unread_images(listing, files) or (
                "put the images of the class there, as PNG or JPEG"
            )
            raise UserError(
                f"{where}: {folder} holds no image that is read{', but ' * bool(here)}{here};"
                f" {what}, or move the folder away"
            )
    classes = sorted({folder.split("/")[depth] for folder in filled})
    for folder in splits.values():
        for name in classes:
            if f"{folder}/{name}" not in filled:
                other = next(path for path in filled if path.endswith(f"/{name}"))
                raise UserError(
                    f"{where}: there is {other} but no {folder}/{name}; every split needs all"
                    " classes, in folders with the same names"
                )
    alike: dict[str, str] = {}
    for name in classes:
        other = alike.setdefault(without_marks(visible(name)), name)
        if other != name:
            raise UserError(
                f"{where}: the folders {other!r} and {name!r} differ only in capital letters,"
                " hyphens, underscores, blanks or invisible characters; give them the same name or"
                " clearly different ones"
            )
    first = next(iter(filled))
    if len(classes) == 1 and len(inside(folders, f"{first}/")) > 1:
        raise UserError(
            f"{where}: {first} is the only class folder; if the classes are in it, write"
            f" `path: …/{first}`"
        )
    return classes


def _refuse_stray(where: str, images: list[str], splits: dict[str, str]) -> None:
    """Images are in no folder of a class."""
    depth = depth_of(splits)
    stray = [name for name in images if name.count("/") <= depth]
    if len(stray) == len(images):
        otherwise = (
            "write `splits: none` if these folders are the classes"
            if splits
            else "if this is the folder of one class, write the path of the one above"
        )
        raise UserError(
            f"{where}: {stray[0]} is not in the folder of a class, nor is any other image; put the"
            " images of each class in a folder of its own (images with several labels, or with"
            f" boxes, are not supported), or {otherwise}"
        )
    if stray:
        more = f" (and {len(stray) - 1} more)" if len(stray) > 1 else ""
        here = f"{stray[0].rpartition('/')[0]}/*".removeprefix("/")
        raise UserError(
            f"{where}: {stray[0]}{more} is not in the folder of a class; put it in one, or leave it"
            f' out with `images: "!{here}"`'
            f"{', or write `splits: none` if the folders are classes' * bool(splits)}"
        )
