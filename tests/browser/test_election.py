"""A whole log verified in the browser: the same totals as the Python fold, and every alteration noticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from escrutinio.base.errors import LogError, RecordError
from escrutinio.core.election.state import ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.records.codes import (
    AuditMethod,
    AuthorRole,
    BoundSource,
    Closes,
    Decision,
    LogRole,
    RevocationReason,
    Role,
    StationChangeKind,
)
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.parts import Fraction, LogHead
from escrutinio.core.records.types import (
    AuditCommitment,
    CoRecord,
    HandCount,
    Revocation,
    Ruling,
    StationChange,
    TallySheet,
)
from escrutinio.core.verification.signed_entries import signed_entry
from tests.browser.publish import isla, publish, trust_of
from tests.core.election.build import CLOSES, DAY, ORIGIN, ROOT, STATIONS, VOTES, Day, key
from tests.paths import VECTORS

if TYPE_CHECKING:
    from tests.browser.conftest import Modules, Served

pytestmark = pytest.mark.browser

_VERIFY = """
const { Log } = await import('/assets/js/log/log.js');
const { parseTrust } = await import('/assets/js/log/trust.js');
const { checkRoot, checkTiles, treeOf } = await import('/assets/js/log/tree.js');
const trust = args[1] ? parseTrust(bytes.fromHex(args[1])) : null;
const seen = [];
const progress = (stage) => seen.push(stage);
const log = new Log(args[0], trust);
const entries = await it.readEntries(log, progress);
const tree = treeOf(entries);
await checkTiles(log, tree, true, () => seen.push('tiles'));
await checkRoot(log, tree);
const { size } = await log.checkpoint();
const [logKey, cosigned, context] = [await log.logKey(), await log.cosignatures(), await log.context()];
const attachment = (named) => log.attachment(named);
const found = await it.judgeEntries(it.placed(entries), context, attachment, { progress });
return { size, key: logKey?.name ?? null,
  cosigned: cosigned?.map(({ witness }) => witness) ?? null,
  faults: found.faults.map(({ index, why }) => [index, why.key]),
  refused: found.refused.map(({ index, code }) => [index, code]),
  totals: Object.fromEntries([...found.totals].map(([name, { areas, ...all }]) => [name, all])),
  areas: Object.fromEntries([...found.totals].map(([name, { areas }]) => [name, Object.fromEntries(areas)])),
  stages: [...new Set(seen)] };"""


def many() -> Day:
    """An importer's log of more than one tile: copies of 300 stations, some twice, some in conflict."""
    stations = [f"n{number}.01" for number in range(300)]
    roll = "station,center,area,registered\n" + "".join(f"{s},{s[:-3]},norte,\n" for s in sorted(stations))
    day = Day(role=LogRole.IMPORTER, author=AuthorRole.IMPORTER, stations=None)
    day.enrol("importer/rosa", Role.IMPORTER)
    day.roll(roll.encode(), by="importer/rosa")
    for number, station in enumerate(stations):
        day.copy("importer/rosa", station, (number, 2 * number, 3, 1), null=number % 2)
    day.copy("importer/rosa", stations[7], (1, 1, 1, 1))
    day.copy("party/azul/1", stations[9], (9, 18, 3, 1))
    return day


def rough() -> Day:
    """A log in which much is wrong: revoked keys, boards not opened, foreign scopes, bad signatures."""
    day = isla()
    day.enrol_all([("board/1", Role.BOARD, ()), ("machine/late", Role.MACHINE, ("s1.01",))])
    day.manual("board/1", "s1.01", (1, 1, 1, 1))
    day.open_for_board("s1.01")
    day.manual("board/1", "s1.01", (2, 2, 2, 2))
    day.manual("board/1", "n1.01", (9, 9, 9, 9))
    day.sheet("machine/n1.01", "s1.01", (1, 2, 3, 4))
    day.sheet("machine/late", "s1.01", (1, 2, 3, 4), contest="nobody")
    day.sheet("machine/late", "nowhere", (1, 2, 3, 4))
    day.sheet("party/azul/1", "s1.01", (1, 2, 3, 4))
    day.copy("party/azul/1", "s1.01", (1, 2, 3))
    day.copy("party/azul/2", "s1.01", (40, 2, 3, 40))
    day.say(open_record(day.log[5]).body, "machine/n1.01", "n1.02/presidente", signing=key("machine/n1.02"))
    revoked = day.say(Revocation(key("party/azul/1").kid, RevocationReason.LOST), ROOT, "election")
    day.say(CoRecord(day.digest(revoked)), "authority/1", "election")
    day.copy("party/azul/1", "s1.01", (1, 2, 3, 4))
    day.log.append(day.log[6][:-1] + bytes([day.log[6][-1] ^ 1]))
    return day


