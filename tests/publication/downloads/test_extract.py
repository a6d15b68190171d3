"""What a part of a log holds of an area, and how it is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from escrutinio.base.errors import InputError
from escrutinio.cli import main
from escrutinio.cli.extract import command
from escrutinio.core.records.codes import AuditMethod, Closes, RevocationReason, Role
from escrutinio.core.records.types import Revocation
from escrutinio.core.verification.place import MAX_PLACE, check_size
from escrutinio.publication.downloads.part import part_entries, write_zip
from tests.core.election.build import ROOT, STATIONS, Day, key
from tests.evidence.audit.made import AuditDay


def test_a_part_has_its_stations_and_what_their_keys_rest_on() -> None:
    day = Day()
    enrolled = day.enrol("machine/n1.01", Role.MACHINE, "n1.01")
    elsewhere = day.enrol("machine/s1.01", Role.MACHINE, "s1.01")
    own = day.sheet("machine/n1.01", "n1.01", (1, 2, 3, 4))
    other = day.sheet("machine/s1.01", "s1.01", (1, 2, 3, 4))
    opening = day.open_for_board("n1.02")
    revoked = day.say(Revocation(key("machine/n1.01").kid, RevocationReason.ENDED), ROOT, "election")
    found = part_entries(day.state(), "norte")
    assert {0, 1, 2, 3, enrolled, own, opening, revoked} == set(found)
    assert not {elsewhere, other} & set(found)


def test_the_closings_go_along_since_they_decide_which_roll_is_in_force_and_which_keys_are_late() -> None:
    day = Day(officers=2, stations=None)
    officers = ("authority/1", "authority/2")
    rolls = [day.roll(STATIONS, by) for by in officers]
    closings = [day.close(what, by) for what in Closes for by in officers]
    day.enrol("machine/s1.01", Role.MACHINE, "s1.01")
    first = day.sheet("machine/s1.01", "s1.01", (1, 2, 3, 4))
    found = part_entries(day.state(), "norte")
    assert {*rolls, *closings} < set(found)
    assert first not in found


def test_the_commitments_to_single_vouchers_go_along_since_their_counts_are_none_of_a_box() -> None:
    day = AuditDay()
    places = []
    for method in (AuditMethod.PPEB_BETTING, AuditMethod.BRAVO):
        places.append(len(day.log))
        day.commit(method)
    of_boxes, of_vouchers = places
    found = part_entries(day.state(), "norte")
    assert of_vouchers in found
    assert of_boxes not in found


def test_an_area_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="There is no area 'oeste'"):
        part_entries(Day().state(), "oeste")


def test_the_same_content_is_the_same_file_and_none_is_overwritten(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_zip(tmp_path / name, [("x/y", b"content"), ("z", b"")])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        write_zip(tmp_path / "a.zip", [])


def test_a_place_whose_file_nobody_could_open_is_refused_in_one_sentence(
    miniature: Path, tmp_path: Path
) -> None:
    log = shutil.copytree(miniature, tmp_path / "log")
    trust = log / "trust.toml"
    trust.write_bytes(trust.read_bytes() + b"# much\n" * (MAX_PLACE // 7))
    out = tmp_path / "place.html"
    result = CliRunner().invoke(main, ["extract", "N2.02", "--log", str(log), "-o", str(out)])
    assert result.exit_code == 2
    assert "more than 4,194,304 are not opened" in result.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("entries", "size", "code"),
    [(2_000, MAX_PLACE, None), (2_001, 0, "place-entries"), (2, MAX_PLACE + 1, "place-large")],
)
def test_who_writes_a_place_holds_to_what_its_reader_opens(entries: int, size: int, code: str | None) -> None:
    if code is None:
        check_size(entries, size)
        return
    with pytest.raises(InputError) as raised:
        check_size(entries, size)
    assert raised.value.code == code


def test_the_command_writes_a_part(miniature: Path, tmp_path: Path) -> None:
    out = tmp_path / "part.zip"
    result = CliRunner().invoke(command, ["N", "--log", str(miniature), "-o", str(out), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    with ZipFile(out) as part:
        names = part.namelist()
    assert {"README.txt", "verify.html", "trust.toml", "checkpoint", "area.json"} < set(names)
    assert said["records"] == sum(name.startswith("records/") for name in names)
