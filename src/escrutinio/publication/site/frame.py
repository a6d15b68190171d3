"""What stands around the content of a page, and what a page has inside it instead of asking for it."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from escrutinio.publication.browser.files import asset
from escrutinio.publication.browser.page_scripts import early_script
from escrutinio.publication.browser.policy import CSP, csp_hash
from escrutinio.publication.documents.environment import environment

MOST_LISTED = 500
"""Most records of one type that a page of oversight lists; the log has them all."""


MOST_ON_HOME = 8
"""Most contests that home shows; of the others it has the names."""


def pages_environment() -> Environment:
    """A new environment with the templates of the site."""
    made = environment(__package__)
    made.globals |= {"MOST_LISTED": MOST_LISTED, "MOST_ON_HOME": MOST_ON_HOME, **_within()}
    return made


_ASIDE = re.compile(r"^[ \t]+|^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n|^\n", re.MULTILINE | re.DOTALL)
"""What a style says to whoever reads it as a file: comments, empty lines, what lines begin with."""


@cache
def _within() -> dict[str, object]:
    """Home's style and what the page of a station asks early, for which a slow phone need not wait; and their
    policies, by page."""
    style = _ASIDE.sub("", (asset("css/site.css") + asset("css/results.css")).decode())
    script = early_script()
    policies = {
        "index.html": CSP.replace("style-src 'self'", f"style-src 'self' {csp_hash(style)}"),
        "station.html": CSP.replace("script-src 'self'", f"script-src 'self' {csp_hash(script)}"),
    }
    return {
        "style_of_home": Markup(style),
        "early_script": Markup(script),
        "csp_within": {path: Markup(policy) for path, policy in policies.items()},
    }


class Frame:
    """What stands around the content of all pages of an environment, made once for those that share it."""

    def __init__(self, made: Environment) -> None:
        pieces = made.get_template("frame.html").module
        self.notices = cache(pieces.notices)  # type: ignore[attr-defined]
        self.silence = cache(pieces.silence)  # type: ignore[attr-defined]
        self._parts = cache(pieces.parts)  # type: ignore[attr-defined]
        self._within = cache(pieces.within)  # type: ignore[attr-defined]

    def parts(self, path: str) -> Markup:
        """The way to all parts of the site, as it stands on the page at `path`."""
        found: Markup = self._parts(_alike(path))
        return found

    def within(self, path: str) -> Markup:
        """The way to the other pages of the same part."""
        found: Markup = self._within(_alike(path))
        return found


def _alike(path: str) -> str:
    """One path for all pages of a directory, as none of them is named by itself: "areas/"."""
    directory, slash, _ = path.partition("/")
    return directory + slash
