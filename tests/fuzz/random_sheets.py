"""Sheets, copies and counts of an election made by chance, and what is said of them."""

from __future__ import annotations

from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Form, Reading, Retracted, SheetFact
from escrutinio.core.records.parts import TypedFrom
from tests.core.election.build import SOFTWARE
from tests.fuzz.random_speakers import RandomSpeaker


class RandomSheets(RandomSpeaker):
    """Says what is counted."""

    def tally_sheet(self) -> None:
        contest = self.contest()
        self.say(t.TallySheet(**self.sheet(contest)), f"{self.station()}/{contest}", self.by("machine"))

    def zero_report(self) -> None:
        contest = self.contest()
        counts = self.figures(contest)["counts"]
        if self.random.random() < 0.7:
            counts = (0,) * len(counts)
        self.say(t.ZeroReport(counts, SOFTWARE), f"{self.station()}/{contest}", self.by("machine"))

    def manual_sheet(self) -> None:
        contest, station = self.contest(), self.station()
        named = self.some(*self.ordered[-3:]) if self.ordered else bytes(32)
        ruling = self.maybe(named, 0.5 if self.ordered else 0.05)
        body = t.ManualSheet(**self.sheet(contest), ruling=ruling)
        self.say(body, f"{station}/{contest}", self.by("board"))

    def copy(self) -> None:
        contest = self.contest()
        figures = self.sheet(contest)
        if self.random.random() < 0.15:
            figures["classes"] = ()
        body = t.Copy(
            **figures, registered=self.maybe(self.some(3, 100)), form=self.some(*Form),
            image=self.maybe(bytes(32)), original=self.maybe(self.of_log(t.TallySheet)),
        )  # fmt: skip
        signer = self.by("party", "observer", "importer")
        self.say(body, f"{self.station()}/{contest}", signer)
        if self.random.random() < 0.15:
            self.say(t.Retraction(self.of_last(), self.some(*Retracted)), "election", signer)

    def hand_count(self) -> None:
        contest = self.contest()
        figures = self.figures(contest)
        total = figures.pop("ballots")
        body = t.HandCount(
            **figures, vouchers=self.maybe(self.some(total, total + 1)), audit=self.maybe(bytes(32), 0.1),
            salt=self.maybe(bytes(32), 0.1), corrects=self.maybe(self.of_log(t.HandCount), 0.1),
        )  # fmt: skip
        self.say(body, f"{self.station()}/{contest}", self.by("party", "observer", "board"))

    def retraction(self) -> None:
        named = self.of_log(self.some(t.Copy, t.Copy, t.Claim, t.TallySheet, None))
        signers = [name for name in self.names if name.startswith(("party", "observer", "importer"))]
        for name in self.some(signers, [self.some(*signers)], [self.who()]):
            self.say(t.Retraction(named, self.some(*Retracted)), "election", name)

    def sheet_status(self) -> None:
        body = t.SheetStatus(
            self.some(*SheetFact),
            self.maybe(self.of_log(t.TallySheet)),
            self.maybe(self.day.attach(b"a note"), 0.2),
            self.maybe(TypedFrom(bytes(32), self.maybe(self.some(*Reading))), 0.3),
        )
        self.say(body, f"{self.station()}/{self.contest()}")
