"""Finding a station by its code."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from escrutinio.base.errors import InputError

if TYPE_CHECKING:
    from escrutinio.core.election.state import ElectionState

MOST_NEAR = 5


def find_station(state: ElectionState, code: str) -> int:
    """The number of a station in the roll. Raises InputError, naming codes that are near to it."""
    number = state.roll.index.get(code)
    if number is not None:
        return number
    near = _near(code[:80], state.roll.stations)
    if near:
        raise InputError("station-unknown-near", station=repr(code[:80]), known=", ".join(near))
    raise InputError("station-unknown", station=repr(code[:80]))


def _near(code: str, stations: tuple[str, ...]) -> list[str]:
    """Codes that contain what was typed, or else look like it."""
    found = [station for station in stations if code and code.casefold() in station.casefold()]
    return found[:MOST_NEAR] or get_close_matches(code, stations, MOST_NEAR, 0.7)
