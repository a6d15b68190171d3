"""Pictures that a collection keeps: taken in once, whatever stops the run, and known without being opened."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.workspace.cabinet import BOX, BOXES, Cabinet, box_key_file
from escrutinio.running.workspace.collection.pictures import PICTURES, PictureBox
from escrutinio.running.workspace.collection.shelf import INDEX, PictureShelf
from tests.paths import ROOT

KEYRING = Keyring(SigningKey(bytes(32)), "drill")


def sealed(directory: Path) -> Cabinet:
    write_files(directory, [box_key_file(KEYRING)], private=True)
    return Cabinet(directory).opened(KEYRING)


@pytest.fixture
def files(tmp_path: Path) -> Cabinet:
    return sealed(tmp_path / "private")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for number in range(3):
        (folder / str(number)).mkdir(parents=True)
        Image.new("L", (9, 9), number * 90).save(folder / str(number) / "a.png")
    pages = [Image.new("L", (60, 80), shade) for shade in (10, 200)]
    pages[0].save(folder / "fax.tif", save_all=True, append_images=pages[1:])
    return folder


def kept(files: Cabinet) -> dict[str, bytes]:
    shelf = PictureShelf(files)
    return {one.source: shelf.content(one.digest) for one in shelf.pictures()}


def test_each_picture_is_kept_once_with_its_pages(files: Cabinet, folder: Path) -> None:
    shelf = PictureShelf(files)
    assert (shelf.take_in(folder).new, shelf.take_in(folder).new) == (4, 0)
    (folder / "copy.png").write_bytes((folder / "1" / "a.png").read_bytes())
    assert shelf.take_in(folder / "1").known == 1
    assert {one.source: one.pages for one in shelf.pictures()} == {
        "fax.tif": 2, "0/a.png": 1, "1/a.png": 1, "2/a.png": 1,
    }  # fmt: skip
    assert kept(files)["2/a.png"] == (folder / "2" / "a.png").read_bytes()
    # Another folder may call its pictures the same.
    Image.new("L", (5, 5)).save(folder / "0" / "b.png")
    (folder / "0" / "b.png").rename(folder / "other.png")
    other = folder.parent / "other"
    (other / "0").mkdir(parents=True)
    (folder / "other.png").rename(other / "0" / "a.png")
    shelf.take_in(other)
    digest = sha256((other / "0" / "a.png").read_bytes()).hexdigest()
    assert shelf.find(f"{digest[:12]}/0/a.png").digest == digest
    assert shelf.find(digest[:20]).digest == digest
    for name in ("none", digest[:7], ""):
        with pytest.raises(InputError, match="Of the pictures"):
            shelf.find(name)


def test_no_picture_is_opened_to_know_them(files: Cabinet, folder: Path) -> None:
    PictureShelf(files).take_in(folder)
    for path in (files.private / PICTURES).glob(f"*{BOX}"):
        path.unlink()
    shelf = PictureShelf(files)
    assert len(shelf.pictures()) == 4
    with pytest.raises(InputError, match=r"\.box"):
        shelf.content(shelf.pictures()[0].digest)


def test_what_a_phone_sent_is_kept_where_it_is(files: Cabinet, folder: Path) -> None:
    content = (folder / "0" / "a.png").read_bytes()
    PictureBox(files.private).put("t1", "ab" * 32, content)
    shelf = PictureShelf(files)
    assert (shelf.take_in_sent().new, shelf.take_in_sent().new) == (1, 0)
    assert kept(files) == {f"phone/t1/{'ab' * 32}.jpg": content}
    assert sorted(path.name for path in (files.private / PICTURES).iterdir()) == [f"{INDEX}{BOXES}"]
    with pytest.raises(InputError, match="passphrase of its collection"):
        PictureShelf(Cabinet(files.private)).take_in_sent()


def test_an_index_that_was_cut_off_has_its_pictures_taken_in_again(files: Cabinet, folder: Path) -> None:
    PictureShelf(files).take_in(folder)
    index = files.private / PICTURES / f"{INDEX}{BOXES}"
    index.write_bytes(index.read_bytes()[:-9])
    assert PictureShelf(files).pictures() == []
    assert PictureShelf(files).take_in(folder).new == 4
    assert len(kept(files)) == 4


KILLED = """
import shutil, sys
from pathlib import Path
from tests.running.workspace.killing import done, killed_at
from tests.running.workspace.test_shelf import PictureShelf, kept, sealed
folder, directory = map(Path, sys.argv[1:])
(folder / "fax.tif").unlink()  # what a child would count
def keep():
    PictureShelf(sealed(directory)).take_in(folder)
step, killed = 1, True
while killed:
    shutil.rmtree(directory, ignore_errors=True)
    killed = killed_at(step, keep)
    done(keep)
    found = kept(sealed(directory))
    assert found == {f"{n}/a.png": (folder / str(n) / "a.png").read_bytes() for n in range(3)}, step
    step += 1
print(step)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
def test_after_a_kill_at_any_step_all_are_taken_in(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(folder), str(tmp_path / "killed")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 8
