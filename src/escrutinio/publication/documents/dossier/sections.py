"""What a dossier says, section by section, in one language; a text file and a PDF are made of the same."""

from __future__ import annotations

from collections.abc import Iterator

from escrutinio.base.words.say import say_key
from escrutinio.base.words.titles import choose, title_in
from escrutinio.core.election.state import PAPER
from escrutinio.core.election.totals import totals
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuthorRole, Channel, Kind, Step
from escrutinio.core.records.entry import body_to_plain
from escrutinio.publication.documents.code_words import WORDS
from escrutinio.publication.documents.dossier.beside import beside
from escrutinio.publication.documents.dossier.dossier import Dossier, Item, machine_rows
from escrutinio.publication.documents.dossier.steps import steps
from escrutinio.publication.documents.dossier.words import counted_row, plain_words
from escrutinio.publication.documents.labels import KIND_NOTICES, RECORDS, STANDINGS
from escrutinio.publication.documents.marks import not_real
from escrutinio.publication.documents.report.document import Answer, Table, Tongue
from escrutinio.publication.documents.sheets.printed_sheet import figures
from escrutinio.publication.documents.sheets.printing import place_of

MOST_SAID = 1_200
"""Most characters of one record's content that the text quotes; the record itself is in the dossier."""


def heading(dossier: Dossier, language: str) -> tuple[str, str]:
    """The dossier's title, and what election it is of."""
    say, body = Tongue(language), dossier.state.definition.body
    title = choose(body.titles, language, body.code).text
    return say("Dossier of station {station}", station=dossier.code), title


def notices(dossier: Dossier, language: str) -> tuple[str, ...]:
    """What must be read before anything else."""
    say, body = Tongue(language), dossier.state.definition.body
    found = []
    if body.kind is not Kind.REAL:
        found += [not_real(language), say(KIND_NOTICES[body.kind])]
    if body.author_role is AuthorRole.IMPORTER:
        found.append(
            say(
                "The electoral authority did not run this log: an importer of published data defined "
                "the election and signed its records."
            )
        )
    return tuple(found)


def sections(dossier: Dossier, language: str) -> Iterator[Answer]:
    """The sections in order."""
    say = Tongue(language)
    yield Answer(say("In plain words"), tuple(plain_words(dossier, say)))
    yield Answer(say("The station"), tuple(_station(dossier, say)))
    yield from beside(dossier, say)
    yield from _totals(dossier, say)
    yield _findings(dossier, say)
    yield _records(dossier, say)
    yield _said(dossier, say)
    yield from _machines(dossier, say)
    yield _head(dossier, say)
    yield Answer(say("How to verify all this again"), steps(dossier, say))
    yield _not_here(dossier, say)


def _kind(item: Item, say: Tongue) -> str:
    return say(RECORDS[item.signed.entry.body.NAME])


def _station(dossier: Dossier, say: Tongue) -> Iterator[str]:
    place = place_of(dossier.state, dossier.station)
    center = f"{place.center_name} ({place.center})" if place.center_name else place.center
    yield say("Station {station}, center {center}.", station=dossier.code, center=center)
    yield " · ".join(place.areas)
    if place.registered is not None:
        yield say("Registered voters by the roll: {count:,}.", count=place.registered)


def _totals(dossier: Dossier, say: Tongue) -> Iterator[Answer]:
    """What the station's votes are within the totals of each area that it lies in."""
    state = dossier.state
    path = state.areas.path(int(state.roll.area[dossier.station]))
    for contest in state.contests:
        tables = []
        for basis in state.bases:
            row = counted_row(state, contest.code, basis.code, dossier.station)
            if row < 0 or basis.code == PAPER:
                continue
            sums = totals(state, contest.code, basis.code)
            own = int(state.tables[contest.code].counts[row].sum())
            rows = tuple(
                (
                    state.areas.names[area],
                    say.whole(int(sums.stations_counted[area])),
                    say.whole(int(sums.valid[area])),
                    figures(say.language).percent(own, int(sums.valid[area]), 4),
                )
                for area in path
                if sums.stations_counted[area]
            )
            head = (
                say("Area"),
                say("Stations counted"),
                say("Valid votes"),
                say("Of these here"),
            )
            tables.append(Table(title_in(basis.titles, say.language, basis.code), head, rows))
        if tables:
            title = title_in(contest.titles, say.language, contest.code)
            yield Answer(say("Within the totals: {title}", title=title), (), tuple(tables))


def _findings(dossier: Dossier, say: Tongue) -> Answer:
    lines = [
        f"{finding.row.label(say.language)}. {finding.sentence(say.language)} "
        + say("Entries: {entries}", entries=", ".join(map(str, finding.entries[:20])))
        for finding in dossier.findings
    ]
    none = say("No rule noticed anything.")
    return Answer(say("Findings"), tuple(lines) or (none,))


def _records(dossier: Dossier, say: Tongue) -> Answer:
    head = (
        say("Record"),
        say("Entry"),
        say("Signer"),
        say("Time as stated"),
        say("Key came in entry"),
    )
    form = figures(say.language)

    def rows(base: bool) -> tuple[tuple[str, ...], ...]:
        return tuple(
            (
                _kind(item, say),
                str(item.signed.index),
                item.signed.entry.signer,
                form.moment(item.signed.entry.issued_at),
                str(item.signed.introduced),
            )
            for item in dossier.items
            if item.base is base
        )

    return Answer(
        say("The records"),
        (say("Times are what the signer's clock said; the order of the log is what nobody can change."),),
        (
            Table(say("About this station"), head, rows(False)),
            Table(say("What these rest on"), head, rows(True)),
        ),
    )


