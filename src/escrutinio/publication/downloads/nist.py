"""Results as NIST SP 1500-100 version 2 (Election Results Common Data Format), in JSON.

One report speaks of one basis and says which in its notes; bases are never added up. What each element
carries, and why null votes stand where they stand, is in docs/data.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from escrutinio import __version__
from escrutinio.core.derived.files import has_cards
from escrutinio.core.election.definition import BLANK, HALF, NULL, PROPORTIONAL
from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import Basis, ContestView, ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Kind, Method
from escrutinio.core.records.parts import Title, Win
from escrutinio.publication.downloads.nist_units import Units, area_units, station_units

Node = dict[str, object]
"""One object of the report; every value is text, a number, a Node, or a list of these."""

_KIND = {Kind.DRILL: "drill", Kind.SIMULATION: "simulation"}


@dataclass(frozen=True, eq=False)
class Counts:
    """What a contest comes to in each unit of a report.

    `units` are their identifiers; `options` int64 [units, options]; `valid` ballots int64 [units]; `classes`
    int64 [units, classes] of other ballots; `unread` bool [units], where a sheet does not say these.
    """

    units: Sequence[str]
    options: NDArray[np.int64]
    valid: NDArray[np.int64]
    classes: NDArray[np.int64]
    unread: NDArray[np.bool_]


def summary_report(state: ElectionState, basis: Basis, generated_at: int) -> bytes:
    """Totals of every area; `generated_at` in seconds since 1970-01-01 UTC."""
    units = area_units(state, basis)
    counts = [_area_counts(state, contest, basis) for contest in state.contests]
    return _report(state, basis, generated_at, "summary-contest", units, counts)


def station_report(state: ElectionState, basis: Basis, generated_at: int) -> bytes:
    """What counts in every station, with the centers and areas that the stations make up."""
    units = station_units(state, basis)
    counts = [_station_counts(state, contest, basis) for contest in state.contests]
    return _report(state, basis, generated_at, "precinct-level", units, counts)


def _area_counts(state: ElectionState, contest: ContestView, basis: Basis) -> Counts:
    tree = state.areas
    found = totals(state, contest.code, basis.code)
    # An area without a counted sheet has no votes to state; a zero would say that nobody voted.
    within = tree.within(tree.index[contest.area], np.arange(len(tree), dtype=np.int32))
    inside = np.flatnonzero(within & (found.stations_counted > 0))
    ids = [f"area-{tree.codes[at]}" for at in inside.tolist()]
    unread = found.classes_unread[inside] > 0
    return Counts(ids, found.options[inside], found.valid[inside], found.classes[inside], unread)


def _station_counts(state: ElectionState, contest: ContestView, basis: Basis) -> Counts:
    nothing = np.full(len(state.roll), -1, np.int32)
    rows = state.counted.get((contest.code, basis.code), nothing)
    here = np.flatnonzero(rows >= 0)
    table, chosen = state.tables[contest.code], rows[here]
    ids = [f"station-{state.roll.stations[at]}" for at in here.tolist()]
    classes = table.classes[chosen]
    unread = np.asarray((classes < 0).any(axis=1))
    votes = table.counts[chosen].astype(np.int64)
    return Counts(ids, votes, valid_of(table)[chosen], np.maximum(classes, 0), unread)


def _report(
    state: ElectionState, basis: Basis, generated_at: int, detail: str, units: Units, counts: list[Counts]
) -> bytes:
    body = state.definition.body
    issuer = body.author if state.charter is None else state.charter.body.operator
    report: Node = {
        "@type": "ElectionResults.ElectionReport",
        "Format": detail,
        "GeneratedDate": datetime.fromtimestamp(generated_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Issuer": " / ".join(dict.fromkeys(title.text for title in issuer)),
        "IssuerAbbreviation": body.code,
        "SequenceStart": 1,
        "SequenceEnd": 1,
        "Status": "unofficial-complete" if units.complete else "unofficial-partial",
        "VendorApplicationId": f"escrutinio {__version__}",
        "Notes": _notes(state, basis),
        "ExternalIdentifier": [
            _identifier("SHA-256 of the definition record", state.election.hex()),
            _identifier("log size", str(state.size)),
        ],
        "IsTest": body.kind is not Kind.REAL,
        "GpUnit": units.nodes,
        "Party": [party for contest in state.contests for party in _parties(contest)],
        "Election": [_election(state, counts)],
    }
    if body.kind is not Kind.REAL:
        report["TestType"] = _KIND[body.kind]
    return msgspec.json.encode({name: value for name, value in report.items() if value != []}) + b"\n"


def _notes(state: ElectionState, basis: Basis) -> str:
    rules = "; ".join(map(_rules, state.contests))
    return (
        f"Basis: {basis.code}. Recomputed from {state.size} entries of a public log; this file is not an "
        "official result, and other bases stand in files of their own. BallotsCast counts the valid ballots "
        "of a contest and those of all classes of others, BallotsRejected the null ones among them; "
        "Undervotes are marks that valid and blank ballots do not have. Thresholds, what wins a first round, "
        f"quorums and what breaks ties have no place in this format. Contests: {rules}."
    )


def _rules(contest: ContestView) -> str:
    """What the format has no place for: method and seats, and the classes of other ballots."""
    classes = ", ".join(contest.classes) or "none"
    return f"{contest.code} {word(contest.method)}, seats to fill {contest.seats}, other ballots {classes}"


def _election(state: ElectionState, counts: list[Counts]) -> Node:
    body = state.definition.body
    several = len(state.contests) > 1
    pairs = list(zip(state.contests, counts, strict=True))
    return {
        "@type": "ElectionResults.Election",
        "Name": text(body.titles, body.code),
        "StartDate": body.voting_day,
        "EndDate": body.voting_day,
        "Type": "other",
        "OtherType": "not stated",
        "ElectionScopeId": f"area-{state.areas.codes[0]}",
        "BallotCounts": raw_list(
            line for contest, found in pairs for line in _ballots(contest, found, several)
        ),
        "Candidate": [node for contest in state.contests for node in _candidates(contest)],
        "Contest": [_contest(contest, found) for contest, found in pairs],
    }


def _ballots(view: ContestView, found: Counts, several: bool) -> Iterable[str]:
    """The ballots per unit; of one contest among several, or of the only one there is."""
    kind = f'"other","OtherType":"contest {view.code}"' if several else '"total"'
    cast = found.valid + found.classes.sum(axis=1)
    null = _of_class(view, found, NULL)
    rejected = [""] * len(found.units) if null is None else [f',"BallotsRejected":{n}' for n in null.tolist()]
    rows = zip(found.units, cast.tolist(), rejected, found.unread.tolist(), strict=True)
    return (
        f'{{"@type":"ElectionResults.BallotCounts","GpUnitId":"{unit}","Type":{kind},'
        f'"BallotsCast":{ballots}{null_ones}}}'
        for unit, ballots, null_ones, unread in rows
        if not unread  # what a sheet does not say is not known, and never 0
    )


def _of_class(contest: ContestView, found: Counts, code: str) -> NDArray[np.int64] | None:
    """The ballots of a class, int64 [units]; None where the contest has no such class."""
    return found.classes[:, contest.classes.index(code)] if code in contest.classes else None


def _undervotes(contest: ContestView, found: Counts) -> Iterable[str]:
    """Marks that ballots could have and have not, per unit: those of blank ballots, and with several marks
    those that valid ones lack. Nothing where one mark is all and no blank ballot is told apart."""
    blank = _of_class(contest, found, BLANK)
    if blank is None and contest.marks == 1:
        return ()
    ballots = found.valid if blank is None else found.valid + blank
    missing = contest.marks * ballots - found.options.sum(axis=1)
    rows = zip(found.units, missing.tolist(), found.unread.tolist(), strict=True)
    return (
        f'{{"@type":"ElectionResults.OtherCounts","GpUnitId":"{unit}","Undervotes":{count}}}'
        for unit, count, unread in rows
        if not unread
    )


def _variation(contest: ContestView) -> Node:
    """The method in the format's words; "other" with words of our own where it has none."""
    if contest.method in PROPORTIONAL:
        return {"VoteVariation": "proportional"}
    if contest.marks > 1:
        return {"VoteVariation": "n-of-m"}
    if contest.method is Method.PLURALITY:
        return {"VoteVariation": "plurality"}
    if contest.wins in ((), (Win(HALF),)):
        return {"VoteVariation": "majority", "NumberRunoff": 2}
    return {"VoteVariation": "other", "OtherVoteVariation": "two rounds", "NumberRunoff": 2}


