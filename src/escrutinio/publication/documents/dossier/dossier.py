"""The dossier of one station: every record of a log about it, with what proves each one.

A court or a newspaper gets the records themselves, the keys and where these came from, inclusion proofs, and
the sentences and tables that say in plain words what they hold. Nothing in it names a person, and nothing in
it says who is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from escrutinio.base.errors import RecordError
from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.state import ElectionState, Standing, attachments_of
from escrutinio.core.log.checkpoint import Cosigned, SignedCheckpoint, find_cosignatures, find_log_key
from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.notes import VerifierKey
from escrutinio.core.log.proofs import LogProof, format_proof
from escrutinio.core.log.trust import Trust
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import check
from escrutinio.core.records.parts import Attachment
from escrutinio.core.verification.signed_entries import SignedEntry, signed_entry
from escrutinio.core.verification.verified import VerifiedLog

MOST_RECORDS = 5_000
"""Most records of a dossier that are about its station. Where there are more, somebody floods it: each key
then has the same room, its first records stand in it, and the dossier says how many of whose are left out."""

MOST_ATTACHED = 8 * 1024 * 1024
"""Greatest size of an attachment that is put into a dossier, in bytes."""

_IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")


@dataclass(frozen=True, slots=True)
class Item:
    """A record of the dossier, and the proof that it is in the log. `base` marks what every record of the log
    rests on (definition, charter, roll, keys), rather than what is said of this station."""

    signed: SignedEntry
    proof: LogProof
    base: bool

    @property
    def proof_file(self) -> bytes:
        """The .tlog-proof."""
        return format_proof(self.proof)

    @property
    def name(self) -> str:
        """How its files are called: entry and type."""
        return f"{self.signed.index:07}-{self.signed.entry.body.NAME}"


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint that everything is proved against, and who vouches for it by a trust file (None without
    one): the key of the log, and the witnesses that cosigned it with their keys. `authenticated`: that file
    came from the user, and everything that it asks for holds."""

    signed: SignedCheckpoint
    trust: Trust | None = None
    log_key: VerifierKey | None = None
    cosignatures: tuple[tuple[Cosigned, VerifierKey], ...] = ()
    authenticated: bool = False

    @property
    def fingerprint(self) -> str:
        """The log's fingerprint; empty without a trust file."""
        return "" if self.trust is None else fingerprint(self.trust)


def head_of(signed: SignedCheckpoint, trust: Trust | None, authenticated: bool) -> Head:
    """Check a checkpoint's signatures by the keys of a trust file. Raises LogError where one fails."""
    if trust is None:
        return Head(signed)
    keys = {witness.name: witness.key for witness in trust.policy.witnesses}
    seen = find_cosignatures(signed, trust.policy)
    return Head(
        signed,
        trust,
        find_log_key(signed, trust.policy),
        tuple((cosigned, keys[cosigned.witness]) for cosigned in seen),
        authenticated,
    )


@dataclass(frozen=True)
class Dossier:
    """Everything about one station (`station`: its number in the roll), items in the order of the log.

    `findings`: those that name the station, or one of its sheets. `attachments` by digest; `left_out`: those
    that are not in here, with the message that says why. `crowded_out`: whose records there was no
    room for, and how many.
    """

    state: ElectionState
    station: int
    head: Head
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]
    attachments: tuple[tuple[Attachment, bytes], ...]
    left_out: tuple[tuple[Attachment, str], ...]
    crowded_out: tuple[tuple[str, int], ...] = ()

    @property
    def code(self) -> str:
        """The station's code."""
        return self.state.roll.stations[self.station]


def dossier_of(log: VerifiedLog, station: int, head: Head, most: int = MOST_RECORDS) -> Dossier:
    """Collect the dossier of a station from a verified log, whose checkpoint is that of `head`, with at most
    `most` records that are about the station.

    Every signature is checked again on the bytes that go into the dossier. Raises LogError where one does not
    hold or a file cannot be read.
    """
    state = log.state
    own, crowded_out = fair_share(state, own_entries(state, station), most)
    base = base_entries(state, own)
    items = tuple(
        Item(signed_entry(state, index, raw), log.proof(index), index not in own)
        for index, raw in log.entries_at(own | base)
    )
    there, out = _attachments(log, items)
    return Dossier(state, station, head, items, findings_of(state, station, own), there, out, crowded_out)


