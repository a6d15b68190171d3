"""escrutinio check, of a promise whose record is in the log: what kept checkpoints say of its time."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.core.log.checkpoint import SignedCheckpoint, cosign_checkpoint, parse_checkpoint
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import WitnessIdentity
from escrutinio.core.log.proofs import format_proof, parse_proof
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records.entry import seal
from escrutinio.core.records.types import Promise
from escrutinio.core.verification.publication import open_verified
from tests.cli.running import in_process
from tests.running.hub.night import CLOCK, begun

BY = CLOCK + 600
WITNESS = NoteSigner("testigo.example/w", KeyType.COSIGNATURE, bytes(32))
STRANGER = NoteSigner("testigo.example/w", KeyType.COSIGNATURE, bytes(31) + b"\1")


def cosigned(note: bytes, moment: int, by: NoteSigner = WITNESS) -> SignedCheckpoint:
    """A checkpoint as a witness cosigned it at a moment."""
    signed = parse_checkpoint(note)
    return signed.with_signatures((cosign_checkpoint(signed, by, moment),))


class Kept:
    """A record that was promised by `BY` and is in the log; checkpoints of before and after it."""

    def __init__(self, home: Path) -> None:
        night = begun(home)
        (raw,) = night.complaints(1)
        self.before = (night.workspace.public / "log" / "checkpoint").read_bytes()
        night.workspace.add([raw], night.signer, CLOCK)
        self.public, self.home = night.workspace.public, home
        self.after = (self.public / "log" / "checkpoint").read_bytes()
        self.index = open_verified(self.public).find(raw)
        assert self.index is not None
        self.proof = parse_proof(format_proof(open_verified(self.public).pinned.proof(self.index)))
        policy = night.workspace.policy(night.signer)
        policy = replace(policy, witnesses=(WitnessIdentity("w", WITNESS.verifier),), quorum="w")
        trust = replace(night.workspace.trust(night.signer, verifier_html=bytes(32)), policy=policy)
        self.trust: Trust = replace(trust, verifier_html=None)
        (home / "trust.toml").write_bytes(format_trust(self.trust))
        promise = seal(
            Promise(sha256(raw).digest(), BY), key=night.keys["receiver/1"], signer="receiver/1",
            subject="election", election=night.election, issued_at=CLOCK,
        )  # fmt: skip
        (home / "promise.cose").write_bytes(promise)

    def check(self, seen: int, *more: object) -> tuple[int, list[dict[str, object]]]:
        """Exit code and answers of `check` against the log, whose checkpoint was cosigned at `seen`."""
        log = self.home / "log"
        shutil.rmtree(log, ignore_errors=True)
        shutil.copytree(self.public, log)
        (log / "log" / "checkpoint").write_bytes(cosigned(self.after, seen).note.data)
        given = ("--log", log, "--trust", self.home / "trust.toml", "--no-memory", "--json")
        done = in_process("check", str(self.home / "promise.cose"), *map(str, (*given, *more)))
        assert done.stdout, done.stderr
        return done.exit_code, json.loads(done.stdout)["answers"]

    def earlier(self, note: bytes, moment: int, by: NoteSigner = WITNESS) -> tuple[str, Path]:
        """The option that names a checkpoint that was kept."""
        path = self.home / "kept.checkpoint"
        path.write_bytes(cosigned(note, moment, by).note.data)
        return "--earlier", path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"))


def test_a_log_alone_shows_it_where_it_was_cosigned_by_then(kept: Kept) -> None:
    for seen, in_time in ((BY, True), (BY + 1, None)):
        code, [answer] = kept.check(seen)
        assert (code, answer["verdict"], answer["entry"]) == (0, "promise-kept", kept.index)
        assert (answer["in_time"], answer["seen"]) == (in_time, seen)


def test_a_checkpoint_that_was_kept_shows_that_it_was_late(kept: Kept) -> None:
    evidence = kept.home / "evidence.json"
    option = kept.earlier(kept.before, BY + 50)
    code, [answer] = kept.check(BY + 100, *option, "--evidence", evidence)
    assert (code, answer["verdict"], answer["in_time"]) == (1, "promise-late", False)
    assert (answer["entry"], answer["seen"], answer["due"]) == (kept.index, BY + 50, BY)
    [record] = json.loads(evidence.read_bytes())["records"]
    assert record["earlier_checkpoint"].encode() == option[1].read_bytes()


@pytest.mark.parametrize(
    ("moment", "by"),
    [(BY, WITNESS), (BY - 1, WITNESS), (BY + 50, STRANGER)],
    ids=["at", "before", "stranger"],
)
def test_one_that_was_cosigned_by_then_or_by_a_stranger_shows_nothing(
    kept: Kept, moment: int, by: NoteSigner
) -> None:
    code, [answer] = kept.check(BY + 100, *kept.earlier(kept.before, moment, by))
    assert (code, answer["verdict"], answer["in_time"]) == (0, "promise-kept", None)


def test_the_proof_of_what_was_promised_shows_that_it_was_in_time(kept: Kept) -> None:
    path = kept.home / "kept.tlog-proof"
    for moment, in_time in ((BY - 5, True), (BY + 5, None)):
        proof = replace(kept.proof, checkpoint=cosigned(kept.after, moment))
        path.write_bytes(format_proof(proof))
        code, [promise, proved] = kept.check(BY + 100, "--proof", path)
        assert (code, promise["verdict"], promise["in_time"]) == (0, "promise-kept", in_time)
        assert proved["verdict"] == "proof-holds"
    path.write_bytes(format_proof(replace(proof, index=0)))
    code, [_, proved] = kept.check(BY + 100, "--proof", path)
    assert (code, proved["verdict"]) == (1, "proof-invalid")
