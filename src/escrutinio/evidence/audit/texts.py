"""The sentences of audits."""

from escrutinio.base.words.catalogue import N_

NOTES = {
    "head": N_("The commitment (entry {entry}) names a log head that is not this log's: {what}."),
    "not-named": N_(
        "Entry {entry} speaks of this audit and is signed by {signer}, whom the commitment does not "
        "name; it is left out."
    ),
    "no-observers": N_(
        "The commitment (entry {entry}) names fewer than two organisations, so no hand count can "
        "enter the audit."
    ),
    "seed-before": N_("The seed in entry {entry} stands in the log before the commitment; it is left out."),
    "seed-form": N_(
        "What entry {entry} gives are not the decimal digits, from {least} to {most}, that each of those who "
        "throw the seed of this audit gives; it is left out."
    ),
    "seed-own": N_(
        "In entry {entry} {signer} opens the digits that it had committed to, after dice had taken their "
        "place with entry {first}. The seed stays as it is; whether they had been waited for is not for the "
        "log to say."
    ),
    "seed-again": N_(
        "Entry {entry} gives other digits of the seed than entry {first}; an audit has one seed for all its "
        "rounds, the first."
    ),
    "seed-instead": N_(
        "With entry {entry}, {signer} state the same dice thrown in public in place of the digits of "
        "{thrower}."
    ),
    "seed-alone": N_(
        "The dice in entry {entry} are stated by {signer} alone; they count once another organisation that "
        "the commitment names states the same."
    ),
    "digits-late": N_(
        "Entry {entry}, by {signer}, commits to digits of the seed after others were opened, or before "
        "the audit; they do not count."
    ),
    "digits-again": N_(
        "Entry {entry}, by {signer}, commits to other digits of the seed than entry {first}, which counts."
    ),
    "digits-uncommitted": N_(
        "The digits in entry {entry}, by {signer}, were not committed to before others were opened; they do "
        "not count."
    ),
    "digits-differ": N_(
        "The digits in entry {entry}, by {signer}, are not those that entry {first} committed to; they do "
        "not count."
    ),
    "sample-order": N_(
        "The sample in entry {entry} is of round {round}, where round {expected} was to come, or "
        "stands before the seed; it is left out."
    ),
    "sample-differs": N_(
        "The sample in entry {entry} names {stated} at place {place} of round {round}, where the "
        "seed draws {drawn}; what the seed draws counts."
    ),
    "sample-size": N_(
        "The sample in entry {entry} has {stated} boxes, more than can be drawn; it is left out."
    ),
    "official-otherwise": N_(
        "By the official sheets as reported, contest {contest} has another outcome than by those that the "
        "commitment (entry {entry}) names."
    ),
    "not-drawn": N_(
        "The hand count of box {box} (entry {entry}) is for this audit, which did not draw that box; "
        "it does not enter."
    ),
    "counts-differ": N_(
        "Organisations signed different hand counts of box {box} (entry {entry}); until they agree "
        "it is taken as unaccounted for."
    ),
    "count-before": N_(
        "Entry {entry}, by {signer}, stands in the log before the first sample; what it says of box {box} "
        "does not enter."
    ),
    "count-early": N_(
        "Entry {entry}, by {signer}, says a count of box {box} before two organisations had committed to "
        "theirs; it does not enter."
    ),
    "count-late": N_(
        "Entry {entry}, by {signer}, commits to a count of box {box} after a count of it was said, with "
        "which it cannot agree: it may have been copied."
    ),
    "count-committed-again": N_(
        "Entry {entry}, by {signer}, commits to another count of box {box} than entry {first}, which counts."
    ),
    "count-uncommitted": N_(
        "The count of box {box} in entry {entry}, by {signer}, was not committed to beforehand; it does not "
        "enter."
    ),
    "count-differs": N_(
        "The count of box {box} in entry {entry}, by {signer}, is not the one that entry {first} committed "
        "to; it does not enter."
    ),
    "count-again": N_(
        "Entry {entry}, by {signer}, gives another count of box {box} than entry {first} and does not name "
        "it as corrected; the first one stands."
    ),
    "count-corrected": N_(
        "Entry {entry}, by {signer}, corrects the count of box {box} in entry {first}; it takes its place "
        "once another organisation corrects its own to the same."
    ),
    "count-form": N_(
        "The count of box {box} in entry {entry}, by {signer}, has other figures than its contest asks for; "
        "it does not enter."
    ),
    "count-other-box": N_(
        "The count of box {box} in entry {entry}, by {signer}, is not of all the stations whose ballots lie "
        "there ({together}); it does not enter."
    ),
    "mixed": N_(
        "By the manifest that the commitment (entry {entry}) names, the ballots of {together} lie in one "
        "box, which goes by {box}: their sheets are added up and compared with one count."
    ),
    "roll-changed": N_(
        "The roll was changed after the commitment (entry {entry}), in entries {changes}: what the seed "
        "draws is made with the roll as it stood at the commitment."
    ),
    "bounds-raised": N_(
        "Ballots that the boxes may hold more than the commitment (entry {entry}) had it, by what the log "
        "says since: {more}. The boxes are drawn without them, so as many votes are taken to be against the "
        "outcome."
    ),
    "manifest-newer": N_(
        "Whoever made the manifest that the commitment (entry {entry}) names made another one later, in "
        "entries {changes}; what the seed draws is made with the one named."
    ),
    "law-below": N_(
        "The number of the law in the commitment (entry {entry}) is {most}. Stations where more could vote "
        "by the roll, which bounds their boxes instead: {boxes}."
    ),
    "sheets-since": N_(
        "The audit (entry {entry}) is of the sheets that counted at log size {size}. Stations where another "
        "sheet counts since, or none: {changed}; stations that have one now and had none: {added}."
    ),
    "counted-otherwise": N_(
        "In the audit of entry {entry} all the paper was counted too, and came to another outcome."
    ),
    "not-listed": N_(
        "The manifest that the commitment (entry {entry}) names lacks box {box}; it is taken to hold as many "
        "vouchers as could vote there."
    ),
    "follows-unknown": N_(
        "The commitment (entry {entry}) says that it follows an audit of this contest that the log does not "
        "have before it."
    ),
    "repeated": N_(
        "The commitment (entry {entry}) does not name the audit that the same organisation committed to "
        "before, in entry {first}; an audit that is repeated until it ends well shows nothing."
    ),
    "above-bound": N_(
        "In box {box} (entry {entry}) {counted} vouchers were counted, more than the {bound} that it "
        "was taken to hold, so what bounds the boxes of this audit does not."
    ),
    "result-differs": N_(
        "The result in entry {entry} states a risk of {stated} after round {round}; from the log it "
        "is {found}."
    ),
    "result-early": N_("The result in entry {entry} is of round {round}, of which the log has no sample."),
    "result-corrected": N_("The result in entry {entry} corrects the one in entry {first}."),
    "corrects-unknown": N_(
        "The result in entry {entry} says that it corrects one that its organisation has not stated."
    ),
    "more": N_("Notes that are not shown: {count}."),
}
"""What reading an audit off a log notices, by code."""