def ruled() -> Day:
    """A log with every basis: rulings of each kind, hand counts, late keys with and without consents, two
    officers, a changed station, and a roll that comes too late. What two keys of one side say alike is said
    once: nothing counts at n2.01 on paper, where two of the authority agree and two others say what lay at
    the places of single vouchers, and at s1.01 one of them with a
    party does; two keys of one party make one basis of copies."""
    day = Day(officers=2, calendar=[CLOSES], stations=None)
    for by in ("authority/1", "authority/2"):
        day.roll(STATIONS, by=by)
    in_force = day.rolled
    stations = ("n1.01", "n1.02", "n2.01", "s1.01")
    day.enrol_all([(f"machine/{station}", Role.MACHINE, (station,)) for station in stations], at=DAY - 200)
    day.enrol("observer/faro", Role.OBSERVER)
    day.enrol("party/rojo/1", Role.PARTY)
    day.enrol("party/azul/2", Role.PARTY)
    for name in ("authority/count/1", "authority/count/2", "authority/other"):
        day.enrol(name, Role.OBSERVER)
    for by in ("authority/1", "authority/2"):
        day.say(StationChange(StationChangeKind.CORRECTED, "s1", 30, None), by, "s1.01")
    for what in Closes:
        for by in ("authority/1", "authority/2"):
            day.close(what, by)
    for number, station in enumerate(stations):
        day.sheet(f"machine/{station}", station, (5 + number, 4, 3, 2))
    day.sheet("machine/n2.01", "n2.01", (9, 4, 3, 2))
    selected = day.digest(len(day.log) - 1)
    day.copy("party/azul/1", "n2.01", (7, 4, 3, 2))
    day.copy("party/azul/2", "n2.01", (7, 4, 3, 2))
    day.copy("party/azul/2", "n1.01", (5, 4, 3, 2))
    for name, consents in (("machine/late1", ()), ("machine/late2", ("authority/1", "party/azul/1"))):
        day.enrol(name, Role.MACHINE, at=DAY)
        enrolment = sha256(day.log[-1]).digest()
        day.sheet(name, "n1.02", (6, 4, 3, 2))
        for by in consents:
            day.say(CoRecord(enrolment), by, "election")
        day.sheet(name, "s1.01", (8, 4, 3, 2), null=1)
    for by in ("authority/1", "authority/2"):
        day.roll(STATIONS.replace(b",100", b",1"), by=by, replaces=in_force)
    for by, counts in (
        ("party/azul/1", (5, 4, 3, 2)),
        ("observer/faro", (5, 4, 3, 2)),
        ("party/rojo/1", (5, 5, 3, 2)),
    ):
        day.hand_count(by, "n1.01", counts)
        day.hand_count(by, "n1.02", (1, 1, len(by), 1))
    for by in ("authority/count/1", "authority/count/2", "authority/other"):
        day.hand_count(by, "n2.01", (9, 4, 3, 2))
    for by in ("authority/other", "party/rojo/1"):
        day.hand_count(by, "s1.01", (8, 4, 3, 2))
    head = LogHead(ORIGIN, len(day.log), bytes(32))
    names = ("observer/faro", "party/rojo")
    vouchers = AuditCommitment(
        AuditMethod.BRAVO, Fraction(1, 20), head, "reported", BoundSource.REGISTERED, None, None, None,
        names, names, None,
    )  # fmt: skip
    audit = day.digest(day.say(vouchers, "observer/faro", "presidente"))
    for by in ("observer/faro", "party/rojo/1"):
        day.say(HandCount((2, 1, 0, 0), (0, 0), audit=audit), by, "n2.01/presidente")
    for station, decision, sheet in (
        ("n2.01", Decision.SELECT, selected),
        ("n1.01", Decision.ANNUL, None),
        ("n1.02", Decision.UPHOLD, None),
        ("s1.01", Decision.SELECT, selected),
    ):
        for by in ("authority/1", "authority/2"):
            ruling = Ruling(None, decision, sheet, None, "art. 1", None)
            day.say(ruling, by, f"station/{station}/presidente")
            if decision is Decision.UPHOLD:
                upheld = day.digest(len(day.log) - 1)
    council = day.digest(day.sheet("machine/n1.02", "n1.02", (9, 9), contest="consejo"))
    for by in ("authority/1", "authority/2"):  # a sheet of another contest, which decides nothing
        other = Ruling(None, Decision.SELECT, council, None, "art. 1", None, upheld)
        day.say(other, by, "station/n1.02/presidente")
    return day


