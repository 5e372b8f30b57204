"""Where a data set's files are, and by what their content is known."""

import os

import pytest
from data_sources import write_folder

from study.data.location import locate, source_digest
from study.errors import UserError


def test_source_is_known_by_its_content(tmp_path):
    entry = write_folder(tmp_path / "x")
    cache = tmp_path / "cache.json"
    first = source_digest("d", entry, cache)
    assert source_digest("d", entry, cache) == first
    (tmp_path / "x").rename(tmp_path / "y")
    moved = entry | {"path": str(tmp_path / "y")}
    assert source_digest("d", moved, cache) == first
    image = tmp_path / "y" / "NORMAL" / "person0_0.jpeg"
    content, status = image.read_bytes(), image.stat()
    image.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))  # the same size and time
    assert source_digest("d", moved, cache) != first
    image.write_bytes(content)
    assert source_digest("d", moved, cache) == first
    image.rename(image.with_name("person9_0.jpeg"))
    assert source_digest("d", moved, cache) != first
    assert source_digest("d", moved | {"size": 9}, cache) != first


def test_medmnist_is_known_by_its_published_digest(tmp_path):
    entry = {"kind": "medmnist", "name": "pneumoniamnist", "size": 28}
    assert locate("d", entry) == {}
    first = source_digest("d", entry, tmp_path / "cache.json")
    other_place = entry | {"url": "http://localhost/x", "cache": "/somewhere"}
    assert source_digest("d", other_place, tmp_path / "cache.json") == first
    assert source_digest("d", entry | {"size": 64}, tmp_path / "cache.json") != first
    with pytest.raises(UserError, match="nodulemnist3d has the sizes 28, 64"):
        source_digest("d", entry | {"name": "nodulemnist3d", "size": 224}, tmp_path / "c")
