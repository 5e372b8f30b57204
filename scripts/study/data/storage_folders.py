"""Folders taken as classes that are named like what stores images: downloads, cameras, patients.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Iterator

from study.data.split_folders import listed

_PART = re.compile(
    r"((?:k.?)?folds?|cv|split|part|partition|batch|set|subset)([-_. ]?\d+|[-_. ][a-z])$"
)
_PART_OF_ONE = re.compile(r"(.+?)[-_. ]+(?:part|batch|chunk|fold)[-_. ]?\d+$")
# `benign-20240301T101010Z-001`, as Google Drive calls the archives of one folder
_OF_DRIVE = re.compile(r"(.+?)-\d{8}T\d{6}Z(?:-\d+)*(?: ?\(\d+\))?$")
# What stores images, before a number. Folders that are all of one of these are no classes.
_STORAGE = (
    "images?|imgs?|pictures?|pics?|photos?|frames?|scans?|slides?|videos?|clips?|movies?|bilder"
    "|data|datasets?|folders?|ordner|dirs?|files?|parts?|batch(?:es)?|chunks?|sets?|subsets?"
    "|series|stud(?:y|ies)|sessions?|visits?|exams?|archives?|downloads?|uploads?|exports?|dcim"
)
_PATIENTS = "patients?|patienten|pat|subjects?|subj|sub|cases?"
_STORED = re.compile(rf"((?:.*[-_. ])?(?:({_PATIENTS})|{_STORAGE}))[-_. ]*(?:\(\d+\)|\d*)")
# By the rule of cameras (DCF): a number from 100 to 999, and five characters of the maker
_OF_CAMERA = re.compile(
    r"[1-9]\d\d(?:apple|canon|media|nikon|olymp|_?pana\w?|msdcf|gopro|_?fuji\w?|casio|photo|pentx"
    r"|ricoh|samsu|sscam|leica|sigma|kodak|andro|cloud|eos\w\w|n?c?d\d{2,4}|___\d\d|_\d{4})"
    r"|20\d{4}_[_a-z]"
)
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"(?:{_YEAR}([-_. ]){_MONTH}\1{_DAY}|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"|{_DAY}([-_. ]){_MONTH}\2{_YEAR}|{_MONTH}([-_. ]){_DAY}\3{_YEAR})"
    r"(?:[-_ t]*\d\d[-_:.h]?\d\d(?:[-_:.]?\d\d)?)?"  # and the time
)
# Of other words, and of numbers and dates that are less sure, there have to be `MANY`.
_ONE_EACH = {
    "patients": re.compile(r"([^\W\d_]+)[-_. ]?\d+|\d{4,}"),
    "dates": re.compile(
        r"(?:19|20)\d{6}|(?:19|20)\d\d([-_. ])\d\d?\1\d\d?"
        r"|\d\d?([-_. ])\d\d?\2(?:19|20)?\d\d"
    ),
}
_MANY = 5
# Words before the number of a class, and single letters as in c0 to c9 and n02102040
_NUMBERED_CLASSES = {
    *("class", "classe", "klasse", "cls", "category", "cat", "label", "digit", "cluster"),
    *("grade", "grad", "kl", "isup", "gleason", "birads", "rads", "score", "level", "stage"),
    *("stadium", "stade", "stufe", "type", "typ", "phase", "species", "c", "n"),
}


def stored_as(classes: list[str], answer: str) -> Iterator[str]:
    """What is wrong with folders that are named like parts of a whole, or what stores images.

    Args:
        classes: their names.
        answer: what to write if all are classes.

    Yields:
        What is wrong, and what to write.
    """
    otherwise = f"or write {answer} if all are classes"
    instead = f"put the images of each class in a folder of its own, {otherwise}"
    if downloads := [folder for folder in classes if _OF_DRIVE.match(folder)]:
        names = dict.fromkeys(match[1] for match in map(_OF_DRIVE.match, downloads) if match)
        yield (
            f"{listed(downloads)} {'are' if len(downloads) > 1 else 'is'} named like"
            " partial downloads from Google Drive; merge them into one folder per class:"
            f" {listed([*names])}, {otherwise}"
        )
    for shape in (_PART, _PART_OF_ONE):
        parts: dict[str, list[str]] = {}
        for folder in classes:
            if part := shape.match(folder.casefold()):
                parts.setdefault(part[1], []).append(folder)
        for folders in parts.values():
            if len(folders) > 1:
                yield (
                    f"{listed(folders)} are named like parts of a data set, not like classes;"
                    f" {instead}"
                )
    if owners := _one_each([folder.casefold() for folder in classes]):
        yield f"{listed(classes)} are named like {owners}, not like classes; {instead}"


def _one_each(classes: list[str]) -> str | None:
    """What folders are, in a word, where the names of all are numbered or dated alike."""
    if len(classes) < 2:
        return None
    if all(map(_OF_CAMERA.fullmatch, classes)):
        return "the folders of a camera"
    if all(map(_DATE.fullmatch, classes)):
        return "dates"
    stored = [_STORED.fullmatch(folder) for folder in classes]
    words = {match.groups() for match in stored if match}
    if all(stored) and len(words) == 1:
        ((word, patient),) = words
        if not _NUMBERED_CLASSES & {*re.split(r"[-_. ]+", word)}:
            return "patients" if patient else f"folders that store images ({word})"
    return _one_each_of_many(classes)


def _one_each_of_many(classes: list[str]) -> str | None:
    if len(classes) < _MANY:
        return None
    for owners in ("dates", "patients"):
        found = [_ONE_EACH[owners].fullmatch(folder) for folder in classes]
        # one word, or none, of patients; one thing between the numbers of dates
        kinds = {match.groups() if match else None for match in found}
        words = {match[1] for match in found if match}
        if all(found) and len(kinds) == 1 and not words & _NUMBERED_CLASSES:
            return owners
    return None
