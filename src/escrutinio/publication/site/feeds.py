"""An Atom feed (RFC 4287) for each area: how many stations are counted, what was announced, what was noticed;
in that of the whole, besides, each further key under a name, so that whoever holds the name is told.

A feed says what is so now; a reader's program keeps what it said before. The entry on counted stations has
another id whenever a sheet changes the area, so that each change is news. All of it follows from the log:
times are those that signers state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from markupsafe import escape

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.state import Logged
from escrutinio.core.records import types as t
from escrutinio.publication.documents.labels import RECORDS
from escrutinio.publication.documents.notices import notices
from escrutinio.publication.site.changes import issued_at
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.words import Words

MOST_FINDINGS = 20
MOST_SAID = 20

_LAST = 253_402_300_799  # the last second that RFC 3339 can write

FURTHER_KEY = N_("A further key was enrolled for %(name)s: %(kid)s")
COUNTED = N_("%(contest)s: %(counted)s of %(all)s stations counted")


@dataclass(frozen=True, slots=True)
class _News:
    """An entry of a feed: what makes its id, its title, seconds since 1970, and the way to its page."""

    identity: str
    title: str
    at: int
    link: str


class Feeds:
    """The feeds of one language, which stand beside the pages of their areas."""

    def __init__(self, context: Context, words: Words) -> None:
        self._context = context
        self._site = context.site
        self._state = context.site.state
        self._words = words
        self._said = self._said_by_area()
        self._notices = " ".join(notices(self._state, words.language))

    def feed(self, area: int) -> bytes:
        """The feed of an area by its number, as XML in UTF-8."""
        site = self._site
        code, name, file = site.areas.codes[area], site.place_names[area], site.files[area]
        title = f"{name} · {self._words.plain(site.body.titles, site.body.code)}"
        news = list(self._news(area))
        updated = max(item.at for item in news)
        author = self._words.plain(site.body.author, "–")
        head = (
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{self._words.language}">'
            f"<id>{self._id(code)}</id><title>{escape(title)}</title>"
            + (f"<subtitle>{escape(self._notices)}</subtitle>" if self._notices else "")
            + f"<updated>{_moment(updated)}</updated><author><name>{escape(author)}</name></author>"
            f'<link rel="self" href="{file}.xml"/><link href="{file}.html"/>\n'
        )
        return (head + "".join(self._entry(code, item) for item in news) + "</feed>\n").encode()

    def _entry(self, code: str, item: _News) -> str:
        return (
            f"<entry><id>{self._id(code, item.identity)}</id><title>{escape(item.title)}</title>"
            f'<updated>{_moment(item.at)}</updated><link href="{escape(item.link)}"/></entry>\n'
        )

    def _id(self, *what: str) -> str:
        """An id that nothing else has: a UUID of digest bits (RFC 9562, section 5.8)."""
        parts = (self._state.election.hex(), self._context.checkpoint.checkpoint.origin, self._words.language)
        bits = sha256("\n".join((*parts, *what)).encode()).digest()[:16]
        number = int.from_bytes(bits) & ~(0xF << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62
        return UUID(int=number).urn

    def _news(self, area: int) -> Iterator[_News]:
        size = int(self._context.changes.within[area])
        file, form = self._site.files[area], self._words.form
        counted = []
        for race, at in self._site.races_in(area):
            if race.columns:
                cover = race.columns[0].coverage(at)
                values = {
                    "contest": self._words.plain(race.view.titles, race.code),
                    "counted": form.number(cover.counted),
                    "all": form.number(cover.all),
                }
                counted.append(self._words.gettext(COUNTED) % values)
        text = "; ".join(counted) or self._words.gettext("No sheet of this contest is in the log.")
        yield _News(f"size {size}", text, issued_at(self._state, size), f"{file}.html")
        for logged in self._said.get(area, ())[-MOST_SAID:][::-1]:
            yield self._announced(logged)
        if area == 0:
            yield from self._further_keys()
        inside = self._site.findings_in.get(area)
        for finding in inside.listed[:MOST_FINDINGS] if inside else ():
            yield self._noticed(file, finding)

    def _announced(self, logged: Logged[t.Body]) -> _News:
        body = logged.body
        kind = self._words.gettext(RECORDS[body.NAME])
        who = (
            self._words.plain(body.speaker, body.code)
            if isinstance(body, t.Claim)
            else self._words.plain(self._site.names.get(logged.entry.signer, ()), logged.entry.signer)
        )
        link = f"../{self._site.book.path_of[logged.index]}#e{logged.index}"
        return _News(f"entry {logged.index}", f"{kind}: {who}", logged.entry.issued_at, link)

    def _further_keys(self) -> Iterator[_News]:
        """The newest keys that were enrolled under names that had one, a name and an entry each."""
        names: set[str] = set()
        further = []
        for held in self._state.keys:
            if held.key.name in names:
                further.append(held)
            names.add(held.key.name)
        for held in further[-MOST_SAID:][::-1]:
            title = self._words.gettext(FURTHER_KEY) % {"name": held.key.name, "kid": held.kid.hex()}
            link = f"../{self._site.book.path_of[held.enrolled]}#e{held.enrolled}"
            moment = issued_at(self._state, held.enrolled + 1)
            yield _News(f"key {held.kid.hex()}", title, moment, link)

    def _noticed(self, file: str, finding: Finding) -> _News:
        last = max(finding.entries, default=0)
        identity = f"finding {finding.code} {finding.contest} {finding.station} {finding.entries[:8]}"
        sentence = self._words.said_of(finding)
        return _News(identity, sentence, issued_at(self._state, last + 1), f"{file}.html#findings")

    def _said_by_area(self) -> dict[int, list[Logged[t.Body]]]:
        """Bulletins, announced results and proclamations by the area they speak of, in log order."""
        found: dict[int, list[Logged[t.Body]]] = {}
        state, races = self._state, {race.code: race.area for race in self._site.races}
        for logged in (*state.records(t.Bulletin), *state.records(t.Claim), *state.records(t.Proclamation)):
            about = logged.entry.about
            contest = races.get(about.contest or "")
            place = contest if about.area is None else state.areas.index.get(about.area)
            if place is not None:
                found.setdefault(place, []).append(logged)
        return {area: sorted(said, key=lambda logged: logged.index) for area, said in found.items()}


@lru_cache(maxsize=1 << 12)
def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(min(seconds, _LAST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
