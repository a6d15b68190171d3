"""Records by stick and from paper, over a real hub: the same bytes, which count once; and answers back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import monotonic

import pytest

from escrutinio.base.errors import InputError, LogError, RecordError
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.receipt import read_receipt_code, receipt_code
from escrutinio.core.records.types import Arrival
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.delivery import take_answer
from escrutinio.running.exchange.hub_client import HubClient
from escrutinio.running.exchange.parcel import ATTACHMENTS, sent_attachment
from escrutinio.running.exchange.stick import AnswerKind, answers, put_answers, read_stick, save
from tests.cli.running import escrutinio
from tests.running.hub.boxes import NOWHERE, box, closing_all, one_round
from tests.running.hub.night import CLOCK, Night, Running, published


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with closing_all():
        yield


def came_by(night: Night, index: int) -> Channel:
    """The channel that the log tells of an entry, as soon as it does: the receiver tells each second."""
    until = monotonic() + 30
    while monotonic() < until:
        log = open_verified(str(night.directory / "public"))
        for entry in map(open_record, list(log.pinned.all_entries())[2:]):
            if isinstance(entry.body, Arrival) and 0 <= index - entry.body.first < len(entry.body.arrivals):
                return entry.body.arrivals[index - entry.body.first].channel
        published(night)
    raise AssertionError(index)


def test_three_channels_count_once(night: Night, receiver: Running, tmp_path: Path) -> None:
    """The same bytes by stick, from paper and over the network: one entry, told of as it came first."""
    raw = night.sheets(1, version=77)[0]
    outbox = box(night, tmp_path / "box", receiver.address)
    outbox.add([raw], {}, Channel.NETWORK, CLOCK)
    (tmp_path / "trust.toml").write_bytes(outbox.settings.trust)
    (tmp_path / "stick").mkdir()
    saved = escrutinio("usb", "save", tmp_path / "box", tmp_path / "stick")
    assert saved.returncode == 0, saved.stderr
    assert outbox.held()[0].saved is not None
    to = ("--to", NOWHERE, "--to", receiver.address, "--trust", tmp_path / "trust.toml")
    sent = escrutinio("usb", "send", tmp_path / "stick", *to, "--json")
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert json.loads(sent.stdout)["sent"] == 1
    (tmp_path / "codes.txt").write_text(qr_text(raw, real=False) + "\n")
    typed = escrutinio("submit", tmp_path / "codes.txt", "--to", receiver.address, "--json")
    assert typed.returncode == 0, typed.stdout
    one_round(outbox)
    published(night)
    again = escrutinio("usb", "send", tmp_path / "stick", *to, "--json")
    assert json.loads(again.stdout)["public"] == 1
    taken = escrutinio("outbox", "take", tmp_path / "box", tmp_path / "stick", "--json")
    assert json.loads(taken.stdout)["taken"] == 2
    assert outbox.held()[0].public is not None
    log = open_verified(str(night.directory / "public"))
    entries = list(log.pinned.all_entries())
    assert entries.count(raw) == 1
    assert came_by(night, entries.index(raw)) is Channel.REMOVABLE
    assert (
        escrutinio(
            "check", receipt_code(sha256(raw).digest()), "--log", night.directory / "public"
        ).returncode
        == 0
    )


def test_a_channel_that_nobody_knows_is_refused(night: Night, receiver: Running) -> None:
    import httpx

    headers = {"Content-Type": "application/cose", "Escrutinio-Channel": "pigeon"}
    answer = httpx.post(f"{receiver.address}/entries", content=night.complaints(1)[0], headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "hub-channel")


def on_stick(night: Night, stick: Path, count: int = 2) -> list[bytes]:
    stick.mkdir()
    records = night.complaints(count, first=5_000)
    for raw in records:
        save(stick, night.election.hex(), [raw], {})
    return records


def test_missing_and_damaged_parts_are_named(night: Night, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    records = on_stick(night, stick, 3)
    whole = read_stick(stick, night.election.hex())
    assert (sorted(whole.records), whole.problems) == (sorted(records), [])
    first, second, _ = sorted(stick.glob("*.parcel"))
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])
    found = read_stick(stick, night.election.hex())
    assert len(found.records) == 1
    assert {each.code for each in found.problems} == {"stick-missing", "parcel-damaged"}
    assert any(first.name in str(each) for each in found.problems)
    lists = sorted(stick.glob("*.manifest"))
    lists[0].write_bytes(lists[0].read_bytes()[:-9])
    lists[1].unlink()
    lists[2].unlink()
    codes = {each.code for each in read_stick(stick, night.election.hex()).problems}
    assert codes == {"stick-list", "parcel-damaged", "stick-unlisted"}


def test_what_is_no_file_on_a_stick_is_neither_waited_for_nor_followed(tmp_path: Path) -> None:
    """A pipe or a device in the place of an attachment; a link where an answer is about to be written."""
    content, record = b"words", b"a record"
    digest = sha256(content).digest()
    place = tmp_path / ATTACHMENTS / digest.hex()
    place.parent.mkdir()
    os.mkfifo(place)
    assert sent_attachment(tmp_path, digest) is None
    place.unlink()
    place.symlink_to("/dev/zero")
    assert sent_attachment(tmp_path, digest) is None
    place.unlink()
    place.write_bytes(content)
    assert sent_attachment(tmp_path, digest) == content
    own = tmp_path / "own"
    own.write_bytes(b"of whoever reads the stick")
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / f"{sha256(record).hexdigest()}.promise.cose.tmp").symlink_to(own)
    with pytest.raises(LogError):
        put_answers(tmp_path, [(sha256(record).digest(), AnswerKind.PROMISE, b"a promise")])
    assert own.read_bytes() == b"of whoever reads the stick"


def test_a_stick_of_another_election_is_refused(night: Night, tmp_path: Path) -> None:
    on_stick(night, tmp_path / "stick")
    with pytest.raises(InputError) as refused:
        read_stick(tmp_path / "stick", "ab" * 32)
    assert refused.value.code == "stick-election"
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as refused:
        read_stick(tmp_path / "empty", None)
    assert refused.value.code == "stick-nothing"


def test_answers_come_back_and_are_checked(night: Night, receiver: Running, tmp_path: Path) -> None:
    outbox = box(night, tmp_path / "box", NOWHERE)
    raw, other = night.complaints(2, first=6_000)
    outbox.add([raw], {}, Channel.NETWORK, CLOCK)
    hub = HubClient(receiver.address)
    sent = hub.send([raw, other], {}, Channel.REMOVABLE)
    published(night)
    policy = night.workspace.policy(night.signer)
    proofs = {each: hub.proof(each, policy) for each in (raw, other)}
    kinds = AnswerKind.PROMISE, AnswerKind.PROOF
    for each, answer in zip((raw, other), sent, strict=True):
        proof = proofs[each]
        assert proof is not None
        put_answers(tmp_path, zip([sha256(each).digest()] * 2, kinds, (answer.promise, proof), strict=True))
    back = {(digest, kind): answer for digest, kind, answer in answers(tmp_path)}
    assert len(back) == 4
    for kind in kinds:
        with pytest.raises((LogError, RecordError)):
            take_answer(outbox, raw, back[sha256(other).digest(), kind], kind)
        assert outbox.held()[0].sent is None
    for kind in kinds:
        take_answer(outbox, raw, back[sha256(raw).digest(), kind], kind)
    assert outbox.held()[0].public is not None


def test_a_receipt_code_is_the_same_everywhere() -> None:
    code = receipt_code(bytes(32))
    number = int.from_bytes(sha256(b"escrutinio receipt\n" + bytes(32)).digest()[:8], "big") % 10**8
    assert code.replace(" ", "") == f"{number:08}"
    assert read_receipt_code(code.replace(" ", "-")) == read_receipt_code(code.replace(" ", "")) == code
    assert read_receipt_code("1234 567") is None
    assert read_receipt_code("photo.jpg") is None
