"""How an election is shown: `[publication]`, `[names]`, `[spelling]`, `[map]`, `[qr2024]` of election.toml.

Nothing here is in the log, and nothing here changes a figure.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from escrutinio.base.errors import DefinitionError, LogError
from escrutinio.base.toml import nearest
from escrutinio.core.election.qr2024_options import Qr2024Options, qr2024_options
from escrutinio.core.election.state import COPIES, PAPER, REPORTED, REPORTED_LATE, RULED
from escrutinio.core.log.mirrors import check_addresses, is_address
from escrutinio.core.records.parts import Contest
from escrutinio.core.records.text import check_name
from escrutinio.intake.authoring.config_file import File
from escrutinio.intake.authoring.config_values import Languages, Titles, read_code, read_language, read_text
from escrutinio.intake.authoring.earlier import Earlier, read_earlier
from escrutinio.intake.authoring.spelling import Spelling

_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")

BASES = (REPORTED, REPORTED_LATE, RULED, PAPER)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the publication rests on, relative to the configuration, and where it comes from."""

    file: str
    note: Titles


@dataclass(frozen=True, slots=True)
class Account:
    """One side's account of the result: the basis or the announced results (codes of claims) it rests
    on, and the codes of the statements that object to it."""

    titles: Titles
    basis: str | None
    claims: tuple[str, ...]
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a publication adds to a statement, outside the quote; all of it is the publication's own.

    `language` is that of the words; `speaker` the speaker's name in other languages; `translation` the words
    in them; `objects_to` what an objection is about; `other_election` which other election the statement
    is about; `archive` the address of a stored copy of its source.
    """

    language: str | None = None
    speaker: Titles = ()
    translation: Titles = ()
    note: Titles = ()
    objects_to: Titles = ()
    other_election: Titles = ()
    archive: str | None = None


@dataclass(frozen=True, slots=True)
class MapConfig:
    """`[map]`: a GeoJSON file relative to the configuration, its property that names the area, what some of
    its values mean as codes of areas, and where the shapes come from."""

    shapes: str
    property: str
    codes: Mapping[str, str]
    note: Titles


@dataclass(frozen=True)
class Presentation:
    """What a publication says besides what its log says; by default nothing.

    `names` are the titles of organisations by their enrolled name; `notice` stands on every page; `licence`
    is what the publisher allows with the data, if anything is stated; `mirrors` are addresses of whole copies
    and `address` that of the publication itself, with a slash at its end; `earlier` are elections that went
    before, beside a contest; `places` are what people call an area, by its code: the name in full, then
    others that it is looked for by, `spelling` how the names of all others are written; `remarks` are on
    statements, by their code; `qr2024` says how QR codes of 2024 are read. `utc_offset` are the minutes
    by which the clocks of the election's place are ahead of UTC, whose times the pages tell; 0 where nothing
    is said.
    """

    names: Mapping[str, Titles] = field(default_factory=dict)
    notice: Titles = ()
    licence: Titles = ()
    sources: tuple[Source, ...] = ()
    accounts: tuple[Account, ...] = ()
    remarks: Mapping[str, Remark] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    mirrors: tuple[str, ...] = ()
    address: str | None = None
    utc_offset: int = 0
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=Spelling)
    map: MapConfig | None = None
    qr2024: Qr2024Options | None = None

    def check_places(self, areas: Collection[str]) -> None:
        """Raise DefinitionError for the first name of a place, or figures of an earlier election, of none of
        these areas."""
        for code in self.places:
            if code not in areas:
                raise DefinitionError("names-area", code=repr(code), nearest=nearest(code, areas))
        for earlier in self.earlier:
            for code in earlier.areas:
                if code not in areas:
                    raise DefinitionError("earlier-area", code=repr(code), nearest=nearest(code, areas))

    def check_said(self, statements: Collection[str], claims: Collection[str]) -> None:
        """Raise DefinitionError for the first code of an account or of a remark that no statement and no
        announced result of the log has: without it a side would stand there without its objection."""
        both = (*statements, *claims)
        wanted = [
            (f"publication, account {number}, {key}", codes, known)
            for number, account in enumerate(self.accounts, 1)
            for key, codes, known in (
                ("claims", account.claims, claims),
                ("objections", account.objections, both),
            )
        ]
        wanted.append(("publication, statement", tuple(self.remarks), statements))
        for place, codes, known in wanted:
            for code in codes:
                if code not in known:
                    raise DefinitionError(
                        "said-unknown", place=place, code=repr(code), nearest=nearest(code, known)
                    )


@dataclass(frozen=True)
class PresentationReader:
    """Reads the presentation of one file; raises DefinitionError as `config.read_config` does."""

    file: File
    languages: Languages

    def presentation(self, contests: tuple[Contest, ...], names: Mapping[str, Titles]) -> Presentation:
        """All of it; `contests` are those of the file, `names` the titles of its organisations."""
        return Presentation(
            names=names,
            notice=self.notice(),
            licence=self.licence(),
            sources=self.sources(),
            accounts=tuple(self.accounts()),
            remarks=self.remarks(),
            earlier=read_earlier(self.file.publication.earlier, contests, self.languages),
            mirrors=self.mirrors(),
            address=self.address(),
            utc_offset=self.utc_offset(),
            places=self.places(),
            spelling=self.spelling(),
            map=self.map(),
            qr2024=self.qr2024(contests),
        )

    def notice(self) -> Titles:
        """What every page says first; empty where the file says nothing."""
        text = self.file.publication.notice
        return () if text is None else self.languages.titles(text, "publication, notice")

    def licence(self) -> Titles:
        """Under which licence the publisher gives the data; empty where the file says nothing."""
        text = self.file.publication.licence
        return () if text is None else self.languages.titles(text, "publication, licence")

    def sources(self) -> tuple[Source, ...]:
        place = "publication, source"
        return tuple(
            Source(
                read_text(row.file, place),
                self.languages.titles(row.note, f"{place} {row.file[:64]!r}, note"),
            )
            for row in self.file.publication.source
        )

    def accounts(self) -> Iterable[Account]:
        for number, row in enumerate(self.file.publication.account, 1):
            place = f"publication, account {number}"
            if row.basis is None and not row.claims:
                raise DefinitionError("account-empty", place=place)
            _check_basis(row.basis, place)
            claims = tuple(read_code(code, f"{place}, claims") for code in row.claims)
            objections = tuple(read_code(code, f"{place}, objections") for code in row.objections)
            yield Account(self.languages.titles(row.title, f"{place}, title"), row.basis, claims, objections)

    def remarks(self) -> dict[str, Remark]:
        """What stands beside statements, by their code."""
        found: dict[str, Remark] = {}
        for row in self.file.publication.statement:
            place = f"publication, statement {row.code[:64]!r}"
            if row.code in found:
                raise DefinitionError("remark-twice", place=place)
            if row.archive is not None and not is_address(row.archive):
                raise DefinitionError("remark-archive", place=place, address=repr(row.archive[:100]))
            found[read_code(row.code, place)] = Remark(
                language=None if row.language is None else read_language(row.language, f"{place}, language"),
                speaker=self.languages.some(row.speaker, f"{place}, speaker"),
                translation=self.languages.some(row.translation, f"{place}, translation"),
                note=self.languages.words(row.note, f"{place}, note"),
                objects_to=self.languages.words(row.objects_to, f"{place}, objects_to"),
                other_election=self.languages.words(row.other_election, f"{place}, other_election"),
                archive=row.archive,
            )
        return found

    def mirrors(self) -> tuple[str, ...]:
        """Addresses of whole copies of the publication."""
        try:
            check_addresses(self.file.publication.mirrors)
        except LogError as error:
            raise DefinitionError("at-place", why=error, place="publication, mirrors") from None
        return tuple(self.file.publication.mirrors)

    def address(self) -> str | None:
        """Where the publication will be, with a slash at its end."""
        url = self.file.publication.url
        if url is None:
            return None
        try:
            check_addresses([url])
        except LogError as error:
            raise DefinitionError("at-place", why=error, place="publication, url") from None
        return url.rstrip("/") + "/"

    def utc_offset(self) -> int:
        """By how many minutes the clocks of the place are ahead of UTC: 14 hours at most, as anywhere."""
        given = self.file.publication.utc_offset
        if given is None:
            return 0
        found = _OFFSET.fullmatch(given)
        minutes = 0 if found is None else 60 * int(found[2]) + int(found[3])
        if found is None or minutes > 14 * 60 or given == "-00:00":
            raise DefinitionError("config-utc-offset", value=repr(given[:40]))
        return -minutes if found[1] == "-" else minutes

    def places(self) -> dict[str, tuple[str, ...]]:
        """What people call the areas whose name in the roll is short, old or spoken of otherwise."""
        return {
            read_code(code, "names"): tuple(read_text(name, f"names, {code[:64]}") for name in names)
            for code, names in self.file.names.items()
        }

    def spelling(self) -> Spelling:
        """How names of capitals are written; as they are where the file says nothing."""
        table = self.file.spelling
        if table is None:
            return Spelling()
        words = {word: read_text(written, f"spelling, {word[:64]}") for word, written in table.words.items()}
        return Spelling(words, tuple(table.small))

    def map(self) -> MapConfig | None:
        """Where the shapes of areas are, if the file says it."""
        table = self.file.map
        if table is None:
            return None
        codes = {value: read_code(code, f"map, codes, {value[:64]!r}") for value, code in table.codes.items()}
        return MapConfig(table.shapes, table.property, codes, self.languages.titles(table.note, "map, note"))

    def qr2024(self, contests: tuple[Contest, ...]) -> Qr2024Options | None:
        """What the QR codes of 2024 count, if such sheets are to be read, held against the contest."""
        if self.file.qr2024 is None:
            return None
        found = qr2024_options(self.file.qr2024)
        of = next((contest for contest in contests if contest.code == found.contest), None)
        if of is None:
            known = nearest(found.contest, (contest.code for contest in contests))
            raise DefinitionError("qr2024-no-contest", contest=repr(found.contest), nearest=known)
        found.check([option.code for option in of.options])
        return found


def _check_basis(code: str | None, place: str) -> None:
    if code is None or code in BASES:
        return
    start, found, organisation = code.partition(COPIES)
    if start or not found:
        raise DefinitionError(
            "config-word",
            place=f"{place}, basis",
            nearest=nearest(code, (*BASES, COPIES)),
            value=repr(code[:80]),
        )
    check_name(organisation)
