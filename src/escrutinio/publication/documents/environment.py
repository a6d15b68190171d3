"""Jinja as every page and document uses it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import CodeType

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from escrutinio.publication.browser.policy import CSP
from escrutinio.publication.documents.charts import bar, gap, steps, strip, tally_mark


class _Compiled(BytecodeCache):
    """What templates were compiled to, for all environments of a process."""

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = bytecodes().get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            bytecodes()[bucket.key + bucket.checksum] = bucket.code


@cache
def bytecodes() -> dict[str, CodeType]:
    """What this process compiled of templates, by a digest of each: to compile takes longer than a page."""
    return {}


def template_names(room: str) -> list[str]:
    """The templates of a package."""
    return sorted(each.name for each in files(room).joinpath("templates").iterdir())


def environment(room: str = __package__) -> Environment:
    """A new environment with the templates of `room`, a package: everything is escaped, and a name that is
    not there is an error."""
    templates = files(room).joinpath("templates")
    made = Environment(
        loader=FunctionLoader(lambda name: templates.joinpath(name).read_text("utf-8")),
        autoescape=True,
        bytecode_cache=_Compiled(),
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
    }
    return made
