"""What the form says."""

from __future__ import annotations

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records.codes import Kind

Texts = dict[str, str]

PROBLEMS: dict[str, str] = {
    "contest": N_("Choose the contest."),
    "station": N_("The roll has no such station."),
    "not-voted": N_("This contest is not voted on there."),
    "missing": N_("A figure is missing; type 0 where the sheet has 0."),
    "number": N_("This is not a whole number."),
    "words": N_("The words do not name the figure."),
    "more-votes": N_("More votes than voters."),
    "more-voters": N_("More than the registered voters."),
    "marks": N_("More marks than the valid ballots can have."),
    "sum": N_("The sum on the sheet is not that of its figures."),
    "zero": N_("All figures are zero: this may be the zero report."),
}

_TEXTS: dict[str, str] = {
    "title": N_("Transcription"),
    "lead": N_(
        "Two people type each sheet without seeing each other's figures. Where they differ, a third decides."
    ),
    "not-read": N_("The form could not be read; open this page again."),
    "not-saved": N_(
        "It could not be written to the disk. Nothing you typed is lost: make room and save again."
    ),
    "leave": N_("Leave"),
    "nothing": N_("There is nothing for you to type now."),
    "again": N_("Look again"),
    "picture": N_("Picture"),
    "larger": N_("Larger"),
    "smaller": N_("Smaller"),
    "turn": N_("Turn"),
    "station": N_("Station"),
    "contest": N_("Contest"),
    "switch": N_("Show the form of this contest"),
    "option": N_("Candidate and card"),
    "figure": N_("Figure"),
    "words": N_("In words, if the sheet has them"),
    "valid": N_("Valid ballots"),
    "ballots": N_("Sum on the sheet, if it has one"),
    "voters": N_("Voters, if the sheet says it"),
    "supplement": N_("Voters beyond the list, if the sheet says it"),
    "spoilt": N_("Spoilt ballots, if the sheet says it"),
    "registered": N_("Registered voters, if the sheet says it"),
    "sum": N_("Sum of what you typed"),
    "confirm": N_("I looked again: this is what the sheet says"),
    "page": N_("Page"),
    "illegible": N_("It cannot be read"),
    "empty": N_("No sheet on this picture"),
    "more": N_("Save; the picture has another sheet"),
    "finish": N_("No other sheet on this picture"),
    "rest-illegible": N_("The rest cannot be read"),
    "typed": N_("You typed from this picture"),
    "others": N_("Others saw on this picture"),
    "save": N_("Save and go on"),
    "differs": N_("Two people typed this sheet and differ in the fields that are marked. Type what you see."),
    "marked": N_("typed differently"),
    "decide": N_(
        "Two clerks typed this sheet differently. Look at the picture, type what it says, and say what "
        "decided; both typings stay in the journal, and the log says that a third decided."
    ),
    "reason": N_("What decided"),
    "reason-missing": N_("Say what decided."),
    "clerk-a": N_("Clerk A"),
    "clerk-b": N_("Clerk B"),
    "decider": N_("Who decides"),
    "done": N_("done"),
    "open": N_("to do"),
    "stage-differs": N_("differ"),
    "stage-illegible": N_("illegible"),
    "stage-empty": N_("without a sheet"),
    "stage-left": N_("left to the organisation"),
    "people": N_(
        "Type figures only. Names, identity numbers and signatures on a sheet are nobody's business here."
    ),
    "fictional": N_("A simulation of a fictional country: nothing here is real."),
}


def texts(language: str) -> Texts:
    """The form's texts in a language of the catalogues."""
    return {key: say_in(language, text) for key, text in _TEXTS.items()}


def fictional_in(state: ElectionState, language: str) -> str:
    """What every page says of an election that is not real; empty of a real one."""
    return "" if state.definition.body.kind is Kind.REAL else say_in(language, _TEXTS["fictional"])


def problem_text(code: str, language: str) -> str:
    """The sentence of a problem."""
    return say_in(language, PROBLEMS[code])
