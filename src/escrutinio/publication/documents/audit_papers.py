"""The papers of an audit of the boxes, for the people who hold it: A4, in one language a document.

The page of the dice, which hangs where they are thrown; the list of the boxes to fetch, by center, with their
seals; and for each box a sheet on which two count. What the sheets of the election say stands on none of
them: a count is blind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from escrutinio.base.words.titles import choose, class_name
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records.codes import AuditMethod
from escrutinio.core.records.types import Definition
from escrutinio.evidence.audit.boxes import centers_of, seals_of
from escrutinio.evidence.audit.records import AuditRecords
from escrutinio.evidence.audit.seeds import Throws
from escrutinio.evidence.audit.standing import AuditStatus
from escrutinio.evidence.audit.status import audit_status, frame_of
from escrutinio.publication.documents.code_words import WORDS
from escrutinio.publication.documents.marks import watermarks
from escrutinio.publication.documents.report.document import Tongue
from escrutinio.publication.documents.typeset import Lost, coded, pdf, what_was_lost

LINES = 4
"""Lines for those who sign."""


@dataclass(frozen=True)
class AuditPapers:
    """What they are made of: the audit as it stands, its `contests`, what is known of its dice, and of every
    box its `seals` (of the manifest) and its `centers`; `boxes` are those to be fetched, `inside` those of
    them that have paper of each contest, by its code; `mixed`: of boxes with the ballots of several
    stations, these stations."""

    definition: Definition
    contests: Sequence[ContestView]
    audit: AuditStatus
    throws: Throws
    seals: Mapping[str, str]
    centers: Mapping[str, str]
    boxes: Sequence[str]
    inside: Mapping[str, Collection[str]]
    mixed: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, state: ElectionState, audit: AuditRecords, attachments: Attachments) -> AuditPapers:
        """The papers of an audit as it stands; `attachments` has its manifests. Raises EvidenceError."""
        found = audit_status(state, audit.contest, audit.logged.entry.digest, attachments=attachments)
        parts = frame_of(state, audit).parts
        centers = {
            name: center
            for contest in parts
            for center, names in centers_of(state, contest).items()
            for name in names
        }
        body, seals = audit.body, dict[str, str]()
        for manifest in dict.fromkeys((body.manifest, *(each.manifest for each in body.beside or ()))):
            seals |= seals_of(state, manifest, attachments)
        return cls(
            definition=state.definition.body,
            contests=[state.contest(code) for code in parts],
            audit=found,
            throws=audit.throws,
            seals=seals,
            centers=centers,
            boxes=_to_fetch(found),
            mixed={box: names for part in audit.parts for box, names in part.bound.mixed.items()},
            inside={code: part.place.keys() for code, part in parts.items()},
        )

    @property
    def single(self) -> bool:
        """Whether single vouchers are counted."""
        return self.audit.method is AuditMethod.BRAVO

    def places(self, box: str) -> list[int]:
        """Where single vouchers were drawn, their places in a box, each as often as it was drawn."""
        drawn = [each for one in self.audit.rounds for each in one.boxes if each.station == box]
        return sorted(each.position for each in drawn if each.position is not None)

    def to_pdf(self, language: str) -> bytes:
        """The papers in one language; the same log gives the same bytes."""
        say, definition = Tongue(language), self.definition
        election = choose(definition.titles, language, definition.code).text
        races = {choose(each.titles, language, each.code).text: each.code for each in self.contests}
        race = ", ".join(races)
        heading = say("Audit of the boxes: {contest}", contest=race)
        said = {
            "election": f"{election} · {race}",
            "dice": self._dice(say, heading),
            "pull": self._pull(say),
            "count": self._count(say),
            "boxes": [self._box(say, name, language) for name in self.boxes],
        }
        codes = {election: definition.code, **races}

        def content(lost: Lost) -> dict[str, object]:
            return {
                "language": language,
                "title": f"{heading} · {election}",
                "foot": f"{heading} · {election}",
                "marks": watermarks(definition.kind, language),
                "lost": what_was_lost(lost, say),
                **{key: coded(value, codes, lost) for key, value in said.items()},
            }

        return pdf("audit.typ", content)

    def _dice(self, say: Tongue, heading: str) -> dict[str, object]:
        audit, throws = self.audit, self.throws
        rows = []
        for name in throws.throwers:
            _, digest = throws.committed.get(name, (0, b""))
            _, digits = throws.opened.get(name, (0, ""))
            rows.append([name, digest.hex(), digits, ""])
        blank = ["", "", ""]
        return {
            "heading": heading,
            "purpose": say(
                "Everybody commits to their digits before anybody opens theirs. Dice that fall in public "
                "count once two organisations state the same. The seed draws the boxes, and nobody chooses "
                "them."
            ),
            "facts": [
                [say("Commitment (SHA-256)"), audit.digest.hex()],
                [say("Entry of the log"), say.whole(audit.index)],
                [say("Procedure"), say(WORDS[type(audit.method)][audit.method])],
                [say("Risk limit"), say.percent(audit.risk_limit, 2)],
                [say("Boxes"), say.whole(audit.boxes)],
                [say("Seed"), audit.seed or ""],
                [say("Place, day and hour of the throw"), "____________________________________________"],
            ],
            "header": [say("Who throws"), say("SHA-256 of the digits"), say("Digits"), say("Signature")],
            "rows": rows,
            "present": say("Who was there"),
            "signing": [say("Name"), say("Organisation"), say("Signature")],
            "lines": [blank] * LINES,
        }

    def _pull(self, say: Tongue) -> dict[str, object]:
        times = Counter(name for each in self.audit.rounds for name in each.drawn)
        order = sorted(self.boxes, key=lambda name: (self.centers.get(name, ""), name))
        return {
            "heading": say("Boxes to fetch"),
            "purpose": say(
                "Whoever takes out a box reads the station on it and its seal aloud, writes down the seal "
                "that is on it, and two people put their initials: it is the right box. A seal that is "
                "broken or another one is written down, and the box is counted all the same."
            ),
            "header": [
                say("Center"), say("Station"), say("Seal listed"), say("Seal found"),
                say("It is the right box"), say("Drawn"),
            ],
            "rows": [
                [
                    self.centers.get(name, ""),
                    " + ".join(self.mixed.get(name, (name,))),
                    self.seals_listed(name),
                    "",
                    "",
                    say.whole(times[name]),
                ]
                for name in order
            ],
        }  # fmt: skip

    def _count(self, say: Tongue) -> dict[str, object]:
        purpose = say(
            "Two people count, each for themselves, without having seen the tally sheet; where they "
            "differ they count again. They sign, and commit to the count before they say it."
        )
        places = say(
            "Only what lies at these places is counted, each as often as it stands here. Where nothing of a "
            "contest lies, nothing is counted for it."
        )
        return {
            "purpose": f"{purpose} {places}" if self.single else purpose,
            "header": [say("Vouchers"), say("First counter"), say("Second counter"), say("Agreed")],
            "mixed": say(
                "Where ballots of a box that is not named here lie among these, nothing can be counted: it "
                "is written down of which boxes they are, and the minutes of the audit say it: "
                "____________________________________________"
            ),
            "lines": [["", "", ""]] * 2,
        }

    def _table(self, say: Tongue, view: ContestView, language: str) -> dict[str, object]:
        """What is counted of one contest; its name where the box has paper of several."""
        options = zip(view.option_titles, view.options, strict=True)
        classes = zip(view.class_titles, view.classes, strict=True)
        names = [choose(titles, language, code).text for titles, code in options]
        names += [class_name(code, titles, language) for titles, code in classes]
        if view.marks > 1:
            names.append(say("Valid ballots"))
        last = say("All vouchers found at these places") if self.single else say("All vouchers in the box")
        return {
            "name": choose(view.titles, language, view.code).text if len(self.contests) > 1 else "",
            "rows": [[name, "", "", ""] for name in (*names, last)],
        }

    def seals_listed(self, name: str) -> str:
        """The seals that the manifest lists of a box, each once."""
        listed = [self.seals.get(each, "") for each in self.mixed.get(name, (name,))]
        return ", ".join(dict.fromkeys(seal for each in listed for seal in each.split(", ") if seal))

    def _box(self, say: Tongue, name: str, language: str) -> dict[str, object]:
        facts = [
            [say("Center"), self.centers.get(name, "")],
            [say("Seal listed"), self.seals_listed(name)],
            [say("Seal found"), "____________________"],
            [say("Sheet of this box"), "____ / ____"],
        ]
        if together := self.mixed.get(name):
            facts.insert(1, [say("Ballots of the stations"), ", ".join(together)])
        if places := self.places(name):
            facts.append([say("Places to count"), ", ".join(map(str, places))])
        tables = [
            self._table(say, each, language) for each in self.contests if name in self.inside[each.code]
        ]
        return {"heading": say("Count of box {station}", station=name), "facts": facts, "tables": tables}


def _to_fetch(found: AuditStatus) -> Sequence[str]:
    """The boxes of the last round that await a count; all of them, where none does."""
    last = found.rounds[-1] if found.rounds else None
    return () if last is None else last.awaiting or tuple(dict.fromkeys(last.drawn))
