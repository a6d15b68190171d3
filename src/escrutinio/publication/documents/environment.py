"""Jinja as every page and document uses it."""

from __future__ import annotations

import marshal
from functools import cache
from importlib.resources import files
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from escrutinio.publication.browser.policy import CSP
from escrutinio.publication.documents.charts import bar, gap, steps, strip, tally_mark

_PLAIN = frozenset({BuiltinFunctionType, FunctionType, MethodType, type(cache(len))})
"""What is called with its arguments alone, unless it is marked as wanting more (`pass_context` and so on)."""


class _Calls(Context):
    """Calls functions and macros of templates as its parent does, and finds out sooner what they want passed:
    a hundred are called for a page, and tens of thousands of pages are made."""

    def call(self, found: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What `found` gives."""
        kind = type(found)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in _PLAIN or hasattr(found, "jinja_pass_arg"):
            return super().call(found, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return found(*args, **kwargs)


class _Generator(CodeGenerator):
    """Writes out what is marked as safe already as it is, which `escape` copies first; a Jinja that does not
    ask here escapes as ever."""

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.autoescape is True and not frame.eval_ctx.volatile:
            self.write("environment.written(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Pages(Environment):
    """Templates whose compiled code asks `written` for what it puts on a page."""

    context_class = _Calls
    code_generator_class = _Generator

    @staticmethod
    def written(value: object) -> str:
        """A value as it stands on a page: escaped, unless it is marked as safe."""
        return value if type(value) is Markup else escape(value)


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


def compiled() -> bytes:
    """What this process compiled of templates, for `learn` in another process of this machine."""
    return marshal.dumps(bytecodes())


def learn(found: bytes) -> None:
    """Take over what another process compiled."""
    bytecodes().update(marshal.loads(found))


def template_names(room: str) -> list[str]:
    """The templates of a package."""
    return sorted(each.name for each in files(room).joinpath("templates").iterdir())


def environment(room: str = __package__) -> Environment:
    """A new environment with the templates of `room`, a package: everything is escaped, and a name that is
    not there is an error."""
    templates = files(room).joinpath("templates")
    made = _Pages(
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