STANDS = {
    "stop": N_(
        "With {opened:,} of {boxes:,} boxes opened, the risk after round {round:,} is {risk}, not above "
        "{limit}: the audit may stop at its risk limit."
    ),
    "more": N_(
        "With {opened:,} of {boxes:,} boxes opened, the risk after round {round:,} is {risk}, above the "
        "limit of {limit}. Further draws that would bring it there, if they agree with the sheets: {more:,}."
    ),
    "vouchers": N_(
        "With vouchers of {opened:,} of {boxes:,} boxes looked at, the risk after round {round:,} is {risk}, "
        "above the limit of {limit}. Further draws that bring it there in nine of ten cases, if the shares "
        "of the votes are as reported: {more:,}."
    ),
    "waiting": N_(
        "Boxes drawn by round {round:,} that have no agreed hand count: {awaiting:,} of {opened:,}. They are "
        "taken to be as wrong as they can be, so the risk is {risk} for now, above the limit of {limit}: "
        "their counts come first, and may be under way."
    ),
    "rest": N_(
        "With {opened:,} of {boxes:,} boxes opened, the risk after round {round:,} is {risk}, above the "
        "limit of {limit}. Further draws would take as much work as to open all boxes that are left "
        "({suggested:,}), after which nothing is left to chance."
    ),
    "full": N_(
        "With {opened:,} of {boxes:,} boxes opened, the risk after round {round:,} is {risk}, above the "
        "limit of {limit}, and no number of further draws is certain to bring it there."
    ),
    "settled": N_(
        "All {boxes:,} boxes of this audit are opened and counted: what their paper says has the same "
        "outcome as their sheets, and of them nothing is left to chance."
    ),
    "other": N_(
        "All {boxes:,} boxes of this audit are opened and counted: what their paper says does not have the "
        "outcome that their sheets show. The paper's totals are the answer."
    ),
    "against": N_(
        "All {boxes:,} boxes of this audit are opened and counted, and their paper has the same outcome as "
        "their sheets. When the same organisation had all of it counted before (audit in entry {refuted}), "
        "it had not: two whole counts differ, so neither of them settles it."
    ),
    "moved": N_(
        "The sheets that count now have another outcome than those that counted at log size {size}, which "
        "this audit is of: of what they show now it confirms nothing. Of the outcome as it was then "
        "{measured} was measured after round {round:,}, with {opened:,} of {boxes:,} boxes opened."
    ),
    "above": N_(
        "Box {box} held more vouchers than it was taken to hold, so what bounds the boxes does not hold and "
        "this audit shows nothing: it stops here. All its boxes may still be opened and counted."
    ),
    "again": N_(
        "With {opened:,} of {boxes:,} boxes opened, {measured} is measured after round {round:,}. The same "
        "organisation began an audit of this contest before (entry {earlier}), and a risk is not stated "
        "below that one's, {risk}: an audit repeated until it ends well would show nothing."
    ),
    "no-seed": N_(
        "The audit is committed to {boxes:,} boxes at a risk limit of {limit}; its seed has not been drawn "
        "yet."
    ),
    "no-sample": N_(
        "The audit is committed to {boxes:,} boxes at a risk limit of {limit} and has its seed; the "
        "first {suggested:,} draws are known and no sample is recorded yet."
    ),
}
NOT = N_(
    "The risk is not the probability that the outcome is wrong, but the greatest chance to see "
    "counts that agree this well if it were; differences of a few votes are usual in counts by hand, and "
    "the boxes that differ are to be counted again."
)
ASIDE = N_(
    "The commitment in entry {entry}, by {signer}, is left aside, since its audit cannot be made again: {why}"
)
UNCOVERED = N_(
    "Stations that are no box of this audit: {stations:,}. If all who could vote there voted against the "
    "outcome, the risk is {worst}."
)
UNKNOWN = N_(
    "Stations that are no box of this audit: {stations:,}. It is not known how many could vote there, so of "
    "them it says nothing."
)
SEVERAL = N_(
    "The contests are audited with the same boxes, each by its own test, and the risk is the greatest of "
    "theirs: {contests}."
)
EACH = N_("{contest} {risk}")
UNCOVERED_OF = N_(
    "{contest}: stations that are no box of this audit: {stations:,}. If all who could vote there voted "
    "against the outcome, its risk is {worst}."
)
UNKNOWN_OF = N_(
    "{contest}: stations that are no box of this audit: {stations:,}. It is not known how many could vote "
    "there, so of them it says nothing."
)
