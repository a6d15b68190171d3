"""Who may write into the log of an organisation that collects sheets."""

from __future__ import annotations

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.accept import refused
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Body, Enrolment, Revocation
from escrutinio.intake.authoring.keyring import ROOT, Keyring
from escrutinio.running.workspace.collection.collection import Collection
from tests.running.workspace.collecting import (
    CLOCK,
    NAME,
    sheet,
    size_of,
)


def entries_of(azul: Collection) -> list[bytes]:
    return list(read_entries(open_log(azul.public / "log"), size_of(azul.public)))


def say(azul: Collection, body: Body, by: str, key: SigningKey, subject: str = "election") -> bytes:
    election = bytes.fromhex(azul.workspace.settings.election)
    return seal(body, key=key, signer=by, subject=subject, election=election, issued_at=CLOCK)


def revoked(azul: Collection, keyring: Keyring) -> None:
    """Its key, revoked by its own root, whose word is enough in its own log."""
    revocation = Revocation(keyring.key(NAME).kid, RevocationReason.LOST, "Estatutos, art. 4")
    raw = say(azul, revocation, f"{NAME}/root", keyring.key(ROOT))
    with azul.workspace.publisher(keyring, CLOCK) as publisher, azul.workspace.acceptor() as acceptor:
        assert refused(acceptor.accept([raw])) is None
        publisher.publish()


def test_a_copy_by_a_revoked_key_is_refused_and_not_stored(azul: Collection, keyring: Keyring) -> None:
    azul.append([sheet()], keyring, CLOCK)
    revoked(azul, keyring)
    before = entries_of(azul)
    with pytest.raises(LogError, match=r"1 of 1 records \(1 revoked\); of record 0: "):
        azul.append([sheet(station="N1.02")], keyring, CLOCK)
    azul.workspace.finish(keyring, CLOCK)
    assert entries_of(azul) == before


def test_nobody_else_writes_into_the_log(azul: Collection, keyring: Keyring) -> None:
    stranger = SigningKey(bytes(31) + b"\1")
    copy = sheet()
    own = say(azul, copy.copy(), NAME, keyring.key(NAME), copy.subject)
    election = bytes.fromhex(azul.workspace.settings.election)
    limited = enrolled(stranger, election, f"{NAME}/s", Role.PARTY, scope=("N1.02",))
    enrolment = say(azul, Enrolment((limited,)), f"{NAME}/root", keyring.key(ROOT))
    before = entries_of(azul)
    offered = [
        say(azul, copy.copy(), "party/other", stranger, copy.subject),
        say(azul, copy.copy(), NAME, stranger, copy.subject),
        say(azul, Enrolment((limited,)), NAME, keyring.key(NAME)),
        enrolment,
        say(azul, copy.copy(), f"{NAME}/s", stranger, copy.subject),
        own,
    ]
    with azul.workspace.publisher(keyring, CLOCK) as publisher, azul.workspace.acceptor() as acceptor:
        acceptor.accept(offered)
        assert acceptor.refused == {"not-enrolled": 2, "not-entitled": 1, "out-of-scope": 1}
        publisher.publish()
    assert entries_of(azul) == [*before, enrolment, own]
