"""Text."""

from __future__ import annotations

from ...ops import buckets, text
from ...ops.op import Op

_REASON = "TFLite has no operations on text"

UNSUPPORTED: dict[type[Op], str] = {
    buckets.CrossHash: "TFLite has no hash functions",
    buckets.StringHash: "TFLite has no hash functions",
    text.AsString: _REASON,
    text.NGrams: _REASON,
    text.RegexReplace: _REASON,
    text.StringLower: _REASON,
    text.StringSplit: _REASON,
}
