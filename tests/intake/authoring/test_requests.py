"""Requests to be enrolled: read as they were written, and refused where they are not their holder's."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.base.errors import EscrutinioError
from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import open_record, verify
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import EnrolledKey, Title
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Enrolment
from escrutinio.intake.authoring.requests import (
    MOST_KEYS,
    Request,
    batches,
    enrolments,
    read_requests,
    request_table,
)

ELECTION = bytes(range(32))


def machines(count: int, election: bytes = ELECTION) -> list[EnrolledKey]:
    return [
        enrolled(SigningKey.generate(), election, f"machine/{n}", Role.MACHINE, scope=(f"N{n}.01",))
        for n in range(count)
    ]


def party() -> EnrolledKey:
    return enrolled(
        SigningKey.generate(), ELECTION, "party/azul", Role.PARTY,
        scope=("N", "S"), contests=("presidencia",), titles=(Title("es", "Azul"),),
    )  # fmt: skip


def refusal(path: Path, text: str | bytes, election: bytes = ELECTION) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(EscrutinioError) as caught:
        read_requests([path], election)
    assert str(path) in str(caught.value)
    found = caught.value
    while isinstance(why := found.values.get("why"), EscrutinioError):
        found = why
    return found.code


def test_one_request_and_a_table_are_read_as_they_were_written(tmp_path: Path) -> None:
    one, many = party(), machines(3)
    (tmp_path / "one.request").write_text(Request(ELECTION, one).text())
    (tmp_path / "many.csv").write_bytes(request_table(many))
    assert read_requests([tmp_path / "one.request", tmp_path / "many.csv"], ELECTION) == [one, *many]


def test_a_table_that_a_spreadsheet_saved_is_the_same_table(tmp_path: Path) -> None:
    many = machines(2)
    saved = request_table(many).decode().replace("\n", "\r\n").encode("utf-8-sig")
    (tmp_path / "many.csv").write_bytes(saved + b"\r\n")
    assert read_requests([tmp_path / "many.csv"], ELECTION) == many


def test_keys_are_enrolled_in_as_few_entries_as_they_fit_into() -> None:
    root = SigningKey.generate()
    keys = machines(2 * MOST_KEYS + 1)
    records = list(enrolments(keys, root=root, signer="authority/root", election=ELECTION, issued_at=7))
    assert len(records) == 3
    found: list[EnrolledKey] = []
    for raw in records:
        verify(raw, root.public_key)
        body = open_record(raw).body
        assert isinstance(body, Enrolment)
        found += body.keys
    assert found == keys


def test_keys_with_long_scopes_stay_below_the_size_of_an_entry() -> None:
    keys = [
        EnrolledKey(
            f"board/{n}", bytes(32), Role.BOARD, tuple(f"{n}-{m}" for m in range(2_000)), (), (), bytes(64)
        )
        for n in range(10)
    ]
    assert 1 < len(list(batches(keys))) <= 10


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("machine/1", "machine/9", "request-proof"),
        ("N1.01", "N2.01", "request-proof"),
        (",machine,", ",party,", "request-proof"),
        (",machine,", ",robot,", "config-word"),
        ("machine/1", "machine 1", "not-a-name"),
        ("machine/1", "machine/0", "request-twice"),
        ("name,", "nom,", "request-column"),
        ("scope", "name", "request-column"),
        ("name,role", "scope,role", "request-column"),
        (",N1.01,", ",N1.01,,", "request-cells"),
    ],
)
def test_a_table_that_was_changed_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    table = request_table(machines(3)).decode()
    assert refusal(tmp_path / "t.csv", table.replace(old, new)) == code


def test_a_row_without_key_or_proof_is_refused(tmp_path: Path) -> None:
    key = machines(1)[0]
    table = request_table([key]).decode()
    assert refusal(tmp_path / "t.csv", table.replace(key.proof.hex(), "")) == "request-row-open"
    assert refusal(tmp_path / "t.csv", table.replace(key.proof.hex(), "00")) == "request-hex"
    assert refusal(tmp_path / "t.csv", table.replace(key.public_key.hex(), "zz")) == "request-hex"
    assert refusal(tmp_path / "t.csv", "name,scope\nmachine/1,N\n") == "request-columns"
    assert refusal(tmp_path / "t.csv", "") == "request-columns"


def test_a_request_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    first, second = machines(2)
    text = Request(ELECTION, first).text()
    assert refusal(tmp_path / "r", text.replace(first.proof.hex(), second.proof.hex())) == "request-proof"
    other = text.replace(first.public_key.hex(), second.public_key.hex())
    assert refusal(tmp_path / "r", other) == "request-proof"
    assert refusal(tmp_path / "r", text.replace("machine/0", "machine/00")) == "request-proof"
    weak = text.replace(first.public_key.hex(), "01" + "00" * 31)
    assert refusal(tmp_path / "r", weak) == "public-key-point"


def test_a_request_for_another_election_is_refused(tmp_path: Path) -> None:
    other = bytes(32)
    assert refusal(tmp_path / "r", Request(other, machines(1, other)[0]).text()) == "request-election"
    assert refusal(tmp_path / "t", request_table(machines(1, other))) == "request-proof"


@pytest.mark.parametrize("text", ["{}", "{", '{"escrutinio-request": 2}', '{"a": 1, "a": 1}', "{" * 100_000])
def test_what_is_no_request_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path / "r", text) == "request-form"


def test_a_key_with_titles_has_no_row(tmp_path: Path) -> None:
    with pytest.raises(EscrutinioError, match="request of its own"):
        request_table([party()])
