"""Processes that will make pages compile the templates before there is a state, to what pages would."""

from pathlib import Path
from types import CodeType

from escrutinio.publication.documents.environment import bytecodes, learn
from escrutinio.publication.site.pages import prepare
from tests.publication.growing import contents, night


def _code() -> dict[str, CodeType]:
    return dict(bytecodes())


def test_templates_are_compiled_ahead_to_what_pages_compile(miniature: Path, tmp_path: Path) -> None:
    bytecodes().clear()
    mini = night(miniature)
    mini.render(len(mini.records), tmp_path / "plain")
    of_pages = _code()
    bytecodes().clear()
    prepare()
    ahead = _code()
    assert of_pages
    assert of_pages == {key: ahead[key] for key in of_pages}
    mini.render(len(mini.records), tmp_path / "prepared")
    assert _code() == ahead
    assert contents(tmp_path / "prepared") == contents(tmp_path / "plain")


def test_parts_of_the_templates_are_together_all_of_them() -> None:
    bytecodes().clear()
    prepare()
    ahead = _code()
    bytecodes().clear()
    first = prepare(0, 2)
    assert len(_code()) < len(ahead)
    bytecodes().clear()
    prepare(1, 2)
    learn(first)
    assert _code() == ahead
