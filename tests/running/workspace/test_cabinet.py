"""Files of a private part: sealed at rest, opened by its keys alone, converted without a moment of loss."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from escrutinio.base.errors import InputError
from escrutinio.base.files import DirectoryLock, write_files
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.workspace.cabinet import BOX, BOX_KEY, BOXES, Cabinet, box_key_file
from escrutinio.running.workspace.collection.collection import NOT_TAKEN, Collection
from escrutinio.running.workspace.collection.sealing import (
    Sealing,
    plain_names,
    seal_private,
    sealed_names,
    taken_out,
)
from escrutinio.running.workspace.collection.sheets import NotTaken, Why
from tests.paths import ROOT

KEYRING, OTHER = (Keyring(SigningKey(bytes([n]) * 32), "drill") for n in (1, 2))
MARKER = b"MARKER of somebody"


def marked(directory: Path) -> list[str]:
    """The files below a directory that show the marker."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return sorted(path.relative_to(directory).as_posix() for path in files if MARKER in path.read_bytes())


@pytest.fixture
def sealed(tmp_path: Path) -> Cabinet:
    write_files(tmp_path, [box_key_file(KEYRING)], private=True)
    return Cabinet(tmp_path).opened(KEYRING)


def test_without_a_key_files_stand_as_they_are(tmp_path: Path) -> None:
    files = Cabinet(tmp_path).below("desk")
    files.write([("a.txt", MARKER)])
    files.append("b.jsonl", [MARKER, MARKER])
    assert marked(tmp_path) == ["desk/a.txt", "desk/b.jsonl"]
    assert (files.read("a.txt"), files.lines("b.jsonl")) == (MARKER, ([MARKER, MARKER], False))
    assert files.names() == ["a.txt", "b.jsonl"]


def test_what_is_sealed_shows_nothing_and_opens_as_it_was(sealed: Cabinet) -> None:
    files = sealed.below("desk").below("typed")
    files.write([("a.txt", MARKER), ("empty", b"")])
    files.append("b.jsonl", [MARKER])
    files.append("b.jsonl", [MARKER + b"2", b""])
    assert marked(sealed.private) == []
    assert (files.read("a.txt"), files.read("empty"), files.read("none")) == (MARKER, b"", None)
    assert files.lines("b.jsonl") == ([MARKER, MARKER + b"2", b""], False)
    assert files.names(".jsonl") == ["b.jsonl"]
    assert {path.stat().st_mode & 0o077 for path in sealed.private.rglob("*")} == {0}
    files.remove("a.txt")
    assert files.read("a.txt") is None


def test_writing_takes_no_passphrase_and_reading_does(sealed: Cabinet) -> None:
    locked = Cabinet(sealed.private)
    locked.write([("a", MARKER)])
    locked.append("b", [MARKER])
    for read in (locked.read, locked.lines):
        with pytest.raises(InputError, match="passphrase of its collection"):
            read("a" if read == locked.read else "b")
    assert (sealed.read("a"), sealed.lines("b")[0]) == (MARKER, [MARKER])


def test_other_keys_open_nothing(sealed: Cabinet) -> None:
    sealed.write([("a", MARKER)])
    with pytest.raises(InputError, match=r"box\.key is of other keys"):
        Cabinet(sealed.private).opened(OTHER)
    # Whoever puts a key of their own there is noticed by whoever opens it next.
    write_files(sealed.private, [box_key_file(OTHER)], private=True)
    with pytest.raises(InputError, match=r"box\.key is of other keys"):
        Cabinet(sealed.private).opened(KEYRING)
    (sealed.private / BOX_KEY).write_bytes(b"no key")
    with pytest.raises(InputError, match="is not a key to encrypt for"):
        sealed.write([("c", MARKER)])


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize("at", [0, 31, 32, 47, 48, -1])
def test_a_damaged_file_is_named(sealed: Cabinet, at: int) -> None:
    sealed.write([("a", MARKER)])
    path = sealed.private / f"a{BOX}"
    path.write_bytes(flip(path.read_bytes(), at % path.stat().st_size))
    with pytest.raises(InputError, match=r"a\.box was altered, is damaged"):
        sealed.read("a")


@pytest.mark.parametrize("cut", [0, 20, 47])
def test_a_file_that_was_cut_off_is_named(sealed: Cabinet, cut: int) -> None:
    sealed.write([("a", MARKER)])
    path = sealed.private / f"a{BOX}"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"a\.box was altered, is damaged"):
        sealed.read("a")