def _candidates(contest: ContestView) -> list[Node]:
    """The candidates; the lists of a proportional contest are parties and stand there."""
    if contest.method in PROPORTIONAL:
        return []
    return [
        {
            "@type": "ElectionResults.Candidate",
            "@id": f"candidate-{contest.code}:{code}",
            "BallotName": text(titles, code),
            "ExternalIdentifier": [_identifier("candidate", code)],
        }
        for code, titles in zip(contest.candidates, contest.candidate_titles, strict=True)
    ]


def _parties(contest: ContestView) -> list[Node]:
    """The options where they say more than the candidates, and the lists of a proportional contest.

    A list with several options is a coalition of them.
    """
    lists = contest.method in PROPORTIONAL
    if not lists and not has_cards(contest):
        return []
    nodes: list[Node] = [
        {
            "@type": "ElectionResults.Party",
            "@id": _party(contest, code),
            "Name": text(titles, code),
            "ExternalIdentifier": [_identifier("option", code)],
        }
        for code, titles in zip(contest.options, contest.option_titles, strict=True)
    ]
    if not lists or not has_cards(contest):
        return nodes
    for number, (code, titles) in enumerate(zip(contest.candidates, contest.candidate_titles, strict=True)):
        cards = np.flatnonzero(contest.option_candidate == number).tolist()
        nodes.append(
            {
                "@type": "ElectionResults.Coalition",
                "@id": f"list-{contest.code}:{code}",
                "Name": text(titles, code),
                "ContestIds": [f"contest-{contest.code}"],
                "PartyIds": [_party(contest, contest.options[card]) for card in cards],
                "ExternalIdentifier": [_identifier("candidate", code)],
            }
        )
    return nodes


