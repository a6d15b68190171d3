"""The pages on which people write and sign records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from escrutinio.base.errors import EscrutinioError, RecordError
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import choose
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.entry import Entry, body_to_plain
from escrutinio.core.records.subjects import ELECTION, read_subject
from escrutinio.core.records.types import BY_NAME, Body
from escrutinio.intake.authoring.signing import Sealed
from escrutinio.publication.documents.labels import RECORDS
from escrutinio.running.desk.local import (
    form_page,
    language_of,
    remember_language,
    templates,
)
from escrutinio.running.desk.sessions import Attempts, Session
from escrutinio.running.desk.signing.fields import contest_view, form_fields, said_in_form
from escrutinio.running.desk.signing.place import Offered, SigningPlace
from escrutinio.running.desk.signing.words import SUBJECTS, TEXTS, field_label, signing_texts

MOST_WRONG, WITHIN = 5, 600
"""So many wrong passphrases of one signer in so many seconds."""

WRONG_SECRET = frozenset({"passphrase-wrong", "token-pin"})


class SigningPages:
    """What a signer sees: what may be signed, what waits for a second one, and the forms.

    `signer_of` says whose session a request has, `outside` answers those who have none.
    """

    def __init__(
        self,
        place: SigningPlace,
        signer_of: Callable[[Request], Session | None],
        outside: Callable[[Request], Response],
        fictional: Callable[[str], str],
        now: Callable[[], int],
    ) -> None:
        self._place, self._signer, self._outside, self._fictional = place, signer_of, outside, fictional
        self._wrong = Attempts(MOST_WRONG, WITHIN, now)
        made = templates()
        self._home, self._form = made.get_template("signing.html"), made.get_template("record.html")

    def routes(self) -> list[Route]:
        """The list, the forms, what others signed, and drafts."""
        return [
            Route("/sign", self._with(self._list)),
            Route("/sign/new/{type}", self._with(self._new), methods=["GET", "POST"]),
            Route("/sign/same/{digest}", self._with(self._same), methods=["GET", "POST"]),
            Route("/sign/draft/{name}", self._with(self._draft), methods=["GET", "POST"]),
        ]

    def _with(
        self, page: Callable[[Request, str, Mapping[str, str] | None], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        return form_page(
            self._signer,
            lambda request, session, form: page(request, session.signs_as, form),
            outside=self._outside,
            elsewhere=lambda request: self._refused(request, "elsewhere", 403),
            refused=lambda request, session, error: self._list(
                request, session.signs_as, None, error.said_in(language_of(request)), 422
            ),
        )

    def _refused(self, request: Request, text: str, status: int) -> Response:
        return HTMLResponse(say_in(language_of(request), TEXTS[text]), status)

    # --- what there is to sign ---

    def _list(
        self,
        request: Request,
        name: str,
        _form: Mapping[str, str] | None,
        refused: str = "",
        status: int = 200,
        done: tuple[str, ...] = (),
    ) -> Response:
        lang = language_of(request)
        offered = self._place.offered()
        page = self._home.render(
            **self._frame(lang, name),
            kinds=[
                (kind.NAME, say_in(lang, RECORDS.get(kind.NAME, kind.NAME)))
                for kind in self._place.kinds(name)
            ],
            lead=say_in(lang, TEXTS["lead"], name=name),
            offered=[self._shown(each, name, lang) for each in offered],
            sent=[(self._title(each, lang), each.subject) for each in self._place.waiting_in_inbox()],
            drafts=self._place.drafts(name),
            titles={each: say_in(lang, RECORDS.get(each, each)) for each in BY_NAME},
            refused=refused,
            done=done,
        )
        return remember_language(request, HTMLResponse(page, status))

    def _frame(self, lang: str, name: str) -> dict[str, object]:
        body = self._place.log().state.definition.body
        return {
            "lang": lang,
            "t": signing_texts(lang),
            "fictional": self._fictional(lang),
            "election": choose(body.titles, lang, body.code).text,
            "name": name,
            "at_hand": name in self._place.keys,
        }

    def _shown(self, each: Offered, name: str, lang: str) -> dict[str, object]:
        return {
            "digest": each.digest,
            "title": self._title(each.entry, lang),
            "about": each.entry.subject,
            "count": say_in(lang, TEXTS["count"], count=len(each.names), needed=each.needed),
            "names": say_in(lang, TEXTS["signed-by"], names=", ".join(each.names)),
            "public": each.public,
            "mine": name in each.names or type(each.entry.body) not in self._place.kinds(name),
        }

    def _title(self, entry: Entry, lang: str) -> str:
        return say_in(lang, RECORDS.get(entry.body.NAME, entry.body.NAME))

    # --- a new record ---

    def _new(self, request: Request, name: str, form: Mapping[str, str] | None) -> Response:
        kind = BY_NAME.get(request.path_params["type"])
        if kind is None or kind not in self._place.kinds(name):
            return self._outside(request)
        given = dict(request.query_params) if form is None else form
        about = given.get("about", "").strip()
        if not about and kind.SUBJECT == ELECTION:
            about = ELECTION
        view, problem = self._about(kind, about, language_of(request))
        if form is None or problem:
            return self._record(request, name, kind, about, view, given, problem, 422 if form else 200)
        try:
            says = said_in_form(kind, form, view)
            self._place.write(name, kind, about, says)
            if "seal" in form:
                return self._sealing(
                    request, name, form, lambda secret: self._place.seal(name, kind, about, says, secret)
                )
            if "keep" in form:
                self._place.keep(name, kind, about, says)
                return RedirectResponse("/sign", 303)
        except EscrutinioError as error:
            said = error.said_in(language_of(request))
            return self._record(request, name, kind, about, view, given, said, 422)
        return self._record(request, name, kind, about, view, given, fits=True)

    def _about(self, kind: type[Body], about: str, lang: str) -> tuple[ContestView | None, str]:
        """The contest that a subject names, and what is wrong with it; nothing where none is given."""
        if not about:
            return None, ""
        try:
            contest = read_subject(kind.SUBJECT, about).contest
        except RecordError as error:
            return None, error.said_in(lang)
        return contest_view(self._place.log().state.contests, contest), ""

    def _record(
        self,
        request: Request,
        name: str,
        kind: type[Body],
        about: str,
        view: ContestView | None,
        given: Mapping[str, str],
        refused: str = "",
        status: int = 200,
        *,
        fits: bool = False,
    ) -> Response:
        lang = language_of(request)
        page = self._form.render(
            **self._frame(lang, name),
            kind=kind.NAME,
            title=say_in(lang, RECORDS.get(kind.NAME, kind.NAME)),
            about=about,
            about_form=say_in(lang, SUBJECTS[kind.SUBJECT]),
            fields=form_fields(kind, view, lang) if about and not (refused and status == 200) else [],
            given=given,
            refused=refused,
            fits=fits,
            said=[],
            digest="",
        )
        return remember_language(request, HTMLResponse(page, status))

    # --- what another one signed ---

    def _same(self, request: Request, name: str, form: Mapping[str, str] | None) -> Response:
        asked = request.path_params["digest"]
        offered = next((each for each in self._place.offered() if each.digest == asked), None)
        if offered is None or type(offered.entry.body) not in self._place.kinds(name):
            return RedirectResponse("/sign", 303)
        refused, status = "", 200
        if form is not None and "seal" in form:
            try:
                return self._sealing(
                    request, name, form, lambda secret: self._place.seal_same(name, offered, secret)
                )
            except EscrutinioError as error:
                refused, status = error.said_in(language_of(request)), 422
        lang = language_of(request)
        page = self._form.render(
            **self._frame(lang, name),
            kind=offered.entry.body.NAME,
            title=self._title(offered.entry, lang),
            about=offered.entry.subject,
            about_form="",
            fields=[],
            given={},
            refused=refused,
            fits=False,
            said=[
                (field_label(field, lang), _plain_text(value))
                for field, value in body_to_plain(offered.entry.body).items()
                if value not in (None, [])
            ],
            digest=asked,
            **{"names": say_in(lang, TEXTS["signed-by"], names=", ".join(offered.names))},
        )
        return remember_language(request, HTMLResponse(page, status))

    def _sealing(
        self, request: Request, name: str, form: Mapping[str, str], seal: Callable[[str], Sealed]
    ) -> Response:
        """Seal with the passphrase of a form; wrong ones are counted."""
        lang = language_of(request)
        if self._wrong.too_many(name):
            return self._list(request, name, None, say_in(lang, TEXTS["wait"]), 429)
        try:
            sealed = seal(form.get("passphrase", ""))
        except RecordError as error:
            if error.code in WRONG_SECRET:
                self._wrong.failed(name)
            raise
        done = [say_in(lang, TEXTS["done"], digest=sealed.entry.digest.hex())]
        for each in self._place.offered():
            if (each.entry.subject, each.entry.body) == (sealed.entry.subject, sealed.entry.body):
                count = len(each.names)
                if count < each.needed:
                    done.append(say_in(lang, TEXTS["done-waits"], count=count, needed=each.needed))
        return self._list(request, name, None, done=tuple(done))

    # --- drafts ---

    def _draft(self, request: Request, name: str, form: Mapping[str, str] | None) -> Response:
        asked = request.path_params["name"]
        draft = next((each for each in self._place.drafts(name) if each.name == asked), None)
        if draft is None:
            return RedirectResponse("/sign", 303)
        if form is not None:
            self._place.drop(draft)
            return RedirectResponse("/sign", 303)
        attached = {"content-disposition": f'attachment; filename="{draft.type}-{draft.name[:8]}.toml"'}
        return Response(draft.script.encode(), media_type="application/toml", headers=attached)


def _plain_text(value: object) -> str:
    match value:
        case list():
            return " · ".join(map(_plain_text, value))
        case dict():
            return ", ".join(f"{key}: {_plain_text(item)}" for key, item in value.items() if item is not None)
    return str(value)
