"""The pages of an audit board, made for a tablet: the boxes to count, and the form of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError, LogError
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.evidence.audit.hand_counts import VALID, VOUCHERS
from escrutinio.running.desk.counting.audits import AuditSource, OpenAudit, OpenAudits
from escrutinio.running.desk.counting.book import CountingBook
from escrutinio.running.desk.counting.countings import (
    SEAL,
    BoxMissing,
    BoxStage,
    CountedBox,
    Counting,
    SealFound,
)
from escrutinio.running.desk.counting.words import DONE, MISSING, SEALS, STAGES, counting_texts
from escrutinio.running.desk.entrance import HOME
from escrutinio.running.desk.local import form_page, language_of, remember_language, templates
from escrutinio.running.desk.sessions import Session, Use

AT = HOME[Use.COUNTER]
_DIGITS = 16
"""Of an audit's digest in an address."""


@dataclass(frozen=True, slots=True)
class CountLine:
    """A line of the form: its field, what it is called, its card, and whether it has to be filled in."""

    field: str
    label: str
    card: str = ""
    needed: bool = True


class CountingPages:
    """What the people of an audit board see. `counter_of` says whose session a request has, `outside` answers
    those who have none."""

    def __init__(
        self,
        source: AuditSource,
        book: CountingBook,
        counter_of: Callable[[Request], Session | None],
        outside: Callable[[Request], Response],
        fictional: Callable[[str], str],
    ) -> None:
        self._audits, self._book = OpenAudits(source), book
        self._counter, self._outside, self._fictional = counter_of, outside, fictional
        made = templates()
        self._home, self._form = made.get_template("counting.html"), made.get_template("box.html")

    def routes(self) -> list[Route]:
        """The list of the boxes and the form of one."""
        return [
            Route(AT, self._with(self._list)),
            Route(f"{AT}/{{audit}}/{{box}}", self._with(self._box), methods=["GET", "POST"]),
        ]

    def _with(
        self, page: Callable[[Request, str, Mapping[str, str] | None], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        return form_page(
            self._counter,
            lambda request, session, form: page(request, session.label, form),
            outside=self._outside,
            elsewhere=lambda request: HTMLResponse(counting_texts(language_of(request))["elsewhere"], 403),
            refused=lambda request, _, error: HTMLResponse(error.said_in(language_of(request)), 422),
        )

    # --- the boxes ---

    def _list(self, request: Request, counter: str, _form: Mapping[str, str] | None) -> Response:
        lang = language_of(request)
        state, audits = self._audits.now()
        said = self._book.boxes()
        shown = []
        for digest, audit in audits.items():
            order = sorted(audit.drawn, key=lambda box: (audit.papers.centers.get(box, ""), box))
            boxes = [self._shown(audit, box, _said(said, audit, box), counter, lang) for box in order]
            done = sum(bool(each["done"]) for each in boxes)
            shown.append({
                "key": digest[:_DIGITS],
                "title": _titles(audit, lang),
                "index": audit.papers.audit.index,
                "done": done,
                "all": len(boxes),
                "said": say_in(lang, DONE, done=done, boxes=len(boxes)),
                "boxes": boxes,
            })  # fmt: skip
        page = self._home.render(**self._frame(state, counter, lang), audits=shown)
        return remember_language(request, HTMLResponse(page))

    def _shown(
        self, audit: OpenAudit, box: str, said: CountedBox, counter: str, lang: str
    ) -> dict[str, object]:
        """A box of the list: what it is, where it stands, and whether this person may count it."""
        public = box not in audit.awaiting
        t = counting_texts(lang)
        stage = said.stage
        return {
            "code": box,
            "center": audit.papers.centers.get(box, ""),
            "stations": " + ".join(audit.stations(box)),
            "seals": audit.papers.seals_listed(box),
            "stage": "public" if public else stage.value,
            "said": t["public"] if public else say_in(lang, STAGES[stage]),
            "done": public or stage in (BoxStage.AGREED, BoxStage.MISSING),
            "open": not public and said.may_count(counter),
            "again": stage is BoxStage.DIFFERS,
            "yours": stage is BoxStage.ONCE and counter in said.last,
        }

    # --- one box ---

    def _box(self, request: Request, counter: str, form: Mapping[str, str] | None) -> Response:
        state, audits = self._audits.now()
        asked, box = request.path_params["audit"], request.path_params["box"]
        audit = next((each for digest, each in audits.items() if digest[:_DIGITS] == asked), None)
        if audit is None or box not in audit.drawn:
            return self._outside(request)
        said = _said(self._book.boxes(), audit, box)
        if box not in audit.awaiting or not said.may_count(counter):
            return RedirectResponse(AT, 303)
        if form is None:
            return self._asked(request, state, audit, box, said, counter)
        lang = language_of(request)
        try:
            counting = self._counting(audit, box, counter, form, lang)
            if isinstance(counting, str):
                return self._asked(request, state, audit, box, said, counter, form, counting)
            if counting.missing is None:
                audit.records_of(counting)  # what the audit would refuse comes back to who typed it
            self._book.record(counting)
        except (InputError, LogError) as error:  # nothing that was typed is lost: it stands in the form
            return self._asked(request, state, audit, box, said, counter, form, error.said_in(lang))
        return RedirectResponse(AT, 303)

    def _counting(
        self, audit: OpenAudit, box: str, counter: str, form: Mapping[str, str], lang: str
    ) -> Counting | str:
        """What a form says, or the sentence on what it lacks. Raises InputError for what is no number."""
        t, sample = counting_texts(lang), len(audit.samples(box))
        if form.get("missing"):
            if form.get("why") not in set(BoxMissing):
                return t["choose-why"]
            why = BoxMissing(form["why"])
            return Counting(audit=audit.digest, box=box, counter=counter, missing=why, sample=sample)
        if form.get(SEAL) not in set(SealFound):
            return t["choose-seal"]
        figures = {}
        for view in audit.contests(box):
            lines = {}
            for line in _lines(view, lang, single=audit.papers.single):
                text = form.get(line.field, "").strip()
                if text or line.needed:
                    lines[line.field.removeprefix(f"{view.code}:")] = _whole(box, text)
            if lines.get(VOUCHERS) == _told(view, lines):
                del lines[VOUCHERS]  # who leaves the line empty says the same
            figures[view.code] = lines
        return Counting(
            audit=audit.digest,
            box=box,
            counter=counter,
            seal=SealFound(form[SEAL]),
            figures=figures,
            sample=sample,
        )

    def _asked(
        self,
        request: Request,
        state: ElectionState,
        audit: OpenAudit,
        box: str,
        said: CountedBox,
        counter: str,
        form: Mapping[str, str] | None = None,
        problem: str = "",
    ) -> Response:
        lang = language_of(request)
        races = audit.contests(box)
        page = self._form.render(
            **self._frame(state, counter, lang),
            here=f"{AT}/{audit.digest[:_DIGITS]}/{box}",
            box=self._shown(audit, box, said, counter, lang),
            mixed=len(audit.stations(box)) > 1,
            places=audit.places(box),
            problem=problem,
            differing={f"{race}:{line}" if race else line for race, line in said.differing},
            form=form or {},
            races=[
                {
                    "code": view.code,
                    "title": choose(view.titles, lang, view.code).text if len(races) > 1 else "",
                    "lines": _lines(view, lang, single=audit.papers.single),
                }
                for view in races
            ],
            seals=[(each.value, say_in(lang, text)) for each, text in SEALS.items()],
            missing=[(each.value, say_in(lang, text)) for each, text in MISSING.items()],
        )
        return remember_language(request, HTMLResponse(page, 422 if problem else 200))

    def _frame(self, state: ElectionState, counter: str, lang: str) -> dict[str, object]:
        body = state.definition.body
        return {
            "lang": lang,
            "t": counting_texts(lang),
            "at": AT,
            "fictional": self._fictional(lang),
            "election": choose(body.titles, lang, body.code).text,
            "counter": counter,
        }


def _said(boxes: Mapping[tuple[str, str], CountedBox], audit: OpenAudit, box: str) -> CountedBox:
    """What was said of a box since the last sample that drew from it."""
    return boxes.get((audit.digest, box), CountedBox()).at(len(audit.samples(box)))


def _titles(audit: OpenAudit, lang: str) -> str:
    return ", ".join(choose(each.titles, lang, each.code).text for each in audit.papers.contests)


def _whole(box: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InputError("count-form", station=box, value=repr(text[:40]))
    return int(text)


def _told(view: ContestView, lines: Mapping[str, int]) -> int:
    """The ballots of a contest that its other lines tell apart."""
    valid = [VALID] if view.marks > 1 else view.options
    return sum(lines[line] for line in (*valid, *view.classes))


def _lines(view: ContestView, lang: str, *, single: bool) -> list[CountLine]:
    """The lines of one contest, in the order of a ballot; `single`: of single vouchers."""
    t = counting_texts(lang)
    found = []
    for number, code in enumerate(view.options):
        candidate = int(view.option_candidate[number])
        label = choose(view.candidate_titles[candidate], lang, view.candidates[candidate]).text
        card = choose(view.option_titles[number], lang, code).text
        found.append(CountLine(f"{view.code}:{code}", label, card if card != label else ""))
    for code, titles in zip(view.classes, view.class_titles, strict=True):
        found.append(CountLine(f"{view.code}:{code}", class_name(code, titles, lang)))
    if view.marks > 1:
        found.append(CountLine(f"{view.code}:{VALID}", t["valid"]))
    return [*found, CountLine(f"{view.code}:{VOUCHERS}", t["found" if single else "vouchers"], needed=False)]
