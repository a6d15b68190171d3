"""One honest sheet, and one altered thing per test: each verdict, with the entries that show it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import LogError, RecordError
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from escrutinio.core.log.merkle import HASH_SIZE, ReadHashes, leaf_hash, range_root, tree_root
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.proofs import LogProof, make_proof
from escrutinio.core.log.tiles import TileName
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import RevocationReason, Role
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.verification.judge import GOOD, Answer, Difference, Figures, Judge, Verdict, judge_proof
from escrutinio.core.verification.judge_text import grounds, headline
from tests.core.election.build import ORIGIN, ROOT, VOTES, Day, honest, key, machines

STATION, CONTEST = "n1.01", "presidente"


def judge(day: Day, index: int, labelled_real: bool | None = False) -> Answer:
    """The answer about an entry of the log."""
    return Judge(day.state()).record(open_record(day.log[index]), index, labelled_real)


def judge_bare(day: Day, raw: bytes, labelled_real: bool | None = False) -> Answer:
    """The answer about a record that is not in the log."""
    return Judge(day.state()).record(open_record(raw), None, labelled_real)


def apart(day: Day, counts: tuple[int, ...] = VOTES, by: str = "machine/1", **kept: object) -> bytes:
    """A sheet that is signed and is not in the log."""
    place = day.sheet(by, STATION, counts)
    return day.log.pop(place)


def test_an_honest_sheet_is_in_the_log_and_counts() -> None:
    day = honest()
    answer = judge(day, len(day.log) - 1)
    assert (answer.verdict, answer.good, answer.real) == (Verdict.IN_LOG, True, False)
    assert (answer.entry, answer.status, answer.others) == (len(day.log) - 1, Status.COUNTED, ())
    assert (answer.type, answer.signer, answer.station) == ("tally-sheet", "machine/1", STATION)


def test_every_entry_of_an_honest_log_is_authentic() -> None:
    day = honest()
    judged = Judge(day.state())
    assert {judged.record(open_record(raw), at).verdict for at, raw in enumerate(day.log)} == {Verdict.IN_LOG}


def test_a_sheet_that_the_log_lacks_is_to_be_kept() -> None:
    day = machines(Day())
    answer = judge_bare(day, apart(day))
    assert (answer.verdict, answer.to_keep, answer.good, answer.entry) == (
        Verdict.NOT_IN_LOG,
        True,
        False,
        None,
    )


def test_a_second_sheet_with_other_figures_is_contradicted_either_way() -> None:
    day = honest()
    first = len(day.log) - 1
    other = judge_bare(day, apart(day, (9, 4, 3, 2)))
    assert (other.verdict, other.others, other.to_keep) == (Verdict.CONTRADICTED, (first,), True)
    [compared] = other.comparisons
    assert compared.differences == (Difference("ana-1", 9, 5),)
    second = day.sheet("machine/1", STATION, (9, 4, 3, 2))
    for index, against in ((first, second), (second, first)):
        answer = judge(day, index)
        assert (answer.verdict, answer.others, answer.status) == (
            Verdict.CONTRADICTED, (against,), Status.PENDING,
        )  # fmt: skip
        assert not answer.to_keep


def test_the_same_figures_said_again_contradict_nothing() -> None:
    day = honest()
    again = day.sheet("machine/1", STATION, VOTES)
    answer = judge(day, again)
    assert (answer.verdict, answer.status, answer.others) == (Verdict.IN_LOG, Status.DUPLICATE, ())


def test_a_copy_is_held_against_the_copies_of_its_own_organisation() -> None:
    day = honest()
    official = len(day.log) - 1
    copy = day.copy("party/azul/1", STATION, (6, 4, 3, 2))
    answer = judge(day, copy)
    assert (answer.verdict, answer.others) == (Verdict.IN_LOG, ())
    [compared] = answer.comparisons
    assert (compared.basis, compared.entry) == ("reported", official)
    assert compared.differences == (Difference("ana-1", 6, 5),)
    second = day.copy("party/azul/1", STATION, (7, 4, 3, 2))
    assert (judge(day, second).verdict, judge(day, second).others) == (Verdict.CONTRADICTED, (copy,))


@given(st.data())
def test_no_altered_byte_is_authentic(data: st.DataObject) -> None:
    day = DAY
    raw = bytearray(day.log[-1])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        entry = open_record(bytes(raw))
    except RecordError:
        return  # malformed: not even opened
    answer = Judge(STATE).record(entry, None, None)
    refused = {Verdict.ALTERED, Verdict.UNKNOWN_KEY, Verdict.OTHER_ELECTION}
    assert answer.verdict in refused


DAY = honest()
STATE: ElectionState = DAY.state()


def test_a_key_that_the_log_does_not_know() -> None:
    day = honest()
    raw = apart(day, by="machine/9")
    assert judge_bare(day, raw).verdict is Verdict.UNKNOWN_KEY


def test_a_known_key_under_another_name() -> None:
    day = honest()
    body = t.TallySheet(VOTES, (0, 0))
    day.say(body, "machine/2", f"{STATION}/{CONTEST}", signing=key("machine/1"))
    answer = judge_bare(day, day.log.pop())
    assert (answer.verdict, "machine/1" in str(answer.detail)) == (Verdict.UNKNOWN_KEY, True)


def test_a_revoked_key_and_the_sheets_before() -> None:
    day = honest()
    sheet, raw = len(day.log) - 1, apart(day)
    at = day.say(t.Revocation(key("machine/1").kid, RevocationReason.STOLEN), ROOT, "election")
    assert judge(day, sheet).verdict is Verdict.IN_LOG
    answer = judge_bare(day, raw)
    assert (answer.verdict, answer.detail) == (Verdict.NOT_IN_FORCE, str(at))


def test_an_entry_from_before_its_key_was_enrolled() -> None:
    day = Day()
    sheet = day.sheet("machine/1", STATION, VOTES)
    day.enrol("machine/1", Role.MACHINE, STATION)
    assert judge(day, sheet).verdict is Verdict.NOT_IN_FORCE


def test_a_machine_of_another_station_and_a_role_without_the_right() -> None:
    day = machines(Day())
    elsewhere = day.sheet("machine/2", STATION, VOTES)
    by_party = day.sheet("party/azul/1", STATION, VOTES)
    for index in (elsewhere, by_party):
        answer = judge(day, index)
        assert (answer.verdict, bool(answer.findings)) == (Verdict.OUT_OF_SCOPE, True)


def test_the_prefix_must_say_what_the_definition_says() -> None:
    day = honest()
    assert judge(day, len(day.log) - 1, True).verdict is Verdict.MISLABELLED
    assert judge(day, len(day.log) - 1, None).verdict is Verdict.IN_LOG


@pytest.mark.parametrize(
    ("real", "verdict"),
    [(True, Verdict.OTHER_ELECTION), (False, Verdict.NOT_REAL), (None, Verdict.OTHER_ELECTION)],
)
def test_a_sheet_of_another_election(real: bool | None, verdict: Verdict) -> None:
    raw = seal(
        t.TallySheet(VOTES, (0, 0)), key=key("machine/1"), signer="machine/1",
        subject=f"{STATION}/{CONTEST}", election=bytes(32), issued_at=1,
    )  # fmt: skip
    answer = judge_bare(honest(), raw, real)
    assert (answer.verdict, answer.real) == (verdict, real)


def test_the_definition_of_another_election_is_not_this_one() -> None:
    day, other = honest(), Day(officers=2)
    assert judge(day, 0, None).verdict is Verdict.IN_LOG
    assert judge_bare(day, other.log[0], None).verdict is Verdict.OTHER_ELECTION


def test_an_unsigned_sheet_is_equal_different_or_alone() -> None:
    day = honest()
    day.copy("party/azul/1", STATION, VOTES)
    judged = Judge(day.state())
    equal = judged.figures(STATION, CONTEST, Figures(VOTES, (0, 0)))
    assert (equal.verdict, len(equal.comparisons)) == (Verdict.EQUAL, 2)
    differs = judged.figures(STATION, CONTEST, Figures(VOTES, (3, 0)))
    assert differs.verdict is Verdict.DIFFERS
    assert {each.differences for each in differs.comparisons} == {(Difference("null", 3, 0),)}
    silent = judged.figures("n1.02", CONTEST, Figures(VOTES, (0, 0)))
    assert (silent.verdict, silent.known_station) == (Verdict.NOT_PUBLISHED, True)
    unknown = judged.figures("x.01", CONTEST, Figures(VOTES, (0, 0)))
    assert (unknown.verdict, unknown.known_station) == (Verdict.NOT_PUBLISHED, False)


def test_an_unsigned_sheet_that_one_basis_contradicts_differs() -> None:
    day = honest()
    day.copy("party/azul/1", STATION, (6, 4, 3, 2))
    answer = Judge(day.state()).figures(STATION, CONTEST, Figures(VOTES, (0, 0)))
    assert answer.verdict is Verdict.DIFFERS
    assert [bool(each.differences) for each in answer.comparisons] == [False, True]


# --- proofs ---

SIGNER = NoteSigner(ORIGIN, KeyType.ED25519, bytes(32))
POLICY = Policy(logs=(LogIdentity(SIGNER.verifier),))


def hashes(entries: list[bytes]) -> ReadHashes:
    leaves = [leaf_hash(raw) for raw in entries]
    return lambda subtrees: [tree_root(leaves[at << level : at + 1 << level]) for level, at in subtrees]


class Tiles:
    """The level 0 tile of a small log, and nothing else."""

    def __init__(self, entries: list[bytes]) -> None:
        self._tile = b"".join(map(leaf_hash, entries))

    def checkpoint(self) -> bytes:
        raise LogError("nobody asks for it")

    def tile(self, name: TileName) -> bytes:
        assert (name.level, name.index, name.width * HASH_SIZE) == (0, 0, len(self._tile))
        return self._tile


def promise(entries: list[bytes], index: int, signer: NoteSigner = SIGNER) -> LogProof:
    return make_proof(index, signed(entries, signer), hashes(entries))


def signed(entries: list[bytes], signer: NoteSigner = SIGNER) -> SignedCheckpoint:
    root = range_root(0, len(entries), hashes(entries))
    return sign_checkpoint(Checkpoint(signer.name, len(entries), root), signer)


def judged_proof(
    proof: LogProof, entries: list[bytes], policy: Policy | None = POLICY, record: bytes | None = None
) -> Verdict:
    return judge_proof(proof, PinnedLog(Tiles(entries), signed(entries)), policy, record).verdict


ENTRIES = [b"entry %d" % n for n in range(11)]


@pytest.mark.parametrize("policy", [POLICY, None])
@pytest.mark.parametrize("record", [ENTRIES[4], None])
def test_a_proof_holds_for_the_log_that_grew(policy: Policy | None, record: bytes | None) -> None:
    assert judged_proof(promise(ENTRIES[:7], 4), ENTRIES, policy, record) is Verdict.PROOF_HOLDS


def test_a_log_that_took_an_entry_away_contradicts_its_promise() -> None:
    proof = promise(ENTRIES[:7], 4)
    shown = [*ENTRIES[:4], *ENTRIES[5:]]
    assert judged_proof(proof, shown) is Verdict.PROMISE_CONTRADICTED
    assert judged_proof(proof, shown, record=ENTRIES[4]) is Verdict.PROMISE_CONTRADICTED


def test_a_proof_for_another_record_log_or_key_is_none() -> None:
    proof = promise(ENTRIES[:7], 4)
    assert judged_proof(proof, ENTRIES, record=ENTRIES[5]) is Verdict.PROOF_INVALID
    assert judged_proof(replace(proof, index=3), ENTRIES) is Verdict.PROOF_INVALID
    assert judged_proof(replace(proof, hashes=proof.hashes[:-1]), ENTRIES) is Verdict.PROOF_INVALID
    elsewhere = promise(ENTRIES[:7], 4, NoteSigner("other.example", KeyType.ED25519, bytes(32)))
    assert judged_proof(elsewhere, ENTRIES) is Verdict.PROOF_INVALID
    forged = promise(ENTRIES[:7], 4, NoteSigner(ORIGIN, KeyType.ED25519, b"\1" * 32))
    assert judged_proof(forged, ENTRIES) is Verdict.PROOF_INVALID


def test_a_proof_of_a_larger_log_waits_for_that_log() -> None:
    assert judged_proof(promise(ENTRIES, 4), ENTRIES[:7]) is Verdict.PROOF_AHEAD


# --- words ---


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_one_sentence_in_both_languages(verdict: Verdict) -> None:
    answer = Answer(verdict, True, "tally-sheet", "machine/1", STATION, CONTEST, 7)
    english, spanish = headline(answer, "en"), headline(answer, "es")
    assert english != spanish
    assert "{" not in english + spanish
    assert not any(word in (english + spanish).lower() for word in ("fraud", "false", "fals"))
    assert headline(replace(answer, real=False), "en") == "NOT A REAL ELECTION. " + english
    assert (verdict in GOOD) is answer.good


def test_the_grounds_name_what_differs() -> None:
    answer = Judge(STATE).figures(STATION, CONTEST, Figures(VOTES, (1_234, 0)))
    lines = list(grounds(answer, STATE, "es"))
    assert lines[0] == "la definición del registro público dice: una simulación"
    assert lines[-1] == "  nulos: 1.234 en esta acta, 0 en lo publicado"
