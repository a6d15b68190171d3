"""Witnesses that a log names once it is public."""

from __future__ import annotations

from pathlib import Path

from escrutinio.core.log.reader import open_log
from tests.core.log.builders import LogHome, StrictWitness, policy, records
from tests.core.verification.whole import verify_log


def test_witnesses_that_are_named_later_cosign_what_is_public(tmp_path: Path) -> None:
    """The checkpoint stays; without their quorum the one without cosignatures does."""
    home = LogHome(tmp_path)
    with home.publisher() as publisher:
        home.append(publisher, records(3))
    before = home.checkpoint()
    witnesses, rule = [StrictWitness("a"), StrictWitness("b")], policy("a", "b", threshold=2)
    witnesses[1].reachable = False
    with home.publisher(rule, witnesses) as publisher:
        assert publisher.publish() is None
        assert home.checkpoint() == before
        witnesses[1].reachable = True
        assert publisher.publish() is not None
        assert publisher.publish() is None
        home.append(publisher, records(4))
    report = verify_log(open_log(home.log), rule)
    assert report.authenticated
    assert [found.witness for found in report.cosignatures] == ["a", "b"]
