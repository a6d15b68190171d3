"""A signer whose key is on a token signs at the desk: with the PIN of the form, and with nothing less."""

from __future__ import annotations

import re

import pytest

from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import open_record, seal, verify
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Enrolment
from escrutinio.intake.authoring.holders import TokenKey, open_key
from escrutinio.running.desk.app import desk_application, desk_directory
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.exchange.parcel import Parcel, parcels, send
from escrutinio.running.workspace.workspace import Workspace, open_workspace
from tests.cli.hands import CLOCK, WORDS, Election, begin_election, roll_in_force
from tests.running.desk.serving import origin, served
from tests.tokens import PIN, Card

pytestmark = pytest.mark.token

NAME = "observer/ficha"
COMPLAINT = {
    "about": "station/C2.02",
    "category": "count",
    "at": "2031-05-04T20:00:00-03:00",
    "commitment": "ab" * 32,
}


def enrol(election: Election, card: Card) -> bytes:
    """Enrol a key that the token made; its public key."""
    card.make_key(NAME)
    holder = open_key(card.address(NAME), PIN).holder
    assert isinstance(holder, TokenKey)
    root = open_key(str(election.key("authority/root")), WORDS).holder
    log = election.log()
    body = Enrolment((enrolled(holder, log.state.election, NAME, Role.OBSERVER),))
    raw = seal(
        body, key=root, signer="authority/root", subject="election", election=log.state.election,
        issued_at=CLOCK,
    )  # fmt: skip
    holder.close()
    send(open_workspace(election.directory).inbox, [raw], {})
    election.publish()
    return holder.public_key


def sent(workspace: Workspace) -> list[bytes]:
    found = [each for each in parcels(workspace.inbox) if isinstance(each, Parcel)]
    return [raw for parcel in found for raw in parcel.records]


def test_a_key_on_a_token_signs_at_the_desk_with_its_pin_alone(
    tmp_path_factory: pytest.TempPathFactory, card: Card
) -> None:
    election = roll_in_force(Election(begin_election(tmp_path_factory.mktemp("desk-token"))))
    public_key = enrol(election, card)
    workspace = open_workspace(election.directory)
    before = set(sent(workspace))
    key = Sessions(desk_directory(workspace), lambda: CLOCK).hand_out("f1", Use.SIGNER, 3600, NAME)
    app = desk_application(workspace, now=lambda: CLOCK, keys={NAME: card.address(NAME)})
    with served(app) as client:
        headers = {"origin": origin(client)}
        assert client.post("/enter", data={"key": key}, headers=headers).status_code == 303

        def seal_with(pin: str) -> str:
            form = {**COMPLAINT, "passphrase": pin, "seal": "1"}
            answer = client.post("/sign/new/complaint?lang=en", data=form, headers=headers)
            said = re.search(r'role="alert"[^>]*>(.*?)</', answer.text, re.S)
            return f"{answer.status_code} {said[1].strip() if said else ''}"

        assert seal_with("another pin") == "422 The token officers refuses the PIN."
        assert set(sent(workspace)) == before
        assert seal_with(PIN).startswith("200")
        [raw] = set(sent(workspace)) - before
        card.pull_out()
        assert re.match("422 .*see that it is installed and the token plugged in", seal_with(PIN))
        assert set(sent(workspace)) == {*before, raw}
    entry = open_record(raw)
    assert (entry.signer, entry.subject) == (NAME, COMPLAINT["about"])
    verify(raw, public_key)