def bulk_entries(state: ElectionState, station: int) -> set[int]:
    """Sheets, copies, zero reports and hand counts of a station, of all contests."""
    return {
        int(index)
        for table in state.tables.values()
        for index in table.index[table.station == station].tolist()
    }


def own_entries(state: ElectionState, station: int) -> set[int]:
    """Entries that say something of a station, of its machines, or of how its sheets arrived."""
    code, bulk = state.roll.stations[station], bulk_entries(state, station)
    found = bulk | {logged.index for logged in state.at_station(code)}
    found |= {int(index) for index in state.machines.index[machine_rows(state, station)].tolist()}
    digests = {logged.entry.digest: logged.index for logged in state.controls}
    for arrival in state.records(t.Arrival):
        first = arrival.body.first
        if any(first <= index < first + len(arrival.body.arrivals) for index in bulk):
            found.add(arrival.index)
    for sample in state.records(t.AuditSample):
        if any(box.station == code for box in sample.body.boxes):
            audit = sample.body.commitment
            found |= {sample.index, digests.get(audit, sample.index)}
            found |= {seed.index for seed in state.records(t.AuditSeed) if seed.body.commitment == audit}
    for logged in state.at_station(code):
        if (ruling := logged.of(t.Ruling)) and ruling.body.complaint in digests:
            found.add(digests[ruling.body.complaint])
    areas = {state.areas.codes[place] for place in state.areas.path(int(state.roll.area[station]))}
    for logged in state.controls:  # rulings about more than this station, and the officers' consents to them
        about = logged.entry.about
        if (
            isinstance(logged.body, t.Ruling)
            and about.station is None
            and (not about.area or about.area in areas)
        ):
            found.add(logged.index)
    for finding in state.findings:
        if finding.station == code:
            found |= set(finding.entries)
    return found


def _wide_rulings(state: ElectionState, station: int) -> set[int]:
    """Rulings about contests and areas in which the station is, and the officers' consents to them."""
    around = {None, *(state.areas.codes[place] for place in state.areas.path(int(state.roll.area[station])))}
    return {
        logged.index
        for logged in state.controls
        if isinstance(logged.body, t.Ruling)
        and logged.entry.about.station is None
        and logged.entry.about.area in around
    }


