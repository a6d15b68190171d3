"""A collection whose private part is encrypted, command by command: nothing readable stays on the disk."""

from __future__ import annotations

import json
import shutil
import tempfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from escrutinio.running.desk.app import desk_application, desk_directory
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.desk.transcription.desk import JOURNAL, RESULT, Desk
from escrutinio.running.desk.transcription.sources import ShelfSource
from escrutinio.running.workspace.cabinet import BOX, BOX_KEY
from escrutinio.running.workspace.collection.collection import Collection, open_collection
from escrutinio.running.workspace.collection.pictures import PICTURES, PictureBox
from escrutinio.running.workspace.collection.scanning import left_to_type, scanned_rows
from escrutinio.running.workspace.collection.shelf import PictureShelf
from tests.cli.running import in_process, refused
from tests.running.desk.serving import origin, served

MARKER = "Somebody-MARKER"
WORDS = {"ESCRUTINIO_PASSPHRASE": "a passphrase", "SOURCE_DATE_EPOCH": "1935000000"}
CLOCK = 1_935_000_000


def ran(*arguments: object) -> str:
    done = in_process(*arguments, **WORDS)
    assert done.exit_code == 0, done.output
    return done.stdout


def answer(*arguments: object) -> dict[str, object]:
    said: dict[str, object] = json.loads(ran(*arguments, "--json"))
    return said


def photo(shade: int) -> bytes:
    """A picture without a sheet's code, and the marker in its metadata."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = MARKER
    out = BytesIO()
    Image.new("RGB", (64, 48), (shade, 9, 9)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def made(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new collection, and pictures whose names, metadata and last bytes have the marker."""
    root = tmp_path_factory.mktemp("kept")
    ran("print", "--all", "--contest", "presidencia", "--paper", "80mm", "--log", miniature, "-o", root / "p")
    photos = root / "photos"
    photos.mkdir()
    for path in sorted((root / "p").glob("*.pdf"))[:2]:
        (photos / f"{MARKER}-{path.name}").write_bytes(path.read_bytes() + f"%{MARKER}\n".encode())
    (photos / f"{MARKER}.jpg").write_bytes(photo(1))
    (photos / "notes.txt").write_text(MARKER)
    ran("collect", "init", root / "azul", "--definition", miniature, "--organisation", "party/azul",
        "--origin", "azul.example/actas", "--title", "es=Azul")  # fmt: skip
    return root


@pytest.fixture
def azul(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "azul", tmp_path / "azul")
    return tmp_path / "azul"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def opened(azul: Path) -> Collection:
    collection = open_collection(azul)
    return collection.unlocked(collection.keyring(WORDS["ESCRUTINIO_PASSPHRASE"]))


def type_it(azul: Path) -> str:
    """Two people type the one picture that no code gave, at the desk; the name of the picture."""
    collection = opened(azul)
    state, typed = collection.open().state, collection.files.below("desk").below("typed")
    sessions = Sessions(desk_directory(collection.workspace), lambda: CLOCK)
    keys = [sessions.hand_out(label, Use.TYPIST, 3600) for label in ("t1", "t2")]
    view = state.contests[0]
    form = {"station": state.roll.stations[-1], "contest": view.code}
    form |= {f"classes.{n}": "0" for n in range(len(view.classes))}
    form |= {f"counts.{n}": str(n + 1) for n in range(len(view.options))}
    source = ShelfSource(PictureShelf(collection.files))
    desk = Desk(source, typed, left_to_type(collection.files))
    [name] = desk.pictures
    app = desk_application(collection.workspace, now=lambda: CLOCK, pictures=desk, private=collection.files)
    with served(app) as client:
        client.timeout = 60  # a child that opens pictures may have to begin first
        shown = f"/transcription/picture/{name}"
        assert client.get(shown).status_code == 404  # nobody sees it but through the desk
        for key in keys:
            site = {"origin": origin(client)}
            assert client.post("/enter", data={"key": key}, headers=site).status_code == 303
            assert client.get(shown).headers["content-type"] == "image/jpeg"
            sent = client.post("/transcription/type", data={"image": name, **form}, headers=site)
            assert sent.status_code == 303
    desk.close()
    assert sorted(path.name for path in typed.directory.iterdir()) == [f"{RESULT}{BOX}", f"{JOURNAL}.boxes"]
    return name


