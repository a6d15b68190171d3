"""What the words of the pages mean, one line each: the page `glossary.html`.

The Spanish terms are those to which tests/base/test_words.py holds every Spanish text.
"""

from __future__ import annotations

from escrutinio.base.words.catalogue import N_

GLOSSARY: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        N_("At the polling place"),
        (
            (
                "tally-sheet",
                N_("tally sheet"),
                N_("The count of one station for one contest, made and signed when the polls close."),
            ),
            (
                "station",
                N_("station"),
                N_(
                    "Where a group of voters votes and is counted together; the smallest place that has "
                    "figures of its own."
                ),
            ),
            (
                "center",
                N_("voting center"),
                N_("The school or other building that holds one or more stations."),
            ),
            ("contest", N_("contest"), N_("What is voted on: an office, or the seats of a council.")),
            (
                "roll",
                N_("roll"),
                N_(
                    "How many voters are registered at each station. It is a list of stations, not "
                    "of persons."
                ),
            ),
            (
                "zero-report",
                N_("zero report"),
                N_("What a machine prints before voting starts, to show that every count in it is zero."),
            ),
            ("scrutineer", N_("scrutineer"), N_("A party's person at a station, who sees the count.")),
            (
                "hand-count",
                N_("hand count"),
                N_("The count, by hand and in public, of the paper in a box, to compare it with the sheet."),
            ),
            (
                "copy",
                N_("copy of a sheet"),
                N_(
                    "What a party or an observer read from a sheet, signed by who read it; it is no "
                    "official sheet."
                ),
            ),
        ),
    ),
    (
        N_("In the results"),
        (
            (
                "counted",
                N_("counted"),
                N_("A station whose sheet is in the totals: one sheet, well signed, that no rule keeps out."),
            ),
            (
                "pending",
                N_("pending"),
                N_("A station that has sheets of which none counts yet, for a reason that stands beside it."),
            ),
            (
                "disputed",
                N_("in dispute"),
                N_("A station that counts, and about which a complaint waits for its ruling."),
            ),
            (
                "bulletin",
                N_("bulletin"),
                N_("Totals that the authority announces, with the size that the log had then."),
            ),
            (
                "claim",
                N_("announced result"),
                N_("Totals that anybody else announces, with or without sheets that bear them out."),
            ),
            (
                "finding",
                N_("finding"),
                N_("Something that a rule noticed, with the entries that show it. It accuses nobody."),
            ),
            (
                "complaint",
                N_("complaint"),
                N_(
                    "What somebody objects to. The log has its kind, place and time; its text is not "
                    "published."
                ),
            ),
            (
                "irreversible",
                N_("irreversible"),
                N_("What no vote that is still missing could change, whoever it is for."),
            ),
        ),
    ),
    (
        N_("In the log"),
        (
            (
                "log",
                N_("log"),
                N_(
                    "One list of signed records that can only grow. Every figure of this site is "
                    "computed from it."
                ),
            ),
            (
                "record",
                N_("record"),
                N_("What somebody states and signs: a sheet, a copy, a bulletin, a complaint."),
            ),
            (
                "entry",
                N_("entry"),
                N_("The place of a record in the log, with its number. It never changes or moves."),
            ),
            (
                "hash",
                N_("digest (SHA-256)"),
                N_(
                    "A short number computed from a file. Change one letter of the file and the "
                    "number is another."
                ),
            ),
            (
                "root",
                N_("root"),
                N_(
                    "The digest of the whole log: whoever has the same root has the same entries, in "
                    "the same order."
                ),
            ),
            (
                "checkpoint",
                N_("checkpoint"),
                N_("How many entries the log has, and its root, signed by the log's key."),
            ),
            (
                "witness",
                N_("witness"),
                N_(
                    "A party or observer that signs checkpoints too, so that everybody is shown the same log."
                ),
            ),
            ("tile", N_("tile"), N_("A file with a piece of the log: up to 256 entries, or their digests.")),
            (
                "definition",
                N_("definition"),
                N_("Entry 0: which election this is, its contests and candidates, and who may sign for it."),
            ),
            ("charter", N_("charter"), N_("Entry 1: whose log this is, and the key of who runs it.")),
            (
                "key",
                N_("key"),
                N_("What signatures are made with. Its public half is in the log and shows that they hold."),
            ),
            (
                "certificate",
                N_("certificate"),
                N_(
                    "Figures that show whether the votes still missing could change a result; "
                    "anybody can check them."
                ),
            ),
        ),
    ),
    (
        N_("When you verify"),
        (
            (
                "trust-file",
                N_("trust file"),
                N_(
                    "A small file that says which log is meant. It is worth something if it comes "
                    "from somewhere else."
                ),
            ),
            (
                "thirty-digits",
                N_("the thirty digits"),
                N_(
                    "The trust file as six groups of five digits, for a newspaper, the radio or the "
                    "telephone."
                ),
            ),
            (
                "consistent",
                N_("consistent; origin not authenticated"),
                N_("All files agree and every signature holds; it was not shown whose log it is."),
            ),
            (
                "cannot-be-judged",
                N_("cannot be judged here"),
                N_("A check that neither holds nor fails, because something for it is missing here."),
            ),
        ),
    ),
)
"""Headings, each with its terms: an address on the page, the term, and what it means."""
