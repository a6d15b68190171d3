"""The canonical export of a state: the same log gives the same bytes, whoever folds it and in what parts."""

from dataclasses import fields, is_dataclass
from enum import Enum
from json import dumps

import numpy as np

from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.state import ElectionState, Logged

_FORMAT = 2


def canonical(state: ElectionState) -> bytes:
    """The whole state as JSON (UTF-8, keys sorted, no spaces, one line).

    It has codes and values and no sentence. Byte strings are hexadecimal, columns are lists of numbers,
    records are the SHA-256 of their bytes.
    """
    parts = {field.name: _plain(getattr(state, field.name)) for field in fields(state)}
    text = dumps({"format": _FORMAT, **parts}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.name.lower()
        case None | str() | int():
            return value
        case bytes():
            return value.hex()
        case np.ndarray() | np.generic():
            return value.tolist()
        case Logged():
            return [value.index, value.entry.digest.hex(), value.standing.name.lower()]
        case AreaTree():
            return [value.codes, value.parent.tolist(), value.levels, value.names]
        case KeyTable():
            return [_plain(held) for held in value]
    if is_dataclass(value):
        # What is not compared, words that people read, is no part of what two people compare either.
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.compare}
    return _plain_collection(value)


def _plain_collection(value: object) -> object:
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    raise TypeError(f"a state has no {type(value).__name__}")


def _key(key: object) -> str:
    """Keys of mappings are codes, numbers, or pairs of codes."""
    return "|".join(map(str, key)) if isinstance(key, tuple) else str(key)
