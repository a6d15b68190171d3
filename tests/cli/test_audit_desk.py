"""An audit counted at the desks of two organisations, all of it by command: sessions are handed out, people
count apart in their browsers, keys in files seal digests before figures, and the audit's risk comes of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.audit_hands import CONCHA, FARO, SHEETS, Audited, figures_of
from tests.cli.hands import SECRET, WORDS
from tests.cli.running import escrutinio

pytestmark = pytest.mark.slow

ORGANISATIONS = (CONCHA, FARO)

PASSPHRASE = {"ESCRUTINIO_PASSPHRASE": WORDS}
"""Opens the private part of an organisation's log, which is encrypted."""


class Desk:
    """The desk of an organisation's own workspace, which follows the audits of the election's log."""

    def __init__(self, election: Audited, organisation: str) -> None:
        self.election, self.organisation = election, organisation
        self.runs = count()
        self.directory = election.home / f"own-{organisation.partition('/')[2]}"
        key = ("--key", election.key(organisation))
        done = escrutinio(
            "collect", "init", self.directory, "--definition", election.public, "--organisation",
            organisation, "--origin", f"{organisation.replace('/', '.')}.example/log", *key, **SECRET,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def admit(self, label: str) -> str:
        """Hand out a session key for a person who counts."""
        admitted = escrutinio("desk", "admit", self.directory, "--label", label, "--for", "counter", "--json")
        key: str = json.loads(admitted.stdout)["key"]
        return key

    def counts(self, output: Path) -> subprocess.CompletedProcess[str]:
        """`escrutinio desk counts`."""
        log, key = self.election.public, self.election.key(self.organisation)
        words = ("desk", "counts", self.directory, "--audits", log, "--key", key, "-o", output, "--json")
        return escrutinio(*words, **SECRET)

    def seal(self) -> dict[str, Any]:
        """What `desk counts` sealed, sent to the election's log."""
        output = self.election.home / f"sealed-{self.directory.name}-{next(self.runs)}"
        done = self.counts(output)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        if found["sealed"]:
            self.election.submit(output)
        return found

    @contextmanager
    def opened(self, *labels: str) -> Iterator[list[Counter]]:
        """`escrutinio desk open` as a process, with these people at it."""
        keys = [self.admit(label) for label in labels]
        words = ("desk", "open", self.directory, "--audits", self.election.public, "--listen", "127.0.0.1:0")
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "escrutinio", *map(str, words)],
            stdout=subprocess.PIPE, text=True, env=os.environ | PASSPHRASE | {"ESCRUTINIO_LANG": "en"},
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                address = process.stdout.readline().strip()
                assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
                with ExitStack() as stack:
                    yield [stack.enter_context(closing(Counter(address, key))) for key in keys]
            finally:
                process.terminate()


class Counter:
    """Somebody at a browser: it keeps the session's cookie, follows links and sends the forms of pages."""

    def __init__(self, address: str, key: str) -> None:
        self.web = httpx.Client(base_url=address, headers={"accept-language": "en"}, follow_redirects=True)
        self.headers = {"origin": address.rstrip("/"), "sec-fetch-site": "same-origin"}
        self.home = self.web.post("/enter", data={"key": key}, headers=self.headers).text

    def close(self) -> None:
        """Close the browser."""
        self.web.close()

    def boxes(self) -> dict[str, str]:
        """The boxes that are theirs to count, each with the address of its form."""
        listed = self.web.get("/counting").text
        links = re.findall(r'<a class="button" href="([^"]+)"', listed)
        return {path.rpartition("/")[2]: path for path in links}

    def says(self, box: str, figures: Mapping[str, int], seal: str = "listed") -> httpx.Response:
        """Fill in every line that the form of a box names."""
        path = self.boxes()[box]
        asked = self.web.get(path).text
        fields = re.findall(r'<input id="[^"]+" name="([^"]+)"[^>]*value=""', asked)
        form = {field: str(figures.get(field.partition(":")[2], "")) for field in fields}
        return self.web.post(path, data={**form, "seal": seal}, headers=self.headers)

    def misses(self, box: str) -> httpx.Response:
        """Say that a box is not there."""
        return self.web.post(self.boxes()[box], data={"missing": "1", "why": "lost"}, headers=self.headers)


def test_two_organisations_count_at_their_desks_and_the_risk_comes_of_it(
    hands_begun: Path, tmp_path: Path
) -> None:
    election = Audited.begun(hands_begun, tmp_path / "home")
    election.audit(FARO, "commit", "--throws", FARO, "--throws", CONCHA, "--counts", CONCHA, "--counts", FARO)
    election.throw_all()
    desks = [Desk(election, each) for each in ORGANISATIONS]
    for desk in desks:
        assert "boxes drawn" in desk.counts(election.home / "nothing").stderr
    election.audit(FARO, "draw", "--take", 2)
    drawn = sorted(election.status()["rounds"][0]["drawn"])
    box, other = drawn

    for number, desk in enumerate(desks):
        with desk.opened("k1", "k2", "k3") as (first, second, third):
            assert sorted(first.boxes()) == drawn
            wrong = {**figures_of(box), "PERLA": figures_of(box)["PERLA"] + 1}
            first.says(box, figures_of(box) if number else wrong)
            first.says(other, figures_of(other))
            assert desk.seal()["sealed"] == 0  # what one person says is no count
            assert first.boxes() == {}
            second.says(box, figures_of(box))
            second.says(other, figures_of(other))
            if not number:  # they differ: a third person counts, and agrees with one of the two
                assert list(third.boxes()) == [box]
                third.says(box, figures_of(box))
            assert second.boxes() == {}
            assert "2 of 2 boxes are done here" in second.web.get("/counting").text
        sealed = desk.seal()
        assert (sealed["sealed"], sealed["waiting"]) == (2, 0)
        assert desk.seal()["sealed"] == 2  # the same again, until the log has it
        election.publish()
        assert sorted(election.status()["rounds"][0]["awaiting"]) == drawn

    # Digests stand before figures: only now are these due.
    for desk in desks:
        assert desk.seal()["sealed"] == 2
    election.publish()
    assert [desk.seal()["known"] for desk in desks] == [2, 2]
    stands = election.status()
    risk = stands["rounds"][0]["risk"]
    assert stands["rounds"][0]["awaiting"] == []
    assert 0 < risk["numerator"] < risk["denominator"]
    assert [(each["station"], each["error"]) for each in stands["compared"]] == [(box, 0), (other, 0)]
    assert stands["notes"] == []
    _the_rest(election, desks, drawn)


def _the_rest(election: Audited, desks: list[Desk], drawn: list[str]) -> None:
    """The rest of the paper is opened, and its box is not there: at each desk two people say so."""
    election.audit(FARO, "draw", "--rest")
    [lost] = SHEETS.keys() - set(drawn)
    for desk in desks:
        with desk.opened("m1", "m2") as people:
            for person in people:
                assert list(person.boxes()) == [lost]
                assert person.misses(lost).status_code == 200
            assert "two say that it cannot be counted" in people[0].web.get("/counting").text
        assert desk.seal()["sealed"] == 0
    stands = election.status()
    assert stands["rounds"][-1]["awaiting"] == [lost]
    assert (stands["settled"], stands["may_stop"]) == (None, False)
    assert not [each.code for each in election.log().state.findings if "count" in each.code]
