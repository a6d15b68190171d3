"""An election night by docs/running.md and the pages that it names, from the ceremony to the gazette: five
fictional stations, one of which counts on paper, and much of what may fail. Nothing here is real.

    python examples/night/play.py DIRECTORY [SECONDS]

prints every command as it is typed. Results are public SECONDS (240) after it begins, so that the ceremony
and what fails before that moment have their time; on the southern coast two officers put it off by 30 s.

    root/ officer-1/ officer-2/ receiver/ machines/ azul/ sol/    keys, each where it is used
    authority/        the workspace; it is lost on the way, and made again from the mirror and the backup
    backup/ mirror/   what it is made again from
    box-1/ box-2/     outboxes of two stations; stick/ comes from the third by road
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pypdfium2  # type: ignore[import-untyped]
from stage import Stage, moment, until

HERE = Path(__file__).resolve().parent
CONTEST = "presidencia"
COUNTS = {"N1.01": (61, 50), "N1.02": (58, 66), "N2.01": (70, 49), "S1.01": (45, 57), "S1.02": (52, 48)}
"""Votes for each candidate. Beside them each station has 2 null and 1 blank ballots."""

MACHINES = {"N1.01": 1, "N1.02": 2, "N2.01": 3, "S1.01": 4}
PAPER = "S1.02"


class Night(Stage):
    """What they do, in order."""

    # --- weeks before ---

    def ceremony(self) -> None:
        """Keys, definition, witnesses, the log, and the trust file."""
        for who in ("root", "officer-1", "officer-2", "receiver", "machines", "stick"):
            (self.home / who).mkdir()
        self.configure()
        self.types("root", "keys", "new", "authority/root", "-o", "root/root.key")
        self.types(
            "root", "workspace", "define", "election.toml", "--root", "root/root.key", "-o", "definition.cose"
        )
        for who in ("officer-1", "officer-2"):
            self.asks(who, f"authority/{who}", "authority", "definition.cose")
        (self.home / "witnesses.policy").write_text(self.policy())
        self.types(
            "root", "workspace", "init", "election.toml", "authority", "--root", "root/root.key",
            "--definition", "definition.cose", "--witnesses", "witnesses.policy", "--request",
            "officer-1/own.request", "--request", "officer-2/own.request", "-q",
        )  # fmt: skip
        shutil.copyfile(self.workspace / "public" / "trust.toml", self.trust)
        for name in ("azul", "sol"):
            self.start(name, name, "witness", "run", name, "--trust", "trust.toml", "--port", self.port(name))
            self.listens(name)
        self.publish()

    def asks(self, who: str, name: str, role: str, election: str) -> None:
        """Somebody makes a key and asks for it to be enrolled."""
        key, to = f"{who}/own.key", f"{who}/own.request"
        self.types(who, "keys", "new", name, "-o", key)
        self.types(who, "keys", "request", key, "--election", election, "--role", role, "-o", to)

    def configure(self) -> None:
        """The configuration, with the moments of tonight."""
        text = (HERE / "election.toml").read_text()
        moments = {
            "DAY": moment(self.began)[:10],
            "OPENS": moment(self.began - 12 * 3600),
            "CLOSES": moment(self.began - 3600),
            "PUBLIC": moment(self.public_from),
            "LATEST": moment(self.public_from + 600),
        }
        for name, said in moments.items():
            text = text.replace("{" + name + "}", said)
        (self.home / "election.toml").write_text(text)
        for name in ("areas.csv", "stations.csv", "centers.csv", "machines.csv"):
            shutil.copyfile(HERE / name, self.home / name)

    def policy(self) -> str:
        lines = []
        for name in ("azul", "sol"):
            keys = self.types(name, "witness", "key", name, "--name", f"{name}.example/cofirmante")
            lines.append(f"witness {name} {keys.splitlines()[0]} http://127.0.0.1:{self.port(name)}")
        return "\n".join([*lines, "group public 2 azul sol", "quorum public", ""])

    def publish(self) -> None:
        self.types("root", "workspace", "publish", "authority", "-q")

    def keys_and_roll(self) -> None:
        """Receiver, machines and the digitising centre are enrolled; two officers sign roll and closings."""
        self.asks("receiver", "receiver/1", "receiver", "trust.toml")
        self.types(
            "machines", "keys", "request", "--table", "machines.csv", "--keys", "machines/keys", "--election",
            "trust.toml", "-o", "requests.csv",
        )  # fmt: skip
        self.types(
            "root", "keys", "enrol", "receiver/own.request", "requests.csv", "--election", "trust.toml",
            "--root", "root/root.key", "-o", "enrolment",
        )  # fmt: skip
        self.types("root", "submit", "enrolment", "--to", "authority")
        (self.home / "roll.toml").write_text(ROLL)
        self.two_sign("roll", "roll", "--from", "roll.toml")
        self.types("root", "submit", "roll", "roll-2", "--to", "authority")
        self.publish()
        for what in ("roll", "enrolment"):
            said = ("--say", f"what={what}", "--say", "legal_basis=Drill, art. 1")
            self.two_sign(f"closing-{what}", "closing", *said)
            self.types("root", "submit", f"closing-{what}", f"closing-{what}-2", "--to", "authority")
        self.publish()

    def by(self, who: str) -> tuple[object, ...]:
        """With whose key, and by which log."""
        return ("--key", f"{who}/own.key", "--log", "authority/public", "--trust", "trust.toml")

    def two_sign(self, to: str, kind: str, *said: object) -> None:
        """One officer signs an act, and the other the same."""
        self.types("officer-1", "sign", kind, *said, *self.by("officer-1"), "-o", to)
        (same,) = (self.home / to).glob("*.cose")
        self.types("officer-2", "sign", "--same-as", same, "--yes", *self.by("officer-2"), "-o", f"{to}-2")

    def open_the_hub(self) -> None:
        """Receiver and publisher as services of their own, a web server, and a mirror."""
        self.start(
            "results", "web", "-m", "http.server", self.port("results"), "--bind", "127.0.0.1", "--directory",
            "authority/public",
        )  # fmt: skip
        self.listens("results")
        self.start_hub()
        self.start(
            "mirror", "mirror", "mirror", self.results, "mirror", "--trust", "trust.toml", "--every", 1
        )

    def start_hub(self) -> None:
        self.start_receiver()
        self.start("publisher", "root", "hub", "publish", "authority", "--pages", 2, "--evidence", 5)
        until(lambda: httpx.get(f"{self.hub}/health").status_code == 200, "the hub is not well")

    def start_receiver(self) -> None:
        self.start(
            "hub", "receiver", "hub", "receive", "authority", "--key", "receiver/own.key", "--port",
            self.port("hub"), "--promise", 120,
        )  # fmt: skip
        self.listens("hub")

    # --- the day, before results may be public ---

    def sheet(self, station: str) -> str:
        """A machine seals its sheet."""
        to, counts = f"sheets-{station}", list(COUNTS[station])
        self.machine(
            station, "tally-sheet", f"{station}/{CONTEST}", to, "--say", f"counts={counts}", "--say",
            "classes=[2, 1]", "--say", f"ballots={sum(counts) + 3}",
        )  # fmt: skip
        return to

    def machine(self, station: str, kind: str, about: str, to: str, *said: object) -> None:
        key = f"machines/keys/machine/{MACHINES[station]}.key"
        how = ("--key", key, "--log", "authority/public", "--trust", "trust.toml", "-o", to)
        self.types("machines", "sign", kind, "--about", about, *said, *how)

    def send(self, *what: object, ends: Sequence[int] = (0,), wait: int = 60) -> str:
        return self.types(
            "sender", "submit", *what, "--to", self.hub, "--trust", "trust.toml", "--wait", wait, "--proofs",
            "proofs", ends=ends,
        )  # fmt: skip

    def morning(self) -> None:
        """Zero reports become public with a proof; a pause is seen and ends."""
        zero = ("--say", "counts=[0, 0]", "--say", f"software={'ab' * 32}")
        self.machine("N1.01", "zero-report", f"N1.01/{CONTEST}", "zero-1", *zero)
        self.send("zero-1")
        self.types("root", "hub", "pause", "authority", "--why", "a disk is changed")
        self.machine("N1.02", "zero-report", f"N1.02/{CONTEST}", "zero-2", *zero)
        self.send("zero-2", ends=(4,), wait=2)
        self.types("root", "workspace", "board", "authority", ends=(3,))
        self.types("root", "hub", "resume", "authority", "--why", "the disk is changed")
        self.send("zero-2")

    def extension(self) -> None:
        """Polls in the south close late: two officers put its results off."""
        self.two_sign(
            "late", "extension", "--about", "area/S", "--say", f"until={moment(self.public_from + 30)}",
            "--say", "reason=Drill, art. 9: polls closed late",
        )  # fmt: skip
        self.send("late", "late-2")

    def stations(self) -> None:
        """Two outboxes, a stick, and one that sends by hand; the receiver is killed between them."""
        for number, station in ((1, "N1.01"), (2, "N1.02"), (3, "N2.01")):
            box = f"box-{number}"
            log = ("--log", self.results, "--trust", "trust.toml", "-q")
            self.types(box, "outbox", "begin", box, "--to", self.hub, *log)
            sheets = self.sheet(station)
            self.types(box, "print", "--record", sheets, *log, "-o", f"paper-{number}")
            self.types(box, "outbox", "add", box, sheets, "--printed")
            if station == "N2.01":  # it has no network
                self.types(box, "usb", "save", box, "stick")
                self.types(
                    "centre", "usb", "send", "stick", "--to", self.hub, "--trust", "trust.toml", ends=(0, 4)
                )
                continue
            self.types(box, "outbox", "send", box, "--once", ends=(4,))
            if number == 1:
                self.stop("hub", kill=True)
                self.start_receiver()
        self.send(self.sheet("S1.01"), ends=(4,), wait=1)

    def paper(self) -> None:
        """From a blank form to a sheet that two clerks typed."""
        self.types(
            "desk", "forms", "--paper-stations", "--form", "sheet", "--log", "authority/public", "-o", "forms"
        )
        (self.home / "photos").mkdir()
        for form in (self.home / "forms").glob("*.pdf"):
            # A pen and a camera would come between; the code on the form is read from the picture.
            picture = pypdfium2.PdfDocument(form)[0].render(scale=2).to_pil().convert("RGB")
            picture.save(self.home / "photos" / f"{form.stem}.jpg", quality=80)
        keys = {
            label: self.types("desk", "desk", "admit", "authority", "--label", label, "--for", role, "--json")
            for label, role in (("a1", "clerk-a"), ("b1", "clerk-b"))
        }
        listen = f"127.0.0.1:{self.port('desk')}"
        words = ("--pictures", "photos", "--clerks", "--listen", listen)
        self.start("desk", "desk", "desk", "open", "authority", *words)
        self.listens("desk")
        for told in keys.values():
            self.type_picture(f"http://{listen}", json.loads(told)["key"])
        self.stop("desk")
        key = "machines/keys/board/digitising.key"
        self.types("machines", "desk", "seal", "authority", "--key", key, "-o", "typed")
        self.send("typed", ends=(4,), wait=1)

    def type_picture(self, at: str, key: str) -> None:
        """What a clerk types into the form beside the picture."""
        with httpx.Client(base_url=at, headers={"origin": at}) as browser:
            browser.post("/enter", data={"key": key})
            page = browser.get("/transcription").text
            image = page.partition('name="image" value="')[2].partition('"')[0]
            votes = {f"counts.{number}": str(count) for number, count in enumerate(COUNTS[PAPER])}
            rest = {"classes.0": "2", "classes.1": "1", "voters": "103", "supplement": "0", "spoilt": "0"}
            where = {"image": image, "station": PAPER, "contest": CONTEST}
            done = browser.post("/transcription/type", data=where | votes | rest)
            if done.status_code != 303:
                raise RuntimeError(f"the desk answers {done.status_code}")

    def loss(self) -> None:
        """The machine is lost while results wait: the mirror and the backup are all that there is."""
        self.types("root", "hub", "backup", "authority", "backup")
        self.types("observer", "verify", self.results, "--trust", "trust.toml", "-q")
        # Where no mirror has all that the witnesses cosigned, nothing can go on from it.
        copy = self.home / "mirror" / "log" / "checkpoint"
        until(lambda: int(copy.read_text().split()[1]) == self.live()["size"], "the mirror stays behind")
        for name in ("hub", "publisher", "results"):
            self.stop(name, kill=True)
        self.stop("mirror")
        shutil.rmtree(self.workspace)
        self.types(
            "root", "workspace", "recover", "mirror", "authority", "--log-key", "backup/log.key", "--trust",
            "trust.toml", "--shown", "election.toml", "-q",
        )  # fmt: skip
        self.publish()
        self.open_the_hub()
        self.send("backup", ends=(4,), wait=1)

    # --- after the moment ---

    def results_come(self) -> None:
        """What waited becomes public by itself, and every sender gets its proof."""
        if time.time() > self.public_from:
            raise RuntimeError(f"all this took longer than {self.wait} s; give it more")
        six = len(COUNTS) + 1  # the sheets, and how the one on paper was read
        until(lambda: (self.live()["later"] or {}).get("count") == six, "not all of it waits in the store")
        for number in (1, 2):
            self.types(f"box-{number}", "outbox", "send", f"box-{number}")
        self.types("centre", "usb", "send", "stick", "--to", self.hub, "--trust", "trust.toml", "--wait", 120)
        self.types("box-3", "outbox", "take", "box-3", "stick")
        self.send("sheets-S1.01", "typed", wait=120)
        for number in (1, 2, 3):
            told = json.loads(self.types(f"box-{number}", "outbox", "status", f"box-{number}", "--json"))
            for record in told["records"]:
                words = (record["code"], "--log", self.results, "--trust", "trust.toml", "-q")
                self.types("voter", "check", *words)
        for promise in sorted((self.home / "proofs").glob("*.promise.cose")):
            self.types("voter", "check", promise, "--log", self.results, "--trust", "trust.toml", "-q")

    def gazette(self) -> None:
        """Bulletin and proclamation; the services end; here and on the mirror everything verifies."""
        totals = [sum(votes) for votes in zip(*COUNTS.values(), strict=True)]
        classes = [2 * len(COUNTS), len(COUNTS)]
        (self.home / "bulletin.toml").write_text(
            f'number = 1\nbasis = "reported"\nhead = "@here"\ncounts = {totals}\nclasses = {classes}\n'
            f"stations = {len(COUNTS)}\n"
        )
        self.two_sign("bulletin", "bulletin", "--about", CONTEST, "--from", "bulletin.toml")
        self.send("bulletin", "bulletin-2")
        (self.home / "proclamation.toml").write_text(
            f'elected = ["ceiba"]\nhead = "@here"\ncounts = {totals}\n'
        )
        self.two_sign("proclamation", "proclamation", "--about", CONTEST, "--from", "proclamation.toml")
        self.send("proclamation", "proclamation-2")
        self.stop("hub")
        self.stop("publisher")
        self.publish()
        self.stop("mirror")
        self.types("mirror", "mirror", self.results, "mirror", "--trust", "trust.toml", "--pages", "-q")
        for copy in (self.results, "mirror"):
            self.types("gazette", "verify", copy, "--trust", "trust.toml", "-q")
        self.types("gazette", "mirrors", "check", self.results, "--mirror", "mirror", "--trust", "trust.toml")

    def play(self) -> None:
        try:
            self.ceremony()
            self.keys_and_roll()
            self.open_the_hub()
            self.morning()
            self.extension()
            self.stations()
            self.paper()
            self.loss()
            self.results_come()
            self.gazette()
        finally:
            for name in list(self.servers):
                self.stop(name)


ROLL = """
stations = { file = "stations.csv", media_type = "text/csv" }
centers = { file = "centers.csv", media_type = "text/csv" }
declared = [{ area = "N", stations = 3 }, { area = "S", stations = 2 }]
frozen_on = "2031-03-10"
"""


def main() -> None:
    home = Path(sys.argv[1]).resolve()
    home.mkdir(parents=True)
    Night(home, int(sys.argv[2]) if len(sys.argv) > 2 else 240).play()


if __name__ == "__main__":
    main()
