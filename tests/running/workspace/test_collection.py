"""An organisation's own log: what it begins with, what goes in, what waits, and what a crash leaves."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import InputError, LogError, RecordError
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.records.codes import Form, LogRole, Role, SheetFact
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.qr import base45_encode, qr_text
from escrutinio.core.records.types import Copy, Roll, SheetStatus, TallySheet
from escrutinio.core.verification.publication import verify_publication
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.intake.scan.results import Found, ScanResult, as_line, read_text
from escrutinio.running.workspace.collection.beginning import Organisation
from escrutinio.running.workspace.collection.collection import (
    ORIGINALS,
    Collection,
    KnownKey,
    create,
    open_collection,
)
from escrutinio.running.workspace.collection.inputs import of_files, of_scan, of_table, read_lines, read_table
from escrutinio.running.workspace.collection.sheets import (
    Collected,
    NotTaken,
    Said,
    Why,
    sort_facts,
    sort_out,
)
from tests.core.verification.whole import failures
from tests.running.workspace.collecting import (
    CLOCK,
    NAME,
    ORIGIN,
    TITLES,
    WORDS,
    attachments,
    sheet,
)


def scanned(text: str, name: str = "a.jpg") -> ScanResult:
    kind, problem, detail, sheet = read_text(text)
    digest = sha256(name.encode()).hexdigest()
    return ScanResult(name, 1, 1, digest, 1, 1, 1, kind, problem, detail, "", (), text, sheet)


def sheet_texts(miniature: Path, official: ElectionState) -> list[str]:
    """The QR texts of the machines' sheets whose signature holds, one a station and contest."""
    found: dict[str, str] = {}
    entries = list(read_entries(open_log(miniature / "log"), official.size))
    for table in official.tables.values():
        for index, kind, station in zip(table.index, table.kind, table.station, strict=True):
            if kind == TallySheet.TYPE and station >= 0:
                raw = entries[index]
                found.setdefault(f"{station}", qr_text(raw, False))
    return list(found.values())


def read(azul: Collection, *rows: ScanResult) -> list[Collected | NotTaken]:
    return list(of_scan(rows, azul.open().state, azul.known_keys(), azul.qr2024()))


def only_sheet(azul: Collection, row: ScanResult) -> Collected:
    [sheet] = read(azul, row)
    assert isinstance(sheet, Collected)
    return sheet


# --- the beginning ---


def test_the_log_begins_with_the_elections_own_definition_and_roll(
    azul: Collection, official: ElectionState
) -> None:
    state = azul.open().state
    assert state.election == official.election
    assert state.roll == official.roll or state.roll.stations == official.roll.stations
    rolls = {logged.entry.raw for logged in official.records(Roll)}
    assert {logged.entry.raw for logged in state.records(Roll)} <= rolls
    assert state.charter is not None
    assert state.charter.body.origin == ORIGIN


def test_the_log_verifies_like_any_other(azul: Collection) -> None:
    result = verify_publication(azul.public, only_log=True)
    assert failures(result.answers) == []
    assert result.consistent


def test_nothing_private_is_readable_by_others(azul: Collection, keyring: Keyring) -> None:
    assert azul.private.stat().st_mode & 0o077 == 0
    key = keyring.key(NAME)
    published = b"".join(path.read_bytes() for path in azul.public.rglob("*") if path.is_file())
    assert key.seed() not in published


