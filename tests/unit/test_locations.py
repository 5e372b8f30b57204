"""Where a data set's files are, and by what their content is known."""

import json
import os

import pytest
from data_sources import write_folder

from study.data.content_digest import content_digest
from study.data.location import locate
from study.snake.datasets import declared_folders
from study.store.errors import UserError


def test_source_is_known_by_its_content(tmp_path):
    entry = write_folder(tmp_path / "x")
    cache = tmp_path / "cache.json"
    first = content_digest("d", entry, cache)
    assert content_digest("d", entry, cache) == first
    (tmp_path / "x").rename(tmp_path / "y")
    moved = entry | {"path": str(tmp_path / "y")}
    assert content_digest("d", moved, cache) == first
    image = tmp_path / "y" / "NORMAL" / "person0_0.jpeg"
    content, status = image.read_bytes(), image.stat()
    image.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))  # the same size and time
    assert content_digest("d", moved, cache) != first
    image.write_bytes(content)
    assert content_digest("d", moved, cache) == first
    image.rename(image.with_name("person9_0.jpeg"))
    assert content_digest("d", moved, cache) != first
    assert content_digest("d", moved | {"size": 9}, cache) != first


def test_a_folder_is_looked_through_again_where_a_name_has_changed(tmp_path):
    """Where none has, neither is a file read nor its name looked at twice."""
    entry, cache = write_folder(tmp_path / "x"), tmp_path / "cache.json"
    first = content_digest("d", entry, cache)
    known = json.loads(cache.read_text())
    cache.write_text(json.dumps(dict.fromkeys(known, "known")))
    assert content_digest("d", entry, cache) == "known"
    (tmp_path / "x" / "notes.txt").write_text("of no image")
    cache.write_text(json.dumps(known))
    assert content_digest("d", entry, cache) == first
    (tmp_path / "x" / "COVID").mkdir()
    with pytest.raises(UserError, match="COVID holds no image"):
        content_digest("d", entry, cache)


def test_a_file_of_groups_is_known_by_its_content(tmp_path):
    entry, cache = write_folder(tmp_path / "x"), tmp_path / "cache.json"
    groups = tmp_path / "groups.csv"
    groups.write_text("image,group\n")
    first = content_digest("d", entry | {"groups": {"file": str(groups)}}, cache)
    assert content_digest("d", entry, cache) != first
    groups = groups.rename(tmp_path / "moved.csv")
    entry["groups"] = {"file": str(groups)}
    assert content_digest("d", entry, cache) == first
    groups.write_text("image,group\nx,y\n")
    assert content_digest("d", entry, cache) != first


def test_medmnist_is_known_by_its_published_digest(tmp_path):
    entry = {"kind": "medmnist", "name": "pneumoniamnist", "size": 28}
    assert locate("d", entry) == {}
    first = content_digest("d", entry, tmp_path / "cache.json")
    other_place = entry | {"url": "http://localhost/x", "cache": "/somewhere"}
    assert content_digest("d", other_place, tmp_path / "cache.json") == first
    assert content_digest("d", entry | {"size": 64}, tmp_path / "cache.json") != first
    with pytest.raises(UserError, match="nodulemnist3d has the sizes 28, 64"):
        content_digest("d", entry | {"name": "nodulemnist3d", "size": 224}, tmp_path / "c")


def test_home_and_variables_stand_for_themselves_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCRATCH", str(tmp_path) + "/")
    monkeypatch.delenv("NOWHERE", raising=False)
    for written in ("$SCRATCH/a.npz", "${SCRATCH}a.npz", "~/../a.npz"):
        (tmp_path / "home").mkdir(exist_ok=True)
        (tmp_path / "a.npz").write_bytes(b"")
        found = locate("d", {"kind": "npz", "path": written})["path"]
        assert found.samefile(tmp_path / "a.npz")
    unset = r"datasets\.d\.path: \$NOWHERE/a\.npz: the variable NOWHERE is not set"
    with pytest.raises(UserError, match=unset):
        locate("d", {"kind": "npz", "path": "$NOWHERE/a.npz"})


def test_folders_are_written_in_one_way(tmp_path, monkeypatch):
    """As Snakemake names files, so that what a rule makes is what another asks for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("SCRATCH", "/scratch/me/")
    usual = {"results": "results", "logs": "./logs", "benchmarks": "benchmarks"}
    assert declared_folders({}, usual) == usual | {"logs": "logs"}
    for written, expected in (
        ("~/x", "/home/me/x"),
        ("$SCRATCH/x", "/scratch/me/x"),
        ("${SCRATCH}/x/", "/scratch/me/x"),
        ("./out//x/", "out/x"),
        ("a/../out", "out"),
        ("../out", "../out"),
        ("cost$5", "cost$5"),
    ):
        assert declared_folders({"pathvars": {"results": written}}, usual)["results"] == expected
    (tmp_path / "far" / "inside").mkdir(parents=True)
    (tmp_path / "link").symlink_to("far/inside")
    linked = declared_folders({"pathvars": {"results": "link/../out"}}, usual)["results"]
    assert linked == str((tmp_path / "far" / "out").resolve())
    for written, expected in (
        ("$NOWHERE/x", "pathvars.results: $NOWHERE/x: the variable NOWHERE is not set"),
        ("~no-one/x", "pathvars.results: ~no-one/x: no home is known for ~no-one; write its path"),
        (".", "pathvars.results: . is the folder that Snakemake runs in; name one inside it"),
    ):
        with pytest.raises(UserError) as error:
            declared_folders({"pathvars": {"results": written}}, usual)
        assert expected in str(error.value)


def test_what_is_done_with_samples_without_a_group_is_content(tmp_path):
    entry, cache = write_folder(tmp_path / "x"), tmp_path / "cache.json"
    (tmp_path / "groups.csv").write_text("image,group\n")
    groups = {"file": str(tmp_path / "groups.csv")}
    first = content_digest("d", entry | {"groups": groups}, cache)
    assert content_digest("d", entry | {"groups": groups | {"missing": "own"}}, cache) != first
