"""What reading an audit off a log notices: each case with the entries that show it and a sentence."""

from dataclasses import dataclass

from escrutinio.base.words.wording import in_language
from escrutinio.evidence.audit.texts import NOTES

MOST_NOTES = 1_000
"""Most notes of one audit; a log full of strange records cannot make its status large."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One case. `entries`: log indices; `values`: what its sentence names."""

    code: str
    entries: tuple[int, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    def sentence(self, language: str) -> str:
        """What was seen, in "en" or "es". Raises EvidenceError for another language."""
        named = {"entry": str(self.entries[0]) if self.entries else "–", **dict(self.values)}
        return in_language(NOTES[self.code], language, **named)


def note(code: str, *entries: int, **values: object) -> AuditFinding:
    """A note with its values as text."""
    return AuditFinding(code, entries, tuple((name, str(value)) for name, value in values.items()))