def test_a_directory_with_something_in_it_is_refused(
    tmp_path: Path, miniature: Path, official: ElectionState
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        create(
            tmp_path, official, attachments(miniature).get, Organisation(NAME, TITLES, LogRole.PARTY),
            origin=ORIGIN, passphrase=WORDS, clock=CLOCK,
        )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_missing_roll_is_refused_before_anything_is_made(tmp_path: Path, official: ElectionState) -> None:
    with pytest.raises(InputError, match="lacks the attachment"):
        create(
            tmp_path / "new", official, lambda _: None, Organisation(NAME, TITLES, LogRole.PARTY),
            origin=ORIGIN, passphrase=WORDS, clock=CLOCK,
        )  # fmt: skip
    assert not (tmp_path / "new").exists()


def test_what_is_refused_half_way_leaves_nothing_behind(
    tmp_path: Path, miniature: Path, official: ElectionState
) -> None:
    target = tmp_path / "new"
    with pytest.raises(LogError, match="characters without spaces, plus or control signs"):
        create(
            target, official, attachments(miniature).get, Organisation(NAME, TITLES, LogRole.PARTY),
            origin="an origin+with signs", passphrase=WORDS, clock=CLOCK,
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_a_row_without_the_digest_of_its_picture_is_refused(
    azul: Collection, miniature: Path, official: ElectionState
) -> None:
    row = replace(scanned(sheet_texts(miniature, official)[0]), digest="not a digest")
    with pytest.raises(InputError, match="64 hexadecimal digits"):
        read(azul, row)


@pytest.mark.parametrize("name", ["machine/1", "authority/officer-1", "azul", "party"])
def test_only_a_party_or_an_observer_keeps_such_a_log(name: str) -> None:
    with pytest.raises((InputError, RecordError)):
        Organisation(name, TITLES, LogRole.PARTY)


# --- what goes in ---


def test_a_signed_sheet_becomes_a_copy_that_names_its_original(
    azul: Collection, keyring: Keyring, miniature: Path, official: ElectionState
) -> None:
    text = sheet_texts(miniature, official)[0]
    sheet = only_sheet(azul, scanned(text))
    assert azul.append([sheet], keyring, CLOCK) == 1
    state = azul.open().state
    table = state.tables[sheet.contest]
    assert table.kind.tolist() == [Copy.TYPE]
    assert (*table.counts[0].tolist(), *table.classes[0].tolist()) == sheet.figures
    assert (table.original >= 0).tolist() == [True]
    assert sheet.raw is not None
    assert sheet.original == sha256(sheet.raw).digest()
    kept = azul.unlocked(keyring).files.below(ORIGINALS)
    assert kept.read(f"{sha256(sheet.raw).hexdigest()}.cose") == sheet.raw


def test_ten_pictures_of_a_sheet_are_one_copy(
    azul: Collection, miniature: Path, official: ElectionState
) -> None:
    text = sheet_texts(miniature, official)[0]
    sheets = read(azul, *(scanned(text, f"{number}.jpg") for number in range(10)))
    assert len(sheets) == 1


def test_what_is_known_is_not_added_again(
    azul: Collection, keyring: Keyring, miniature: Path, official: ElectionState
) -> None:
    sheet = only_sheet(azul, scanned(sheet_texts(miniature, official)[0]))
    azul.append([sheet], keyring, CLOCK)
    again = replace(sheet, image=bytes(32), source="another.jpg")
    found = sort_out([again, again], azul.open().state, NAME, frozenset())
    assert (found.taken, found.known, found.not_taken) == ((), 2, ())


@pytest.mark.parametrize("at", range(0, 300, 23))
def test_a_record_with_one_altered_byte_is_not_taken(
    azul: Collection, miniature: Path, official: ElectionState, at: int
) -> None:
    text = sheet_texts(miniature, official)[0]
    entries = read_entries(open_log(miniature / "log"), official.size)
    raw = bytearray(next(raw for raw in entries if qr_text(raw, False) == text))
    raw[at % len(raw)] ^= 1
    [found] = read(azul, scanned("ESCX:" + base45_encode(bytes(raw))))
    assert isinstance(found, NotTaken)
    assert found.why in (Why.SIGNATURE, Why.OTHER, Why.ELECTION)


OTHER = SigningKey(sha256(b"a key of somebody").digest())


@pytest.mark.parametrize(
    ("role", "scope", "contest", "revoked", "why"),
    [
        (Role.MACHINE, "N1.01", "presidencia", False, None), (Role.MACHINE, "N", "presidencia", False, None),
        (Role.MACHINE, "N1.02", "presidencia", False, Why.SCOPE),
        (Role.MACHINE, "N", "other", False, Why.SCOPE),
        (Role.MACHINE, "N", "presidencia", True, Why.REVOKED),
        (Role.PRESS, "N", "presidencia", True, Why.ROLE),
        (Role.BOARD, "N", "presidencia", False, Why.ROLE), (Role.PARTY, "N", "presidencia", False, Why.ROLE),
    ],
)  # fmt: skip
def test_an_original_is_one_that_its_signer_was_entitled_to_make(
    azul: Collection, role: Role, scope: str, contest: str, revoked: bool, why: Why | None
) -> None:
    state, body = azul.open().state, TallySheet((5, 4, 3, 2, 1, 0, 0), (1, 0))
    about = {"signer": "somebody/1", "subject": "N1.01/presidencia", "election": state.election}
    raw = seal(body, key=OTHER, issued_at=CLOCK, **about)  # type: ignore[arg-type]
    known = KnownKey("somebody/1", OTHER.public_key.hex(), int(role), (scope,), (contest,), revoked)
    [found] = of_scan([scanned(qr_text(raw, False))], state, {OTHER.kid: known}, None)
    if isinstance(found, Collected):
        assert (found.raw is None) is revoked
        found = next(iter(sort_out([found], state, NAME, frozenset()).not_taken), found)
    assert (found.why if isinstance(found, NotTaken) else None) is why
    assert isinstance(found, Collected) or "somebody/1" in found.detail


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"counts": (0,) * 7, "classes": (0, 0)}, Why.ZERO),
        ({"counts": (0,) * 7, "classes": (0, 0), "voters": 40}, Why.ZERO),
        ({"station": "Z9.99"}, Why.STATION),
        ({"contest": "alcaldia"}, Why.CONTEST),
        ({"counts": (1, 2, 3)}, Why.COUNTS),
        ({"voters": -1}, Why.COUNTS),
        ({"counts": (2**32, 0, 0, 0, 0, 0, 0)}, Why.COUNTS),
    ],
)
def test_what_does_not_fit_is_kept_out_with_its_reason(
    azul: Collection, changes: dict[str, object], why: Why
) -> None:
    found = sort_out([sheet(**changes)], azul.open().state, NAME, frozenset())
    assert [one.why for one in found.not_taken] == [why]
    assert found.taken == ()


