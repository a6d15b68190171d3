"""Sheets as PDF, for a roll of thermal paper 80 mm wide or for A4; how they look is in `sheet.typ`."""

from __future__ import annotations

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.numerals import in_words
from escrutinio.intake.scan.form_code import FormKind
from escrutinio.publication.documents.qr_image import qr_code
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.sheets.printed_sheet import PrintedSheet
from escrutinio.publication.documents.typeset import Lost, named, pdf, what_was_lost

PAPERS = ("80mm", "a4")
TEMPLATE = "sheet.typ"


def sheet_pdf(sheet: PrintedSheet, paper: str) -> bytes:
    """The sheet on one of `PAPERS`; the same sheet gives the same bytes. Raises PublicationError.

    Many sheets are as many documents: one of all would take a third less time, and memory by the sheet.
    """
    if paper not in PAPERS:
        raise PublicationError("sheet-paper", paper=paper[:20], known=", ".join(PAPERS))
    return pdf(TEMPLATE, lambda lost: sheet_content(sheet, paper, lost), for_reading=paper == "a4")


def sheet_content(sheet: PrintedSheet, paper: str, lost: Lost) -> dict[str, object]:
    """What the template gets: the sheet's texts, where these letters are lost."""
    say = Tongue(sheet.language)
    return {
        "paper": paper,
        "language": sheet.language,
        "title": f"{sheet.kind} · {sheet.station} · {sheet.heading[0]}",
        "words": _words(say) if not sheet.form else _words(say) | _words_of_forms(sheet.form, say),
        "sheet": _said(sheet, say, lost),
    }


def _words_of_forms(form: str, say: Tongue) -> dict[str, str]:
    """What a form to be filled in says otherwise."""
    blank = say("A blank form is no record and holds no figure; its code only says where it belongs.")
    typed = say(
        "What the board writes on it is typed from its picture by two clerks, each without seeing the "
        "other's figures."
    )
    return {
        "summary": say("To be written by the board"),
        "check": f"{blank} {typed}" if form == FormKind.SHEET else blank,
    }


def _words(say: Tongue) -> dict[str, str]:
    """The words of the form itself."""
    return {
        "station": say("Station"),
        "number": say("No."),
        "card": say("Card"),
        "candidate": say("Candidate"),
        "votes": say("Votes"),
        "in_words": say("In words"),
        "summary": say("Summary"),
        "observations": say("Observations"),
        "check": how_to_check(say),
        "no_code": say("This record is too long for a QR code; the log has it."),
    }


def _said(sheet: PrintedSheet, say: Tongue, lost: Lost) -> dict[str, object]:
    """What the sheet says, as its template wants it."""
    election, when, contest = sheet.heading
    copy = None
    if sheet.copy is not None:
        number, of = sheet.copy
        copy = say("Copy {number} of {of}", number=number, of=of)
    code = qr_code(sheet.qr)
    return {
        "kind": sheet.kind,
        "heading": (election, when, named(contest, sheet.contest, lost)),
        "station": sheet.station,
        "whereabouts": sheet.whereabouts,
        "copy": copy,
        "marks": sheet.watermarks,
        "notices": sheet.notices,
        "rows": [
            {
                "number": str(row.number),
                "card": named(row.card, row.card_code, lost),
                "candidate": named(row.candidate or row.card, row.candidate_code, lost),
                **_figure(row.votes, say),
            }
            for row in sheet.rows
        ],
        "summary": [
            {"label": label, "value": figure["votes"], "words": figure["words"]}
            for label, figure in ((label, _figure(value, say)) for label, value in sheet.summary)
        ],
        "signatures": sheet.signatures,
        "provenance": [
            {"label": label, "value": value, "code": " " not in value or value.replace(" ", "").isdigit()}
            for label, value in sheet.provenance
        ],
        "foot": " · ".join(filter(None, (sheet.kind, sheet.station, contest, election))),
        "form": bool(sheet.form),
        "qr": None
        if code is None
        else {
            "svg": code.svg(),
            "modules": code.side,
            "alt": say("Code of the form") if sheet.form else say("QR code of the record"),
        },
        "lost": what_was_lost(lost, say),
    }


def _figure(votes: int | None, say: Tongue) -> dict[str, str]:
    """A figure and its words; both empty where they are to be written by hand."""
    if votes is None:
        return {"votes": "", "words": ""}
    return {"votes": say.whole(votes), "words": in_words(votes, say.language)}


def how_to_check(say: Tongue) -> str:
    """How whoever holds a sheet can check it."""
    return say(
        "To check: read the QR code with the page “Check a sheet” of any copy of the log, or "
        "with escrutinio check. Compare the log's fingerprint with one that you got by another "
        "way."
    )
