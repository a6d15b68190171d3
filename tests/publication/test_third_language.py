"""A third language is one catalogue file: pages, documents, evidence and data all speak it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from html import escape
from pathlib import Path
from shutil import copy, copytree

import pytest

from escrutinio.base.words.catalogue import endonyms, languages
from escrutinio.base.words.format import Format
from escrutinio.base.words.numerals import in_words
from escrutinio.core.records.codes import Kind
from escrutinio.core.records.entry import body_to_plain
from escrutinio.core.verification.publication import verify_publication
from escrutinio.evidence.accounts.accounts import Accounts
from escrutinio.evidence.accounts.difference_texts import kind_name, slip_name
from escrutinio.evidence.accounts.differences import KINDS, Slip
from escrutinio.evidence.audit.notes import AuditFinding
from escrutinio.evidence.audit.texts import NOTES
from escrutinio.evidence.certainty.percentages import Rounding, agreements, parse_percentage
from escrutinio.evidence.certainty.projection import if_like_their_neighbours, if_randomly_missing
from escrutinio.evidence.claims.claim_counts import look_for_percentages
from escrutinio.evidence.claims.claims import Odd, OwnArithmetic
from escrutinio.evidence.quickcount.planning import SampleSize
from escrutinio.evidence.screening.result import Screen
from escrutinio.evidence.screening.run import screen
from escrutinio.evidence.screening.words import sentences, words_of_left_out
from escrutinio.intake.authoring.init import suggest_config
from escrutinio.intake.scan.problems import Problem, explain
from escrutinio.publication.browser.bundle import bundle
from escrutinio.publication.documents.accounts.files import as_plain, to_xlsx
from escrutinio.publication.documents.accounts.pages import reconciliation_pages
from escrutinio.publication.documents.dossier.dossier import dossier_of, head_of
from escrutinio.publication.documents.dossier.text import to_text
from escrutinio.publication.documents.dossier.zip import to_readme
from escrutinio.publication.documents.marks import copy_mark, not_real, transcription, watermarks
from escrutinio.publication.documents.report.report import report_of, to_html
from escrutinio.publication.documents.report.results import work_out
from escrutinio.publication.documents.report.text import chapters
from escrutinio.publication.documents.sheets import pdf as sheet_file
from escrutinio.publication.documents.sheets.printing import Printer
from escrutinio.publication.downloads.codebook import codebook
from escrutinio.publication.downloads.datapackage import datapackage, resource
from escrutinio.publication.site import render
from escrutinio.publication.site.live import live_files
from escrutinio.publication.site.render import Evidence
from tests.evidence.screening.made import made
from tests.publication.folded import folded
from tests.publication.pseudo import (
    CLOSE,
    LANGUAGE,
    OPEN,
    forget,
    names,
    outside,
    pattern,
    speak,
    texts,
    untranslated,
)


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        speak(tmp_path_factory.mktemp("locale"), patch)
        yield
    forget()


@pytest.fixture(scope="module")
def evidence(miniature: Path) -> Evidence:
    """What the methods answer of the miniature, which is the same in every language."""

    def attachment(digest: bytes) -> bytes:
        return (miniature / "attachments" / digest.hex()).read_bytes()

    return work_out(folded(miniature)[0], attachments=attachment)


def cited(evidence: Evidence) -> frozenset[str]:
    """What the report names as the sources of its methods."""
    topics = [topic for chapter in chapters(evidence, LANGUAGE) for topic in chapter.topics]
    return frozenset(source for topic in topics for source in topic.sources) | {"MACRO"}


def bare(said: str) -> str:
    """The words of a sentence that stand outside the marks."""
    return " ".join(part for part in outside(said).split() if any(letter.isalpha() for letter in part))


@pytest.mark.usefixtures("third")
def test_pages_and_data_come_in_every_language_that_has_a_catalogue(
    miniature: Path, evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert languages() == ("es", "en", LANGUAGE)
    state, config, checkpoint, trust = folded(miniature)
    for part in ("attachments", "data", "log"):
        copytree(miniature / part, tmp_path / part)
    copy(miniature / "verify.html", tmp_path)  # which the trust file names
    monkeypatch.setattr(render, "work_out", lambda *_, **__: evidence)
    files = [resource(path.name, "areas", path.read_bytes()) for path in [tmp_path / "data/areas.csv"]]
    described = json.loads(datapackage(state, files, (), 0))
    (tmp_path / "data/datapackage.json").write_text(json.dumps(described))
    render.render_site(state, config, tmp_path, checkpoint=checkpoint, trust=trust, progress=lambda *_: None)
    assert {path.name for path in tmp_path.iterdir()} >= {"es", "en", LANGUAGE}

    known = pattern(names(state, config) | cited(evidence))
    left = {
        path.relative_to(tmp_path).as_posix(): found
        for path in (*(tmp_path / LANGUAGE).rglob("*.html"), *(tmp_path / "embed" / LANGUAGE).rglob("*.html"))
        if (found := untranslated(path.read_text("utf-8"), known))
    }
    assert "\n".join(f"{path}: {found}" for path, found in left.items()) == ""
    feed = next((tmp_path / LANGUAGE / "areas").glob("*.xml")).read_text("utf-8")
    assert OPEN in feed
    choice = (tmp_path / "index.html").read_text("utf-8")
    assert f'href="{LANGUAGE}/index.html"' in choice


@pytest.mark.usefixtures("third")
def test_what_a_program_reads_has_every_language(miniature: Path) -> None:
    state, _, checkpoint, trust = folded(miniature)
    told = dict(live_files(state, checkpoint, trust, clock=0, refresh=None, before=None, made=None))
    assert set(json.loads(told["latest.json"])["notices"]) == set(languages())
    found = json.loads(datapackage(state, [resource("areas.csv", "areas", b"code,name\n")], (), 0))
    (only,) = found["resources"]
    for said in (
        found["descriptions"],
        only["titles"],
        *(one["descriptions"] for one in only["schema"]["fields"]),
    ):
        assert set(said) == set(languages())
        assert bare(said[LANGUAGE]) == ""
    for kind in codebook().values():
        for column in kind.columns(kind.known):
            assert bare(column.meanings()[LANGUAGE]) == ""


MADE = (
    SampleSize(30, 100, 0.02, 1.96, 4.0, None, 3),
    look_for_percentages([60, 40]),
    look_for_percentages([5_150_092, 4_445_978, 462_704]),
    Odd("percent", "a", "1"),
    OwnArithmetic("percent", "a", "1", Fraction(1, 2), ()),
    OwnArithmetic("ballots", "", "1", Fraction(1), (Rounding.NEAREST,)),
    *agreements([parse_percentage("51"), parse_percentage("51.2"), parse_percentage("51.4")]),
)
"""What the miniature has no occasion to say."""


def speakers(value: object) -> Iterator[object]:
    """Everything inside a value that says sentences, however deep."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from speakers(one)
    elif is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "sentences") or hasattr(value, "sentence") or isinstance(value, Screen):
            yield value
        for field in fields(value):
            yield from speakers(getattr(value, field.name))


