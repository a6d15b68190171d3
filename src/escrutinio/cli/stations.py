"""Finding a station by its code."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say

if TYPE_CHECKING:
    from escrutinio.core.election.state import ElectionState

MOST_NEAR = 5


def find_station(state: ElectionState, code: str) -> int:
    """The number of a station in the roll. Raises InputError, naming codes that are near to it."""
    number = state.roll.index.get(code)
    if number is not None:
        return number
    near = _near(code[:80], state.roll.stations)
    hint = say("; near to it: ") + ", ".join(near) if near else ""
    raise InputError(
        say(
            f"the roll has no station {code[:80]!r}{hint}",
            f"el padrón electoral no tiene la mesa {code[:80]!r}{hint}",
        )
    )


def _near(code: str, stations: tuple[str, ...]) -> list[str]:
    """Codes that contain what was typed, or else look like it."""
    found = [station for station in stations if code and code.casefold() in station.casefold()]
    return found[:MOST_NEAR] or get_close_matches(code, stations, MOST_NEAR, 0.7)