def test_no_file_passes_for_another(sealed: Cabinet) -> None:
    sealed.write([("a", MARKER), ("b", b"other")])
    sealed.below("sub").write([("a", b"third")])
    first, second = sealed.private / f"a{BOX}", sealed.private / f"b{BOX}"
    second.write_bytes(first.read_bytes())
    with pytest.raises(InputError, match=r"b\.box was altered"):
        sealed.read("b")
    second.write_bytes((sealed.private / "sub" / f"a{BOX}").read_bytes())
    with pytest.raises(InputError, match=r"b\.box was altered"):
        sealed.read("b")


@pytest.mark.parametrize("line", [b"x", b"", b"QUJD"])
def test_a_damaged_line_of_a_journal_is_named(sealed: Cabinet, line: bytes) -> None:
    for number in (b"1", b"2", b"3"):
        sealed.append("j", [number])
    path = sealed.private / f"j{BOXES}"
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], line, lines[2], b""]))
    with pytest.raises(InputError, match=r"j\.boxes:2 was altered"):
        sealed.lines("j")


def test_a_line_that_was_not_written_to_its_end_is_left_out(sealed: Cabinet) -> None:
    sealed.append("j", [b"1"])
    sealed.append("j", [b"2"])
    path = sealed.private / f"j{BOXES}"
    path.write_bytes(path.read_bytes()[:-7])
    assert sealed.lines("j") == ([b"1"], True)
    sealed.rewrite("j", [b"1"])
    sealed.append("j", [b"3", b"4"])
    assert sealed.lines("j") == ([b"1", b"3", b"4"], False)
    sealed.rewrite("j", [])
    assert sealed.lines("j") == ([], False)


def test_where_the_key_is_gone_nothing_is_written_in_clear_beside_what_is_sealed(sealed: Cabinet) -> None:
    sealed.write([("a", MARKER)])
    sealed.append("j", [MARKER])
    key = sealed.private / BOX_KEY
    content = key.read_bytes()
    key.unlink()
    with pytest.raises(InputError, match=r"box\.key is gone"):
        sealed.write([("a", b"new")])
    for write in (sealed.append, sealed.rewrite):
        with pytest.raises(InputError, match=r"box\.key is gone"):
            write("j", [b"new"])
    key.write_bytes(content)
    assert (sealed.read("a"), sealed.lines("j")[0]) == (MARKER, [MARKER])


# --- a collection that was begun in clear ---


def in_clear(azul: Collection) -> Collection:
    """The collection with private files that stand in clear, the marker in each."""
    (azul.private / BOX_KEY).unlink()
    files = Cabinet(azul.private)
    files.write([("signer", b"/home/" + MARKER), ("notes.txt", MARKER), ("originals/a.cose", MARKER)])
    files.write([("notes/of/visits.txt", MARKER)])
    files.below("pictures").write([("b" * 64, MARKER * 100)])
    files.below("desk").below("drafts").write([("d.json", MARKER)])
    files.below("desk").below("typed").append("typings.jsonl", [MARKER, MARKER])
    files.below("desk").below("typed").write([("transcribed.jsonl", MARKER)])
    azul.remember([NotTaken(Why.UNREAD, "N1.01", MARKER.decode(), "x")], frozenset())
    (azul.private / "not-taken.jsonl.tmp").write_bytes(MARKER)  # a write that was stopped
    return azul


PRIVATE_FILES = 8


def contents(azul: Collection, keyring: Keyring) -> dict[str, bytes]:
    """What is private of a collection, sealed or not, by name."""
    files = azul.files.opened(keyring)
    found = {name: (azul.private / name).read_bytes() for name in plain_names(azul.private)}
    return dict(taken_out(files, sealed_names(azul.private))) | found


def test_a_collection_in_clear_is_sealed_and_says_the_same(azul: Collection, keyring: Keyring) -> None:
    before = contents(in_clear(azul), keyring)
    done = seal_private(azul, keyring)
    assert done == Sealing(PRIVATE_FILES, ("keys.json", "master.key", "notes.txt", "store.sqlite"))
    assert marked(azul.private) == ["notes.txt"]
    assert contents(azul, keyring) == before
    assert dict(taken_out(azul.files.opened(keyring), ["notes"])) == {"notes/of/visits.txt": MARKER}
    assert seal_private(azul, keyring).sealed == 0
    opened = azul.unlocked(keyring)
    assert ([one.source for one in opened.waiting()], opened.signer()) == (
        [MARKER.decode()],
        f"/home/{MARKER.decode()}",
    )