def said_by(speaker: object) -> Iterator[str]:
    if isinstance(speaker, Screen):
        yield from sentences(speaker, LANGUAGE)
    elif isinstance(speaker, Accounts):
        for pair in speaker.pairs:
            yield from speaker.sentences(pair, LANGUAGE)
    elif hasattr(speaker, "sentences"):
        yield from speaker.sentences(LANGUAGE)
    elif hasattr(speaker, "sentence"):
        yield speaker.sentence(LANGUAGE)


@pytest.mark.usefixtures("third")
def test_evidence_says_nothing_outside_the_catalogue(miniature: Path, evidence: Evidence) -> None:
    state, config, *_ = folded(miniature)
    contest = state.contests[0]
    basis = state.bases[0].code
    projections = (
        if_randomly_missing(state, contest.code, basis),
        if_like_their_neighbours(state, contest.code, basis, state.areas.levels[1]),
    )
    found = [*speakers((*evidence, *MADE, *screen(made(1, centers=30), seed=1, replicates=399).screens))]
    assert {type(one).__name__ for one in found} >= {
        "Certificate",
        "Reversal",
        "AuditPlan",
        "SampleSize",
        "Accounts",
        "Screen",
    }
    said = [text for one in found for text in said_by(one)]
    said += [*projections[0].sentences(LANGUAGE), *projections[1].sentences(contest.candidates, LANGUAGE)]
    said += [kind_name(kind, LANGUAGE, left="1", right="2") for kind in KINDS]
    said += [slip_name(slip, LANGUAGE) for slip in Slip]
    said += [words_of_left_out(["1"], LANGUAGE)]
    named = {name for note in NOTES.values() for name in re.findall(r"{(\w+)", note)}
    said += [
        AuditFinding(code, (1,), tuple((name, "1") for name in named)).sentence(LANGUAGE) for code in NOTES
    ]
    codes = {"ana", "blas", "carla", *(basis.code for basis in state.bases)}
    known = pattern(names(state, config) | codes)
    assert [text for text in said if bare(known.sub(" ", outside(text)))] == []
    assert all(OPEN in text and CLOSE in text for text in said)


