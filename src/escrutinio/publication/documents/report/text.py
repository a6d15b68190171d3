"""From what the methods answer to chapters in one language. Words are neutral: seen, not concluded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from escrutinio.base.words.titles import title_in
from escrutinio.base.words.wording import marks
from escrutinio.evidence.accounts.accounts import Accounts
from escrutinio.evidence.accounts.differences import Kind
from escrutinio.evidence.certainty.irreversibility import Certificate
from escrutinio.evidence.screening.screen_texts import SCREENS
from escrutinio.evidence.screening.words import explain, words_of_left_out
from escrutinio.publication.documents.report.announced import claim_findings
from escrutinio.publication.documents.report.document import Answer, Chapter, Table, Tongue, Topic
from escrutinio.publication.documents.report.plots import plots_of
from escrutinio.publication.documents.report.results import Certainty, ContestEvidence

FINALITY = {
    "irreversible": ("irreversible", "irreversible"),
    "open": ("not irreversible", "no es irreversible"),
    "unknown": ("not known", "no se sabe"),
}


def chapters(found: tuple[ContestEvidence, ...], language: str) -> tuple[Chapter, ...]:
    """A chapter for each contest; a contest without a counted sheet or an announcement says so."""
    tongue = Tongue(language)
    return tuple(
        Chapter(
            one.view.code, title_in(one.view.titles, language, one.view.code), tuple(_topics(one, tongue))
        )
        for one in found
    )


def certainties(found: tuple[ContestEvidence, ...], language: str) -> dict[int, str]:
    """By log index of a bulletin or an announced result: whether outstanding votes could change it."""
    return {
        standing.index: _by_name(one, standing, language).sentences(language)[0]
        for one in found
        for standing in one.announced
        if standing.index is not None
    }


def standing_sentences(found: tuple[ContestEvidence, ...], language: str) -> dict[tuple[str, str], str]:
    """By contest and basis: whether outstanding votes could change what its counted sheets show."""
    tongue = Tongue(language)
    return {
        (one.view.code, standing.label): " ".join(
            (_by_name(one, standing, language).sentences(language)[0], *_roll_from(one.roll, tongue))
        )
        for one in found
        for standing in one.sheets
    }


def _by_name(one: ContestEvidence, standing: Certainty, language: str) -> Certificate:
    """A certificate that names candidates as people know them; others keep their code."""
    view = one.view
    names = {
        code: title_in(titles, language, code)
        for code, titles in zip(view.candidates, view.candidate_titles, strict=True)
    }
    certificate = standing.certificate
    return replace(certificate, candidates=tuple(names.get(c, c) for c in certificate.candidates))


def name_of(one: ContestEvidence, code: str, tongue: Tongue) -> str:
    """What people call a basis or an announcement."""
    return title_in(one.names.get(code, ()), tongue.language, code)


def _topics(one: ContestEvidence, tongue: Tongue) -> Iterator[Topic]:
    yield Topic(
        "irreversibility",
        tongue("Can the votes that are outstanding change it?", "¿Pueden cambiarlo los votos que faltan?"),
        tuple(_standings(one, tongue)) or (_nothing(tongue),),
        ("V. D'Hondt, Système pratique et raisonné de représentation proportionnelle (1882)",),
    )
    if one.claims:
        yield Topic(
            "claims",
            tongue("Announced results as arithmetic", "Los resultados anunciados como aritmética"),
            tuple(claim_findings(one, tongue)),
            (
                "A. Gelman, Statistical Modeling, Causal Inference, and Social Science (2024)",
                "T. Tao, El País (2024)",
            ),
        )
    if one.accounts:
        heading = tongue(
            "Official sheets, copies and paper side by side", "Actas oficiales, copias y papel lado a lado"
        )
        yield Topic("reconciliation", heading, tuple(_reconciled(one, each, tongue) for each in one.accounts))
    if one.plans:
        yield Topic(
            "audit",
            tongue("What an audit of the boxes would take", "Qué requeriría una auditoría de las cajas"),
            tuple(_audits(one, tongue)),
            (
                "J. Aslam, R. Popa, R. Rivest (2008)",
                "P. Stark, Efficient post-election audits (2009); ALPHA (2023)",
                "M. Lindeman, P. Stark, V. Yates, BRAVO (2012)",
            ),
        )
    if one.quick_count is not None:
        yield Topic(
            "quick-count",
            tongue("What a quick count would take", "Qué requeriría un conteo rápido"),
            (_quick_count(one, tongue),),
            ("W. G. Cochran, Sampling Techniques (1977)",),
        )
    if one.screening is not None:
        yield Topic(
            "screening",
            tongue("The figures beside models of chance", "Las cifras junto a modelos del azar"),
            tuple(_screens(one, tongue)),
            (
                "D. Kobak, S. Shpilkin, M. Pshenichnikov (2016)",
                "P. Klimek et al., PNAS (2012)",
                "S. Holm (1979)",
            ),
        )


def _nothing(tongue: Tongue) -> Answer:
    return Answer(
        tongue("Nothing to compute yet", "Todavía nada que calcular"),
        (
            tongue(
                "No sheet of this contest counts in this log.",
                "Ningún acta de esta contienda cuenta en este registro.",
            ),
        ),
    )


def _standings(one: ContestEvidence, tongue: Tongue) -> Iterator[Answer]:
    for standing in one.sheets:
        heading = (
            f"{tongue('The counted sheets', 'Las actas contadas')}: {name_of(one, standing.label, tongue)}"
        )
        yield _standing(heading, standing, tongue, one.roll)
    for standing in one.announced:
        entry = f"{tongue('entry', 'entrada')} {standing.index}"
        heading = f"{tongue('Announced', 'Anunciado')}: {standing.label} ({entry})"
        yield _standing(heading, standing, tongue, None)


def _standing(heading: str, standing: Certainty, tongue: Tongue, roll: int | None) -> Answer:
    certificate = standing.certificate
    sentences = list(certificate.sentences(tongue.language))
    sentences += _roll_from(roll, tongue)
    decides = certificate.statements[0].code == "first" and certificate.outstanding.capacity != 0
    if standing.reversal is not None and decides:
        sentences += standing.reversal.sentences(tongue.language)
    return Answer(heading, tuple(sentences), (_certificate(certificate, tongue),))


def _roll_from(roll: int | None, tongue: Tongue) -> tuple[str, ...]:
    """Where the size of the roll is from, if an announcement states it."""
    if roll is None:
        return ()
    return (
        tongue(
            f"The size of the roll, {tongue.whole(roll)}, is taken from an announced result.",
            f"El tamaño del padrón electoral, {tongue.whole(roll)}, se toma de un resultado anunciado.",
        ),
    )


def _certificate(certificate: Certificate, tongue: Tongue) -> Table:
    rows = [
        (name, tongue.whole(votes))
        for name, votes in zip(certificate.candidates, certificate.votes, strict=True)
    ]
    limit = certificate.statements[0].withstands
    rows += [
        (tongue("margin", "margen"), tongue.whole(certificate.margin)),
        (
            tongue("registered voters outstanding, at most", "electores que faltan, como máximo"),
            tongue.whole(certificate.outstanding.capacity),
        ),
        (
            tongue("most outstanding votes with which it stays", "con a lo sumo tantos votos no cambiaría"),
            tongue.unknown if limit is None else tongue.whole(max(limit, 0)),
        ),
        (tongue("status", "estado"), tongue(*FINALITY[certificate.finality.value])),
    ]
    return Table(
        tongue("The integers to check", "Los enteros por comprobar"),
        ("", tongue("votes", "votos")),
        tuple(rows),
    )


def _reconciled(one: ContestEvidence, found: Accounts, tongue: Tongue) -> Answer:
    (pair,) = found.pairs
    official, other = found.names(pair)
    left, right = (name_of(one, code, tongue) for code in (official, other))
    only = (pair.count(kind) for kind in (Kind.ONLY_LEFT, Kind.ONLY_RIGHT))
    counts = (pair.count(Kind.AGREE), pair.differ(), *only)
    header = (
        "",
        tongue("agree", "coinciden"),
        tongue("differ", "difieren"),
        f"{tongue('only', 'solo')} {left}",
        f"{tongue('only', 'solo')} {right}",
    )
    row = (tongue("stations", "mesas"), *(tongue.whole(each) for each in counts))
    net = tuple(
        (name, tongue.signed(change))
        for name, change in zip(found.joined.view.candidates, pair.net[0].tolist(), strict=True)
    )
    tables = [Table(tongue("Stations", "Mesas"), header, (row,))]
    if pair.differ():
        caption = f"{right} − {left}"
        tables.append(Table(caption, ("", tongue("net difference", "diferencia neta")), net))
    return Answer(f"{official} · {right}", found.sentences(pair, tongue.language), tuple(tables))


def _audits(one: ContestEvidence, tongue: Tongue) -> Iterator[Answer]:
    header = (
        tongue("risk limit", "límite de riesgo"),
        tongue("boxes, default bet", "cajas, apuesta habitual"),
        "MACRO",
        tongue("equal chances", "igual probabilidad"),
        tongue("vouchers, on average", "comprobantes, en promedio"),
    )
    rows = tuple(
        (
            tongue.percent(plan.risk_limit, 0),
            *(
                tongue.whole(n)
                for n in (plan.boxes, plan.boxes_macro, plan.boxes_srs, plan.vouchers_expected)
            ),
        )
        for plan in one.plans
    )
    table = Table(
        tongue("If every box agrees with its sheet", "Si cada caja coincide con su acta"), header, rows
    )
    heading = f"{tongue('Plan for', 'Plan para')} {name_of(one, one.plan_basis, tongue)}"
    yield Answer(heading, one.plans[0].sentences(tongue.language), (table,))
    if one.hot:
        yield _hot(one, tongue)
    for audit in one.audits:
        heading = tongue("The audit that was committed to", "La auditoría comprometida")
        if len(one.audits) > 1:
            heading += tongue(f", entry {audit.index:,}", f", entrada {tongue.whole(audit.index)}")
        yield Answer(heading, audit.sentences(tongue.language))


def _hot(one: ContestEvidence, tongue: Tongue) -> Answer:
    bases = (
        tongue("centers as the roll lists them", "centros como los lista el padrón"),
        tongue(
            "center size = largest station number among its counted sheets",
            "tamaño del centro = mayor número de mesa entre sus actas contadas",
        ),
    )
    rows = tuple(
        (base, tongue.whole(opened), tongue.whole(of), tongue.percent(Fraction(opened, of), 1))
        for base, (opened, of) in zip(bases, one.hot, strict=False)
    )
    header = (
        tongue("over which base", "sobre qué base"),
        tongue("boxes opened", "cajas abiertas"),
        tongue("of", "de"),
        tongue("share", "proporción"),
    )
    caption = tongue("What the lottery opens", "Lo que abre el sorteo")
    return Answer(
        tongue("The hot audit's lottery", "El sorteo de la auditoría en caliente"),
        (
            tongue(
                "The rule of 2024 opens one box at a center of 1 to 4 stations, two of 5 to 8, three "
                "of 9 to 11, four "
                "of more. The share of boxes follows from the rule and the sizes of the centers.",
                "La regla de 2024 abre una caja en un centro de 1 a 4 mesas, dos de 5 a 8, tres de 9 "
                "a 11 y cuatro si "
                "son más. La proporción de cajas se sigue de la regla y del tamaño de los centros.",
            ),
            tongue(
                "It certifies nothing unless the counts are published box by box.",
                "No certifica nada si los conteos no se publican caja por caja.",
            ),
        ),
        (Table(caption, header, rows),),
    )


def _quick_count(one: ContestEvidence, tongue: Tongue) -> Answer:
    assert one.quick_count is not None
    candidate, sizes = one.quick_count
    rows = tuple((f"± {_decimal(100 * s.margin, 1, tongue)}", tongue.whole(s.tables)) for s in sizes)
    header = (tongue("margin in points, 95 %", "margen en puntos, 95 %"), tongue("stations", "mesas"))
    caption = tongue(
        f"Simple random sample, share of {candidate}", f"Muestra simple al azar, proporción de {candidate}"
    )
    middle = sizes[len(sizes) // 2]
    heading = f"{tongue('Sample sizes for', 'Tamaños de muestra para')} {candidate}"
    return Answer(heading, middle.sentences(tongue.language), (Table(caption, header, rows),))


def _screens(one: ContestEvidence, tongue: Tongue) -> Iterator[Answer]:
    found = one.screening
    assert found is not None
    header = tuple(tongue(*pair) for pair in (
        ("statistic", "estadístico"), ("sheets", "actas"), ("seen", "visto"), ("model", "modelo"), ("±", "±"),
        ("p", "p"), ("p, corrected", "p, corregida"), ("outside", "fuera"),
    ))  # fmt: skip
    rows = []
    for each in found.screens:
        digits = SCREENS[each.name].digits
        figures = [_decimal(value, digits, tongue) for value in (each.observed, each.null_mean, each.null_sd)]
        chances = [_decimal(value, 4, tongue) for value in (each.p, each.p_holm)]
        outside = tongue.unknown if each.outside is None else tongue.yes(each.outside)
        rows.append(
            (explain(each, tongue.language).heading, tongue.whole(each.sheets), *figures, *chances, outside)
        )
    said = tongue(
        f"{tongue.whole(found.sheets)} sheets, {tongue.whole(found.replicates)} replicates of each "
        f"model, seed {found.seed}. "
        "Every statistic is shown, those that show nothing like the others.",
        f"{tongue.whole(found.sheets)} actas, {tongue.whole(found.replicates)} réplicas de cada "
        f"modelo, semilla {found.seed}. "
        "Se muestra cada estadístico, también los que no muestran nada.",
    )
    said = f"{said} {words_of_left_out(found.left_out, tongue.language)}".rstrip()
    is_not = explain(found.screens[0], tongue.language).is_not if found.screens else ""
    caption = tongue("Statistics and their models", "Estadísticos y sus modelos")
    yield Answer(
        name_of(one, one.screening_basis, tongue), (said, is_not), (Table(caption, header, tuple(rows)),)
    )
    for each in found.screens:
        if each.outside:
            words = explain(each, tongue.language)
            yield Answer(words.heading, (words.seen, words.model, words.innocent, words.look_at))
    for _, title, svg in plots_of(found, tongue.language, one.view.code):
        yield Answer(title, (), (), (svg,))


def _decimal(value: float | None, digits: int, tongue: Tongue) -> str:
    if value is None:
        return tongue.unknown
    return marks(f"{value:,.{digits}f}", tongue.language)
