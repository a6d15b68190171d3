"""Who said what in reply to what: statements and announced results as threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from escrutinio.core.election.state import ElectionState, Logged
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import Claim, Statement
from escrutinio.intake.authoring.presentation import Remark
from escrutinio.publication.site.shelf import Shelf

MOST_DEPTH = 6
"""Deepest indentation of a reply; replies below stand at the same one."""


@dataclass(frozen=True)
class Said:
    """A statement or an announced result, in its place in the threads.

    `index`: its entry; `depth`: how many replies lie above it; `replies_to`: the entry it answers.
    `words`: None for an announced result, and for words that are not published (`withdrawn` or missing).
    `source` is where it was read, `reporter` the signer of the record. `remark` is what the publication adds,
    `language` that of the words as far as anybody says it. `answered` are the entries that reply to it, and
    `answers` is who said what it replies to.
    """

    index: int
    code: str
    speaker: tuple[Title, ...]
    day: str | None
    words: str | None
    withdrawn: bool
    source: str
    remark: Remark
    language: str | None
    reporter: str
    announced: bool
    depth: int
    replies_to: int | None
    answered: tuple[int, ...]
    answers: tuple[Title, ...]

    @property
    def addressed(self) -> bool:
        """Whether a reader can follow it: the address of its source, or of a stored copy, is public."""
        return self.source.startswith(("https://", "http://")) or self.remark.archive is not None


def threads(state: ElectionState, shelf: Shelf, remarks: Mapping[str, Remark]) -> tuple[Said, ...]:
    """Statements and announced results in log order, each followed by its replies.

    A record can only name one that was there before it, so that no thread can bite its tail.
    """
    spoken: list[Logged[Statement | Claim]] = [*state.records(Statement), *state.records(Claim)]
    spoken.sort(key=lambda logged: logged.index)
    by_digest = {logged.entry.digest: logged.index for logged in state.controls}
    answered: dict[int | None, list[Logged[Statement | Claim]]] = {}
    known = {logged.index for logged in spoken}
    speakers = {logged.index: _speaker(logged.body, remarks) for logged in spoken}
    parent: dict[int, int | None] = {}
    for logged in spoken:
        target = by_digest.get(logged.body.in_reply_to or b"")
        parent[logged.index] = target
        answered.setdefault(target if target in known else None, []).append(logged)
    found: list[Said] = []
    waiting = [(logged, 0) for logged in reversed(answered.get(None, []))]
    while waiting:
        logged, depth = waiting.pop()
        replies = answered.get(logged.index, [])
        indices = tuple(reply.index for reply in replies)
        target = parent[logged.index]
        found.append(_said(state, shelf, logged, depth, target, indices, remarks, speakers))
        waiting += [(reply, min(depth + 1, MOST_DEPTH)) for reply in reversed(replies)]
    return tuple(found)


def _said(
    state: ElectionState,
    shelf: Shelf,
    logged: Logged[Statement | Claim],
    depth: int,
    replies_to: int | None,
    answered: tuple[int, ...],
    remarks: Mapping[str, Remark],
    speakers: Mapping[int, tuple[Title, ...]],
) -> Said:
    body = logged.body
    remark = remarks.get(body.code, Remark()) if isinstance(body, Statement) else Remark()
    if isinstance(body, Statement):
        withdrawn = body.words.digest in state.withdrawn
        words = None if withdrawn else shelf.words(body.words)
        day, source, announced = body.stated_on, body.source, False
    else:
        withdrawn, words = False, None
        day, source, announced = body.announced_on, "", True
    # Who writes a speaker's name in one language alone writes down what was said in it.
    languages = {title.language for title in body.speaker if title.language}
    return Said(
        index=logged.index,
        code=body.code,
        speaker=speakers[logged.index],
        day=day,
        words=words,
        withdrawn=withdrawn,
        source=source,
        remark=remark,
        language=remark.language or (languages.pop() if len(languages) == 1 else None),
        reporter=logged.entry.signer,
        announced=announced,
        depth=depth,
        replies_to=replies_to,
        answered=answered,
        answers=speakers.get(replies_to, ()) if replies_to is not None else (),
    )


def _speaker(body: Statement | Claim, remarks: Mapping[str, Remark]) -> tuple[Title, ...]:
    """The speaker's name as recorded, and in the other languages as this publication has it."""
    recorded = {title.language for title in body.speaker}
    added = remarks[body.code].speaker if isinstance(body, Statement) and body.code in remarks else ()
    return (*body.speaker, *(title for title in added if title.language not in recorded))
