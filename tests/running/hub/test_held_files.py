"""What waits and has a file with it; what was promised and the log then refused; a backup of both: nothing is
lost, and nothing is public early."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from time import monotonic

import httpx
import msgspec
import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.codes import LogRole, RevocationReason, Role
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.parts import Attachment, Title
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.hub_client import HubClient
from escrutinio.running.exchange.parcel import read_sealed
from escrutinio.running.hub.holding import HELD, LEFT_TO_OTHERS
from escrutinio.running.hub.keeper import Keeper
from escrutinio.running.workspace.workspace import keep_settings
from tests.cli.running import escrutinio
from tests.running.hub.night import CLOCK, WORDS, Night, begun, hub, published
from tests.running.hub.test_holding import CALENDAR, FROM, PROMISE, Clock, keeper_of, kept, raws

SECRET = {"ESCRUTINIO_PASSPHRASE": WORDS, "SOURCE_DATE_EPOCH": str(CLOCK)}
CONTENT = b"what somebody said of the result"


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return begun(tmp_path, CALENDAR)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(night: Night, clock: Clock) -> Iterator[Keeper]:
    with ExitStack() as stack:
        yield keeper_of(night, clock, stack)


def statement(night: Night, by: str = "party/concha") -> bytes:
    words = Attachment(digest_of(CONTENT), len(CONTENT), "text/plain")
    return seal(
        t.Statement("first", (Title("en", "A"),), "2031-04-26", words, "a square", None),
        key=night.keys[by], signer=by, subject="election", election=night.election, issued_at=CLOCK,
    )  # fmt: skip


def revocation(night: Night, name: str) -> bytes:
    kid = sha256(night.keys[name].public_key).digest()[:8]
    return seal(
        t.Revocation(kid, RevocationReason.LOST), key=night.keys["authority/root"], signer="authority/root",
        subject="election", election=night.election, issued_at=CLOCK,
    )  # fmt: skip


def hold_with_file(keeper: Keeper, raw: bytes) -> bytes:
    """Send a record and its file; its promise."""
    (first,) = keeper.keep([raw])
    assert isinstance(first, Refusal)
    assert first.code == "attachment-missing"
    keeper.hold(CONTENT)
    (held,) = kept(keeper, raw)
    assert (held.index, held.until) == (None, FROM)
    return held.promise


def public_file(night: Night) -> Path:
    return night.workspace.public / "attachments" / file_name(digest_of(CONTENT))


def held_file(night: Night) -> Path:
    return night.workspace.private / HELD / file_name(digest_of(CONTENT))


def test_a_file_waits_with_its_record_and_who_was_refused_is_told(night: Night) -> None:
    """Over HTTP, with a power cut between: the file is neither public nor lost, and is public afterwards. A
    sheet whose key was revoked meanwhile is kept; whoever asks for it is told, and the hub counts it."""
    key = ("--key", night.home / "receiver.key")
    said, (sheet,) = statement(night), night.sheets(1)
    with hub(night, *key, clock=CLOCK) as running:
        client = HubClient(running.address)
        sent = client.send([said, sheet, revocation(night, "machine/1")], {digest_of(CONTENT): CONTENT})
        assert [each.why for each in sent] == [None] * 3
        assert open_record(sent[0].promise).body == t.Promise(sha256(said).digest(), FROM + PROMISE)
        began = monotonic()  # the hub says when to ask again: that is not asked for on and on
        assert client.proof(said, None, 60) is None
        assert monotonic() - began < 30
        running.kill()
    assert held_file(night).read_bytes() == CONTENT
    assert not public_file(night).exists()
    assert said not in raws(night)
    with hub(night, *key, clock=FROM) as running, httpx.Client(base_url=running.address) as web:
        assert web.post("/entries", content=night.complaints(1)[0], headers={
            "Content-Type": "application/cose"}).status_code == 202  # taken after what waited  # fmt: skip
        assert said in raws(night)
        assert web.get(f"/entries/{sha256(said).hexdigest()}").status_code == 200
        told = web.get(f"/entries/{sha256(sheet).hexdigest()}")
        assert (told.status_code, "did not take it (revoked)" in told.text) == (403, True)
        with pytest.raises(LogError, match="did not take it"):
            HubClient(running.address).proof(sheet, None)
        measures = web.get("/metrics").text
        assert "escrutinio_stopped_records 1.0" in measures
        assert "escrutinio_embargoed_records 0.0" in measures
    assert open_verified(night.workspace.public).attachment(digest_of(CONTENT)) == CONTENT
    assert not held_file(night).exists()


def test_a_file_of_a_record_that_is_refused_at_its_moment_is_not_published(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    keeper.keep([night.enrolment("authority/1", Role.AUTHORITY)])
    hold_with_file(keeper, statement(night, "authority/1"))
    kept(keeper, revocation(night, "authority/1"))
    clock.at = FROM
    assert keeper.release() == {"revoked": 1}
    assert not public_file(night).exists()
    assert held_file(night).read_bytes() == CONTENT


def test_a_receiver_without_the_file_leaves_the_record_to_one_that_has_it(
    night: Night, keeper: Keeper, clock: Clock
) -> None:
    """Each machine has the files that came to it. Where the one that has it is gone, the record still enters:
    it was promised."""
    said, (sheet,) = statement(night), night.sheets(1)
    hold_with_file(keeper, said)
    kept(keeper, sheet)
    away = held_file(night).rename(night.home / "elsewhere")
    clock.at = FROM
    assert keeper.release() == {"accepted": 1}
    assert not keeper.release()
    away.rename(held_file(night))
    assert keeper.release() == {"accepted": 1}
    assert public_file(night).read_bytes() == CONTENT
    assert [raws(night).index(raw) for raw in (sheet, said)] == [3, 4]


def test_a_promise_is_kept_though_the_file_is_lost(night: Night, keeper: Keeper, clock: Clock) -> None:
    said = statement(night)
    hold_with_file(keeper, said)
    held_file(night).unlink()
    clock.at = FROM + LEFT_TO_OTHERS - 1
    assert not keeper.release()
    clock.at += 1
    assert keeper.release() == {"accepted": 1}
    assert said in raws(night)
    assert "held-file-missing" in (night.workspace.private / "hub.log").read_text()


def test_a_party_lets_results_wait_in_its_hub_where_its_settings_say_so(tmp_path: Path) -> None:
    for waits in (False, True):
        home = tmp_path / str(waits)
        home.mkdir()
        night = begun(home, CALENDAR)
        settings = night.workspace.settings
        role = LogRole.PARTY.name.lower()
        keep_settings(night.directory, msgspec.structs.replace(settings, role=role, until_public=waits))
        with ExitStack() as stack:
            (answer,) = kept(keeper_of(night, Clock(), stack), *night.sheets(1))
            assert answer.until == (FROM if waits else 0)


# --- in safety ---


def waiting(night: Night, clock: Clock) -> tuple[bytes, bytes, bytes]:
    """Something that waits with a file, a sheet that waits, and one whose key was revoked at its moment."""
    (stopped,) = night.sheets(1)
    said = statement(night)
    with ExitStack() as stack:
        keeper = keeper_of(night, clock, stack)
        kept(keeper, stopped)
        kept(keeper, revocation(night, "machine/1"), night.enrolment("machine/2", Role.MACHINE))
        clock.at = FROM
        assert keeper.release() == {"revoked": 1}
        clock.at = CLOCK
        (sheet,) = night.sheets(1, by="machine/2")
        hold_with_file(keeper, said)
        kept(keeper, sheet)
    published(night)
    return said, sheet, stopped


def comes(night: Night, clock: Clock, said: bytes, sheet: bytes) -> None:
    """Nothing of it is public before its moment, all of it after."""
    before = b"".join(path.read_bytes() for path in night.workspace.public.rglob("*") if path.is_file())
    assert not any(each in before for each in (said, sheet, CONTENT))
    with ExitStack() as stack:
        keeper = keeper_of(night, clock, stack)
        assert not keeper.release()
        clock.at = FROM
        assert keeper.release() == {"accepted": 2}
    assert raws(night)[-2:] == [said, sheet]
    assert open_verified(night.workspace.public).attachment(digest_of(CONTENT)) == CONTENT


def test_a_backup_has_what_waits_and_what_was_refused_and_both_come_back(
    night: Night, clock: Clock, tmp_path: Path
) -> None:
    said, sheet, stopped = waiting(night, clock)
    target = tmp_path / "kept"
    done = escrutinio("hub", "backup", night.directory, target)
    assert "records that are not public yet: 2\n" in done.stdout
    assert "the log refused when their moment came: 1\n" in done.stdout
    refused = target / "refused" / f"{sha256(stopped).hexdigest()}"
    assert refused.with_suffix(".cose").read_bytes() == stopped
    told = msgspec.json.decode(refused.with_suffix(".json").read_bytes())
    assert told == {"code": "revoked", "received": CLOCK, "due": FROM + PROMISE, "until": FROM}
    public = night.directory.rename(tmp_path / "lost") / "public"
    done = escrutinio(
        "workspace", "recover", public, night.directory, "--log-key", target / "log.key", "--no-memory",
        **SECRET,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    records, files = read_sealed([target])
    assert (records, files) == ([said, sheet], {digest_of(CONTENT): CONTENT})
    with ExitStack() as stack:
        keeper = keeper_of(night, clock, stack)
        promise = hold_with_file(keeper, said)
        assert open_record(promise).body == t.Promise(sha256(said).digest(), FROM + PROMISE)
        kept(keeper, sheet)
    comes(night, clock, said, sheet)
