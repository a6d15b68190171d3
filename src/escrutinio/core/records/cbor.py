"""The one way in which CBOR is decoded here: numbers, bytes, text and arrays alone; nothing that acts.

What cbor2 does with a tag, it does before anybody asks: big numbers, dates, regular expressions, MIME
messages, references to earlier strings. They cost time and memory that the sender does not pay; so do maps,
whose keys can be made to collide. All of them are refused as they are met, by slow and quick readers alike.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NoReturn

import cbor2

from escrutinio.base.errors import RecordError

MAX_DEPTH = 16
"""Most arrays one inside another; a definition needs 7."""


def _refuse(_value: object, _immutable: bool) -> NoReturn:
    raise ValueError("a map or a tag")


# The tags that cbor2 reads by itself; all others go to its tag hook.
# fmt: off
_TAGS = dict.fromkeys((0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004,
                       43000, 55799), _refuse)
# fmt: on


decode = partial(
    cbor2.loads,
    max_depth=MAX_DEPTH,
    allow_indefinite=False,
    strict_hashable_types=True,
    object_hook=_refuse,
    tag_hook=_refuse,
    semantic_decoders=_TAGS,
)
"""The value at the start of some bytes; its items may still be negative, null or floats, and more may follow.

Raises one of many exceptions, ValueError and MemoryError among them, for whatever is no such value.
"""

encode = cbor2.dumps
"""A value of numbers, bytes, text and arrays in the one encoding allowed."""


def decode_strictly(raw: bytes) -> list[Any]:
    """The array that these bytes are, in the one encoding allowed and with nothing behind it.

    Its items may still be negative, null or floats: codecs refuse those. Raises RecordError.
    """
    try:
        value = decode(raw)
        again = encode(value) if type(value) is list else b""
    except Exception:  # cbor2 raises many kinds on hostile bytes, ValueError and MemoryError among them
        raise RecordError("payload-cbor") from None
    if again != raw:
        raise RecordError("payload-array")
    return value  # type: ignore[no-any-return]
