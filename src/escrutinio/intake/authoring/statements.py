"""Public statements from a TOML file: who said what, in reply to what.

[[statement]]
id = "cne-on-panel-2024"
stated = "2024-08-13"          # "" where the text gives no day
speaker = "…"
says = "…"
in_reply_to = "un-panel-2024"  # optional: the id of an entry before this one
source = "…"
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError, RecordError
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import Statement
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.mapping.files import load_toml


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement as the file has it."""

    id: str
    speaker: str
    says: str
    source: str
    stated: str = ""
    in_reply_to: str = ""


def read_statements(base_dir: Path, file: str) -> Sequence[Said]:
    """The statements of a file, in its order. Raises InputError naming file and key."""
    table = load_toml(base_dir, file)
    try:
        said = msgspec.convert(table, dict[str, list[Said]])
    except msgspec.ValidationError as error:
        raise InputError("at-place", why=error, place=file) from None
    if set(said) != {"statement"}:
        raise InputError("statements-form", file=file)
    return said["statement"]


def add_statements(composer: Composer, statements: Sequence[Said], *, by: str, language: str) -> None:
    """Append them as records; words as attachments, in `language`. Raises InputError naming the id."""
    for said in statements:
        try:
            body = Statement(
                code=said.id,
                speaker=(Title(language, said.speaker),),
                stated_on=said.stated or None,
                words=composer.attach(said.says.encode(), "text/plain"),
                source=said.source,
                in_reply_to=composer.digest_of(said.in_reply_to) if said.in_reply_to else None,
            )
            composer.add(body, by=by, about="election", name=said.id)
        except (RecordError, InputError) as error:
            raise InputError("statement", why=error, name=repr(said.id)) from None
