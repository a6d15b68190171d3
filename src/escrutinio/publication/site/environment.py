"""Jinja as every page uses it."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from escrutinio.publication.site.charts import bar, strip, tally_mark

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""The policy each page carries; it asks for nothing from elsewhere and allows no inline script or style."""


def environment() -> Environment:
    """A new environment: everything is escaped, and a name that is not there is an error."""
    templates = files(__package__).joinpath("templates")
    made = Environment(
        loader=FunctionLoader(lambda name: templates.joinpath(name).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {"csp": Markup(CSP), "tally_mark": tally_mark(), "bar": bar, "strip": strip}
    return made
