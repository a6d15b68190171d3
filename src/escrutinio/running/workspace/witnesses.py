"""The witnesses of a workspace's log: who they are, and since when one of them has not answered.

Who is silent is remembered in the private part (`witnesses.json`), from one run to the next.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.words.say import said_in_all
from escrutinio.core.log.notes import VerifierKey, parse_vkey
from escrutinio.core.log.policy import NO_QUORUM, Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.witnessing import Witness
from escrutinio.publication.site.cosigning import ALL_ANSWER, Cosigning, Later, Silent, Waiting
from escrutinio.running.exchange.cosigned_files import FileWitness
from escrutinio.running.exchange.witness_client import PATIENCE, witnesses_of

SILENCES = "witnesses.json"
MAX_SILENCES = 1024 * 1024


class WitnessTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A witness of `workspace.json`: its name in the policy, its key, and where it is asked. One without an
    address fetches what it cosigns, and its cosignatures come as files."""

    name: str
    vkey: str
    url: str = ""


class GroupTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of `workspace.json`: at least `threshold` of its members must have cosigned."""

    name: str
    threshold: int
    members: tuple[str, ...]


class WitnessesTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`witnesses` of `workspace.json`: as in a trust file. `patience`: seconds that they have to answer."""

    witness: tuple[WitnessTable, ...] = ()
    group: tuple[GroupTable, ...] = ()
    quorum: str = NO_QUORUM
    patience: float = PATIENCE


def policy_of(log: VerifierKey, table: WitnessesTable) -> Policy:
    """The policy of a log with these witnesses. Raises LogError where it breaks a rule of tlog-policy."""
    return Policy(
        (LogIdentity(log),),
        tuple(WitnessIdentity(each.name, parse_vkey(each.vkey), each.url) for each in table.witness),
        tuple(Group(each.name, each.threshold, each.members) for each in table.group),
        table.quorum,
    )


def witnesses_at(policy: Policy, inbox: Path, patience: float) -> list[Witness]:
    """The witnesses of a policy: asked at their address, or what they cosigned found in `inbox`."""
    asked: list[Witness] = list(witnesses_of(policy, patience))
    return asked + [FileWitness(each.name, (each.key,), inbox) for each in policy.witnesses if not each.url]


def read_cosigning(private: Path) -> Cosigning:
    """Who is silent, as the last run left it. Raises InputError for a file that is not one of ours."""
    path = private / SILENCES
    try:
        raw = path.read_bytes()
        return msgspec.json.decode(raw[: MAX_SILENCES + 1], type=Cosigning)
    except FileNotFoundError:
        return ALL_ANSWER
    except (OSError, *NO_JSON) as error:
        raise InputError("file-unreadable", path=path, why=str(error)) from None


def remember_asked(publisher: Publisher, private: Path, public: Path, now: int) -> Cosigning:
    """Remember who has not answered by now, and since when, and what waits for its moment, and say so in the
    `live.json` that stands there.

    `now` in seconds since 1970. Raises LogError where a file cannot be written.
    """
    before = read_cosigning(private)
    since = {each.name: each.since for each in before.silent}
    silent = tuple(
        Silent(each.name, since.get(each.name, now), said_in_all(each.why))
        for each in publisher.asked
        if each.why is not None
    )
    waiting = None
    if publisher.lacks_quorum:
        waiting = Waiting(before.waiting.since if before.waiting else now, publisher.signed_size)
    count, until = publisher.waits
    later = Later(count, until) if count else None
    found = Cosigning(waiting, silent if publisher.asked else before.silent, later)
    _remember(before, found, private, public)
    return found


def remember_later(count: int, until: int, private: Path, public: Path) -> None:
    """Remember that so many records with results wait elsewhere than in the store, and until when the last of
    them does, beside those that wait there. Raises LogError where a file cannot be written."""
    before = read_cosigning(private)
    there = before.later or Later(0, 0)
    later = Later(there.count + count, max(there.until, until))
    _remember(before, msgspec.structs.replace(before, later=later), private, public)


def _remember(before: Cosigning, found: Cosigning, private: Path, public: Path) -> None:
    from escrutinio.publication.site.live import LIVE, restate  # which loads tables and documents

    if found != before:
        write_files(private, [(SILENCES, msgspec.json.encode(found) + b"\n")], private=True)
    if (said := restate(public, found)) is not None:
        write_files(public, [(LIVE, said)])
