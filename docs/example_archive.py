"""The published example's runs in one archive, from which its results are made without training.

    python docs/example_archive.py
    snakemake --cores 4 regenerate_report --configfile docs/pneumoniamnist/study.yaml

The archive holds what results are made from: each run's epochs, scores, record and environment;
what was tried and chosen for each tuned side; the data's description, audit and contact sheet. The
data and the weights are not in it, so that the report has no pictures of misclassified samples.
"""

import lzma
import sys
import tarfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from study.store.paths import ENVIRONMENT, METRICS, RECORD, SCORES

ARCHIVE = REPOSITORY / "docs" / "pneumoniamnist" / "runs.tar.xz"
RESULTS = REPOSITORY / "results" / "pneumoniamnist"
LARGEST = 10_000_000  # bytes
# Four bytes at a time, as the scores are: 5% smaller than with xz's own settings.
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 2, "pb": 2}]
OTHERS = ("tuning/*/*/chosen.json", "tuning/*/*/trials.csv", "data/*/audit.json")
OTHERS += ("data/*/description.json", "data/*/contact_sheet.png")


def packed_files(results: Path = RESULTS) -> list[Path]:
    """What goes into the archive, files of one kind together: they compress better.

    Args:
        results: the folder of the data set's results.

    Raises:
        SystemExit: a cell was trained with several versions of the data, code or settings.
    """
    records = sorted(results.glob(f"runs/*/*/split*/*/seeds_*/round*/{RECORD}"))
    digests = {path.parents[2] for path in records}
    if len({digest.parent for digest in digests}) < len(digests):
        sys.exit(f"{results} has runs of several versions; make the example in a fresh clone")
    names = (ENVIRONMENT, METRICS, RECORD, SCORES)
    files = [record.with_name(name) for name in names for record in records]
    return [path for path in files if path.exists()] + [
        path for pattern in OTHERS for path in sorted(results.glob(pattern))
    ]


def pack(results: Path = RESULTS, archive: Path = ARCHIVE) -> None:
    """Write the archive, the same bytes for the same files.

    Raises:
        SystemExit: it is larger than a repository should hold.
    """
    with (
        lzma.open(archive, "wb", filters=FILTERS) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as packed,
    ):
        for path in packed_files(results):
            member = tarfile.TarInfo(path.relative_to(results).as_posix())
            member.size = path.stat().st_size
            with path.open("rb") as content:
                packed.addfile(member, content)
    if (size := archive.stat().st_size) > LARGEST:
        sys.exit(f"{archive} has {size:,} bytes; at most {LARGEST:,} are meant to be in Git")


def unpack(results: Path = RESULTS, archive: Path = ARCHIVE) -> None:
    """Write the archive's files where a run of the example leaves them."""
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member)
            assert content is not None  # they are all files
            path = results / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())


if __name__ == "__main__":
    unpack()