def test_nothing_private_is_readable_after_any_command(made: Path, azul: Path, temporary: Path) -> None:
    def unreadable() -> None:
        for path in (*azul.rglob("*"), *temporary.rglob("*")):
            if path.is_file():
                assert MARKER.encode() not in path.read_bytes(), path

    taken = answer("collect", "keep", azul, made / "photos")
    assert (taken["new"], taken["known"], taken["encrypted"]) == (3, 0, True)
    assert list(taken["unreadable"]) == ["notes.txt"]  # type: ignore[call-overload]
    assert answer("collect", "keep", azul, made / "photos")["known"] == 3
    unreadable()
    box = PictureBox(azul / "private")
    box.put("010111001.01", "ab" * 32, photo(200))  # from a phone: no passphrase was needed
    assert answer("collect", "keep", azul)["new"] == 1
    read = answer("collect", "scan", azul)
    assert (read["pictures"], read["sheets"], len(read["unread"])) == (4, 2, 2)  # type: ignore[arg-type]
    unreadable()
    assert answer("collect", "add", azul)["added"] == 2
    assert len(list((azul / "private" / "originals").glob(f"*.cose{BOX}"))) == 2
    unreadable()
    waiting = answer("collect", "status", azul)
    assert (waiting["encrypted"], waiting["in_clear"]) == (True, 0)
    assert {one["source"] for one in waiting["not_taken"]} == {  # type: ignore[attr-defined]
        f"{MARKER}.jpg", f"phone/010111001.01/{'ab' * 32}.jpg",
    }  # fmt: skip
    out = azul.parent / "shown.png"
    ran("redact", f"{MARKER}.jpg", "--of", azul, "--keep", "0,0,9,9", "-o", out, "--checked")
    original = sha256((made / "photos" / f"{MARKER}.jpg").read_bytes()).hexdigest()
    assert json.loads(out.with_suffix(".redaction.json").read_text())["original_sha256"] == original
    unreadable()


def test_people_type_at_the_desk_what_is_kept(made: Path, azul: Path) -> None:
    ran("collect", "keep", azul, made / "photos")
    ran("collect", "scan", azul)
    assert type_it(azul) == sha256(photo(1)).hexdigest()
    said = answer("collect", "add", azul)
    assert said["added"] == 3
    assert MARKER not in "".join(
        path.read_bytes().decode(errors="replace") for path in azul.rglob("*") if path.is_file()
    )
    assert answer("collect", "add", azul)["added"] == 0


def test_who_asks_for_files_gets_them_as_they_were(made: Path, azul: Path, tmp_path: Path) -> None:
    ran("collect", "keep", azul, made / "photos")
    out = tmp_path / "out"
    listed = ran("collect", "take-out", azul).split()
    assert f"pictures/{sha256(photo(1)).hexdigest()}" in listed
    ran("collect", "take-out", azul, "pictures", "-o", out)
    there = {path.read_bytes() for path in (out / "pictures").iterdir()}
    assert {path.read_bytes() for path in (made / "photos").iterdir() if path.suffix != ".txt"} <= there
    assert {path.stat().st_mode & 0o077 for path in out.rglob("*")} == {0}
    assert "There is no file" in refused("collect", "take-out", azul, "none", "-o", out, **WORDS)
    assert "-o" in refused("collect", "take-out", azul, "pictures", **WORDS)


@pytest.mark.parametrize(
    "command",
    [
        ("collect", "keep"), ("collect", "scan"), ("collect", "add"), ("collect", "status"),
        ("collect", "board"), ("collect", "encrypt"), ("desk", "open"),
    ],
)  # fmt: skip
def test_a_wrong_passphrase_is_refused_in_one_sentence(azul: Path, command: tuple[str, ...]) -> None:
    said = refused(*command, azul, **{**WORDS, "ESCRUTINIO_PASSPHRASE": "another"})
    assert "passphrase" in said
    assert len(said.strip().splitlines()) == 1


