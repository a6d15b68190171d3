"""Words for the codes of records, to be translated by the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.finding import Severity
from escrutinio.core.election.state import Standing
from escrutinio.core.records.codes import Kind, LogRole, Method
from escrutinio.publication.documents.code_words import PURPOSES

RECORDS: Mapping[str, str] = {
    "definition": N_("Definition of the election"),
    "charter": N_("Charter of the log"),
    "enrolment": N_("Enrolment of keys"),
    "revocation": N_("Revocation of a key"),
    "witness-policy": N_("Witness policy"),
    "roll": N_("Roll"),
    "nomination-change": N_("Change of a nomination"),
    "station-change": N_("Change of a station"),
    "accreditation": N_("Accreditation"),
    "acceptance": N_("Answer to an accreditation"),
    "lifecycle": N_("Step in the life of machines"),
    "arrival": N_("Arrival of entries"),
    "zero-report": N_("Zero report"),
    "tally-sheet": N_("Tally sheet"),
    "machine-event": N_("Machine event"),
    "contingency-opening": N_("Opening for a manual sheet"),
    "manual-sheet": N_("Manual tally sheet"),
    "copy": N_("Copy of a sheet"),
    "hand-count": N_("Hand count"),
    "seal-check": N_("Check of a seal"),
    "refusal-to-sign": N_("Refusal to sign"),
    "incident-report": N_("Incident report"),
    "complaint": N_("Complaint"),
    "ruling": N_("Ruling"),
    "incident-disclosure": N_("Disclosure of an incident"),
    "audit-minutes": N_("Minutes of an audit"),
    "bulletin": N_("Bulletin"),
    "proclamation": N_("Proclamation"),
    "observation-report": N_("Observation report"),
    "withdrawal": N_("Withdrawal of an attachment"),
    "co-record": N_("Consent to a record of the root"),
    "claim": N_("Announced result"),
    "statement": N_("Statement"),
    "audit-commitment": N_("Commitment of an audit"),
    "audit-seed": N_("Seed of an audit"),
    "audit-sample": N_("Sample of an audit"),
    "audit-result": N_("Result of an audit"),
    "closing": N_("Closing"),
    "retraction": N_("Retraction"),
    "lots": N_("Drawing of lots"),
    "ballot-manifest": N_("Manifest of the boxes"),
    "digits-commitment": N_("Commitment to digits of a seed"),
    "count-commitment": N_("Commitment to a hand count"),
    "mixed-count": N_("Hand count of a mixed box"),
    "promise": N_("Promise of a receiver"),
    "sheet-status": N_("Status of a sheet"),
    "custody": N_("Custody"),
    "checklist": N_("Checklist"),
    "visit": N_("Visit of an observer"),
    "next-round": N_("Second round"),
    "extension": N_("Results later than the calendar says"),
    "waiting-set": N_("Results that wait"),
    "removal-request": N_("Request to remove an attachment"),
}

SEVERITIES: Mapping[int, str] = {
    Severity.NOTE: N_("Note"),
    Severity.WARNING: N_("Warning"),
    Severity.CRITICAL: N_("Critical"),
}

STANDINGS: Mapping[int, str] = {
    Standing.EFFECTIVE: "",
    Standing.CONSENT: N_("one of several equal records by officers"),
    Standing.REFUSED: N_("without effect: its signer may not say this"),
    Standing.SUPERSEDED: N_("without effect: it does not name the act that is in force"),
    Standing.OVERRULED: N_("without effect: a higher instance has spoken"),
    Standing.RETRACTED: N_("taken back by its signer"),
    Standing.WAITING: N_("without effect: the officers have not consented"),
}

METHODS: Mapping[int, str] = {
    Method.PLURALITY: N_("most votes win"),
    Method.TWO_ROUND: N_("two rounds"),
    Method.DHONDT: N_("seats by D'Hondt"),
    Method.SAINTE_LAGUE: N_("seats by Sainte-Laguë"),
    Method.HARE: N_("seats by largest remainders (Hare)"),
    Method.DROOP: N_("seats by largest remainders (Droop)"),
}

LOG_ROLES: Mapping[int, str] = {
    LogRole.OFFICIAL: N_("official"),
    LogRole.PARTY: N_("of a party"),
    LogRole.OBSERVER: N_("of an observer"),
    LogRole.IMPORTER: N_("of an importer"),
}

KINDS: Mapping[int, str] = {
    Kind.REAL: "",
    Kind.DRILL: N_("Drill"),
    Kind.SIMULATION: N_("Simulation"),
}

KIND_NOTICES: Mapping[int, str] = {
    Kind.REAL: "",
    Kind.DRILL: N_("This is an exercise; no figure here is a result."),
    Kind.SIMULATION: N_("The country is fictional; no figure, person or organisation here is real."),
}

LEVELS: Mapping[str, str] = {
    "country": N_("country"),
    "state": N_("state"),
    "region": N_("region"),
    "province": N_("province"),
    "department": N_("department"),
    "island": N_("island"),
    "district": N_("district"),
    "municipality": N_("municipality"),
    "parish": N_("parish"),
    "city": N_("city"),
}
"""The usual words of area tables; another word is shown as it stands."""

SHORT_CLASSES: Mapping[str, str] = {"null": N_("Null"), "blank": N_("Blank")}
"""Classes of ballots in the head of a column, where there is little room."""

FIGURES: Mapping[str, str] = {
    "others": N_("Others, as announced"),
    "valid": N_("Valid votes"),
    "null": N_("Null ballots"),
    "blank": N_("Blank ballots"),
    "ballots": N_("Ballots"),
    "registered": N_("Registered voters"),
    "stations": N_("Stations counted"),
}

CALENDAR = {
    "roll_frozen": N_("The roll is frozen"),
    "enrolment_closes": N_("The enrolment of machines closes"),
    "polls_open": N_("Polls open"),
    "polls_close": N_("Polls close"),
    "results_public_from": N_("Results may be public from here on"),
    "results_public_latest": N_("The latest moment to which results may be put off"),
}
"""The dates of a calendar that the rules know; any other is an audit, by the code its election gives it."""

TABLES: Mapping[str, Mapping[int, str] | Mapping[str, str]] = {
    "methods": METHODS,
    "severities": SEVERITIES,
    "standings": STANDINGS,
    "records": RECORDS,
    "purposes": PURPOSES,
    "figures": FIGURES,
    "calendar_dates": CALENDAR,
}
"""The tables that templates use, by the name they use."""