def test_a_zero_report_goes_in_when_a_person_says_so(azul: Collection) -> None:
    zero = sheet(counts=(0,) * 7, classes=(0, 0))
    assert sort_out([zero], azul.open().state, NAME, frozenset({"N1.01"})).taken == (zero,)


def test_a_differing_copy_waits_and_then_stands_beside_the_first(azul: Collection, keyring: Keyring) -> None:
    first, other = sheet(), sheet(classes=(2, 0))
    azul.append([first], keyring, CLOCK)
    assert [one.why for one in sort_out([other], azul.open().state, NAME, frozenset()).not_taken] == [
        Why.DIFFERS
    ]
    confirmed = sort_out([other], azul.open().state, NAME, frozenset({"N1.01"}))
    azul.append(confirmed.taken, keyring, CLOCK)
    state = azul.open().state
    assert len(state.tables["presidencia"]) == 2
    assert state.pending["presidencia", f"copies:{NAME}"]


def senators(**changes: object) -> Collected:
    """A sheet of a contest of two marks a ballot."""
    return sheet(
        station="S1.01",
        contest="senado-sur",
        counts=(140, 95, 95, 60),
        classes=(3, 1, 1),
        valid=220,
        **changes,
    )


def test_a_copy_that_differs_in_its_valid_ballots_alone_waits(azul: Collection, keyring: Keyring) -> None:
    first, other = senators(), replace(senators(), valid=219)
    azul.append([first], keyring, CLOCK)
    found = sort_out([first, other], azul.open().state, NAME, frozenset())
    assert (found.known, [one.why for one in found.not_taken]) == (1, [Why.DIFFERS])
    together = sort_out(
        [other, senators(source="again")], state := azul.open().state, NAME, frozenset({"S1.01"})
    )
    assert (together.taken, together.known) == ((other,), 1)
    assert int(state.tables["senado-sur"].valid[0]) == 220


