"""The form as a web application for this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.limited import Readers
from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records.codes import Kind
from escrutinio.intake.scan.folder import IMAGE
from escrutinio.intake.scan.images import page_picture
from escrutinio.intake.scan.regular import read_regular
from escrutinio.running.desk.local import MIDDLEWARE, asset, language_of, read_form, same_site, templates
from escrutinio.running.desk.transcription.checks import Checked, check
from escrutinio.running.desk.transcription.desk import Desk
from escrutinio.running.desk.transcription.tasks import Stage, Task, Typing, counts_of
from escrutinio.running.desk.transcription.texts import problem_text, texts

COOKIE = "typist"
LARGEST = 3_000
"""Pixels along the longer side of a picture on the page."""

EXTRA = ("ballots", "voters", "registered")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form: the field's name, what it is called, its card, whether it adds to the sum."""

    field: str
    label: str
    card: str = ""
    adds: bool = True


def application(desk: Desk, state: ElectionState) -> Starlette:
    """The form for the pictures at `desk`, of the election in `state`."""
    pages = _Pages(desk, state)
    routes = [
        Route("/", pages.work),
        Route("/enter", pages.enter, methods=["POST"]),
        Route("/leave", pages.leave),
        Route("/type", pages.type, methods=["POST"]),
        Route("/picture/{image}", pages.picture),
        Route("/assets/{name}", asset),
    ]
    return Starlette(routes=routes, middleware=MIDDLEWARE)


class _Pages:
    def __init__(self, desk: Desk, state: ElectionState) -> None:
        self.desk, self.state = desk, state
        self._readers = Readers(IMAGE)
        self.template = templates().get_template("transcription.html")

    async def enter(self, request: Request) -> Response:
        form = await self._form(request)
        code = "" if form is None else form.get("code", "").strip()
        if code not in self.desk.typists:
            return self._page(request, None, refused="unknown-code", status=403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, code, httponly=True, samesite="strict")
        return answer

    async def leave(self, request: Request) -> Response:
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(COOKIE)
        return answer

    async def work(self, request: Request) -> Response:
        typist = self._typist(request)
        if typist is None:
            return self._page(request, None)
        task = await run_in_threadpool(self.desk.next_for, typist)
        return self._page(request, typist, task)

    async def type(self, request: Request) -> Response:
        typist, form = self._typist(request), await self._form(request)
        if typist is None or form is None:
            return self._page(request, None, status=403)
        task = self.desk.tasks().get(form.get("image", ""))
        if task is None or form.get("switch"):
            return self._page(request, typist, task, form=form)
        checked = check(form, self.state)
        if checked.typed is None:
            return self._page(request, typist, task, form=form, checked=checked, status=422)
        picture = self.desk.pictures[task.name]
        try:
            more = bool(form.get("more")) and bool(checked.typed.contest)
            typing = Typing(
                image=picture.image, page=picture.page, typist=typist, typed=checked.typed, more=more
            )
            await run_in_threadpool(self.desk.record, typing)
        except InputError:
            pass  # typed already, by a form sent twice: go on
        except LogError:
            return self._page(request, typist, task, form=form, refused="not-saved", status=503)
        return RedirectResponse("/", 303)

    async def picture(self, request: Request) -> Response:
        found = self.desk.pictures.get(request.path_params["image"])
        if found is None or self._typist(request) is None:
            return Response("Not found", 404)

        try:
            picture = await run_in_threadpool(self._readers.call, _jpeg, found.path, found.page)
            return Response(picture, media_type="image/jpeg")
        except InputError as error:
            return Response(error.said_in(language_of(request)), 422)

    # --- what they share ---

    def _typist(self, request: Request) -> str | None:
        code = request.cookies.get(COOKIE)
        return code if code in self.desk.typists else None

    async def _form(self, request: Request) -> dict[str, str] | None:
        """The form, None where it comes from another site or is none."""
        if not same_site(request):
            return None
        try:
            return await read_form(request)
        except InputError:
            return None

    def _page(
        self,
        request: Request,
        typist: str | None,
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
        page = self.template.render(
            lang=lang,
            t=said,
            fictional="" if body.kind is Kind.REAL else said["fictional"],
            election=choose(body.titles, lang, body.code).text,
            typist=typist,
            refused=said[refused] if refused else "",
            task=task,
            form=form or {},
            page=0 if task is None else self.desk.pictures[task.name].page,
            typed=self._titles(() if task is None else task.typed_by(typist or ""), lang),
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
            standing=[
                (said["done"], standing[Stage.DONE]),
                (said["open"], standing[Stage.OPEN]),
                (said["stage-differs"], standing[Stage.DIFFERS]),
                (said["stage-illegible"], standing[Stage.ILLEGIBLE]),
                (said["stage-empty"], standing[Stage.EMPTY]),
                (said["stage-left"], standing[Stage.LEFT]),
            ],
        )
        answer = HTMLResponse(page, status)
        if "lang" in request.query_params:
            answer.set_cookie("lang", lang, samesite="strict")
        return answer

    def _titles(self, contests: Iterable[str], lang: str) -> list[str]:
        views = {each.code: each for each in self.state.contests}
        return [choose(views[each].titles, lang, each).text for each in contests if each in views]

    def _view(self, form: Mapping[str, str] | None, task: Task | None, typist: str | None) -> ContestView:
        """The contest that the form asks for, else one that the typist has not typed of this picture: first
        what others differ in."""
        views = {each.code: each for each in self.state.contests}
        if form is not None and form.get("contest", "") in views:
            return views[form["contest"]]
        first = () if task is None or task.stage is not Stage.DIFFERS else task.open_contests()
        own = {} if task is None else task.typed_by(typist or "")
        left = [each for each in (*first, *views) if each in views and each not in own]
        return views[left[0]] if left else self.state.contests[0]


def _jpeg(path: Path, page: int) -> bytes:
    """In a child: a picture as the page shows it."""
    image = page_picture(read_regular(path).data, page).convert("RGB")
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
    return rows + [Row(field, said[field], adds=False) for field in EXTRA]


def _sentence(code: str, detail: str, lang: str) -> str:
    sentence = problem_text(code, lang)
    return f"{sentence} ({detail})" if detail else sentence
