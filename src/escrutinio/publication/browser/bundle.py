"""`verify.html`: one file that verifies a publication from a folder, without a server and without a network.

It is made of the pages' own modules, which are joined and not changed, so that it can be read, and of a
style sheet of its own: printed trust files name its SHA-256, which no colour of the site should change.
Nothing of any election is in it: one version of the software makes the same bytes for all. What the modules
may write is little (`import {…} from "./x.js"` or `"../folder/x.js"`, and `export` before a declaration, one
a line), and anything else is refused, so that this stays a joiner of texts and no compiler.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Sequence
from functools import cache, partial
from importlib.resources import files

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.catalogue import N_, languages
from escrutinio.base.words.say import say_in
from escrutinio.publication.browser.policy import csp_hash
from escrutinio.publication.browser.words import learning

NAME = "verify.html"
"""Where it stands in a publication."""

VERIFIER = 2
"""The version of the file itself, which it shows: raised with each release whose bytes are others.

Not with each change between releases: until one is out, what stands here has been handed to nobody."""

ENTRY = "pages/verify-offline"
CONTEXTS = ("place", "refusal", "verify")
LEARN = "module_records_words.learn"
"""What the file says, and what takes it in: a module as it is called when joined."""

STYLE = "verifier"

_IMPORT = re.compile(r'^import \{([\w\s,]+)\} from "(\.\.?/[a-z0-9/-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?=(?:async )?function\*? (\w+)|class (\w+)|const (\w+|\[[\w, ]+\]) =)", re.MULTILINE
)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*|^.*\bimport[.(].*", re.MULTILINE)
_LEFT_OVER_STATIC = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_ENDS_SCRIPT = re.compile(r"^.*(?:</script|<!--).*", re.MULTILINE | re.IGNORECASE)
_CODE_ONLY = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.MULTILINE | re.DOTALL)

_NEEDED = N_("This verifier needs JavaScript and a browser of the last few years.")
_PAGE = """<!doctype html>
<html lang="{language}" data-verifier="{version}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Escrutinio · verify.html {version}</title>
<style>{style}</style>
</head>
<body>
<p>{needed}</p>
<script>{script}</script>
</body>
</html>
"""


@cache
def bundle() -> bytes:
    """The file, joined once in a process. Raises PublicationError where a module is written in a way that
    cannot be joined."""
    assets = files(__package__).joinpath("assets")
    return make(lambda path: assets.joinpath(*path.split("/")).read_text("utf-8"))


def make(read: Callable[[str], str]) -> bytes:
    """The file, of the sources that `read` gives by their path below `assets/`. Raises PublicationError."""
    script = join_modules((ENTRY,), lambda name: read(f"js/{name}.js"), learning(LEARN, CONTEXTS))
    style = read(f"css/{STYLE}.css")
    policy = (
        f"default-src 'none'; script-src {csp_hash(script)}; style-src {csp_hash(style)}; worker-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    needed = " ".join(say_in(each, _NEEDED) for each in languages())
    page = _PAGE.format(
        language=languages()[0], version=VERIFIER, policy=policy, style=style, needed=needed, script=script
    )
    return page.encode()


def join_modules(
    entries: Sequence[str],
    read: Callable[[str], str],
    between: str = "",
    *,
    dynamic: bool = False,
    given: Collection[str] = (),
) -> str:
    """The modules that `entries` import, and these themselves last, as one script; `between` is before them.

    Modules go by their path without its ending, such as `records/cbor`. Each stands in a function of its own
    and hands out what it exports. `dynamic` allows `import(…)` and `import.meta`, which only a script of type
    module has. `given`: modules that are in scope already. Raises PublicationError.
    """
    done: dict[str, str] = dict.fromkeys(given, "")
    for entry in entries:
        _add(entry, read, done, (), dynamic=dynamic)
    for each in given:
        del done[each]
    last = [done.pop(entry) for entry in entries]
    return '"use strict";\n' + "\n".join((*done.values(), between, *last))


def _add(
    name: str, read: Callable[[str], str], done: dict[str, str], above: tuple[str, ...], *, dynamic: bool
) -> None:
    if name in above:
        raise PublicationError("module-circle", name=name, above=above[-1])
    if name in done:
        return
    text = read(name)
    for found in _IMPORT.finditer(text):
        _add(_resolved(name, found[2]), read, done, (*above, name), dynamic=dynamic)
    names = ", ".join(part for found in _EXPORT.finditer(text) for part in _exported(found))
    body = _EXPORT.sub("", _IMPORT.sub(partial(_taken, name), text))
    left_over = _LEFT_OVER_STATIC if dynamic else _LEFT_OVER
    if left := _ENDS_SCRIPT.search(body) or left_over.search(_CODE_ONLY.sub("", body)):
        raise PublicationError("module-line", name=name, line=left[0].strip()[:100])
    done[name] = (
        f"// --- {name}.js\nconst {_variable(name)} = (() => {{\n{body}return {{ {names} }};\n}})();\n"
    )


def _taken(importer: str, found: re.Match[str]) -> str:
    names, module = found[1].rstrip().rstrip(","), _variable(_resolved(importer, found[2]))
    return f"const {{{names} }} = {module};\n".replace(" as ", ": ")


def _resolved(importer: str, relative: str) -> str:
    """The module that another one imports by its relative path."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), relative))


def _exported(found: re.Match[str]) -> list[str]:
    named: str = found[1] or found[2] or found[3]
    return re.findall(r"\w+", named)


def _variable(module: str) -> str:
    return "module_" + module.replace("-", "_").replace("/", "_")
