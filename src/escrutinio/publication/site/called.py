"""What the pages call those whom findings name by their codes."""

from __future__ import annotations

from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import title_in
from escrutinio.core.election.findings.finding import Called
from escrutinio.publication.site.model import Site


def called(site: Site, language: str) -> Called:
    """Contests, signers and bases by their titles in a language; who has none keeps its code."""
    signers = {code: title_in(titles, language, code) for code, titles in site.names.items()}
    bases = {}
    for race in site.races:
        for column in race.columns:
            name = title_in(column.basis.titles, language, column.basis.code)
            copies = column.basis.organisation is not None and not name.casefold().startswith(
                say_in(language, "Copies").casefold()
            )
            bases[column.basis.code] = (
                say_in(language, "Copies, %(organisation)s") % {"organisation": name} if copies else name
            )
    contests = {race.code: title_in(race.view.titles, language, race.code) for race in site.races}
    return {"contest": contests, "signer": signers, "organisation": signers, "basis": bases}
