"""Accounts of two elections are said to be that before anything else."""

from dataclasses import replace
from typing import Any

from escrutinio.core.records.parts import Title
from escrutinio.evidence.accounts.accounts import Accounts, compare
from escrutinio.evidence.accounts.elections import elections_sentence
from escrutinio.evidence.accounts.sources import Source, join
from escrutinio.publication.documents.accounts.files import as_plain
from escrutinio.publication.documents.accounts.pages import reconciliation_pages
from tests.evidence.accounts.test_accounts import LEFT, source

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))


def of(name: str, definition: bytes, title: str, day: str) -> Source:
    titles = (Title("en", title), Title("es", title))
    return replace(source(name, LEFT), definition=definition, titles=titles, voting_day=day)


RIBERA, OTRA = of("one", ONE, "Ribera 2032", "2032-06-06"), of("two", OTHER, "Otra 2036", "2036-06-06")


def accounts(*sources: Source) -> Accounts:
    return compare(join(sources))


def test_two_elections_with_the_same_codes_are_named_with_their_days() -> None:
    said = elections_sentence((RIBERA, OTRA), "en")
    assert said.startswith(
        "These are two elections: Ribera 2032 (June 6, 2032), definition 0001020304050607…"
    )
    assert "Otra 2036 (June 6, 2036)" in said
    assert elections_sentence((RIBERA, OTRA), "es").startswith("Son dos elecciones: Ribera 2032 (6 de junio")


def test_a_definition_that_differs_in_nothing_that_is_seen_is_another_one() -> None:
    said = elections_sentence((RIBERA, replace(RIBERA, definition=OTHER)), "en")
    assert said.startswith("These are two elections: ")
    assert "whether they tell of the same election is for a person to say" in said


def test_bases_of_one_log_and_tables_are_of_one_election() -> None:
    assert elections_sentence((RIBERA, replace(RIBERA, name="paper"), source("table", LEFT)), "en") == ""


def test_it_stands_in_the_json_and_at_the_top_of_every_page() -> None:
    plain: Any = as_plain([accounts(RIBERA, OTRA)])
    assert plain["one_election"] is False
    assert [each["title"] for each in plain["definitions"]] == ["Ribera 2032", "Otra 2036"]
    assert plain["elections"]["en"].startswith("These are two elections")
    pages = {path: content.decode() for path, content in reconciliation_pages([accounts(RIBERA, OTRA)])
             if path.endswith(".html")}  # fmt: skip
    for path, page in pages.items():
        said = "These are two elections" if path.startswith("en/") else "Son dos elecciones"
        assert page.index(said) < page.index("<main"), path
    one: Any = as_plain([accounts(RIBERA, replace(RIBERA, name="paper"))])
    assert one["one_election"] is True
