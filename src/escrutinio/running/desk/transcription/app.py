"""The form as a web application for this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.limited import Readers
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.intake.scan.folder import IMAGE
from escrutinio.intake.scan.images import page_picture
from escrutinio.running.desk.entrance import HOME, Entrance
from escrutinio.running.desk.local import (
    asset,
    language_of,
    middleware,
    read_form,
    remember_language,
    same_site,
    templates,
)
from escrutinio.running.desk.sessions import Use
from escrutinio.running.desk.transcription.checks import BESIDE, Checked, Problem, check
from escrutinio.running.desk.transcription.deciding import REASONS, agreed_fields, form_of, sides_of
from escrutinio.running.desk.transcription.desk import Desk
from escrutinio.running.desk.transcription.tasks import Part, Stage, Task, Typing, counts_of
from escrutinio.running.desk.transcription.texts import fictional_in, problem_text, texts

LARGEST = 3_000
"""Pixels along the longer side of a picture on the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form: the field's name, what it is called, its card, whether it adds to the sum."""

    field: str
    label: str
    card: str = ""
    adds: bool = True


def application(desk: Desk, state: ElectionState, entrance: Entrance) -> Starlette:
    """The form for the pictures at `desk`, of the election in `state`, for the people of this machine whom
    `entrance` lets in as typists."""

    def typist_of(request: Request) -> str | None:
        session = entrance.who(request, Use.TYPIST)
        return None if session is None else session.label

    pages = TranscriptionPages(desk, state, typist_of, entrance.turn_away, HOME[Use.TYPIST])
    routes = [*entrance.routes(), *pages.routes(), Route("/assets/{name}", asset)]
    return Starlette(routes=routes, middleware=middleware())


