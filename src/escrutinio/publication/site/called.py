"""What the pages call those whom findings name by their codes."""

from __future__ import annotations

from escrutinio.base.words.titles import basis_name, title_in
from escrutinio.core.election.findings.finding import Called
from escrutinio.publication.site.model import Site


def called(site: Site, language: str) -> Called:
    """Contests, signers and bases by their titles in a language; who has none keeps its code."""
    signers = {code: title_in(titles, language, code) for code, titles in site.names.items()}
    bases = {}
    for race in site.races:
        for column in race.columns:
            basis = column.basis
            copies = basis.organisation is not None
            bases[basis.code] = basis_name(basis.titles, language, basis.code, copies=copies)
    contests = {race.code: title_in(race.view.titles, language, race.code) for race in site.races}
    return {"contest": contests, "signer": signers, "organisation": signers, "basis": bases}
