"""Key files: kept, read back, and refused when anything about them is not as it was written."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import RecordError
from escrutinio.core.records.keyfiles import PublicKeyFile, read_key_file, read_public_key, write_key_file
from escrutinio.core.records.keys import SigningKey
from tests.core.records.examples import key
from tests.core.records.forge_signatures import special_keys
from tests.paths import ROOT

OWNER = PublicKeyFile("party/0000001", key("party").public_key)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file, its passphrase `contraseña`."""
    path = tmp_path_factory.mktemp("keys") / "party.key"
    write_key_file(path, "party/0000001", key("party"), "contraseña")
    return path


def test_a_key_file_gives_back_name_and_key(kept: Path) -> None:
    name, read = read_key_file(kept, "contraseña")
    assert (name, read.public_key, read.seed()) == (
        "party/0000001",
        key("party").public_key,
        key("party").seed(),
    )


def test_a_key_file_is_for_its_owner_alone_and_shows_no_secret(kept: Path) -> None:
    if os.name != "nt":  # which has no such permissions
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert key("party").seed().hex() not in kept.read_text()


def test_a_wrong_passphrase_is_refused(kept: Path) -> None:
    with pytest.raises(RecordError, match="The passphrase does not open"):
        read_key_file(kept, "contrasena")


def test_a_key_is_never_overwritten(kept: Path) -> None:
    before = kept.read_bytes()
    with pytest.raises(RecordError, match="exists already"):
        write_key_file(kept, "party/0000001", key("board"), "x")
    assert kept.read_bytes() == before


def test_an_empty_passphrase_or_a_bad_name_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="passphrase"):
        write_key_file(tmp_path / "a", "party/1", key("party"), "")
    with pytest.raises(RecordError, match="signer's name"):
        write_key_file(tmp_path / "a", "party 1", key("party"), "x")
    with pytest.raises(RecordError, match="cannot be written"):
        write_key_file(tmp_path / "missing" / "a", "party/1", key("party"), "x")
    assert not any(tmp_path.iterdir())


WRITE_WITH_NO_ROOM = """
import resource, sys
from pathlib import Path
from escrutinio.base.errors import RecordError
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_key_file(Path(sys.argv[1]), "party/1", SigningKey.generate(), "x")
except RecordError as error:
    print(error)
"""


def test_without_room_on_the_disk_no_unfinished_file_stays(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no limit on the size of files (RLIMIT_FSIZE) to run into")
    path = tmp_path / "a.key"
    command = [sys.executable, "-c", WRITE_WITH_NO_ROOM, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert "cannot be written" in done.stdout
    assert not path.exists()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "party/0000002", "was altered"),
        ("public", "00" * 32, "is not that of its private key"),
        ("public", "zz", "hexadecimal"),
        ("escrutinio-key", 2, "is not a key file"),
        ("scrypt", [2, 8, 1, "00" * 16], "is not a key file"),
        ("scrypt", [2**31, 8, 1, "00" * 16], "is not a key file"),
        ("scrypt", [2**15, 8, 1, "00" * 16], "was altered"),
        ("scrypt", [2**15, 8, 1, 5], "hexadecimal"),
        ("chacha20-poly1305", ["00" * 12, "00" * 48], "was altered"),
        ("chacha20-poly1305", ["00" * 11, "00" * 48], "was altered"),
        ("chacha20-poly1305", ["00" * 12, "00"], "was altered"),
        ("chacha20-poly1305", "00", "is not a key file"),
        ("more", 1, "is not a key file"),
    ],
)
def test_an_altered_key_file_is_refused(
    kept: Path, tmp_path: Path, field: str, value: object, reason: str
) -> None:
    altered = tmp_path / "altered.key"
    altered.write_text(json.dumps({**json.loads(kept.read_text()), field: value}))
    with pytest.raises(RecordError, match=reason):
        read_key_file(altered, "contraseña")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"5",
        b"\xff\xfe",
        b"[" * 4_000,
        b"1" * 4_300,
        b" " * 5_000,
        b'{"a":1,"a":1}',
    ],
)
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.key"
    path.write_bytes(content)
    with pytest.raises(RecordError, match="is not a key file"):
        read_key_file(path, "x")
    with pytest.raises(RecordError, match="not a public key file"):
        read_public_key(content.decode("latin-1"))


def test_a_file_that_is_missing_or_a_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="There is no key file"):
        read_key_file(tmp_path / "none.key", "x")
    with pytest.raises(RecordError, match="cannot be read"):
        read_key_file(tmp_path, "x")


def test_a_public_key_file_says_name_kid_and_key() -> None:
    assert read_public_key(OWNER.text()) == OWNER
    assert json.loads(OWNER.text())["kid"] == key("party").kid.hex()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("kid", "00" * 8, "kid in the public key file is not that of its key"),
        ("kid", key("party").kid.hex().upper(), "hexadecimal"),
        ("ed25519", OWNER.public_key.hex() + " ", "hexadecimal"),
        ("ed25519", "00", "32 bytes"),
        ("ed25519", None, "hexadecimal"),
        ("name", "party 1", "signer's name"),
        ("name", 1, "is not text"),
        ("note", "x", "nothing else"),
    ],
)
def test_an_altered_public_key_file_is_refused(field: str, value: object, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        read_public_key(json.dumps({**json.loads(OWNER.text()), field: value}))


@pytest.mark.parametrize("reason", [reason for reason in special_keys() if reason != "honest"])
def test_a_bad_key_in_a_public_key_file_is_refused(reason: str) -> None:
    with pytest.raises(RecordError, match=r"main group|32 bytes"):
        read_public_key(PublicKeyFile("party/1", special_keys()[reason]).text())


@given(st.text(max_size=100))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        read_public_key(text)


def test_a_new_key_can_be_kept(tmp_path: Path) -> None:
    made = SigningKey.generate()
    write_key_file(tmp_path / "new.key", "board/1", made, "\ud800 strange but kept")
    assert read_key_file(tmp_path / "new.key", "\ud800 strange but kept")[1].public_key == made.public_key