class TranscriptionPages:
    """The pages on which people type, below the address `at`.

    `typist_of` says who a request comes from, `part_of` in which role they type; `outside` answers those who
    are nobody.
    """

    def __init__(
        self,
        desk: Desk,
        state: ElectionState,
        typist_of: Callable[[Request], str | None],
        outside: Callable[[Request], Response],
        at: str,
        part_of: Callable[[Request], Part] = lambda _: Part.PEER,
    ) -> None:
        self.desk, self.state, self.at = desk, state, at
        self._typist, self._outside, self._part = typist_of, outside, part_of
        self._readers = Readers(IMAGE)
        self.template = templates().get_template("transcription.html")

    def routes(self) -> list[Route]:
        """The work, what is typed, and the pictures."""
        return [
            Route(self.at, self.work),
            Route(f"{self.at}/type", self.type, methods=["POST"]),
            Route(f"{self.at}/picture/{{image}}", self.picture),
        ]

    async def work(self, request: Request) -> Response:
        typist = self._typist(request)
        if typist is None:
            return self._outside(request)
        task = await run_in_threadpool(self.desk.next_for, typist, self._part(request))
        form = None if task is None else await run_in_threadpool(self._begun, task, self._part(request))
        return self._page(request, typist, task, form=form)

    async def type(self, request: Request) -> Response:
        typist, form = self._typist(request), await _form(request)
        if typist is None:
            return self._outside(request)
        if form is None:
            return self._page(request, typist, refused="not-read", status=403)
        task = self.desk.tasks().get(form.get("image", ""))
        if task is None or form.get("switch"):
            return self._page(request, typist, task, form=form)
        checked, part = check(form, self.state), self._part(request)
        reason = form.get("reason", "") if part is Part.DECIDER else ""
        if checked.typed is not None and part is Part.DECIDER and reason not in REASONS:
            checked = Checked(None, (Problem("reason", "reason-missing"),))
        if checked.typed is None:
            return self._page(request, typist, task, form=form, checked=checked, status=422)
        picture = self.desk.pictures[task.name]
        try:
            more = bool(form.get("more")) and bool(checked.typed.contest)
            typing = Typing(
                image=picture.image, page=picture.page, typist=typist, typed=checked.typed, more=more,
                part=part, reason=reason,
            )  # fmt: skip
            await run_in_threadpool(self.desk.record, typing)
        except InputError:
            pass  # typed already, by a form sent twice: go on
        except LogError:
            return self._page(request, typist, task, form=form, refused="not-saved", status=503)
        return RedirectResponse(self.at, 303)

    async def picture(self, request: Request) -> Response:
        found = self.desk.pictures.get(request.path_params["image"])
        if found is None or self._typist(request) is None:
            return Response("Not found", 404)

        try:
            data = await run_in_threadpool(self.desk.source.content, found)
            picture = await run_in_threadpool(self._readers.call, _jpeg, data, found.page)
            return Response(picture, media_type="image/jpeg")
        except InputError as error:
            return Response(error.said_in(language_of(request)), 422)

    # --- what they share ---

    def _begun(self, task: Task, part: Part) -> dict[str, str] | None:
        """What stands in the form at first: where the code of a blank form says that it belongs and, for who
        decides, the figures on which the two clerks agree."""
        if part is Part.DECIDER:
            contest = next(iter(task.open_contests()), "")
            return agreed_fields(task, contest) if contest else None
        if task.typings and part is Part.PEER:
            return None
        picture = self.desk.pictures[task.name]
        place = form_of(self.desk.source, picture, self._readers)
        if place is None or place.election != self.state.election.hex()[: len(place.election)]:
            return None
        return {"station": place.station, "contest": place.contest}

    def _page(
        self,
        request: Request,
        typist: str,
        task: Task | None = None,
        *,
        form: Mapping[str, str] | None = None,
        checked: Checked | None = None,
        refused: str = "",
        status: int = 200,
    ) -> Response:
        lang = language_of(request)
        said = texts(lang)
        view = self._view(form, task, typist)
        others = () if task is None or task.stage is not Stage.DIFFERS else task.contests
        problems = () if checked is None else checked.problems
        standing = counts_of(self.desk.tasks())
        body = self.state.definition.body
        deciding = task is not None and self._part(request) is Part.DECIDER
        page = self.template.render(
            lang=lang,
            t=said,
            at=self.at,
            fictional=fictional_in(self.state, lang),
            election=choose(body.titles, lang, body.code).text,
            typist=typist,
            refused=said[refused] if refused else "",
            task=task,
            form=form or {},
            page=0 if task is None else self.desk.pictures[task.name].page,
            typed=self._titles(() if task is None else task.typed_by(typist), lang),
            others=self._titles(others, lang),
            differing=frozenset() if task is None else task.differing(view.code),
            problems=list(dict.fromkeys(_sentence(each.code, each.detail, lang) for each in problems)),
            wrong={each.field for each in problems},
            confirmable=checked is not None and checked.confirmable,
            contests=[
                {"code": each.code, "title": choose(each.titles, lang, each.code).text}
                for each in self.state.contests
            ],
            chosen=view,
            rows=_rows(view, lang, said),
            part=said.get(self._part(request).value, ""),
            sides=[] if task is None or not deciding else sides_of(task, view.code, said),
            reasons=[(word, say_in(lang, text)) for word, text in REASONS.items()] if deciding else [],
            standing=[
                (said["done"], standing[Stage.DONE]),
                (said["open"], standing[Stage.OPEN]),
                (said["stage-differs"], standing[Stage.DIFFERS]),
                (said["stage-illegible"], standing[Stage.ILLEGIBLE]),
                (said["stage-empty"], standing[Stage.EMPTY]),
                (said["stage-left"], standing[Stage.LEFT]),
            ],
        )
        return remember_language(request, HTMLResponse(page, status))

    def _titles(self, contests: Iterable[str], lang: str) -> list[str]:
        views = {each.code: each for each in self.state.contests}
        return [choose(views[each].titles, lang, each).text for each in contests if each in views]

    def _view(self, form: Mapping[str, str] | None, task: Task | None, typist: str) -> ContestView:
        """The contest that the form asks for, else one that the typist has not typed of this picture: first
        what others differ in."""
        views = {each.code: each for each in self.state.contests}
        if form is not None and form.get("contest", "") in views:
            return views[form["contest"]]
        first = () if task is None or task.stage is not Stage.DIFFERS else task.open_contests()
        own = {} if task is None else task.typed_by(typist)
        left = [each for each in (*first, *views) if each in views and each not in own]
        return views[left[0]] if left else self.state.contests[0]


async def _form(request: Request) -> dict[str, str] | None:
    """The form, None where it comes from another site or is none."""
    if not same_site(request):
        return None
    try:
        return await read_form(request)
    except InputError:
        return None


def _jpeg(data: bytes, page: int) -> bytes:
    """In a child: a picture as the page shows it."""
    image = page_picture(data, page).convert("RGB")
    image.thumbnail((LARGEST, LARGEST))
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _rows(view: ContestView, lang: str, said: Mapping[str, str]) -> list[Row]:
    rows = []
    for number, code in enumerate(view.options):
        candidate = int(view.option_candidate[number])
        label = choose(view.candidate_titles[candidate], lang, view.candidates[candidate]).text
        card = choose(view.option_titles[number], lang, code).text
        rows.append(Row(f"counts.{number}", label, card if card != label else "", view.marks == 1))
    if view.marks > 1:
        rows.append(Row("valid", said["valid"]))
    for number, (code, titles) in enumerate(zip(view.classes, view.class_titles, strict=True)):
        rows.append(Row(f"classes.{number}", class_name(code, titles, lang)))
    return rows + [Row(field, said[field], adds=False) for field in BESIDE]


def _sentence(code: str, detail: str, lang: str) -> str:
    sentence = texts(lang)[code] if code == "reason-missing" else problem_text(code, lang)
    return f"{sentence} ({detail})" if detail else sentence
