"""`404.html`: what a server answers where there is no page, in every language of the publication.

It is shown at whatever address was asked for, at any depth. So it names all from the top of the server,
and its own few lines of script find where the publication begins, also on a mirror that has it elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from markupsafe import Markup

from escrutinio.base.words.catalogue import N_, catalogue
from escrutinio.base.words.titles import choose
from escrutinio.publication.browser.files import asset
from escrutinio.publication.browser.policy import CSP, csp_hash
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.frame import pages_environment

NAME = "404.html"
"""Where servers of static files look for it."""

SCRIPT = "js/pages/missing.js"

_TITLE = N_("There is no page at this address")
_WHY = N_(
    "It may have been cut or mistyped. Nothing that the log holds was taken away: it may stand under another "
    "address."
)
_FIND = N_("Find a station, a center or a place by name or code")
_LOST = N_(
    "If these links lead nowhere either, delete the address in your browser from its end, up to one slash "
    "after another, until a page appears."
)


@dataclass(frozen=True)
class Panel:
    """The page in one language: what it says, and links (path below the publication, label)."""

    lang: str
    heading: str
    title: str
    why: str
    find: str
    submit: str
    links: tuple[tuple[str, str], ...]
    lost: str


def missing_page(context: Context) -> bytes:
    """The page, of one publication."""
    body = context.site.body
    panels = []
    for language in context.languages:
        say = catalogue(language).gettext
        links = (
            (f"{language}/index.html", say("Results")),
            (f"{language}/areas/{context.site.files[0]}.html", say("All areas and their stations")),
            (f"{language}/check.html", say("Check a sheet")),
            (f"{language}/how-to-verify.html", say("How to verify it yourself")),
        )
        title = choose(body.titles, language, body.code).text
        words = (say(_TITLE), title, say(_WHY), say(_FIND), say("Find"))
        panels.append(Panel(language, *words, links, say(_LOST)))
    style, script = _inside()
    policy = CSP.replace("script-src 'self'", f"script-src 'self' {csp_hash(script)}")
    policy = policy.replace("style-src 'self'", f"style-src 'self' {csp_hash(style)}")
    top = "/" if context.address is None else urlsplit(context.address).path
    page = pages_environment().get_template("missing.html")
    return page.render(
        panels=panels,
        top=top,
        origin=context.checkpoint.checkpoint.origin,
        policy=Markup(policy),
        style=Markup(style),
        script=Markup(script),
    ).encode()


@cache
def _inside() -> tuple[str, str]:
    """The style and the script that the page carries in itself, as no address of theirs holds everywhere."""
    return asset("css/site.css").decode(), asset(SCRIPT).decode()
