"""What commands remember of a log, and that nobody else can put anything there or take it back."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from escrutinio.cli.memory import ENDING
from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.trust import format_trust, parse_trust
from tests.cli.running import in_process
from tests.core.verification.lab import publish, write_log
from tests.core.verification.test_earlier import day_of


@pytest.fixture
def public(tmp_path: Path) -> tuple[Path, Path]:
    """A publication of three sheets, and its trust file."""
    trust = tmp_path / "trust.toml"
    trust.write_bytes(format_trust(publish(tmp_path / "public", day_of(1, 2, 3))))
    return tmp_path / "public", trust


def state() -> Path:
    return Path(os.environ["ESCRUTINIO_STATE"])


def seen() -> list[Path]:
    return sorted(state().glob(f"seen/*/*{ENDING}"))


def verify(public: tuple[Path, Path], *more: object) -> tuple[int, str]:
    done = in_process("verify", public[0], "--trust", public[1], "--only-log", "-q", *more)
    return done.exit_code, done.output


def other(tmp_path: Path, name: str, *counts: int) -> Path:
    """Another publication of the same log."""
    publish(tmp_path / name, day_of(*counts))
    return tmp_path / name


def test_a_log_is_remembered_for_its_owner_alone_and_only_forward(
    public: tuple[Path, Path], tmp_path: Path
) -> None:
    assert verify(public)[0] == 0
    (file,) = seen()
    assert file.read_bytes() == (public[0] / "log/checkpoint").read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    before = file.read_bytes()
    older = other(tmp_path, "older", 1)
    assert verify((older, public[1]))[0] == 4
    assert file.read_bytes() == before
    assert verify((other(tmp_path, "later", 1, 2, 3, 4), public[1]))[0] == 0
    assert seen() == [file]
    assert file.read_bytes() != before


@pytest.mark.parametrize("counts", [(1, 2, 9), (9, 2, 3, 4)], ids=["split", "rewritten"])
def test_another_history_is_told_by_every_command_and_the_evidence_is_kept(
    public: tuple[Path, Path], tmp_path: Path, counts: tuple[int, ...]
) -> None:
    verify(public)
    remembered = seen()[0].read_bytes()
    forged = other(tmp_path, "forged", *counts)
    code, said = verify((forged, public[1]))
    assert code == 1
    assert "Keep both signed checkpoints" in said
    kept = {file.read_bytes() for file in state().glob(f"evidence/*/*{ENDING}")}
    assert kept == {remembered, (forged / "log/checkpoint").read_bytes()}
    assert str(state()) in said
    assert seen()[0].read_bytes() == remembered
    for command in (
        ("show", "3", "--log", forged),
        ("extract", "norte", "--log", forged, "-o", tmp_path / "x.zip"),
    ):
        assert in_process(*command, "--trust", public[1]).exit_code == 1
    assert not (tmp_path / "x.zip").exists()


def test_nothing_is_remembered_of_what_is_not_authenticated(
    public: tuple[Path, Path], tmp_path: Path
) -> None:
    in_process("verify", public[0], "--only-log", "-q")
    write_log(public[0] / "log", [*day_of(1, 2, 3).log, b"no record"])
    assert verify(public)[0] == 1
    assert seen() == []


def test_it_can_be_turned_off(public: tuple[Path, Path], tmp_path: Path) -> None:
    assert verify(public, "--no-memory")[0] == 0
    assert not state().exists()
    verify(public)
    assert verify((other(tmp_path, "older", 1), public[1]), "--no-memory")[0] == 0


def test_a_checkpoint_given_is_compared_with_a_trust_file(public: tuple[Path, Path], tmp_path: Path) -> None:
    older = other(tmp_path, "older", 1) / "log/checkpoint"
    forged = other(tmp_path, "forged", 9) / "log/checkpoint"
    assert verify(public, "--earlier", older)[0] == 0
    code, said = verify(public, "--earlier", forged, "--no-memory")
    assert (code, "rewritten" in said) == (1, True)
    assert in_process("verify", public[0], "--earlier", older).exit_code == 2
    assert verify(public, "--earlier", public[1])[0] == 2
    assert verify(public, "--earlier", tmp_path / "nowhere")[0] == 2


def test_a_memory_that_cannot_be_read_is_open_and_one_that_cannot_be_written_changes_nothing(
    public: tuple[Path, Path],
) -> None:
    verify(public)
    seen()[0].write_bytes(b"cut o")
    code, said = verify(public)
    assert (code, str(seen()[0]) in said) == (4, True)
    os.environ["ESCRUTINIO_STATE"] = "/dev/null/no/place"
    assert verify(public)[0] == 0


def test_thirty_digits_take_the_publications_own_copy_and_no_other(public: tuple[Path, Path]) -> None:
    directory, trust = public
    digits = fingerprint(parse_trust(trust.read_bytes()))
    asked = ("verify", directory, "--only-log", "-q", "--fingerprint")
    (directory / "trust.toml").unlink(missing_ok=True)
    assert "no copy of its trust file" in in_process(*asked, digits).output
    (directory / "trust.toml").write_bytes(trust.read_bytes())
    done = in_process(*asked, digits.replace(" ", "-"))
    assert "The digits vouch for definition, charter and log keys" in done.output
    assert [path.read_bytes() for path in seen()] == [(directory / "log/checkpoint").read_bytes()]
    other = in_process(*asked, digits[::-1])
    assert (other.exit_code, "not those of this publication" in other.output) == (2, True)
    assert in_process(*asked, "12345").exit_code == 2
