"""What reading an audit off a log notices: each case with the entries that show it and a sentence."""

from dataclasses import dataclass

from escrutinio.base.words.say import say_in
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
        """What was seen, in a language. Raises KeyError for an unknown language."""
        named = {"entry": str(self.entries[0]) if self.entries else "–", **dict(self.values)}
        return say_in(language, NOTES[self.code], **named)


def note(code: str, *entries: int, **values: object) -> AuditFinding:
    """A note with its values as text."""
    return AuditFinding(code, entries, tuple((name, str(value)) for name, value in values.items()))