DAYS: dict[str, Callable[[], Day]] = {"isla": isla, "many": many, "rough": rough, "ruled": ruled}


@pytest.fixture(scope="module")
def published(served: Served) -> dict[str, Day]:
    """The publications, below their names."""
    days = {name: make() for name, make in DAYS.items()}
    for name, day in days.items():
        publish(day, served.directory / name)
    return days


def expected(state: ElectionState) -> dict[str, dict[str, object]]:
    """The totals of the fold for each contest and basis, in the browser's form."""
    found: dict[str, dict[str, object]] = {}
    for contest in state.contests:
        area = state.areas.index[contest.area]
        for basis in state.bases:
            table = totals(state, contest.code, basis.code)
            annulled = state.annulled[contest.code] if basis.code == "ruled" else ()
            pending = state.pending[contest.code, basis.code]
            found[f"{contest.code} {basis.code}"] = {
                "candidates": table.candidates[area].tolist(),
                "valid": int(table.valid[area]),
                "classes": [None if each < 0 else each for each in table.beside[area, :-1].tolist()],
                "stations": int(table.stations_counted[area]),
                "pending": sorted(state.roll.stations[at] for at in pending),
                "annulled": sorted(state.roll.stations[at] for at in annulled),
            }
    return {name: total for name, total in found.items() if says(total)}


def says(total: dict[str, object]) -> bool:
    """Whether a basis has anything in a contest."""
    return bool(total["stations"] or total["pending"] or total["annulled"])


def by_area(state: ElectionState) -> dict[str, dict[str, list[int]]]:
    """The same in each area that has any: candidates, valid, classes, sheets that do not state them, stations
    counted, pending, annulled."""
    found: dict[str, dict[str, list[int]]] = {}
    for contest in state.contests:
        for basis in state.bases:
            table = totals(state, contest.code, basis.code)
            ballots = (table.valid, table.classes, table.classes_unread)
            stations = (table.stations_counted, table.stations_pending, table.stations_annulled)
            rows = np.column_stack((table.candidates, *ballots, *stations))
            inside = state.areas.within(state.areas.index[contest.area], np.arange(len(rows), dtype=np.int32))
            said = np.flatnonzero(inside & rows.any(axis=1))
            named = {state.areas.codes[at]: rows[at].tolist() for at in said}
            if named:
                found[f"{contest.code} {basis.code}"] = named
    return found


@pytest.mark.parametrize("name", list(DAYS))
def test_the_totals_are_those_of_the_fold(
    js: Modules, served: Served, published: dict[str, Day], name: str
) -> None:
    day = published[name]
    found = js.value("election", _VERIFY, f"{served.address}{name}/", trust_of(day).hex())
    assert isinstance(found, dict)
    assert (found["size"], found["key"], len(found["cosigned"])) == (len(day.log), "log.example/isla", 2)
    assert found["stages"] == ["entries", "tiles", "signatures", "rules"]
    counted = {
        key: total | {"pending": sorted(total["pending"]), "annulled": sorted(total["annulled"])}
        for key, total in found["totals"].items()
        if says(total)
    }
    state = day.state()
    assert counted == expected(state)
    assert {key: areas for key, areas in found["areas"].items() if areas} == by_area(state)


