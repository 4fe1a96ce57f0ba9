"""Sends losses and metrics to a server."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from .callback import Callback


class RemoteMonitor(Callback):
    """Sends "epoch" (from 0) and the logs by HTTP POST after every epoch.

    root, path: the address, in two parts; headers: more headers of the request; send_as_json: True sends JSON as the body,
    False a form whose `field` is the JSON. A server that can't be reached is a warning; what it answers isn't looked at.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ):
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        # imported here: `import kport.callbacks` needs no networking
        from urllib.error import HTTPError
        from urllib.parse import urlencode
        from urllib.request import Request, urlopen

        values = {name: v.item() if isinstance(v, (np.ndarray, np.generic)) else v for name, v in (logs or {}).items()}
        body = json.dumps({"epoch": epoch, **values})
        kind = "json" if self.send_as_json else "x-www-form-urlencoded"
        data = body if self.send_as_json else urlencode({self.field: body})
        headers = {"Content-Type": f"application/{kind}", **(self.headers or {})}
        try:
            with urlopen(Request(self.root + self.path, data.encode(), headers)):
                pass
        except HTTPError as answer:
            answer.close()
        except OSError:
            warnings.warn(f"Could not reach RemoteMonitor root server at {self.root}", stacklevel=2)
