"""Jinja as every page uses it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import CodeType

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

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
    }
    return made
