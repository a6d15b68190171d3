"""The answers of a check in words: the verdict in one line, then what it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import whole
from escrutinio.core.election.state import ElectionState, Status
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.codes import Kind
from escrutinio.core.verification.judge import Answer, Comparison, Verdict

SHOWN_DIFFERENCES = 60


def headline(answer: Answer, language: str) -> str:
    """The verdict in one sentence. Raises KeyError for a language without a catalogue."""
    key = "station-unknown" if not answer.comparisons and not answer.known_station else answer.verdict
    if answer.verdict is Verdict.CONTRADICTED and answer.entry is None:
        key = "contradicted-not-in-log"
    if answer.verdict is Verdict.PROMISE_CONTRADICTED and not answer.authenticated:
        key = "promise-doubtful"
    if answer.in_time:
        key = "promise-in-time"
    if answer.marked:
        key = "marked" if answer.entry is not None else "marked-not-in-log"
    texts = _HEADLINES.get(key) or _HEADLINES[answer.verdict]
    what = say_in(language, _TYPES.get(answer.type, _RECORD))
    place = " · ".join(part for part in (answer.station, answer.contest) if part)
    entry = "–" if answer.entry is None else whole(answer.entry, language)
    sentence = say_in(language, texts, what=what, place=place or "–", entry=entry)
    return say_in(language, _UNREAL) + sentence if answer.real is False else sentence


def grounds(answer: Answer, state: ElectionState, language: str) -> Iterator[str]:
    """What the verdict stands on, a line each: signer, status, comparisons, contradictions, findings."""
    if answer.real is False and state.definition.body.kind is not Kind.REAL:
        yield say_in(language, _KINDS[state.definition.body.kind])
    if answer.signer:
        yield say_in(language, _SIGNER, signer=answer.signer)
    if answer.detail:
        yield say_in(language, _DETAIL, detail=answer.detail)
    if answer.due is not None:
        yield say_in(language, _DUE, moment=_moment(answer.due))
    if answer.seen is not None:
        yield say_in(language, _SEEN, moment=_moment(answer.seen))
    if answer.extensions:
        entries = ", ".join(whole(each, language) for each in answer.extensions)
        yield say_in(language, _EXTENSIONS, entries=entries)
    if answer.status is not None:
        yield say_in(language, _STATUS[answer.status])
    if answer.others:
        entries = ", ".join(whole(each, language) for each in answer.others)
        yield say_in(language, _OTHERS, entries=entries)
    for comparison in answer.comparisons:
        yield _compared(comparison, language)
        for difference in comparison.differences[:SHOWN_DIFFERENCES]:
            name = say_in(language, _NAMES[difference.what]) if difference.what in _NAMES else difference.what
            values = {"sheet": difference.sheet, "published": difference.published}
            yield say_in(language, _DIFFERENCE, what=name, **values)
    for finding in answer.findings:
        yield finding.sentence(language)


def _moment(seconds: int) -> str:
    if seconds >= TIME_LIMIT:
        return f"1970 + {seconds} s"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _compared(comparison: Comparison, language: str) -> str:
    texts = _DIFFERENT if comparison.differences else _SAME
    return say_in(language, texts, basis=comparison.basis, entry=comparison.entry)


_HEADLINES: Mapping[str, str] = {
    Verdict.IN_LOG: N_("Authentic and in the log: {what}, {place}, entry {entry}."),
    Verdict.NOT_IN_LOG: N_("Authentic and not in this log: {what}, {place}. Keep it."),
    Verdict.CONTRADICTED: N_(
        "Authentic and in the log, where another sheet of equal standing says something else: {what}, "
        "{place}, entry {entry}."
    ),
    "contradicted-not-in-log": N_(
        "Authentic and not in this log, where another sheet of equal standing says something else: "
        "{what}, {place}. Keep it."
    ),
    Verdict.EQUAL: N_(
        "Equal to what is published of {place}. The sheet is unsigned: it does not prove who made it."
    ),
    Verdict.DIFFERS: N_(
        "Different from what is published of {place}. The sheet is unsigned: it does not prove who made it."
    ),
    Verdict.NOT_PUBLISHED: N_(
        "Nothing is published of {place} that this unsigned sheet could be compared with."
    ),
    "station-unknown": N_(
        "The roll of this election has no station {place}, so there is nothing to compare."
    ),
    Verdict.ALTERED: N_("Altered: its signature does not hold for the key that it names ({what}, {place})."),
    Verdict.MALFORMED: N_(
        "Not a record: the text begins like one of this system and was altered, or written by something else."
    ),
    Verdict.UNKNOWN_KEY: N_(
        "Not authentic by this log: it knows no key of that number and name ({what}, {place})."
    ),
    Verdict.NOT_IN_FORCE: N_(
        "Signed with a key that is not in force at that place of the log ({what}, {place})."
    ),
    "marked": N_(
        "Signed by a party or an observer after its key was revoked: entry {entry} of the log, marked; it "
        "counts in no total ({what}, {place})."
    ),
    "marked-not-in-log": N_(
        "Signed by a party or an observer after its key was revoked, and not in this log: it would enter, "
        "marked, and count in no total ({what}, {place}). Keep it."
    ),
    Verdict.OUT_OF_SCOPE: N_("Signed with a key that may not say this, or not of {place} ({what})."),
    Verdict.MISLABELLED: N_(
        "Mislabelled: the QR code and the definition of the election do not agree on whether it is a "
        "real one ({what}, {place})."
    ),
    Verdict.NOT_REAL: N_(
        "This {what} says itself that it belongs to no real election, and it is not of this log."
    ),
    Verdict.OTHER_ELECTION: N_("Of another election: this {what} cannot be judged by this log."),
    Verdict.PROOF_HOLDS: N_("The proof holds: entry {entry} is in the log as it was promised."),
    Verdict.PROOF_INVALID: N_("The proof does not hold for this log."),
    Verdict.PROOF_AHEAD: N_(
        "The proof speaks of more entries than the log at hand has: fetch the log again; if it stays "
        "so, entries were taken away."
    ),
    Verdict.PROMISE_CONTRADICTED: N_(
        "Promise contradicted: the log signed that entry {entry} was in it, and now shows another "
        "history. Keep the proof."
    ),
    Verdict.PROMISE_KEPT: N_(
        "What was promised is in the log, entry {entry}. Whether it was there in time, the log alone does "
        "not say."
    ),
    "promise-in-time": N_(
        "What was promised is in the log, entry {entry}, and was there in time: a checkpoint that has it was "
        "cosigned by then."
    ),
    Verdict.PROMISE_LATE: N_(
        "What was promised is in the log, entry {entry}, and was not there in time: a checkpoint that does "
        "not have it yet was cosigned later than that. Keep the promise and that checkpoint."
    ),
    Verdict.PROMISE_NOT_DUE: N_(
        "What was promised is not in this log, and its time had not surely passed when the log was cosigned. "
        "Keep the promise, and look again."
    ),
    Verdict.PROMISE_BROKEN: N_(
        "The promise was broken: its time had passed when the log was cosigned, and what was promised is not "
        "in it. Keep the promise."
    ),
    "promise-doubtful": N_(
        "The proof and the log at hand show two histories; with --trust it can be said whether the log "
        "signed the proof. Keep the proof."
    ),
}

_UNREAL = N_("NOT A REAL ELECTION. ")
_KINDS: Mapping[Kind, str] = {
    Kind.DRILL: N_("the definition of the log says: a drill"),
    Kind.SIMULATION: N_("the definition of the log says: a simulation"),
}
_RECORD = N_("record")
_TYPES: Mapping[str, str] = {
    "tally-sheet": N_("tally sheet"),
    "manual-sheet": N_("manual tally sheet"),
    "zero-report": N_("zero report"),
    "copy": N_("copy of a tally sheet"),
    "hand-count": N_("hand count"),
}
_SIGNER = N_("signer: {signer}")
_DUE = N_("promised by: {moment}")
_SEEN = N_("checkpoint cosigned: {moment}")
_EXTENSIONS = N_(
    "beside it: extensions by the officers, until that time or a later one, entry {entries}; the promise "
    "stays as it was signed, and nothing here says whether they concern it"
)
_DETAIL = N_("found: {detail}")
_STATUS: Mapping[Status, str] = {
    Status.COUNTED: N_("it counts for its station"),
    Status.DUPLICATE: N_("it repeats what an earlier entry said, which counts"),
    Status.PENDING: N_("the station is pending: its sheets differ, and none counts until a ruling"),
    Status.REFUSED: N_("a finding keeps it from counting"),
    Status.EVIDENCE: N_("it is evidence, and counts in no total"),
    Status.RETRACTED: N_("its signer took it back, and it counts no longer"),
}
_OTHERS = N_("says something else of the same station: entry {entries}")
_SAME = N_("equal to {basis}, entry {entry:,}")
_DIFFERENT = N_("different from {basis}, entry {entry:,}:")
_DIFFERENCE = N_("  {what}: {sheet:,} on this sheet, {published:,} published")
_NAMES: Mapping[str, str] = {
    "null": N_("null"),
    "blank": N_("blank"),
    "classes": N_("number of classes"),
    "options": N_("number of options"),
    "valid": N_("valid ballots"),
}