def test_blank_marks_on_valid_ballots_are_no_zero_report(azul: Collection) -> None:
    unmarked = replace(senators(), counts=(0,) * 4, classes=(0,) * 3)
    assert sort_out([unmarked], azul.open().state, NAME, frozenset()).taken == (unmarked,)


def test_a_signed_sheet_of_several_marks_keeps_its_valid_ballots(
    azul: Collection, miniature: Path, official: ElectionState
) -> None:
    table = official.tables["senado-sur"]
    index = int(table.index[table.kind == TallySheet.TYPE][0])
    raw = list(read_entries(open_log(miniature / "log"), official.size))[index]
    row = scanned(qr_text(raw, False))
    assert row.sheet is not None
    assert (row.sheet.valid, row.sheet.ballots) == (186, 190)
    assert only_sheet(azul, row).copy().valid == 186


# --- files ---


def test_a_file_of_a_scan_is_read_line_by_line(
    azul: Collection, miniature: Path, official: ElectionState, tmp_path: Path
) -> None:
    texts = sheet_texts(miniature, official)
    path = tmp_path / "sheets.jsonl"
    rows = [scanned(text, f"{number}.png") for number, text in enumerate(texts)]
    unread = ScanResult("dark.jpg", 1, 1, "00" * 32, 1, 1, 1, Found.UNREAD)
    path.write_bytes(b"".join(map(as_line, [*rows, unread])))
    found = list(read_lines(path, azul.open().state, azul.known_keys(), None))
    sheets = [one for one in found if isinstance(one, Collected)]
    assert len(sheets) == len(texts)
    assert [one.why for one in found if isinstance(one, NotTaken)] == [Why.UNREAD]
    # One machine of the example has a key that was revoked after its sheet: a person decides.
    state = azul.open().state
    sorted_out = sort_out(sheets, state, NAME, frozenset())
    [waiting] = sorted_out.not_taken
    assert waiting.why is Why.REVOKED
    confirmed = sort_out(sheets, state, NAME, frozenset({waiting.station})).taken
    [sheet] = [one for one in confirmed if one.station == waiting.station]
    assert (sheet.original, sheet.raw) == (None, None)


def test_a_line_that_is_no_row_is_refused_by_its_number(azul: Collection, tmp_path: Path) -> None:
    path = tmp_path / "sheets.jsonl"
    path.write_text('{"kind":"transcribed","station":5}\n')
    with pytest.raises(InputError, match=r"sheets\.jsonl, line 1"):
        list(read_lines(path, azul.open().state, {}, None))


def test_a_table_is_read_by_its_mapping(azul: Collection, tmp_path: Path) -> None:
    options = azul.open().state.contest("presidencia").options
    header = ",".join(["mesa", *options, "nulos"])
    (tmp_path / "t.csv").write_text(f"{header}\nN1.01,5,4,3,2,1,0,0,1\nN1.02,1,1,1,1,1,1,1,0\n")
    columns = "\n".join(f'{code} = "{code}"' for code in options)
    (tmp_path / "t.toml").write_text(
        f'[[sheets]]\nfile = "t.csv"\nstation = "mesa"\ncontest = "presidencia"\n'
        f'null = "nulos"\nblank = "=0"\n[sheets.options]\n{columns}\n'
    )
    found = read_table(tmp_path / "t.toml", azul.open().state)
    assert found.bad == ()
    sheets = [one for one in of_table(found) if isinstance(one, Collected)]
    assert [one.figures for one in sheets] == [(5, 4, 3, 2, 1, 0, 0, 1, 0), (1,) * 7 + (0, 0)]
    assert {one.form for one in sheets} == {Form.TABLE}