def _party(contest: ContestView, option: str) -> str:
    return f"party-{contest.code}:{option}"


def _contest(contest: ContestView, found: Counts) -> Node:
    lists = contest.method in PROPORTIONAL
    node: Node = {
        "@type": "ElectionResults.PartyContest" if lists else "ElectionResults.CandidateContest",
        "@id": f"contest-{contest.code}",
        "Name": contest.titles[0].text if contest.titles else contest.code,
        "BallotTitle": text(contest.titles, contest.code),
        "ElectionDistrictId": f"area-{contest.area}",
        "ExternalIdentifier": [_identifier("contest", contest.code)],
        "ContestSelection": [_selection(contest, option, found) for option in range(len(contest.options))],
    } | _variation(contest)
    if undervotes := list(_undervotes(contest, found)):
        node["OtherCounts"] = raw_list(undervotes)
    if not lists:
        node |= {"VotesAllowed": contest.marks, "NumberElected": contest.seats}
    return node


def _selection(contest: ContestView, option: int, found: Counts) -> Node:
    """One box on the ballot. Several may be for one candidate, each by another party (fusion voting)."""
    code = contest.options[option]
    node: Node = {"@id": f"selection-{contest.code}:{code}", "SequenceOrder": option + 1}
    if contest.method in PROPORTIONAL:
        node |= {"@type": "ElectionResults.PartySelection", "PartyIds": [_party(contest, code)]}
    else:
        candidate = contest.candidates[contest.option_candidate[option]]
        node |= {
            "@type": "ElectionResults.CandidateSelection",
            "CandidateIds": [f"candidate-{contest.code}:{candidate}"],
        }
        if has_cards(contest):
            node["EndorsementPartyIds"] = [_party(contest, code)]
    node["VoteCounts"] = raw_list(
        f'{{"@type":"ElectionResults.VoteCounts","GpUnitId":"{unit}","Type":"total","Count":{count}}}'
        for unit, count in zip(found.units, found.options[:, option].tolist(), strict=True)
    )
    return node


def raw_list(objects: Iterable[str]) -> msgspec.Raw:
    """A list of objects that are JSON already: a report has hundreds of thousands of them."""
    return msgspec.Raw(f"[{','.join(objects)}]".encode())


def text(titles: Sequence[Title], otherwise: str) -> Node:
    """Titles as internationalized text; `otherwise`, in no language ("zxx"), where there are none."""
    shown = titles or (Title("zxx", otherwise),)
    return {
        "@type": "ElectionResults.InternationalizedText",
        "Text": [
            {"@type": "ElectionResults.LanguageString", "Language": title.language, "Content": title.text}
            for title in shown
        ],
    }


def _identifier(label: str, value: str) -> Node:
    return {
        "@type": "ElectionResults.ExternalIdentifier",
        "Type": "other",
        "OtherType": "escrutinio",
        "Label": label,
        "Value": value,
    }
