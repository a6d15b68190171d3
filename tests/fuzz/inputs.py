"""Files of every kind that a command reads: each is read, or refused in a sentence, whatever it holds."""

from __future__ import annotations

import io
import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryFile
from time import process_time

import msgspec
import polars as pl

from escrutinio.base.errors import EscrutinioError
from escrutinio.base.progress import silent
from escrutinio.core.derived.geometry import parse_geometry
from escrutinio.core.election.areas import AreaTree, read_areas
from escrutinio.core.election.qr2024_options import read_qr2024_options
from escrutinio.core.election.roll import read_roll
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.mirrors import MirrorList, open_mirrors, sign_mirrors
from escrutinio.core.log.policy import format_policy, parse_policy
from escrutinio.core.log.proofs import parse_proof
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.keyfiles import PublicKeyFile, read_key_file, read_public_key, write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.qr import read_qr_text
from escrutinio.core.records.qr2024 import read_qr2024
from escrutinio.evidence.audit.hand_counts import read_counts
from escrutinio.evidence.quickcount.design import Design, Plan, Unit
from escrutinio.evidence.quickcount.plan_file import read_plan
from escrutinio.intake.authoring.compose import compose, read_tables
from escrutinio.intake.authoring.config import read_config
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.intake.authoring.statements import read_statements
from escrutinio.intake.mapping.accounts import guess_mapping, read_account, read_accounts_file
from escrutinio.intake.scan.results import ScanResult, as_line, read_text
from escrutinio.intake.scan.things import read_thing
from escrutinio.running.exchange.parcel import read_sealed
from escrutinio.running.exchange.stick import ListedFile, Manifest, read_stick
from escrutinio.running.workspace.cabinet import (
    BOX,
    BOX_KEY,
    BOXES,
    Cabinet,
    box_key_file,
    boxed_file,
    opener_of,
)
from escrutinio.running.workspace.collection.inputs import read_lines
from escrutinio.running.workspace.workspace import SETTINGS, WorkspaceTable, open_workspace
from tests.core.election.build import AREAS, STATIONS, Day
from tests.fuzz.notes import logs, policy, trust_file
from tests.fuzz.odd import damaged
from tests.fuzz.subject import Place, Subject, Tried, described
from tests.fuzz.tree import ProofFiles
from tests.intake.imported import CONFIG
from tests.intake.scan.made import QR2024, sheet, text_of
from tests.paths import EXAMPLES

_PIECES = (
    b"\x00", b"\r\n", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b'"',
    b"'", b"[" * 3_000, b"{" * 3_000, b"[[", b"9" * 5_000, b"1" * 400, b"-", b"1e999", b"NaN", b"Infinity",
    b"null", b"true", b",", b"\n", b"\x1a", b"\xe2\x80\xae", b"=1+1", b"0x5", b"1_0", b"1.5", b"-1",
    b"4294967296", b"9007199254740992", b"\xd9\xa1", b"a" * 70_000,
)  # fmt: skip
PASSPHRASE = "the passphrase of a test"


@dataclass(frozen=True)
class Kind:
    """One kind of file: a good one, and who reads it from where it was written. `weight`: how often."""

    name: str
    good: bytes
    read: Callable[[Path], object]
    weight: float = 1.0


def _of_bytes(read: Callable[[bytes], object]) -> Callable[[Path], object]:
    return lambda path: read(path.read_bytes())


def _of_text(read: Callable[[str], object]) -> Callable[[Path], object]:
    return lambda path: read(path.read_bytes().decode("utf-8", "replace"))


def _sealed(path: Path) -> object:
    return read_sealed([path])


def _stick_list() -> bytes:
    listed = (ListedFile("00001-" + "0" * 64 + ".parcel", 500, 3), ListedFile("attachments/" + "0" * 64, 9))
    return msgspec.json.encode(Manifest(1, "00" * 32, 3, listed)) + b"\n"