def alter(azul: Path, digest: str) -> Path:
    path = azul / "private" / "pictures" / f"{digest}{BOX}"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


def test_a_damaged_picture_is_named_and_the_others_are_read(made: Path, azul: Path) -> None:
    ran("collect", "keep", azul, made / "photos")
    whole = {one.digest: one for one in PictureShelf(opened(azul).files).pictures()}
    damaged = next(digest for digest, one in whole.items() if one.source.endswith(".pdf"))
    path = alter(azul, damaged)
    assert f"{path} was altered" in ran("collect", "scan", azul)
    assert {row.digest for row in scanned_rows(opened(azul).files)} == whole.keys() - {damaged}
    assert f"{path} was altered" in refused("redact", damaged, "--of", azul, "--suggest", **WORDS)
    # Put back, for instance from a backup, it is read the next time.
    path.unlink()
    assert "vanished" in ran("collect", "scan", azul)
    content = (made / "photos" / whole[damaged].source).read_bytes()
    opened(azul).files.below(PICTURES).write([(damaged, content)])
    assert answer("collect", "scan", azul)["sheets"] == 2


def test_a_swapped_picture_is_noticed(made: Path, azul: Path) -> None:
    ran("collect", "keep", azul, made / "photos")
    pictures = azul / "private" / "pictures"
    one, other = sorted(pictures.glob(f"*{BOX}"))[:2]
    one.write_bytes(other.read_bytes())
    assert f"{one} was altered" in ran("collect", "scan", azul)


def test_what_is_not_there_is_refused(azul: Path) -> None:
    assert "nothing to add" in refused("collect", "add", azul, **WORDS)
    assert "Of the pictures" in refused("redact", "none.jpg", "--of", azul, "--suggest", **WORDS)
    for other in (("--pictures", azul), ("--unread", azul / "workspace.json")):
        assert "--kept" in refused("desk", "open", azul, "--kept", *other, **WORDS)


def begun_plain(miniature: Path, directory: Path) -> str:
    return ran("collect", "init", directory, "--plain", "--definition", miniature, "--organisation",
               "party/azul", "--origin", "azul.example/actas")  # fmt: skip


def test_a_plain_collection_says_so_works_and_is_encrypted_later(
    made: Path, miniature: Path, tmp_path: Path
) -> None:
    azul = tmp_path / "azul"
    assert "stands in clear" in begun_plain(miniature, azul)
    assert not (azul / "private" / BOX_KEY).exists()
    assert answer("collect", "keep", azul, made / "photos")["encrypted"] is False
    ran("collect", "scan", azul)
    assert answer("collect", "add", azul)["added"] == 2
    done = in_process("collect", "status", azul, "--json")  # in clear it asks for no passphrase
    assert json.loads(done.stdout)["encrypted"] is False
    assert any(MARKER.encode() in path.read_bytes() for path in azul.rglob("*") if path.is_file())
    collection = open_collection(azul)
    box = PictureBox(collection.private)
    box.begin(collection.keyring(WORDS["ESCRUTINIO_PASSPHRASE"]))
    box.put("t1", "ab" * 32, photo(200))  # what phones send is encrypted in any case
    assert answer("collect", "keep", azul)["new"] == 1
    assert answer("collect", "scan", azul)["pictures"] == 4
    ran("redact", f"phone/t1/{'ab' * 32}.jpg", "--of", azul, "--keep", "0,0,9,9", "-o", tmp_path / "a.png",
        "--checked")  # fmt: skip
    sealed = answer("collect", "encrypt", azul)
    assert sealed["encrypted"] == json.loads(done.stdout)["in_clear"]
    assert {"keys.json", "master.key", "store.sqlite"} == set(sealed["in_clear"])  # type: ignore[call-overload]
    assert not any(MARKER.encode() in path.read_bytes() for path in azul.rglob("*") if path.is_file())
    assert answer("collect", "add", azul)["added"] == 0
    assert answer("collect", "scan", azul)["sheets"] == 2
    assert answer("collect", "encrypt", azul)["encrypted"] == 0
