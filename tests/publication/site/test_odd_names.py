"""A publication on any disk: no file of it is reserved anywhere, and none is another one in capitals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from escrutinio.base.file_names import is_portable
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.publication import verify_publication
from tests.core.verification.whole import failures
from tests.publication.odd_names import AREAS, CONTESTS, publish_odd
from tests.publication.pages import broken_links, pages
from tests.running.workspace.test_publish import CLOCK, KEY


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_odd(tmp_path_factory.mktemp("odd"), KEY, CLOCK)


def test_every_path_can_stand_on_every_disk_and_none_is_another(odd: Path) -> None:
    paths = [path.relative_to(odd) for path in odd.rglob("*")]
    assert len({path.as_posix().casefold() for path in paths}) == len(paths)
    assert [path for path in paths if not is_portable(path.name)] == []


def test_every_area_and_contest_has_its_files(odd: Path) -> None:
    areas = json.loads((odd / "data/areas.json").read_text())
    assert areas["plain"].get("file") is areas["index"].get("file") is None
    for code in AREAS:
        name = areas[code].get("file", code)
        assert json.loads((odd / f"data/index/{name}.json").read_text())["area"] == code
        for language in ("es", "en"):
            for ending in ("html", "xml", "png"):
                assert (odd / f"{language}/areas/{name}.{ending}").is_file()
            assert f"· {code}<" in (odd / f"{language}/areas/{name}.html").read_text()
    assert len(list(odd.glob("data/*/sheets.csv"))) == len(CONTESTS)


def test_every_link_leads_somewhere_and_everything_verifies(odd: Path) -> None:
    assert broken_links(dict(pages(odd))) == []
    trust = parse_trust((odd / "trust.toml").read_bytes())
    found = verify_publication(odd, trust=trust)
    assert failures(found.answers) == []
    assert found.authenticated


def test_publishing_again_keeps_what_there_is(odd: Path, tmp_path: Path) -> None:
    """What the pages' own directories hold is told from data: there is a contest of their name."""
    source = shutil.copytree(odd.parent, tmp_path / "again")
    before = {
        path.relative_to(odd).as_posix(): path.read_bytes() for path in odd.rglob("*") if path.is_file()
    }
    again = publish_odd(source, KEY, CLOCK)
    after = {
        path.relative_to(again).as_posix(): path.read_bytes() for path in again.rglob("*") if path.is_file()
    }
    assert after == before
