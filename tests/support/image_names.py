"""Folders of files that are images by their names alone."""

from study.data.folder import find_images

CLASSES = ("a/1.png", "a/2.png", "b/1.png", "b/2.png")


def laid_out(folder, *names, **entry):
    """The layout of a folder `x` with files of such names, which are images by their names alone.

    A name that ends in `/` is an empty folder.
    """
    for name in names:
        path = folder / "x" / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(name)
    return find_images("d", {"kind": "folder", "path": str(folder / "x"), "size": 8, **entry})


def below(*tops, names=CLASSES):
    return [f"{top}/{name}" for top in tops for name in names]
