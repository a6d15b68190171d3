"""Jinja as every page uses it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import CodeType

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from escrutinio.publication.site.bundle import csp_hash
from escrutinio.publication.site.charts import bar, gap, steps, strip, tally_mark

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""The policy each page carries; it asks for nothing from elsewhere and allows no inline script or style."""


MOST_LISTED = 500
"""Most records of one type that a page of oversight lists; the log has them all."""


class _Compiled(BytecodeCache):
    """What templates were compiled to, for all environments of a process: that takes longer than a page."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key + bucket.checksum] = bucket.code


@cache
def _compiled() -> _Compiled:
    return _Compiled()


def environment() -> Environment:
    """A new environment: everything is escaped, and a name that is not there is an error."""
    templates = files(__package__).joinpath("templates")
    made = Environment(
        loader=FunctionLoader(lambda name: templates.joinpath(name).read_text("utf-8")),
        autoescape=True,
        bytecode_cache=_compiled(),
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {
        "csp": Markup(CSP),
        "tally_mark": tally_mark(),
        "bar": bar,
        "gap": gap,
        "strip": strip,
        "steps": steps,
        "MOST_LISTED": MOST_LISTED,
        **_home(),
    }
    return made


@cache
def _home() -> dict[str, Markup]:
    """The style that home carries in itself, so that a slow phone need not ask for it, and its policy."""
    style = files(__package__).joinpath("assets", "css", "site.css").read_text("utf-8")
    policy = CSP.replace("style-src 'self'", f"style-src 'self' {csp_hash(style)}")
    return {"style_of_home": Markup(style), "csp_of_home": Markup(policy)}


class Frame:
    """What stands around the content of all pages of an environment, made once for those that share it."""

    def __init__(self, made: Environment) -> None:
        pieces = made.get_template("frame.html").module
        self.notices = cache(pieces.notices)  # type: ignore[attr-defined]
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