@pytest.mark.usefixtures("third")
def test_documents_and_messages_say_nothing_outside_the_catalogue(
    miniature: Path, evidence: Evidence
) -> None:
    state, config, *_ = folded(miniature)
    accounts = [each for one in evidence for each in one.accounts]
    assert accounts
    known = pattern(names(state, config) | {basis.code for basis in state.bases})
    pages = dict(reconciliation_pages(accounts))
    left = {
        path: found
        for path, content in pages.items()
        if path.startswith(f"{LANGUAGE}/") and (found := untranslated(content.decode(), known))
    }
    assert left == {}
    assert any(path.startswith(f"{LANGUAGE}/") for path in pages)
    assert set(as_plain(accounts)["elections"]) == set(languages())  # type: ignore[call-overload]
    assert to_xlsx(accounts, LANGUAGE)
    assert all(bare(explain(problem, "1", LANGUAGE)) == "" for problem in Problem)
    page = bundle().decode()
    assert f"{OPEN}This verifier needs JavaScript and a browser of the last few years.{CLOSE}" in page
    assert endonyms()[LANGUAGE] in page


@pytest.mark.usefixtures("third")
def test_a_dossier_its_sheets_and_the_report_say_nothing_outside_the_catalogue(
    miniature: Path, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, config, checkpoint, trust = folded(miniature)
    log = verify_publication(miniature, only_log=True).log
    assert log is not None
    whole = dossier_of(log, log.state.roll.index["C2.02"], head_of(log.signed, trust, True))
    codes = {basis.code for basis in state.bases} | {one.view.code for one in evidence}
    # Records are quoted as they stand: names of fields, and words for their values.
    quoted = [body_to_plain(item.signed.entry.body) for item in whole.items]
    fields = {name for body in quoted for name in body} | {"count", *texts(quoted)}
    marks = {*watermarks(Kind.SIMULATION, LANGUAGE), not_real(LANGUAGE), *transcription(LANGUAGE)}
    marks |= {copy_mark(LANGUAGE), LANGUAGE}
    others = {" ".join(outside(mark).split()) for mark in marks}
    known = pattern(names(state, config) | codes | fields | cited(evidence) | others)
    printer = Printer(log.state, whole.head.fingerprint, LANGUAGE)
    sheets = [printer.sheet(item.signed, (1, 2)) for item in whole.items if printer.can_print(item.signed)]
    assert len(sheets) > 3
    set_from: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr(sheet_file, "pdf", lambda _, content, **__: set_from.append(content(frozenset("é"))))
        for sheet in sheets:
            sheet_file.sheet_pdf(sheet, "a4")
    said = [text for text in texts(set_from) if text not in marks and not text.startswith("<svg")]
    said += [to_text(whole, LANGUAGE), to_readme(whole, LANGUAGE)]
    assert [text for text in said if untranslated(f"<p>{escape(text)}</p>", known)] == []
    assert sheet_file.sheet_pdf(sheets[0], "a4").startswith(b"%PDF")
    page = to_html(report_of(state, checkpoint.checkpoint, evidence, LANGUAGE))
    assert untranslated(page, known) == []


@pytest.mark.usefixtures("third")
def test_a_configuration_is_begun_in_it(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Centro;Mesa;Válidos;Nulos;Uno;Dos\n1;1;5;0;2;3\n", "utf-8")
    said = suggest_config([table], LANGUAGE).text
    assert f'languages = ["es", "en", "{LANGUAGE}"]' in said
    comments = [line.partition("# ")[2] for line in said.splitlines() if "# " in line]
    comments = [text for text in comments if any(map(str.isalpha, text))]
    assert [text for text in comments if not text.startswith(OPEN)] == []


@pytest.mark.usefixtures("third")
def test_figures_follow_the_header_of_its_catalogue() -> None:
    form = Format(LANGUAGE)
    assert (form.number(12_345), form.percent(1, 3), form.points(Fraction(1, 2))) == (
        "12'345",
        "33·33\u00a0%",
        "+0·50",
    )
    assert form.day("2024-07-28") == "2024-07-28"
    assert form.moment(0) == "1970-01-01, 00:00\u00a0UTC"
    assert in_words(5, LANGUAGE) == ""
