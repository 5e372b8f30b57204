"""Download a MedMNIST file once, checked, into a cache folder."""

from pathlib import Path

from study.errors import UserError
from study.locations import medmnist_set

RECORD = "https://zenodo.org/records/10519652/files/"


def fetch_medmnist(name: str, entry: dict) -> Path:
    """The file of a MedMNIST entry: from the cache, or downloaded into it.

    pooch downloads to a temporary name and moves the file into place only if its MD5 is right, so
    a broken download is started again and never taken for whole.

    Raises:
        UserError: it cannot be downloaded; says where to put it by hand.
    """
    import pooch
    import requests

    published = medmnist_set(name, entry)
    size = "" if entry["size"] == 28 else f"_{entry['size']}"
    file_name = f"{entry['name']}{size}.npz"
    url = entry.get("url", f"{RECORD}{file_name}?download=1")
    cache = Path(entry["cache"]).expanduser() if "cache" in entry else pooch.os_cache("medmnist")
    md5 = entry.get("md5", published["md5"])
    store = pooch.create(
        path=cache,
        base_url="",
        registry={file_name: f"md5:{md5}"},
        urls={file_name: url},
        retry_if_failed=2,
    )
    print(f"{file_name}: looking in {cache}, else from {url}", flush=True)
    try:
        return Path(store.fetch(file_name, downloader=pooch.HTTPDownloader(timeout=30)))
    except (OSError, ValueError, requests.exceptions.RequestException) as error:
        raise UserError(
            f"datasets.{name}: {url} cannot be downloaded ({error}). Download {file_name} by hand"
            f" and put it into {cache}, or set the data set's `path` to it"
        ) from error
