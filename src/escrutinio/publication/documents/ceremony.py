"""The sheet of a key ceremony: the log's fingerprint in large digits, and a line for each key that took part.

It is printed, signed by hand, and hung up: a copy of it is how somebody verifies a log without trusting
whoever shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.titles import choose
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Role
from escrutinio.core.records.types import Definition
from escrutinio.publication.documents.code_words import WORDS
from escrutinio.publication.documents.marks import watermarks
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.typeset import Lost, coded, pdf, what_was_lost

_ROLES: Mapping[str, str] = {
    "root": N_("root"),
    "log": N_("log"),
    **{word(role): WORDS[Role][role] for role in Role},
}
_KEPT: Mapping[str, str] = {
    "file": N_("encrypted file"),
    "token": N_("token"),
    "workspace": N_("made here"),
    "elsewhere": N_("sent its request"),
}


@dataclass(frozen=True)
class Sheet:
    """What stands on it: the `definition`, the fingerprint's `digits`, facts in the order of the sheet (the
    log's origin and key, digests of definition, charter and trust file), and per key its name, role, kid and
    where it is kept, as the ceremony's record has them."""

    definition: Definition
    digits: str
    origin: str
    log_key: str
    election: str
    charter: str
    trust: str
    present: Sequence[tuple[str, str, str, str]]


def to_pdf(sheet: Sheet, language: str) -> bytes:
    """The sheet in one language; the same ceremony gives the same bytes."""
    say = Tongue(language)
    definition = sheet.definition
    election = choose(definition.titles, language, definition.code).text
    heading = say("Fingerprint of the log")
    said = {
        "election": election,
        "heading": heading,
        "purpose": say(
            "Whoever verifies this election needs these thirty digits by another way than the network: print "
            "them, hang them up, read them out."
        ),
        "digits": sheet.digits,
        "check": say("To check a publication: escrutinio verify ADDRESS --fingerprint \"{digits}\"",
                     digits=sheet.digits),
        "facts": [
            [say("Log"), sheet.origin],
            [say("Key of the log"), sheet.log_key],
            [say("Definition (SHA-256)"), sheet.election],
            [say("Charter (SHA-256)"), sheet.charter],
            [say("trust.toml (SHA-256)"), sheet.trust],
            [say("Officers needed for an act"), say.whole(definition.officers_needed)],
        ],
        "present": {
            "heading": say("Keys at the ceremony"),
            "note": say("Who holds each key signs beside it, by hand, once the digits have been compared."),
            "header": [say("Name"), say("Role"), say("Key"), say("Where it is"), say("Signature")],
            "rows": [
                [name, say(_ROLES[role]), kid, say(_KEPT[kept]), ""]
                for name, role, kid, kept in sheet.present
            ],
        },
    }  # fmt: skip

    def content(lost: Lost) -> dict[str, object]:
        return {
            "language": language,
            "title": f"{heading} · {election}",
            "foot": f"{heading} · {election}",
            "marks": watermarks(definition.kind, language),
            "lost": what_was_lost(lost, say),
            **{key: coded(value, {election: definition.code}, lost) for key, value in said.items()},
        }

    return pdf("ceremony.typ", content)
