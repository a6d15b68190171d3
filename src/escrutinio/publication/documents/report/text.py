"""From what the methods answer to chapters in one language. Words are neutral: seen, not concluded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.titles import title_in
from escrutinio.base.words.wording import marks
from escrutinio.evidence.accounts.accounts import Accounts
from escrutinio.evidence.accounts.differences import Kind
from escrutinio.evidence.audit.sources import PLANNED, sources_of
from escrutinio.evidence.certainty.certificate_words import LEFT_OUT
from escrutinio.evidence.certainty.irreversibility import Certificate
from escrutinio.evidence.certainty.naming import certificate_called, certificate_said, reversal_called
from escrutinio.evidence.screening.screen_texts import SCREENS
from escrutinio.evidence.screening.words import chance, explain, summary
from escrutinio.publication.documents.report.announced import claim_findings
from escrutinio.publication.documents.report.audits import audit_answers
from escrutinio.publication.documents.report.document import Answer, Chapter, Table, Tongue, Topic
from escrutinio.publication.documents.report.names import (
    announcement_name,
    basis_name,
    candidate_name,
    screening_by_name,
)
from escrutinio.publication.documents.report.plans import lottery_answer, plan_answer
from escrutinio.publication.documents.report.plots import plots_of
from escrutinio.publication.documents.report.results import Certainty, ContestEvidence

FINALITY = {
    "irreversible": N_("irreversible"),
    "open": N_("not irreversible"),
    "unknown": N_("not known"),
}


def chapters(found: tuple[ContestEvidence, ...], language: str) -> tuple[Chapter, ...]:
    """A chapter for each contest; a contest without a counted sheet or an announcement says so."""
    say = Tongue(language)
    return tuple(
        Chapter(one.view.code, title_in(one.view.titles, language, one.view.code), tuple(_topics(one, say)))
        for one in found
    )


def certainties(found: tuple[ContestEvidence, ...], language: str) -> dict[int, str]:
    """By log index of a bulletin or an announced result: whether outstanding votes could change it."""
    return {
        standing.index: _said_of(one, standing, language)[0]
        for one in found
        for standing in one.announced
        if standing.index is not None
    }


def standing_sentences(found: tuple[ContestEvidence, ...], language: str) -> dict[tuple[str, str], str]:
    """By contest and basis: whether outstanding votes could change what its counted sheets show."""
    return {
        (one.view.code, standing.label): _said_of(one, standing, language)[0]
        for one in found
        for standing in one.sheets
    }


def voters_left_out(language: str) -> str:
    """Which voters no certificate has."""
    return Tongue(language)(LEFT_OUT)


def _said_of(one: ContestEvidence, standing: Certainty, language: str) -> tuple[str, str]:
    """Who is first by which basis, and whether the rest could change it; and what that is not."""
    titles = one.names.get(standing.certificate.basis, ())
    return certificate_said(standing.certificate, one.view, titles, language)


def _topics(one: ContestEvidence, say: Tongue) -> Iterator[Topic]:
    yield Topic(
        "irreversibility",
        say("Can the votes that are outstanding change it?"),
        tuple(_standings(one, say)) or (_nothing(say),),
    )
    if one.claims:
        yield Topic(
            "claims",
            say("Announced results as arithmetic"),
            tuple(claim_findings(one, say)),
            (
                "A. Gelman, Statistical Modeling, Causal Inference, and Social Science (2024)",
                "T. Tao, El País (2024)",
            ),
        )
    if one.accounts:
        heading = say("Official sheets, copies and paper side by side")
        yield Topic("reconciliation", heading, tuple(_reconciled(one, each, say) for each in one.accounts))
    if one.plans or one.audits.made or one.audits.aside:
        yield Topic(
            "audit",
            say("What an audit of the boxes would take"),
            tuple(_audits(one, say)),
            _sources(one),
        )
    if one.quick_count is not None:
        yield Topic(
            "quick-count",
            say("What a quick count would take"),
            (_quick_count(one, say),),
            ("W. G. Cochran, Sampling Techniques (1977)",),
        )
    if one.screening is not None:
        yield Topic(
            "screening",
            say("The figures beside models of chance"),
            tuple(_screens(one, say)),
            (
                "D. Kobak, S. Shpilkin, M. Pshenichnikov (2016)",
                "B. Beber, A. Scacco (2012)",
                "J. Deckert, M. Myagkov, P. Ordeshook (2011)",
                "J. B. S. Haldane (1940)",
                "P. Klimek et al., PNAS (2012)",
                "S. Holm (1979)",
                "Y. Benjamini, Y. Hochberg (1995)",
            ),
        )


def _nothing(say: Tongue) -> Answer:
    return Answer(
        say("Nothing to compute yet"),
        (say("No sheet of this contest counts in this log."),),
        key="nothing",
    )


def _standings(one: ContestEvidence, say: Tongue) -> Iterator[Answer]:
    for standing in one.sheets:
        heading = say("The counted sheets: {basis}", basis=basis_name(one, standing.label, say))
        yield _standing(one, heading, standing, say)
    for standing in one.announced:
        name = announcement_name(one, standing.label, say)
        yield _standing(one, say("Announced: {name}", name=name), standing, say)


def _standing(one: ContestEvidence, heading: str, standing: Certainty, say: Tongue) -> Answer:
    certificate = certificate_called(standing.certificate, one.view, say.language)
    sentences = [*_said_of(one, standing, say.language)]
    decides = certificate.statements[0].code == "first" and certificate.outstanding.capacity != 0
    if standing.reversal is not None and decides:
        sentences += reversal_called(standing.reversal, one.view, say.language).sentences(say.language)
    index = standing.index
    return Answer(
        heading,
        tuple(sentences),
        (_certificate(standing, certificate, say),),
        key=f"sheets-{standing.label}" if index is None else f"e{index}",
        entries=() if index is None else (index,),
    )


def _certificate(standing: Certainty, certificate: Certificate, say: Tongue) -> Table:
    whole, left = certificate.as_counted, certificate.outstanding
    limit = certificate.statements[0].withstands
    rows = [
        (name, say.whole(votes))
        for name, votes in zip(certificate.candidates, certificate.votes, strict=True)
    ]
    rows += [
        (say("margin"), say.whole(certificate.margin)),
        (say("registered voters outstanding, at most"), say.whole(left.capacity)),
    ]
    if left.least is not None and left.least != left.capacity:
        rows.append((say("registered voters outstanding, at least"), say.whole(left.least)))
    if certificate.announced:
        rows.append((say("the same, were the stations outside of average size"), say.whole(standing.average)))
        rows.append((say("stations outside, at most"), say.whole(left.silent)))
    else:
        rows += [
            (say("stations without a sheet"), say.whole(left.silent)),
            (say("stations declared, not listed"), say.whole(left.unlisted)),
            (say("stations pending"), say.whole(left.pending)),
            (say("stations in dispute, left out"), say.whole(left.disputed)),
        ]
    rows += [
        (
            say("most outstanding votes with which it stays"),
            say.unknown if limit is None else say.whole(max(limit, 0)),
        ),
        (
            say("status"),
            say("irreversible, if so")
            if certificate.announced and left.capacity and certificate.irreversible
            else say(FINALITY[certificate.finality.value]),
        ),
    ]
    if whole is None:
        return Table(say("The figures to check"), ("", say("votes")), tuple(rows))
    with_disputed = [*map(say.whole, whole.votes), say.whole(whole.margin)]
    with_disputed += [""] * (len(rows) - len(with_disputed))
    return Table(
        say("The figures to check"),
        ("", say("votes"), say("with those in dispute")),
        tuple((*row, more) for row, more in zip(rows, with_disputed, strict=True)),
    )


def _reconciled(one: ContestEvidence, found: Accounts, say: Tongue) -> Answer:
    (pair,) = found.pairs
    official, other = found.names(pair)
    left, right = (basis_name(one, code, say) for code in (official, other))
    only = (pair.count(kind) for kind in (Kind.ONLY_LEFT, Kind.ONLY_RIGHT))
    counts = (pair.count(Kind.AGREE), pair.differ(), *only)
    header = (
        "",
        say("agree"),
        say("differ"),
        say("only {name}", name=left),
        say("only {name}", name=right),
    )
    row = (say("stations"), *(say.whole(each) for each in counts))
    net = tuple(
        (candidate_name(one, code, say), say.signed(change))
        for code, change in zip(found.joined.view.candidates, pair.net[0].tolist(), strict=True)
    )
    tables = [Table(say("Stations"), header, (row,))]
    if pair.differ():
        caption = f"{right} − {left}"
        tables.append(Table(caption, ("", say("net difference")), net))
    view = found.joined.view
    named = replace(
        found,
        joined=replace(
            found.joined,
            view=replace(view, candidates=tuple(candidate_name(one, code, say) for code in view.candidates)),
            sources=tuple(
                replace(source, name=basis_name(one, source.name, say)) for source in found.joined.sources
            ),
        ),
    )
    return Answer(
        f"{left} · {right}", named.sentences(pair, say.language), tuple(tables), key=f"{official}-{other}"
    )


def _sources(one: ContestEvidence) -> tuple[str, ...]:
    """The papers behind the plan, where there is one, and behind the audits that are held."""
    methods = [*(PLANNED if one.plans else ()), *(audit.method for audit in one.audits.made)]
    return sources_of((one.view,), tuple(dict.fromkeys(methods)))


def _audits(one: ContestEvidence, say: Tongue) -> Iterator[Answer]:
    if one.plans:
        yield plan_answer(one, say)
    if one.plans and one.hot:
        yield lottery_answer(one, say)
    yield from audit_answers(one, say)


def _quick_count(one: ContestEvidence, say: Tongue) -> Answer:
    assert one.quick_count is not None
    code, sizes = one.quick_count
    candidate = candidate_name(one, code, say)
    rows = tuple((f"± {_decimal(100 * s.margin, 1, say)}", say.whole(s.tables)) for s in sizes)
    header = (say("margin in points, 95%"), say("stations"))
    caption = say("Simple random sample, share of {candidate}", candidate=candidate)
    middle = sizes[len(sizes) // 2]
    heading = say("Sample sizes for {candidate}", candidate=candidate)
    return Answer(heading, middle.sentences(say.language), (Table(caption, header, rows),), key="sizes")


def _screens(one: ContestEvidence, say: Tongue) -> Iterator[Answer]:
    assert one.screening is not None
    found = screening_by_name(one, one.screening, say)
    header = (
        say("statistic"),
        say("sheets"),
        say("seen"),
        say("model"),
        "±",
        "p",
        say("p, corrected"),
        say("outside"),
    )
    rows = []
    for each in found.screens:
        digits = SCREENS[each.name].digits
        figures = [_decimal(value, digits, say) for value in (each.observed, each.null_mean, each.null_sd)]
        chances = [say.unknown if p is None else chance(p, say.language, 4) for p in (each.p, each.p_holm)]
        outside = say.unknown if each.outside is None else say.yes(each.outside)
        rows.append(
            (explain(each, say.language).heading, say.whole(each.sheets), *figures, *chances, outside)
        )
    worked_out = say(
        "Models are worked out where they can be, and otherwise drawn "
        "{replicates:,} times with seed {seed}. "
        "Every statistic is shown, those that show nothing like the others.",
        replicates=found.replicates,
        seed=found.seed,
    )
    said, is_not = summary(found, say.language)
    caption = say("Statistics and their models")
    tables = (Table(caption, header, tuple(rows)),)
    yield Answer(
        basis_name(one, one.screening_basis, say), (said, is_not, worked_out), tables, key="statistics"
    )
    for at, each in enumerate(one.screening.screens):
        if each.outside:
            words = explain(found.screens[at], say.language)
            key = "-".join(filter(None, (each.name, each.subject)))
            sentences = (words.beside_model, words.model, words.innocent, words.look_at)
            yield Answer(words.heading, sentences, key=key, listed=each.listed)

    def name(code: str) -> str:
        return candidate_name(one, code, say)

    for each_plot in plots_of(one.screening, say.language, one.view.code, name):
        key = f"plot-{each_plot.key.removeprefix(one.view.code + '-')}"
        yield Answer(each_plot.title, (each_plot.look,), (), (each_plot.svg,), each_plot.shape, key)


def _decimal(value: float | None, digits: int, say: Tongue) -> str:
    if value is None:
        return say.unknown
    return marks(f"{value:,.{digits}f}", say.language)
