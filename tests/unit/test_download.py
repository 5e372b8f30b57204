"""Downloads of MedMNIST files, from a real server on the loopback."""

import hashlib
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest
from small_study import tiny_arrays

from study.config.read import read_config
from study.data.location import locate
from study.data.prepared import load_splits, prepare
from study.store.errors import UserError

BUFFER = io.BytesIO()
np.savez(BUFFER, **tiny_arrays())
CONTENT = BUFFER.getvalue()


class Server:
    """Serves `CONTENT` in the ways that it is told, one a request; counts the requests."""

    def __init__(self):
        self.ways, self.requests = [], 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests += 1
                way = outer.ways.pop(0) if len(outer.ways) > 1 else outer.ways[0]
                if way == "missing":
                    self.send_error(404)
                    return
                content = b"x" * len(CONTENT) if way == "wrong" else CONTENT
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if way == "cut":
                    self.wfile.write(content[: len(content) // 2])
                elif way == "slow":
                    for start in range(0, len(content), 500):
                        self.wfile.write(content[start : start + 500])
                        self.wfile.flush()
                        threading.Event().wait(0.02)
                else:
                    self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/pneumoniamnist.npz"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def server(monkeypatch):
    """A server, before whose second and third attempt nothing waits."""
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda seconds: None))
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


def download(tmp_path, server, **changes):
    entry = {
        "kind": "medmnist",
        "name": "pneumoniamnist",
        "url": server.url,
        "md5": hashlib.md5(CONTENT).hexdigest(),
        "cache": str(tmp_path / "cache"),
    } | changes
    entry = read_config({"dataset": "d", "datasets": {"d": entry}})["datasets"]["d"]
    prepare("d", entry, tmp_path / "prepared")
    return tmp_path / "prepared"


@pytest.mark.parametrize("way", ["right", "slow"])
def test_a_file_is_downloaded_once_and_kept(tmp_path, server, way):
    server.ways = [way]
    folder = download(tmp_path, server)
    assert np.array_equal(load_splits(folder)["train"][0], tiny_arrays()["train_images"])
    assert (tmp_path / "cache" / "pneumoniamnist.npz").read_bytes() == CONTENT
    download(tmp_path, server)
    assert server.requests == 1


@pytest.mark.parametrize("broken", ["cut", "wrong", "missing"])
def test_a_broken_download_is_started_again(tmp_path, server, broken):
    server.ways = [broken, "right"]
    folder = download(tmp_path, server)
    assert len(load_splits(folder)["val"][1]) == 20
    assert server.requests == 2
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["pneumoniamnist.npz"]


@pytest.mark.parametrize(
    ("way", "expected"), [("cut", "IncompleteRead"), ("wrong", "hash"), ("missing", "404")]
)
def test_a_download_that_stays_broken_says_where_to_put_the_file(tmp_path, server, way, expected):
    server.ways = [way]
    with pytest.raises(UserError) as error:
        download(tmp_path, server)
    message = str(error.value)
    assert expected in message and server.url in message
    assert server.requests == 3
    assert f"Download pneumoniamnist.npz by hand and put it into {tmp_path / 'cache'}" in message
    assert not list((tmp_path / "cache").iterdir())
    assert not (tmp_path / "prepared").exists()


def test_no_network_is_said(tmp_path, server):
    server.ways = ["right"]
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(UserError, match=r"cannot be downloaded .*by hand"):
        download(tmp_path, server)


def test_a_file_that_is_here_is_used(tmp_path, server):
    server.ways = ["right"]
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pneumoniamnist.npz").write_bytes(CONTENT)
    download(tmp_path, server)
    (tmp_path / "mine.npz").write_bytes(CONTENT)
    download(tmp_path, server, path=str(tmp_path / "mine.npz"), cache=str(tmp_path / "other"))
    assert server.requests == 0


def test_a_damaged_file_in_the_cache_is_downloaded_again(tmp_path, server):
    server.ways = ["right"]
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pneumoniamnist.npz").write_bytes(CONTENT[:-1])
    download(tmp_path, server)
    assert server.requests == 1
    assert (tmp_path / "cache" / "pneumoniamnist.npz").read_bytes() == CONTENT


def test_the_official_md5_is_checked_unless_another_is_given(tmp_path, server):
    server.ways = ["right"]
    with pytest.raises(UserError, match="28209eda62fecd6e6a2d98b1501bb15f"):
        download(tmp_path, server, md5=None)


def test_a_path_that_is_not_there_is_named(tmp_path, server):
    entry = {"kind": "medmnist", "name": "breastmnist", "size": 28, "path": "no.npz"}
    with pytest.raises(UserError, match=r"datasets.d.path: there is no file no\.npz"):
        locate("d", entry)