def test_the_ruled_day_has_every_basis() -> None:
    bases = {name.partition(" ")[2] for name in expected(ruled().state())}
    assert bases == {"reported", "reported-late", "ruled", "paper", "copies:party/azul"}


def test_what_two_keys_of_one_side_say_alike_is_said_once() -> None:
    """What `test_the_totals_are_those_of_the_fold` holds the browser to."""
    state = ruled().state()
    counted = {
        basis: {state.roll.stations[at] for at in np.flatnonzero(state.counted["presidente", basis] >= 0)}
        for basis in ("paper", "copies:party/azul")
    }
    paper, copies = {"n1.01", "n1.02", "s1.01"}, {"n1.01", "n2.01"}
    assert counted == {"paper": paper, "copies:party/azul": copies}


_SAMPLE = """
const { Log } = await import('/assets/js/log/log.js');
const log = new Log(args[0]);
const entries = it.placed(await it.readEntries(log, () => {}));
const context = await log.context();
const found = await it.judgeEntries(entries, context, (named) => log.attachment(named), { sample: 40 });
return { checked: found.checked, signatures: found.signatures, faults: found.faults.length,
  stations: [...found.totals.values()][0].stations };"""


def test_of_a_sample_only_so_many_signatures_are_checked_and_all_sheets_counted(
    js: Modules, served: Served, published: dict[str, Day]
) -> None:
    found = js.value("election", _SAMPLE, served.address + "many/")
    size = len(published["many"].log)
    assert found == {"checked": 40, "signatures": size - 2, "faults": 0, "stations": 299}


def test_what_the_fold_finds_wrong_with_entries_the_browser_finds_too(
    js: Modules, served: Served, published: dict[str, Day]
) -> None:
    found = js.value("election", _VERIFY, served.address + "rough/")
    assert isinstance(found, dict)
    kinds = {"bad-signature", "unknown-key", "bad-record"}
    state = published["rough"].state()
    assert [fault[0] for fault in found["faults"]] == sorted(
        entry for finding in state.findings if finding.code in kinds for entry in finding.entries
    )
    keeps = {
        "key-out-of-scope", "station-unknown", "contest-unknown", "wrong-option-count",
        "sum-mismatch", "more-votes-than-registered",
    }  # fmt: skip
    assert sorted(map(tuple, found["refused"])) == sorted(
        (entry, finding.code)
        for finding in state.findings
        if finding.code in keeps
        for entry in finding.entries
    )


_UNKNOWN = """
const { openRecord } = await import('/assets/js/records/record.js');
const { sha256 } = await import('/assets/js/records/sha256.js');
const raws = args[0].map((hex) => bytes.fromHex(hex));
const [definition, charter] = raws.map((raw, index) => (index < 2 ? openRecord(raw) : null));
const context = { definition, charter, election: sha256(definition.raw), rootKey: charter.body.root_key };
const attachment = async ({ digest }) => bytes.fromHex(args[1][bytes.toHex(digest)]);
const found = await it.judgeEntries(it.placed(raws), context, attachment);
const answers = raws.map(() => 'read');
const unknown = ['key-unknown', 'key-not-then', 'key-revoked'].map((code) => [code, 'unknown-key']);
const faults = { ...Object.fromEntries(unknown), 'signature-bad': 'bad-signature' };
for (const { index, why } of found.faults) answers[index] = faults[why.key] ?? 'bad-record';
for (const { index } of found.unknownTypes) answers[index] = 'not-judged';
for (const { index } of found.unread) answers[index] = 'unread';
return { answers, candidates: found.totals.get('presidente reported').candidates };"""


def test_records_of_types_that_no_version_knows_are_what_the_vectors_say(js: Modules) -> None:
    vectors = json.loads((VECTORS / "unknown-types.json").read_text("utf-8"))
    entries = vectors["entries"]
    found = js.value("election", _UNKNOWN, [entry["record"] for entry in entries], vectors["attachments"])
    assert isinstance(found, dict)
    assert found["answers"] == [entry["answer"] for entry in entries]
    assert sum(found["candidates"]) == sum(VOTES)