def _read_stick(path: Path) -> object:
    """A list under the name that its own content gives it."""
    stick = path.parent / "stick"
    stick.mkdir(exist_ok=True)
    for each in stick.iterdir():
        each.unlink()
    content = path.read_bytes()
    (stick / f"{sha256(content).hexdigest()}.manifest").write_bytes(content)
    return read_stick(stick, None)


_KEYRING = Keyring(SigningKey(bytes(32)), "fuzz")


def _read_cabinet(path: Path) -> object:
    """The same bytes as a file in a box, as a journal, and as the key to seal for."""
    content = path.read_bytes()
    for name in (f"a{BOX}", f"a{BOXES}", BOX_KEY):
        (path.parent / name).write_bytes(content)
    cabinet = Cabinet(path.parent, opener_of(_KEYRING))
    reads: tuple[Callable[[], object], ...] = (
        lambda: cabinet.read("a"), lambda: cabinet.lines("a"), lambda: cabinet.opened(_KEYRING)
    )  # fmt: skip
    found, refusal = [], None
    for read in reads:
        try:
            found.append(read())
        except EscrutinioError as error:
            refusal = error
    if not found and refusal is not None:
        raise refusal
    return found


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind."""
    return tuple(_of_keys_and_logs() + _of_sheets() + _of_elections() + _of_tables())


def _of_keys_and_logs() -> list[Kind]:
    key, (log, _) = SigningKey(sha256(b"a key").digest()), logs()
    mirrors = MirrorList(log.name, 5, ("https://a.example/", "https://b.example/"))
    settings = WorkspaceTable(
        role="party", election="00" * 32, charter="00" * 32, origin=log.name, operator="party/azul"
    )
    return [
        Kind("key", b"", lambda path: read_key_file(path, PASSPHRASE), 0.3),
        Kind(
            "public-key",
            PublicKeyFile("machine/1", key.public_key).text().encode(),
            _of_text(read_public_key),
        ),
        Kind("trust", trust_file(), _of_bytes(parse_trust)),
        Kind("policy", format_policy(policy()), _of_bytes(parse_policy)),
        Kind(
            "mirrors", sign_mirrors(mirrors, log), _of_bytes(lambda data: open_mirrors(data, [log.verifier]))
        ),
        Kind("checkpoint", log_note(), _of_bytes(parse_checkpoint)),
        Kind("proof", _proof(), _of_bytes(parse_proof)),
        Kind("workspace", msgspec.json.encode(settings), lambda path: open_workspace(path.parent)),
    ]


def _of_sheets() -> list[Kind]:
    row = {
        "kind": "transcribed", "station": "n1.01", "contest": "presidente", "counts": [1, 2, 3, 4],
        "null": 0, "blank": 0, "image": "00" * 32, "source": "x.jpg", "typists": ["t1-a", "t2-b"],
    }  # fmt: skip
    kind, problem, detail, seen = read_text(text_of(7))
    scanned = ScanResult(
        "a.jpg", 9, 7, "00" * 32, 1, 1, 1, kind, problem, detail, text=text_of(7), sheet=seen
    )
    options = {"contest": "presidente", "card": [{"card": "ANA", "option": "ana-1"}] * 38}
    return [
        Kind("qr-text", text_of(7).encode(), _of_text(read_qr_text)),
        Kind("qr-2024", QR2024.encode(), _of_text(read_qr2024)),
        Kind("qr-2024-options", json.dumps(options).encode(), _of_bytes(read_qr2024_options)),
        Kind("record", read_qr_text(text_of(7))[0], _of_bytes(read_thing)),
        Kind("scan", as_line(scanned), _read_lines),
        Kind("transcription", json.dumps(row, separators=(",", ":")).encode() + b"\n", _read_lines),
        Kind("sealed", read_qr_text(text_of(7))[0] * 2, _sealed),
        Kind("paper", f"{text_of(7)}\n{text_of(8)}\n".encode(), _sealed),
        Kind("paper-rows", as_line(scanned) * 2, _sealed),
        Kind("stick", _stick_list(), _read_stick),
        Kind("box", boxed_file(_KEYRING, "a", b"x" * 99)[1], _read_cabinet),
        Kind("boxes", b64encode(boxed_file(_KEYRING, "a", b"x\ny")[1]) + b"\n", _read_cabinet),
        Kind("box-key", box_key_file(_KEYRING)[1], _read_cabinet),
        Kind("picture", _picture(), _of_bytes(read_thing), 0.05),
    ]


def _of_elections() -> list[Kind]:
    plan = Plan(
        Design.SIMPLE, tuple(Unit(f"n{n}.01", "norte", f"n{n}") for n in range(9)), 3, "12345678901234567890"
    )
    statements = (
        b'[[statement]]\nid = "a"\nspeaker = "Somebody"\nsays = "Words"\nsource = "http://a.example"\n'
    )
    miniature = EXAMPLES / "miniature"
    return [
        Kind("election", (miniature / "election.toml").read_bytes(), _of_bytes(read_config)),
        Kind("script", (miniature / "day.toml").read_bytes(), _compose, 0.2),
        Kind("statements", statements, lambda path: read_statements(path.parent, path.name)),
        Kind("map", (miniature / "islands.geojson").read_bytes(), _of_bytes(parse_geometry)),
        Kind("areas", AREAS, _of_bytes(read_areas)),
        Kind("stations", STATIONS, _of_bytes(lambda data: read_roll(data, _areas(), frozen_on="2030-11-01"))),
        Kind("plan", plan.text().encode(), _of_bytes(lambda data: read_plan(data, "plan"))),
        Kind("counts", b"station,a,b,null,blank\nn1.01,1,2,0,0\n", _of_bytes(_read_counts)),
    ]  # fmt: skip


def _of_tables() -> list[Kind]:
    table = "station,a,b,null\nn1.01,1,2,0\nn1.02,30,4,1\n"
    frame = pl.read_csv(table.encode())
    workbook, parquet = io.BytesIO(), io.BytesIO()
    frame.write_excel(workbook)
    frame.write_parquet(parquet)
    accounts = '[source.mine]\nfile = "t.csv"\nstation = "{station}"\noptions = { a = "{a}", b = "{b}" }\n'
    return [
        Kind("csv", table.encode(), lambda path: _account(path, "t.csv")),
        Kind("xlsx", workbook.getvalue(), lambda path: _account(path, "t.xlsx"), 0.05),
        Kind("parquet", parquet.getvalue(), lambda path: _account(path, "t.parquet"), 0.05),
        Kind("accounts", accounts.encode(), read_accounts_file),
        Kind("sketch", table.encode(), guess_mapping),
        Kind("import", b"station,registered,name,a,b,c\n1,100,X,3,4,1\n", _import),
    ]


def log_note() -> bytes:
    """A signed checkpoint."""
    return _proof().partition(b"\n\n")[2]


@cache
def _proof() -> bytes:
    subject = ProofFiles.__new__(ProofFiles)
    return next(data for n in range(99) if _reads(parse_proof, data := subject.make(Random(n))))


def _reads(read: Callable[[bytes], object], data: bytes) -> bool:
    try:
        read(data)
    except EscrutinioError:
        return False
    return True


@cache
def _picture() -> bytes:
    found = io.BytesIO()
    sheet(text_of(7), 3, (420, 620)).save(found, "png")
    return found.getvalue()


@cache
def _areas() -> AreaTree:
    return read_areas(AREAS)


@cache
def _state() -> ElectionState:
    return Day().state()


def _read_counts(data: bytes) -> object:
    return read_counts(data, ("a", "b"), "counts")


def _read_lines(path: Path) -> None:
    list(read_lines(path, _state(), {}, None))


def _compose(path: Path) -> None:
    """A script played in the miniature election."""
    base = EXAMPLES / "miniature"
    config = read_config((base / "election.toml").read_bytes())
    tables = read_tables(config, base)
    for name in ("areas.csv", "centers.csv", "stations.csv", "stations-late.csv"):
        (path.parent / name).write_bytes((base / name).read_bytes())
    (path.parent / "day.toml").write_bytes(path.read_bytes())
    keyring = Keyring(SigningKey(sha256(b"master").digest()), "x")
    compose(config, tables, keyring, base_dir=path.parent, clock=1_900_000_000, progress=silent)


def _account(path: Path, name: str) -> None:
    (path.parent / name).write_bytes(path.read_bytes())
    mapping = path.parent / "accounts.toml"
    mapping.write_text(
        f'[source.mine]\nfile = "{name}"\nstation = "{{station}}"\noptions = {{ a = "{{a}}", b = "{{b}}" }}\n'
    )
    file = read_accounts_file(mapping)
    read_account(file.source["mine"], path.parent, "mine", 10**7)


def _import(path: Path) -> None:
    (path.parent / "sheets.csv").write_bytes(path.read_bytes())
    config = read_config((CONFIG + _IMPORT).encode())
    read_tables(config, path.parent)


_IMPORT = """
[[import.areas]]
file = "sheets.csv"
levels = [{ level = "country", code = "=X", name = "name" }]
[[import.roll]]
file = "sheets.csv"
station = "station"
center = "station"
area = "=X"
registered = "registered"
[[import.sheets]]
file = "sheets.csv"
contest = "p"
station = "station"
options = { a = "a", b = "b" }
"""


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """Take what a library of another language writes to standard error past Python: nobody should see it."""
    heard: list[str] = []
    kept = os.dup(2)
    with TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield heard
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            heard += file.read(600).decode("utf-8", "replace").strip().splitlines()[:1]


class Inputs(Subject[tuple[str, bytes]]):
    """Damaged files through the readers of the command line."""

    name = "inputs"
    about = f"files of {33} kinds to the readers of the command line"
    count = 24_000
    batch = 200
    slow = 5.0
    needs_node = False

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._kinds = {kind.name: kind for kind in kinds()}
        path = place.directory / "good.key"
        path.unlink(missing_ok=True)
        write_key_file(path, "machine/1", SigningKey(sha256(b"a key").digest()), PASSPHRASE)
        self._key = path.read_bytes()

    def make(self, random: Random) -> tuple[str, bytes]:
        (kind,) = random.choices(list(self._kinds.values()), [kind.weight for kind in self._kinds.values()])
        good = kind.good or self._key
        if random.random() < 0.02:
            return kind.name, random.choice(
                (b"", b"\xef\xbb\xbf" + good, good * 2, good[::-1], good.decode("latin-1").encode("utf-16"))
            )
        if random.random() < 0.15:
            lines = good.split(b"\n")
            random.shuffle(lines)
            good = b"\n".join(lines)
        return kind.name, damaged(random, good, _PIECES)

    def _read(self, name: str, path: Path) -> tuple[str, str]:
        try:
            self._kinds[name].read(path)
        except EscrutinioError as error:
            return "refused", "" if str(error).strip() else f"{name}: refused without a sentence"
        except Exception as error:
            return "crash", f"{name}: {described(error)}"
        return "read", ""

    def judge(self, inputs: Sequence[tuple[str, bytes]]) -> Iterator[Tried]:
        for name, data in inputs:
            path = self.place.directory / (SETTINGS if name == "workspace" else "given")
            path.write_bytes(data)
            kept = name.encode() + b"\n" + data
            began = process_time()
            with _overheard() as heard:
                label, wrong = self._read(name, path)
            if heard and not wrong:
                label, wrong = "says something else", f"{name}: {heard[0]}"
            yield Tried(label, wrong, kept, process_time() - began)