def test_what_is_not_there_is_not_taken_out(azul: Collection, keyring: Keyring) -> None:
    with pytest.raises(InputError, match="There is no file"):
        list(taken_out(azul.files.opened(keyring), ["none.txt"]))


def test_other_keys_seal_nothing_for_themselves(azul: Collection, keyring: Keyring) -> None:
    with pytest.raises(InputError, match="is of other keys"):
        seal_private(azul, OTHER)
    assert Cabinet(azul.private).opened(keyring).sealed


def test_it_waits_for_who_types_there(azul: Collection, keyring: Keyring) -> None:
    in_clear(azul)
    lock = DirectoryLock(azul.private / "desk" / "typed")
    with pytest.raises(Exception, match="desk"):
        seal_private(azul, keyring)
    lock.release()
    assert seal_private(azul, keyring).sealed == PRIVATE_FILES


def test_what_is_written_after_a_stop_goes_on_sealed(azul: Collection, keyring: Keyring) -> None:
    in_clear(azul)
    write_files(azul.private, [box_key_file(keyring)], private=True)  # and here the run was stopped
    opened = azul.unlocked(keyring)
    assert [one.source for one in opened.waiting()] == [MARKER.decode()]
    opened.remember([NotTaken(Why.ZERO, "N1.02", "y", "")], frozenset())
    typed = opened.files.below("desk").below("typed")
    typed.append("typings.jsonl", [b"third"])
    assert not {NOT_TAKEN, "desk/typed/typings.jsonl"} & set(marked(azul.private))
    seal_private(azul, keyring)
    assert [one.source for one in opened.waiting()] == [MARKER.decode(), "y"]
    assert typed.lines("typings.jsonl")[0] == [MARKER, MARKER, b"third"]


def test_two_contents_under_one_name_are_not_chosen_between(azul: Collection, keyring: Keyring) -> None:
    seal_private(in_clear(azul), keyring)
    (azul.private / "signer").write_bytes(b"another")  # put back by hand
    with pytest.raises(InputError, match="encrypted and in clear, with different contents"):
        seal_private(azul, keyring)
    assert (azul.private / "signer").read_bytes() == b"another"


def alter(name: str) -> Callable[[Collection], None]:
    def altered(azul: Collection) -> None:
        path = azul.private / name
        path.write_bytes(flip(path.read_bytes(), 40))

    return altered


@pytest.mark.parametrize("name", [f"signer{BOX}", f"{NOT_TAKEN}{BOX}"])
def test_a_damaged_file_of_a_collection_is_named(azul: Collection, keyring: Keyring, name: str) -> None:
    seal_private(in_clear(azul), keyring)
    alter(name)(azul)
    opened = azul.unlocked(keyring)
    with pytest.raises(InputError, match=f"{name} was altered"):
        [opened.signer(), opened.waiting()]


KILLED = """
import shutil, sys
from pathlib import Path
from escrutinio.running.workspace.collection.collection import open_collection
from escrutinio.running.workspace.collection.sealing import seal_private
from tests.running.workspace.collecting import WORDS
from tests.running.workspace.killing import done, killed_at
from tests.running.workspace.test_cabinet import MARKER, contents, marked
fresh, directory = map(Path, sys.argv[1:])
keyring = open_collection(fresh).keyring(WORDS)
before = contents(open_collection(fresh), keyring)
def seal():
    seal_private(open_collection(directory), keyring)
step, killed = 1, True
while killed:
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(fresh, directory)
    killed = killed_at(step, seal)
    azul = open_collection(directory)
    assert contents(azul, keyring) == before, step
    done(seal)
    assert contents(azul, keyring) == before, step
    assert marked(azul.private) == ["notes.txt"], step
    step += 1
print(step)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
def test_a_conversion_that_is_killed_at_any_step_loses_nothing(azul: Collection, tmp_path: Path) -> None:
    in_clear(azul)
    command = [sys.executable, "-c", KILLED, str(azul.workspace.directory), str(tmp_path / "killed")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30
