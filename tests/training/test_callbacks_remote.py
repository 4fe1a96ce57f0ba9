"""What a server gets from RemoteMonitor is what Keras sends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import numpy as np
import pytest

from kport import callbacks


class Server(HTTPServer):
    got: list[Any]
    status: int


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Content-Type"], self.headers["X-Key"], body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.got, made.status = [], 200
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


LOGS = {"loss": 0.5, "many": np.float32(2), "array": np.array([3.0]), "text": "ä & b"}


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    "arguments",
    [{}, {"send_as_json": True}, {"field": "other", "path": "/x/", "headers": {"X-Key": "secret"}}],
    ids=["form", "json", "own names"],
)
def test_the_same_is_sent(server: Server, arguments: dict[str, Any], status: int) -> None:
    import keras

    server.status = status
    for module in (keras.callbacks, callbacks):
        module.RemoteMonitor(root=f"http://127.0.0.1:{server.server_port}", **arguments).on_epoch_end(4, dict(LOGS))
    theirs, ours = server.got
    assert ours == theirs


def test_a_server_that_is_not_there_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="Could not reach RemoteMonitor root server at http://127.0.0.1:9"):
        callbacks.RemoteMonitor(root="http://127.0.0.1:9").on_epoch_end(0, {"loss": 1.0})
