"""What the forms for records say: their own texts, and each field of docs/formats.md in words."""

from __future__ import annotations

from collections.abc import Mapping

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in

TEXTS: Mapping[str, str] = {
    "title": N_("Sign"),
    "leave": N_("Leave"),
    "lead": N_("What you may sign in this log as {name}"),
    "none": N_("The log has no key in force under this name."),
    "type": N_("Write a record"),
    "about": N_("What it is about"),
    "begin": N_("Open the form"),
    "back": N_("Back"),
    "needed": N_("needed"),
    "hint": N_(
        "Fields may point to the log: @12 is entry 12, @here the log as it stands. A list is written "
        '["a", "b"], a text to attach {{ text = "…" }}, a time 2031-05-04T20:00:00-03:00.'
    ),
    "people": N_("The log is for ever and for everybody: no names of private persons, no identity numbers."),
    "passphrase": N_("Passphrase of your key, or PIN of your token; it is not kept"),
    "no-key": N_(
        "Your key is not at this machine: keep what you wrote, and sign the file where your key is."
    ),
    "seal": N_("Sign and send"),
    "keep": N_("Keep for the key's holder"),
    "check": N_("Check only"),
    "fits": N_("It fits the log. Nothing is signed yet."),
    "waits": N_("Waits for more signatures"),
    "same": N_("Sign the same"),
    "signed-by": N_("signed: {names}"),
    "count": N_("{count} of {needed} officers"),
    "not-public": N_("sent, not in the log yet"),
    "sent": N_("Sent, and not in the log yet"),
    "drafts": N_("Kept and not signed"),
    "download": N_("File for escrutinio sign"),
    "drop": N_("Let it go"),
    "done": N_("Signed and sent. Its SHA-256: {digest}"),
    "done-waits": N_("It takes effect when the others have signed the same: {count} of {needed} so far."),
    "wait": N_("Too many wrong passphrases; wait ten minutes."),
    "elsewhere": N_("The form came from another page; open this one again."),
    "choose": N_("– choose –"),
}

FIELDS: Mapping[str, str] = {
    "accepted": N_("Accepted"),
    "accreditation": N_("The accreditation"),
    "among": N_("Drawn among"),
    "announced_on": N_("Announced on"),
    "areas": N_("Areas"),
    "arrivals": N_("Arrivals"),
    "at": N_("When"),
    "attachment": N_("Attachment"),
    "audit": N_("Audit"),
    "ballots": N_("Ballots"),
    "basis": N_("Basis"),
    "bet": N_("Bet"),
    "bound": N_("Source of the bound"),
    "boxes": N_("Boxes"),
    "by": N_("By when"),
    "candidate": N_("Candidate"),
    "category": N_("Category"),
    "center": N_("Center"),
    "centers": N_("Table of the centers"),
    "change": N_("Change"),
    "classes": N_("Other ballots by class"),
    "code": N_("Code"),
    "commitment": N_("Commitment"),
    "complaint": N_("Complaint"),
    "contests": N_("Contests"),
    "corrects": N_("Corrects"),
    "count": N_("Digest of the count"),
    "counters": N_("Who counts"),
    "counts": N_("Votes by option"),
    "covered": N_("What it covers"),
    "decision": N_("Decision"),
    "declared": N_("Declared totals"),
    "definition": N_("Definition"),
    "detail": N_("Detail"),
    "digits": N_("Digits"),
    "drawn": N_("Drawn, in order"),
    "elected": N_("Elected"),
    "ends": N_("Ends"),
    "event": N_("Event"),
    "fails": N_("Points that do not hold"),
    "first": N_("First entry"),
    "follows": N_("Follows"),
    "form": N_("Form of the original"),
    "frozen_on": N_("Frozen on"),
    "head": N_("The log before it"),
    "held_at": N_("Held at"),
    "holds": N_("Points that hold"),
    "image": N_("Digest of the picture"),
    "in_reply_to": N_("In reply to"),
    "instead_of": N_("Instead of"),
    "intact": N_("Intact"),
    "legal_basis": N_("Legal basis"),
    "listing": N_("Table of the machines"),
    "machines": N_("Machines"),
    "manifest": N_("Manifest"),
    "method": N_("Method"),
    "minutes": N_("Minutes"),
    "most": N_("At most"),
    "note": N_("Note"),
    "null": N_("Null ballots"),
    "number": N_("Number"),
    "origin": N_("Origin"),
    "original": N_("Digest of the original"),
    "outcome": N_("Outcome"),
    "points": N_("Table of the points"),
    "policy": N_("Policy"),
    "reason": N_("Reason"),
    "record": N_("Digest of the record"),
    "refused": N_("Refused"),
    "registered": N_("Registered voters"),
    "replaces": N_("Replaces"),
    "report": N_("Report"),
    "risk": N_("Risk"),
    "risk_limit": N_("Risk limit"),
    "round": N_("Round"),
    "rows": N_("Figures by candidate"),
    "ruling": N_("Ruling"),
    "salt": N_("Salt"),
    "seal": N_("Seal"),
    "sheet": N_("Sheet"),
    "software": N_("Digest of the software"),
    "source": N_("Source"),
    "sources": N_("Sources"),
    "speaker": N_("Who said it"),
    "spoilt": N_("Spoilt ballots"),
    "starts": N_("Begins"),
    "stated_on": N_("Said on"),
    "stations": N_("Stations"),
    "status": N_("Status"),
    "step": N_("Step"),
    "supplement": N_("Ballots beyond the roll"),
    "throwers": N_("Who gives digits"),
    "titles": N_("Titles"),
    "turnout": N_("Turnout"),
    "until": N_("Until"),
    "valid": N_("Valid ballots"),
    "voters": N_("Voters"),
    "vouchers": N_("Vouchers"),
    "what": N_("What"),
    "words": N_("The words"),
}
"""The fields of the records, in words."""


SUBJECTS: Mapping[str, str] = {
    "election": N_("the word: election"),
    "contest": N_("CONTEST"),
    "contest-area": N_("CONTEST or CONTEST/AREA"),
    "station": N_("STATION"),
    "station/contest": N_("STATION/CONTEST"),
    "matter": N_("station/STATION/CONTEST, area/AREA/CONTEST or contest/CONTEST"),
    "signer": N_("the name of an enrolled signer"),
    "lot": N_("the code of a lot of machines"),
    "place": N_("election, area/AREA or station/STATION"),
    "audit": N_("the code of an audit in the calendar"),
}
"""What a record can be about, by the forms of `core/records/subjects.py`; capitals stand for codes."""


def field_label(name: str, language: str) -> str:
    """A field in words; one that this program has no words for, by its name."""
    return say_in(language, FIELDS[name]) if name in FIELDS else name


def signing_texts(language: str) -> dict[str, str]:
    """The texts of the forms in a language of the catalogues; those with values still to be filled."""
    return {key: say_in(language, text) for key, text in TEXTS.items() if "{" not in text or key == "hint"}
