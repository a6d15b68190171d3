"""What a check says, it says in the language of whoever reads it; a program reads place and code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.base.words.say import Joined, Phrase
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.checks import Check, Reason, Running
from escrutinio.core.verification.earlier import Earlier, Memory
from escrutinio.core.verification.publication import (
    NotVerifiedError,
    Verification,
    open_verified,
    verify_publication,
)
from tests.core.election.build import Day
from tests.core.verification.lab import MINIATURE, publish, write_log
from tests.core.verification.speaking import unreached
from tests.publication.pseudo import LANGUAGE, OPEN, forget, outside, speak


@pytest.fixture
def third(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        speak(tmp_path_factory.mktemp("locale"), patch)
        yield
    forget()


@pytest.fixture
def harmed(miniature: Path, tmp_path: Path) -> Verification:
    """The miniature with a fault in every part that a check looks at."""
    copy = tmp_path / "publication"
    shutil.copytree(miniature, copy, ignore=shutil.ignore_patterns("es", "en", "assets"))
    trust = parse_trust((copy / "trust.toml").read_bytes())
    bundle = next((copy / "log/tile/entries").glob("000.p/*"))
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    tile = next((copy / "log/tile/0").glob("000.p/*"))
    tile.write_bytes(bytes(len(tile.read_bytes())))
    checkpoint = copy / "log/checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes().replace(b"\n%d\n" % MINIATURE, b"\n114\n"))
    next((copy / "attachments").iterdir()).unlink()
    (copy / "data/stations.csv").unlink()
    (copy / "data/datapackage.json").write_bytes(b"{")
    (copy / "verify.html").write_bytes(b"another")
    (copy / "trust.toml").write_bytes(b"[")
    (copy / "mirrors.note").write_bytes(b"no note")
    return verify_publication(copy, trust=trust)


def reasons(found: Verification) -> list[Reason]:
    return [each for answer in found.answers for each in (*answer.failures, *answer.unjudged)]


@pytest.mark.usefixtures("third")
def test_no_reason_of_a_harmed_publication_is_out_of_reach_of_a_catalogue(harmed: Verification) -> None:
    told = reasons(harmed)
    assert len({each.why for each in told if isinstance(each.why, EscrutinioError)}) > 3
    assert [text for each in told for text in unreached(each)] == []
    left = [outside(each.sentence(LANGUAGE)).strip() for each in told]
    assert [text for text in left if any(letter.isalpha() for letter in text)] == []
    assert all(OPEN in each.said_in(LANGUAGE) for each in told)


def test_they_are_said_in_spanish(harmed: Verification) -> None:
    for each in reasons(harmed):
        assert each.sentence("es") != each.sentence("en")
        assert not each.said_in("es").startswith("entry ")


def test_a_program_reads_place_and_code_and_every_language(harmed: Verification) -> None:
    (reason,) = (each for each in reasons(harmed) if each.place == "mirrors.note")
    plain = reason.plain()
    assert plain["code"] == reason.code == "not-utf8" or plain["code"]
    assert plain["place"] == "mirrors.note"
    assert isinstance(plain["sentence"], dict)
    assert set(plain["sentence"]) == {"en", "es"}


def test_where_and_why_is_said_once() -> None:
    why = LogError("tile-chain", path="log/tile/0/000")
    check = Running(Check.HASH_TILES)
    check.fail("log/tile/0/000", why)
    check.fail("entry 12", why)
    first, second = check.done().failures
    assert str(first) == "log/tile/0/000 does not hash to what the tile above it holds for it."
    assert str(second) == f"entry 12: {first}"
    assert second.said_in("es").startswith("entrada 12: log/tile/0/000 no da")


def test_a_reason_keeps_nothing_of_where_an_error_was_raised() -> None:
    check = Running(Check.ROOT)
    try:
        raise LogError("tiles-root")
    except LogError as error:
        check.fail("log", error)
    (reason,) = check.failures
    assert isinstance(reason.why, EscrutinioError)
    assert (reason.code, reason.why.__traceback__) == ("tiles-root", None)


def test_an_error_that_refuses_a_log_says_why_in_the_language_asked_for(tmp_path: Path) -> None:
    day = Day()
    trust = publish(tmp_path, day)
    shutil.rmtree(tmp_path / "log/tile/entries")
    with pytest.raises(NotVerifiedError) as refused:
        open_verified(tmp_path, trust=trust)
    assert refused.value.said_in("es").endswith(refused.value.reason.said_in("es"))
    assert refused.value.reason.said_in("es") != refused.value.reason.said_in("en")
    assert list(unreached(refused.value)) == []


def test_notes_and_what_was_seen_before_are_said_of_one_and_of_many(tmp_path: Path) -> None:
    day = Day()
    trust = publish(tmp_path / "public", day)
    for size, spanish in ((1, "1 entrada"), (2, "2 entradas")):
        seen = write_log(tmp_path / f"seen-{size}", day.log[:size])
        memory = Memory((Earlier(seen, "seen"),))
        note = verify_publication(tmp_path / "public", trust=trust, memory=memory).answer(Check.EARLIER).note
        assert note is not None
        assert note.said_in("es") == f"Prolonga el de {spanish}."
    assert str(Joined((Phrase("it is missing"), Phrase("the store")), " ")) == "it is missing the store"