def test_all_that_a_table_says_of_sheets_goes_into_the_log(azul: Collection, tmp_path: Path) -> None:
    view = azul.open().state.contest("presidencia")
    header = ",".join(["mesa", *view.options, "nulos", "transito", "spoilt", "estado"])
    (tmp_path / "t.csv").write_text(
        f"{header}\nN1.01,5,4,3,2,1,0,0,1,16,2,Ilegible\nN1.02,0,0,0,0,0,0,0,0,0,0,Normal\n"
        "N2.01,,,,,,,,,,,No instalada\nX9.99,,,,,,,,,,,No instalada\n"
    )
    columns = "\n".join(f'{code} = "{code}"' for code in view.options)
    words = '{ Ilegible = "illegible", Normal = "ordinary", "No instalada" = "not-installed" }'
    (tmp_path / "t.toml").write_text(
        f'[[sheets]]\nfile = "t.csv"\nstation = "mesa"\ncontest = "presidencia"\n'
        f'null = "nulos"\nblank = "=0"\nsupplement = "transito"\nspoilt = "spoilt"\n'
        f'status = {{ column = "estado", is = {words} }}\n[sheets.options]\n{columns}\n'
    )
    state = azul.open().state
    read = list(of_files([tmp_path / "t.toml"], state, {}, None))
    sheets = sort_out([one for one in read if isinstance(one, Collected)], state, NAME, frozenset()).taken
    assert [(one.station, one.supplement, one.spoilt) for one in sheets] == [
        ("N1.01", 16, 2),
        ("N1.02", 0, 0),
    ]
    said = [one for one in read if isinstance(one, Said)]
    facts, of_nobody = sort_facts([*said, said[0]], state, NAME)
    assert [(one.why, one.station) for one in of_nobody] == [(Why.STATION, "X9.99")]
    assert azul.append(sheets, azul.keyring(WORDS), CLOCK, facts=facts) == 4
    state = azul.open().state
    statuses = state.records(SheetStatus)
    assert [(one.entry.subject, one.body.status) for one in statuses] == [
        ("N1.01/presidencia", SheetFact.ILLEGIBLE),
        ("N2.01/presidencia", SheetFact.NOT_INSTALLED),
    ]
    assert statuses[0].body.sheet is not None
    assert statuses[1].body.sheet is None
    assert statuses[1].body.note is not None
    assert azul.workspace.attachment(statuses[1].body.note.digest) == b"No instalada"
    assert sort_facts(said, state, NAME)[0] == ()


# --- opening, and faults ---


def test_a_collection_is_found_again(azul: Collection) -> None:
    assert open_collection(azul.workspace.directory) == azul


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"election":"00"}'])
def test_a_damaged_collection_is_refused(azul: Collection, content: str) -> None:
    (azul.workspace.directory / "workspace.json").write_text(content)
    with pytest.raises(InputError, match=r"workspace\.json"):
        open_collection(azul.workspace.directory)


def test_a_wrong_passphrase_opens_nothing(azul: Collection, keyring: Keyring) -> None:
    with pytest.raises(RecordError, match="passphrase"):
        azul.keyring("another")


def test_a_store_that_was_taken_back_makes_no_second_history(azul: Collection, keyring: Keyring) -> None:
    store = azul.private / "store.sqlite"
    with sqlite3.connect(store) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    old = store.read_bytes()
    azul.append([sheet()], keyring, CLOCK)
    before = (azul.public / "log" / "checkpoint").read_bytes()
    for path in azul.private.glob("store.sqlite*"):
        path.unlink()
    store.write_bytes(old)
    with pytest.raises(LogError, match="not the latest"):
        azul.append([sheet(station="N1.02")], keyring, CLOCK)
    assert (azul.public / "log" / "checkpoint").read_bytes() == before


def test_what_was_durable_is_published_by_the_next_run(azul: Collection, keyring: Keyring) -> None:
    """A run that died between its store and its files."""
    with azul.workspace.acceptor() as acceptor:
        acceptor.accept(list(azul.records([sheet()], keyring, CLOCK)))
    assert len(azul.open().state.tables["presidencia"]) == 0
    azul.workspace.finish(keyring, CLOCK)
    assert len(azul.open().state.tables["presidencia"]) == 1
