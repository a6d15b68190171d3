"""What the code, the templates and the scripts say, and what the catalogues have of it.

`python -m tests.catalogue` lists what is missing and what nobody says any more; with `--write` it also puts
every catalogue into its one form: sorted by context and message, a line a string. A new message is added to
`es.po` by hand, anywhere; one with a key (refusals, the browser's messages) to `en.po` as well.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from escrutinio.base.words.catalogue import SOURCE, languages
from escrutinio.base.words.po import CONTEXT, Message, read_po

SRC = Path(__file__).parent.parent / "src/escrutinio"
LOCALE = SRC / "base/words/locale"
SAYS = {"N_": 0, "Phrase": 0, "say": 0, "_say": 0, "gettext": 0, "translate": 0, "say_in": 1, "finding": 2}
"""Functions whose argument at this place is a message; a finding's are two, "label | sentence"."""
MANY = {"ngettext": 0, "NN_": 0, "say_many_in": 2}
"""Functions whose arguments from this place on are a message and its plural."""


@cache
def said() -> dict[str, str | None]:
    """Every message in English that is said somewhere, with its plural."""
    found: dict[str, str | None] = {}
    for path in sorted(SRC.rglob("*.py")):
        for message, plural in _of_module(path):
            found[message] = plural or found.get(message)
    for path in sorted(SRC.rglob("codebook.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found.update((row["meaning"], None) for row in csv.DictReader(file))
    for path in sorted(SRC.rglob("templates/**/*.html")):
        for message, plural in _of_template(path):
            found[message] = plural or found.get(message)
    return found


def _of_module(path: Path) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in SAYS and len(node.args) == SAYS[name] + 1:
            for text in _texts(node.args[SAYS[name]]):
                yield from ((part, None) for part in (text.split(" | ") if name == "finding" else [text]))
        elif name in MANY and len(node.args) == MANY[name] + 2 + (name == "ngettext"):
            one, many = (next(_texts(node.args[MANY[name] + more]), None) for more in (0, 1))
            if one and many:
                yield one, many


def _texts(node: ast.expr) -> Iterator[str]:
    """The literal, or both of `a if x else b`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _of_template(path: Path) -> Iterator[tuple[str, str | None]]:
    from jinja2.ext import babel_extract

    options = {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    with path.open("rb") as file:
        for _, _, message, _ in babel_extract(file, ("_", "gettext", "ngettext"), [], options):
            if isinstance(message, str):
                yield message, None
            elif message and message[0]:
                yield message[0], message[1]


def messages(language: str) -> list[Message]:
    """What a catalogue has, in its order, without its header."""
    return list(read_po((LOCALE / f"{language}.po").read_text("utf-8")))[1:]


def in_form(language: str) -> str:
    """The text of a catalogue in its one form."""
    text = (LOCALE / f"{language}.po").read_text("utf-8")
    header, _, _ = text.partition("\n\n")
    ordered = sorted(messages(language), key=lambda one: (one.context or "", one.id.casefold(), one.id))
    return "\n\n".join((header.strip(), *map(block, ordered))) + "\n"


def block(message: Message) -> str:
    """A message as it stands in a catalogue."""
    lines = [] if message.context is None else [f"msgctxt {_quoted(message.context)}"]
    lines.append(f"msgid {_quoted(message.id)}")
    if message.plural is None:
        lines.append(f"msgstr {_quoted(message.forms[0])}")
    else:
        lines.append(f"msgid_plural {_quoted(message.plural)}")
        lines += [f"msgstr[{number}] {_quoted(form)}" for number, form in enumerate(message.forms)]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    for plain, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escape)
    return f'"{text}"'


def missing(language: str) -> list[str]:
    """Messages that are said, or that English has under a key, and this catalogue lacks."""
    there = {message.key for message in messages(language) if all(message.forms)}
    keyed = [message.key for message in messages(SOURCE)]
    english = [] if language == SOURCE else list(said())
    return [key for key in (*english, *keyed) if key not in there]


def unused(language: str) -> list[str]:
    """Messages of this catalogue that nobody says."""
    known = {*said(), *(message.key for message in messages(SOURCE))}
    return [message.key for message in messages(language) if message.key not in known]


def main() -> int:
    """Print what is wrong, a line each; 1 where anything is."""
    wrong = 0
    for language in languages():
        if "--write" in sys.argv[1:]:
            (LOCALE / f"{language}.po").write_text(in_form(language), "utf-8")
        for what, keys in (("missing", missing(language)), ("unused", unused(language))):
            wrong += len(keys)
            for key in keys:
                print(f"{language}: {what}: {key.replace(CONTEXT, ' | ')!r}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
