"""What the commands about single stations share: finding a station by its code, and the log's fingerprint."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from escrutinio.base.errors import InputError
from escrutinio.base.words.say import say
from escrutinio.cli.output import read_small

if TYPE_CHECKING:
    from escrutinio.core.election.state import ElectionState
    from escrutinio.core.log.trust import Trust

MOST_NEAR = 5
TRUST_FILE = "trust.toml"


def find_station(state: ElectionState, code: str) -> int:
    """The number of a station in the roll. Raises InputError, naming codes that are near to it."""
    number = state.roll.index.get(code)
    if number is not None:
        return number
    near = _near(code[:80], state.roll.stations)
    hint = say("; near to it: ", "; parecidas: ") + ", ".join(near) if near else ""
    raise InputError(
        say(
            f"the roll has no station {code[:80]!r}{hint}",
            f"el registro electoral no tiene la mesa {code[:80]!r}{hint}",
        )
    )


def _near(code: str, stations: tuple[str, ...]) -> list[str]:
    """Codes that contain what was typed, or else look like it."""
    found = [station for station in stations if code and code.casefold() in station.casefold()]
    return found[:MOST_NEAR] or get_close_matches(code, stations, MOST_NEAR, 0.7)


def given_trust(trust_file: Path | None) -> Trust | None:
    """The trust file that the user gave, if any. Raises InputError and LogError where it cannot be read."""
    from escrutinio.core.log.trust import parse_trust

    return None if trust_file is None else parse_trust(read_small(trust_file), str(trust_file))


def own_trust(address: str, state: ElectionState) -> Trust | None:
    """The copy of the trust file that stands in the publication; None where it is missing or of another log.

    A publication cannot vouch for itself: what comes of this copy must be compared with another one.
    """
    from escrutinio.base.errors import LogError
    from escrutinio.base.fetch import open_files
    from escrutinio.core.log.policy import MAX_POLICY
    from escrutinio.core.log.trust import parse_trust

    try:
        content = open_files(address)(TRUST_FILE, MAX_POLICY)
        found = None if content is None else parse_trust(content, TRUST_FILE)
    except LogError:
        return None
    charter = state.charter.entry.digest if state.charter is not None else b""
    fits = found is not None and (found.definition, found.charter) == (state.election, charter)
    return found if fits else None


def fingerprint_of(trust: Trust | None) -> str:
    """The fingerprint of the log that a trust file names; empty without one."""
    from escrutinio.core.log.fingerprint import fingerprint

    return "" if trust is None else fingerprint(trust)
