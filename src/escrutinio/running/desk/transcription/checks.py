"""Reading what a person typed into the form, and saying at once what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records.codecs import COUNT_LIMIT
from escrutinio.intake.scan.results import is_zero_report
from escrutinio.running.desk.transcription.tasks import Typed
from escrutinio.running.desk.transcription.words import names_number

MAX_DIGITS = 10
BESIDE = ("ballots", "voters", "supplement", "spoilt", "registered")
"""What a sheet may state beside its counts."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not fit, and in which field: `code` is one of `texts.PROBLEMS`."""

    field: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, as far as it could be read, and what does not fit.

    `confirmable`: nothing but what a person may confirm after looking again.
    """

    typed: Typed | None
    problems: tuple[Problem, ...]

    @property
    def confirmable(self) -> bool:
        """Whether a confirmation would let it pass."""
        return bool(self.problems) and all(one.code in CONFIRMABLE for one in self.problems)


CONFIRMABLE = frozenset({"marks", "more-votes", "zero", "sum", "more-voters"})


def check(form: Mapping[str, str], state: ElectionState) -> Checked:
    """Read a form: `station`, `contest`, `counts.<n>`, `classes.<n>`, `valid` and `BESIDE`, each with an
    optional `<field>.words`, `confirmed`, `illegible` and `empty`."""
    if form.get("illegible"):
        return Checked(Typed(illegible=True), ())
    if form.get("empty"):
        return Checked(Typed(empty=True), ())
    view, problems = _place(form, state)
    if view is None:
        return Checked(None, tuple(problems))
    numbers: dict[str, int | None] = {}
    counts, classes = fields_of(view)
    needed = [*counts, *classes, *(["valid"] if view.marks > 1 else [])]
    for field in (*needed, *BESIDE):
        numbers[field], found = _number(form, field, field in needed)
        problems += found
    if problems:
        return Checked(None, tuple(problems))
    typed = Typed(
        station=form["station"].strip(),
        contest=view.code,
        counts=tuple(numbers[field] or 0 for field in counts),
        classes=tuple(numbers[field] or 0 for field in classes),
        valid=numbers.get("valid"),
        ballots=numbers["ballots"],
        voters=numbers["voters"],
        supplement=numbers["supplement"],
        spoilt=numbers["spoilt"],
        registered=numbers["registered"],
        confirmed=bool(form.get("confirmed")),
    )
    doubts = tuple(_doubts(typed, state, view.marks))
    if doubts and not typed.confirmed:
        return Checked(None, doubts)
    return Checked(typed, ())


def fields_of(view: ContestView) -> tuple[list[str], list[str]]:
    """The fields of a contest's options, and of its classes of other ballots."""
    counts = [f"counts.{number}" for number in range(len(view.options))]
    return counts, [f"classes.{number}" for number in range(len(view.classes))]


def _place(form: Mapping[str, str], state: ElectionState) -> tuple[ContestView | None, list[Problem]]:
    station, contest = form.get("station", "").strip(), form.get("contest", "")
    views = {view.code: view for view in state.contests}
    if contest not in views:
        return None, [Problem("contest", "contest")]
    number = state.roll.index.get(station, -1)
    if number < 0:
        return None, [Problem("station", "station", station[:64])]
    if not views[contest].stations[number]:
        return None, [Problem("station", "not-voted", station[:64])]
    return views[contest], []


def _number(form: Mapping[str, str], field: str, needed: bool) -> tuple[int | None, list[Problem]]:
    text, words = form.get(field, "").strip(), form.get(f"{field}.words", "").strip()
    if not text:
        return None, [Problem(field, "missing")] if needed or words else []
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS or int(text) >= COUNT_LIMIT:
        return None, [Problem(field, "number", text[:20])]
    if words and not names_number(words, int(text)):
        return None, [Problem(field, "words", words[:80])]
    return int(text), []


def _doubts(typed: Typed, state: ElectionState, marks: int) -> list[Problem]:
    """What may be so on the sheet, but must be looked at again."""
    votes = sum(typed.counts)
    total = (votes if typed.valid is None else typed.valid) + sum(typed.classes)
    known = int(state.roll.registered[state.roll.index[typed.station]])
    registered = typed.registered if typed.registered is not None else (known if known >= 0 else None)
    beyond = typed.supplement or 0
    found = []
    if is_zero_report((*typed.counts, *typed.classes, typed.valid or 0)):
        found.append(Problem("counts.0", "zero"))
    if typed.valid is not None and (votes > marks * typed.valid or max(typed.counts) > typed.valid):
        found.append(Problem("valid", "marks", f"{votes:,} > {marks:,} × {typed.valid:,}"))
    if typed.ballots is not None and typed.ballots != total:
        found.append(Problem("ballots", "sum", f"{total:,}"))
    if typed.voters is not None and total > typed.voters + beyond:
        found.append(Problem("voters", "more-votes", f"{total:,} > {typed.voters + beyond:,}"))
    if registered is not None and max(total, typed.voters or 0) > registered + beyond:
        found.append(
            Problem(
                "registered", "more-voters", f"{max(total, typed.voters or 0):,} > {registered + beyond:,}"
            )
        )
    return found