def fair_share(
    state: ElectionState, own: set[int], most: int
) -> tuple[set[int], tuple[tuple[str, int], ...]]:
    """At most `most` of these entries, and of how many of each signer there was no room.

    Every key has as much room as every other; what one does not need goes to the others. Nobody can so keep
    somebody else's records out of a dossier.
    """
    if len(own) <= most:
        return own, ()
    signers = _signers(state)
    by_key: dict[int, list[int]] = {}
    for index in sorted(own):
        by_key.setdefault(signers.get(index, -1), []).append(index)
    kept, left, room = set[int](), [], most
    waiting = sorted(by_key.items(), key=lambda each: (len(each[1]), each[1][0]))
    for number, (key, entries) in enumerate(waiting):
        share = entries[: room // (len(waiting) - number)]
        room -= len(share)
        kept.update(share)
        if len(share) < len(entries):
            name = "–" if key < 0 else state.keys[key].key.name
            left.append((name, len(entries) - len(share)))
    return kept, tuple(left)


def machine_rows(state: ElectionState, station: int) -> list[int]:
    """Rows of `state.machines` about machines meant for the station, or that signed a sheet of it."""
    signers = {
        state.signers[signer]
        for table in state.tables.values()
        for signer in np.unique(table.signer[table.station == station]).tolist()
    }
    numbers = [n for n, name in enumerate(state.machines.machines) if name in signers]
    there = set(state.machine_history(station).tolist())
    there |= set(np.flatnonzero(np.isin(state.machines.machine, numbers)).tolist())
    return sorted(there)


def base_entries(state: ElectionState, own: Iterable[int]) -> set[int]:
    """What the entries of a station rest on: definition, charter, rolls and closings with the officers'
    consents, the enrolments of every key that signed one of them, consents to these, and revocations."""
    found = {0, *(() if state.charter is None else (1,)), *(roll.index for roll in state.rolls)}
    found |= {
        logged.index
        for logged in state.controls
        if isinstance(logged.body, t.Roll | t.Closing)
        and logged.standing in (Standing.CONSENT, Standing.EFFECTIVE)
    }
    signers = _signers(state)
    keys: set[int] = set()
    waiting = {*own, *found}
    while waiting:
        places = {signers[index] for index in waiting if index in signers} - keys
        keys |= places
        waiting = {state.keys[place].enrolled for place in places} - found
        found |= waiting
    kids = {state.keys[place].kid for place in keys}
    found |= {logged.index for logged in state.records(t.Revocation) if logged.body.kid in kids}
    enrolments = {logged.entry.digest for logged in state.controls if logged.index in found}
    first: dict[tuple[bytes, int], int] = {}  # a key that consents twice adds nothing, however often it does
    for each in state.records(t.CoRecord):
        if each.body.record in enrolments:
            first.setdefault((each.body.record, signers.get(each.index, -1)), each.index)
    consents = set(first.values())
    found |= consents
    found |= {state.keys[signers[index]].enrolled for index in consents if index in signers}
    return found - set(own)


def _signers(state: ElectionState) -> dict[int, int]:
    """The place of the key that signed each entry, where it is an enrolled one."""
    found: dict[int, int] = {}
    for table in state.tables.values():
        found |= dict(zip(table.index.tolist(), table.signer.tolist(), strict=True))
    for logged in state.controls:
        if (held := state.keys.get(logged.entry.kid)) is not None:
            found[logged.index] = held.place
    return found


def findings_of(state: ElectionState, station: int, own: set[int]) -> tuple[Finding, ...]:
    """Findings that name the station, and those without a station that name one of its sheets."""
    code, bulk = state.roll.stations[station], bulk_entries(state, station) & own
    return tuple(
        finding
        for finding in state.findings
        if finding.station == code or (finding.station is None and not bulk.isdisjoint(finding.entries))
    )


def _attachments(
    log: VerifiedLog, items: Iterable[Item]
) -> tuple[tuple[tuple[Attachment, bytes], ...], tuple[tuple[Attachment, str], ...]]:
    """The attachments that may go into the dossier, and the others with the reason."""
    named = {a: item.base for item in items for a in attachments_of(item.signed.entry.body)}
    there: list[tuple[Attachment, bytes]] = []
    out: list[tuple[Attachment, str]] = []
    for attachment, base in named.items():
        content = None
        if attachment.digest in log.state.withdrawn:
            out.append((attachment, N_("no longer published")))
        elif attachment.media_type.startswith("image/"):
            out.append((attachment, N_("images are not passed on")))
        elif base or attachment.size > MOST_ATTACHED:
            out.append((attachment, N_("of the whole election; the publication has it")))
        else:
            content = _read(attachment, log)
            if content is None:
                out.append((attachment, N_("missing, or not as its record says")))
            elif content.startswith(_IMAGES) or content[4:8] == b"ftyp":
                out.append((attachment, N_("images are not passed on")))
            else:
                there.append((attachment, content))
    return tuple(there), tuple(out)


def _read(attachment: Attachment, log: VerifiedLog) -> bytes | None:
    """The file of an attachment; None where there is none, or not as its record describes it. Raises LogError
    where another file stands in its place, or where it cannot be read: a dossier says nothing of that."""
    content = log.attachment(attachment.digest)
    try:
        if content is not None:
            check(content, attachment)
    except RecordError:
        return None
    return content
