"""What the preview pictures of a publication say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from escrutinio.base.words.catalogue import N_
from escrutinio.publication.documents.notices import notices
from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.model import Race
from escrutinio.publication.site.preview import MOST_ROWS, Card, Row
from escrutinio.publication.site.standing import Told, drawn, told
from escrutinio.publication.site.words import Words

EACH = N_("Each account of the result in the same room; whose it is stands above.")
MORE = N_("and %(count)s more; shown are those with most votes, in the order of the ballot")


def card(context: Context, words: Words, area: int) -> Card:
    """The card of an area: its first contest in the first basis that has sheets."""
    site, form = context.site, words.form
    size = int(context.changes.within[area])
    title = words.plain(site.body.titles, site.body.code)
    place = words.plain(site.body.place, "") if area == 0 else site.place_names[area]
    foot = f"{context.checkpoint.checkpoint.origin} · {_entries(words, size)}"
    notice = " ".join(notices(site.state, words.language))
    eyebrow = f"{place} · {form.day(site.body.voting_day)}"
    shown = next(((race, at) for race, at in site.races_in(area) if race.columns), None)
    if shown is None:
        return Card(words.language, notice, eyebrow, title, "", (), "", foot)
    race, at = shown
    column, candidates = race.columns[0], len(race.view.candidates)
    cover = column.coverage(at)
    counted = words.gettext("%(counted)s of %(all)s stations counted") % {
        "counted": form.number(cover.counted),
        "all": form.number(cover.all),
    }
    said = [
        told(account)
        for account in site.accounts
        if (account.race.code, account.race.area) == (race.code, at)
    ]
    if len(said) > 1:
        return Card(
            words.language,
            notice,
            eyebrow,
            title,
            words.plain(race.view.titles, race.code),
            tuple(chain.from_iterable(_account(words, each, drawn(said)) for each in said))[:MOST_ROWS],
            words.gettext(EACH),
            foot,
        )
    contest = words.plain(race.view.titles, race.code)
    basis = words.plain(column.basis.titles, column.basis.code)
    largest = _shown(column, at)
    more = words.gettext(MORE) % {"count": form.number(candidates - len(largest))}
    return Card(
        words.language,
        notice,
        eyebrow,
        title if area == 0 else f"{place}: {contest}",
        f"{basis}: {counted}",
        tuple(_row(words, race, column, at, number) for number in largest),
        more if candidates > MOST_ROWS else "",
        foot,
    )


def _account(words: Words, each: Told, candidates: list[int]) -> Iterator[Row]:
    """Whose account it is, a row without figures, and the largest of all accounts in it."""
    race = each.race
    title = words.plain(each.account.titles, "–")
    yield Row(title, title, "", 0.0)
    for number in candidates:
        code = race.view.candidates[number]
        name = words.plain(race.view.candidate_titles[number], code)
        share = words.account_part(each, number)
        yield Row(name, code, words.account_share(each, number).replace("\u00a0", " "), share)


def _shown(column: Column, area: int) -> list[int]:
    """The candidates with most votes, as many as there is room for, in the order of the ballot.

    Equal ones are all there or none of them is.
    """
    votes = column.votes[area]
    beyond = sorted(votes, reverse=True)[MOST_ROWS:]
    return [number for number, count in enumerate(votes) if not beyond or count > beyond[0]]


def _row(words: Words, race: Race, column: Column, area: int, candidate: int) -> Row:
    votes, valid = column.votes[area][candidate], column.valid[area]
    code = race.view.candidates[candidate]
    figures = f"{words.form.number(votes)}  {words.form.percent(votes, valid)}"
    name = words.plain(race.view.candidate_titles[candidate], code)
    return Row(name, code, figures.replace("\u00a0", " "), votes / valid if valid else 0.0)


def _entries(words: Words, size: int) -> str:
    return words.gettext("%(size)s entries of the log") % {"size": words.form.number(size)}