_NO_KEY = """
const { openRecord } = await import('/assets/js/records/record.js');
const { sha256 } = await import('/assets/js/records/sha256.js');
const raws = args[0].map((hex) => bytes.fromHex(hex));
const [definition, charter] = raws.slice(0, 2).map((raw) => openRecord(raw));
const context = { definition, charter, election: sha256(definition.raw), rootKey: charter.body.root_key };
const attachment = async ({ digest }) => bytes.fromHex(args[1][bytes.toHex(digest)]);
const { faults } = await it.judgeEntries(it.placed(raws), context, attachment);
return faults.map(({ index, why }) => [index, why.key, why.values]);"""


def test_of_a_record_without_a_key_in_force_it_says_why_as_python_does(js: Modules) -> None:
    """Revoked before, under another name, enrolled only later, or in no enrolment at all."""
    day = Day()
    day.enrol_all([(f"machine/{name}", Role.MACHINE, ()) for name in ("ended", "named", "good")])
    day.say(Revocation(key("machine/ended").kid, RevocationReason.LOST), ROOT, "election")
    day.sheet("machine/good", "n1.01", VOTES)
    without = [day.sheet(f"machine/{name}", "n1.02", VOTES) for name in ("ended", "later", "stranger")]
    body = TallySheet(VOTES, (0, 0))
    without.append(day.say(body, "machine/other", "n1.02/presidente", signing=key("machine/named")))
    day.enrol("machine/later", Role.MACHINE)
    state, said = day.state(), []
    for index in without:
        with pytest.raises(LogError) as refused:
            signed_entry(state, index, day.log[index])
        why = refused.value.values["why"]
        assert isinstance(why, RecordError)
        said.append([index, why.code, why.values])
    assert [code for _, code, _ in said] == ["key-revoked", "key-not-then", "key-unknown", "key-not-then"]
    files = {digest.hex(): content.hex() for digest, content in day.attachments.items()}
    assert js.value("election", _NO_KEY, [raw.hex() for raw in day.log], files) == said


def test_without_a_trust_file_nothing_is_said_of_who_signed(
    js: Modules, served: Served, published: dict[str, Day]
) -> None:
    found = js.value("election", _VERIFY, served.address + "isla/")
    assert isinstance(found, dict)
    assert (found["key"], found["cosigned"]) == (None, None)


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def _root_at(checkpoint: Path) -> int:
    """Where the root begins in a checkpoint: its third line."""
    return len(b"\n".join(checkpoint.read_bytes().split(b"\n")[:2])) + 1


@pytest.mark.parametrize(
    ("path", "at", "key"),
    [
        ("log/tile/entries/000", 5_000, "tile-differs"),
        ("log/tile/entries/001.p/51", -1, "tile-differs"),
        ("log/tile/0/000", 31, "tile-differs"),
        ("log/tile/0/001.p/51", 32, "tile-differs"),
        ("log/tile/1/000.p/1", 0, "tile-differs"),
        ("log/checkpoint", None, "root-differs"),
    ],
)
def test_one_altered_bit_anywhere_in_the_log_is_noticed(
    js: Modules, served: Served, published: dict[str, Day], path: str, at: int | None, key: str
) -> None:
    copy = served.directory / "altered"
    shutil.copytree(served.directory / "many", copy)
    try:
        _flip(copy / path, _root_at(copy / path) if at is None else at)
        assert js.refusal("election", _VERIFY, served.address + "altered/") == key
    finally:
        shutil.rmtree(copy)


def test_a_roll_that_is_another_file_is_none(js: Modules, served: Served, published: dict[str, Day]) -> None:
    copy = served.directory / "other-roll"
    shutil.copytree(served.directory / "isla", copy)
    for path in (copy / "attachments").iterdir():
        path.write_bytes(path.read_bytes().replace(b",50\n", b",51\n"))
    found = js.value("election", _VERIFY, served.address + "other-roll/")
    assert isinstance(found, dict)
    assert {code for _, code in found["refused"]} == {"station-unknown"}