def _said(dossier: Dossier, say: Tongue) -> Answer:
    """What the records other than sheets say, as their fields."""
    standing = {logged.index: logged.standing for logged in dossier.state.controls}
    lines = []
    for item in dossier.items:
        body = item.signed.entry.body
        if item.base or body.TYPE in t.BULK or isinstance(body, t.Lifecycle | t.Arrival):
            continue
        effect = say(STANDINGS[standing[item.signed.index]])
        said = "; ".join(
            f"{name}: {_value(name, value, say)}"
            for name, value in body_to_plain(body).items()
            if value not in (None, [])
        )
        cut = said if len(said) <= MOST_SAID else said[:MOST_SAID] + " …"
        who = f"{item.signed.entry.signer}{f', {effect}' if effect else ''}"
        lines.append(f"{item.signed.index}. {_kind(item, say)} ({who}): {cut}")
    none = say("There is none.")
    return Answer(say("What the other records say"), tuple(lines) or (none,))


def _value(name: str, value: object, say: Tongue) -> str:
    """A field of a record as text: moments as such, attachments by their digest."""
    if name in _MOMENTS and isinstance(value, int):
        return figures(say.language).moment(value)
    if isinstance(value, dict):
        return " ".join(str(each) for each in value.values())
    if isinstance(value, list):
        return ", ".join(_value(name, each, say) for each in value)
    return str(value)


_MOMENTS = frozenset({"at", "starts", "ends", "held_at"})


def _machines(dossier: Dossier, say: Tongue) -> Iterator[Answer]:
    """The chain of custody of each machine, and how what it sent arrived."""
    state = dossier.state
    table, rows = state.machines, machine_rows(state, dossier.station)
    head = (say("Step"), say("Entry"), say("Station"), say("Software, SHA-256"))
    tables = []
    for machine in dict.fromkeys(table.machine[rows].tolist()):
        steps_of = tuple(
            (
                _step(int(table.step[row]), say),
                str(int(table.index[row])),
                state.roll.stations[table.station[row]] if table.station[row] >= 0 else "–",
                state.digests[table.software[row]].hex()[:16] if table.software[row] >= 0 else "–",
            )
            for row in rows
            if table.machine[row] == machine
        )
        tables.append(Table(table.machines[machine], head, steps_of))
    if tables:
        yield Answer(say("Custody of the machines"), (), tuple(tables))
    here = {item.signed.index for item in dossier.items if not item.base}
    arrived = [
        (str(index), say(WORDS[Channel][one.channel]), say.whole(one.seconds))
        for logged in state.records(t.Arrival)
        for index, one in enumerate(logged.body.arrivals, logged.body.first)
        if index in here
    ]
    if arrived:
        columns = (
            say("Entry"),
            say("Channel"),
            say("Seconds after issue"),
        )
        yield Answer(
            say("How they arrived"),
            (),
            (Table(say("As the receiver states"), columns, tuple(arrived)),),
        )


def _step(step: int, say: Tongue) -> str:
    """A step in the life of one machine."""
    return say_key(say.language, "code", Step(step).name.lower().replace("_", "-"))


def _head(dossier: Dossier, say: Tongue) -> Answer:
    """The checkpoint, and who vouches for it."""
    head, form = dossier.head, figures(say.language)
    checkpoint = head.signed.checkpoint
    lines = [
        say("Log: {log}", log=checkpoint.origin),
        say("Entries: {count:,}", count=checkpoint.size),
        say("Root hash: {root}", root=checkpoint.root.hex()),
        say("Election (SHA-256 of its definition): {digest}", digest=dossier.state.election.hex()),
    ]
    if head.log_key is not None:
        lines.append(say("Key of the log: {key}", key=head.log_key))
    if head.fingerprint:
        lines.append(say("Fingerprint of the log: {fingerprint}", fingerprint=head.fingerprint))
    lines += [
        say("Cosigned by {witness}, {moment}", witness=seen.witness, moment=form.moment(seen.timestamp))
        for seen, _ in head.cosignatures
    ] or [say("No known witness cosigned this checkpoint.")]
    lines.append(
        say("The origin is authenticated by the trust file that was given.")
        if head.authenticated
        else say(
            "The keys are those that the publication itself states: compare the fingerprint with "
            "one got by another way (paper, press, party)."
        )
    )
    return Answer(say("The log"), tuple(lines))


def _not_here(dossier: Dossier, say: Tongue) -> Answer:
    lines = [
        say(
            "Images of sheets are not passed on: they show names, identity numbers and signatures. "
            "A record carries their digest."
        )
    ]
    lines += [
        f"{attachment.digest.hex()} ({attachment.media_type}): {say(why)}"
        for attachment, why in dossier.left_out
    ]
    lines += [
        say(
            "{count:,} more records by {name}: this key signed more about the station than there "
            "is room for, and its first ones are here. All of them are in the log.",
            count=count,
            name=name,
        )
        for name, count in dossier.crowded_out
    ]
    return Answer(say("What is not in here"), tuple(lines))
