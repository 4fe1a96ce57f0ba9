"""A configuration whose entries are attributes."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

from ..errors import UsageError


class Config:
    """Named values, as attributes and as items. `freeze()` makes changes a UsageError until `unfreeze()`."""

    def __init__(self, **kwargs: Any):
        vars(self)["_config"] = kwargs
        vars(self)["_frozen"] = False

    @property
    def frozen(self) -> bool:
        return vars(self)["_frozen"]

    def freeze(self) -> None:
        """No changes from now on."""
        vars(self)["_frozen"] = True

    def unfreeze(self) -> None:
        """Changes are possible again."""
        vars(self)["_frozen"] = False

    def _changing(self) -> dict[str, Any]:
        if self.frozen:
            raise UsageError("expected a configuration that isn't frozen. Received: a change after freeze()")
        return self._config

    def as_dict(self) -> dict[str, Any]:
        """A copy as a dict."""
        return dict(self._config)

    def to_json(self) -> str:
        """As JSON."""
        return json.dumps(self._config)

    def keys(self) -> Any:
        return self._config.keys()

    def values(self) -> Any:
        return self._config.values()

    def items(self) -> Any:
        return self._config.items()

    def pop(self, *args: Any) -> Any:
        return self._changing().pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        self._changing().update(*args, **kwargs)

    def get(self, keyname: str, value: Any = None) -> Any:
        return self._config.get(keyname, value)

    def __setattr__(self, name: str, value: Any) -> None:
        self._changing()[name] = value

    def __getattr__(self, name: str) -> Any:
        config = vars(self).get("_config", {})
        if name in config:
            return config[name]
        near = difflib.get_close_matches(name, config, n=1, cutoff=0.7)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise AttributeError(f"Unknown attribute: '{name}'.{hint}")

    def __setitem__(self, key: str, item: Any) -> None:
        self._changing()[key] = item

    def __getitem__(self, key: str) -> Any:
        return self._config[key]

    def __delitem__(self, key: str) -> None:
        del self._changing()[key]

    def __contains__(self, item: Any) -> bool:
        return item in self._config

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._config))

    def __len__(self) -> int:
        return len(self._config)

    def __repr__(self) -> str:
        return f"<Config {self._config}>"
