"""The day of the miniature, said by its own actors: each with a key, a passphrase, a directory and a
memory of its own, each by the commands that a person would type. Nothing here is real.

    python examples/many_hands/play.py DIRECTORY

begins in a new directory, prints every command with who types it, and ends with a log that has the entries of
`escrutinio publish examples/miniature`, one for one, but for keys, proofs and the root of the tree.

    root/            the root key, which is not on the machine that publishes
    authority/       the workspace: log, inbox, public/
    <actor>/         key, what was said (said/), sealed (out/), proofs, what its commands remember (state/)
    stick/           what the observer carries, since it reaches no machine of the authority
    witness-*/       three witnesses; two answer when they are asked, one fetches; two of three are the quorum

The actors read the log where it is public, by the trust file that the ceremony handed out, and nowhere else.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

MINIATURE = Path(__file__).resolve().parent.parent / "miniature"

Run = Callable[[Sequence[str], Mapping[str, str]], str]
"""Runs `escrutinio` with these arguments and this much more environment; what it printed."""


@dataclass(frozen=True)
class Turn:
    """What one actor says: at which index of the log it will stand, and in whose name."""

    index: int
    by: str
    kind: str
    about: str
    at: datetime
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Day:
    """The turns of a script (docs/script.md), in the order of the log, and where its named entries stand."""

    turns: Sequence[Turn]
    named: Mapping[str, int]

    @classmethod
    def read(cls, path: Path) -> Day:
        """Definition and charter are entries 0 and 1, and no part of a script."""
        turns: list[Turn] = []
        named: dict[str, int] = {}
        for entry in tomllib.loads(path.read_text())["entry"]:
            if "id" in entry:
                named[entry["id"]] = 2 + len(turns)
            rows = entry.get("rows") or [(entry["by"], entry.get("about", "election"), entry["says"])]
            for by, about, says in rows:
                turns.append(Turn(2 + len(turns), by, entry["type"], about, entry["at"], says))
        return cls(turns, named)

    def points(self, value: Any) -> Iterator[str]:
        """What it points to with "@…"."""
        if isinstance(value, str) and value.startswith("@"):
            yield value[1:]
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from self.points(item)

    def numbered(self, value: Any) -> Any:
        """The same, with the numbers of entries in the place of their names: an actor sees the log, not the
        script."""
        if isinstance(value, str) and value[:1] == "@" and value[1:] in self.named:
            return f"@{self.named[value[1:]]}"
        if isinstance(value, dict):
            return {name: self.numbered(item) for name, item in value.items()}
        return [self.numbered(item) for item in value] if isinstance(value, list) else value


@dataclass
class Actor:
    """Somebody with a key of their own, in a directory that nobody else reads."""

    name: str
    home: Path
    said: int = 0

    @property
    def key(self) -> Path:
        return self.home / "own.key"

    @property
    def environment(self) -> dict[str, str]:
        # People are asked for each passphrase. Here a variable has it, which at the ceremony has but one for
        # both keys that are there, the root and the log's.
        knows = "root" if self.name == "keeper" else self.name
        return {
            "ESCRUTINIO_PASSPHRASE": f"what only {knows} knows",
            "ESCRUTINIO_STATE": str(self.home / "state"),
        }


@dataclass
class Play:
    """The stage: everybody's directories below one."""

    directory: Path
    run: Run
    day: Day = field(default_factory=lambda: Day.read(MINIATURE / "day.toml"))
    actors: dict[str, Actor] = field(default_factory=dict)
    sealed: list[Turn] = field(default_factory=list)
    public: int = 2
    servers: list[subprocess.Popen[str]] = field(default_factory=list)

    # --- who there is ---

    @property
    def workspace(self) -> Path:
        return self.directory / "authority"

    @property
    def log(self) -> Path:
        """The publication, as everybody sees it."""
        return self.workspace / "public"

    @property
    def trust(self) -> Path:
        """The trust file, got from the ceremony."""
        return self.directory / "trust.toml"

    def actor(self, name: str) -> Actor:
        """Whoever has this name; the first time, with an empty directory."""
        if name not in self.actors:
            home = self.directory / name.replace("/", "-")
            home.mkdir()
            self.actors[name] = Actor(name, home)
        return self.actors[name]

    def types(self, actor: Actor, *words: object, at: datetime | None = None) -> str:
        """Let an actor type a command, at a moment of the day."""
        clock = {} if at is None else {"SOURCE_DATE_EPOCH": str(int(at.timestamp()))}
        return self.run([*map(str, words)], actor.environment | clock)

    # --- before the log ---

    def request(self, key: Mapping[str, Any], election: Path) -> Path:
        """Let a holder make a key and ask for it to be enrolled."""
        actor = self.actor(key["name"])
        self.types(actor, "keys", "new", actor.name, "-o", actor.key)
        asks = [word for code in key.get("scope", ()) for word in ("--scope", code)]
        asks += [word for tag, text in key.get("titles", {}).items() for word in ("--title", f"{tag}={text}")]
        asked = actor.home / "own.request"
        self.types(
            actor, "keys", "request", actor.key, "--election", election, "--role", key["role"], *asks, "-o",
            asked,
        )  # fmt: skip
        return asked

    def hold_ceremony(self, at: datetime) -> None:
        """Root, log and witnesses have keys; the log begins with those who asked first."""
        root = self.actor("root")
        self.types(root, "keys", "new", "authority/root", "-o", root.key)
        policy = self.directory / "witnesses.policy"
        policy.write_text(self.witnesses_policy())
        definition, config = root.home / "definition.cose", MINIATURE / "election.toml"
        self.types(root, "workspace", "define", config, "--root", root.key, "-o", definition, at=at)
        first = self.day.turns[0]
        requests = [self.request(key, definition) for key in first.says["keys"]]
        # The one moment at which the root and the log are at one machine.
        given = [word for path in requests for word in ("--request", path)]
        self.types(
            root, "workspace", "init", config, self.workspace, "--root", root.key, "--definition", definition,
            "--witnesses", policy, "--log-key", self.log_key(), *given, "-q", at=first.at,
        )  # fmt: skip
        shutil.copyfile(self.log / "trust.toml", self.trust)
        self.sealed.append(first)
        self.start_witnesses()
        self.publish()  # the same checkpoint, cosigned

    def log_key(self) -> Path:
        """The key of the log, made by who keeps it."""
        keeper = self.actor("keeper")
        path = keeper.home / "log.key"
        origin = tomllib.loads((MINIATURE / "election.toml").read_text())["log"]["origin"]
        self.types(keeper, "keys", "new", "--log", origin, "-o", path)
        return path

    # --- witnesses ---

    def witnesses_policy(self) -> str:
        """Three witnesses, of whom two make a quorum; the third fetches what it cosigns."""
        lines = []
        for name in WITNESSES:
            actor, known = self.actor(f"witness-{name}"), f"{name}.example/cofirmante"
            key = self.types(actor, "witness", "key", actor.home / "w", "--name", known)
            where = f" http://127.0.0.1:{self.port(name)}" if name != FETCHES else ""
            lines.append(f"witness {name} {key.splitlines()[0]}{where}")
        return "\n".join([*lines, f"group public 2 {' '.join(WITNESSES)}", "quorum public", ""])

    def port(self, name: str) -> int:
        """The port of a witness: one that was free a moment ago."""
        place = self.directory / f"witness-{name}" / "port"
        if not place.exists():
            with socket.socket() as found:
                found.bind(("127.0.0.1", 0))
                place.write_text(str(found.getsockname()[1]))
        return int(place.read_text())

    def start_witnesses(self) -> None:
        """They have the trust file by another way than the log."""
        for name in WITNESSES:
            if name == FETCHES:
                continue
            actor = self.actor(f"witness-{name}")
            words = ["witness", "run", actor.home / "w", "--trust", self.trust, "--port", self.port(name)]
            server = subprocess.Popen(
                [sys.executable, "-m", "escrutinio", *map(str, words)],
                env=os.environ | actor.environment | {"PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            self.servers.append(server)
            assert server.stdout is not None
            server.stdout.readline()  # it says where it listens

    def stop(self) -> None:
        """Let the witnesses end that were started here."""
        while self.servers:
            self.stop_one()

    def stop_one(self) -> None:
        """Let the first of the witnesses end."""
        with self.servers.pop(0) as server:
            server.terminate()

    def fetch_and_cosign(self) -> None:
        """The witness that nobody can call looks at the log, and leaves its cosignature in the inbox."""
        actor = self.actor(f"witness-{FETCHES}")
        self.types(
            actor, "witness", "pull", actor.home / "w", self.log, "--trust", self.trust, "-o",
            self.workspace / "inbox" / f"{FETCHES}.cosigned",
        )  # fmt: skip

    # --- the day ---

    def play(self) -> None:
        """All of it, from the ceremony to the last entry, which is public and cosigned."""
        try:
            self.hold_ceremony(self.day.turns[0].at)
            for turns in self.parts():
                if self.waits_for_the_log(turns):
                    self.publish()
                self.say(turns)
            self.end()
        finally:
            self.stop()

    def end(self) -> None:
        """One witness falls silent: nothing more is public, until the one that fetches has cosigned it."""
        self.stop_one()
        told = self.publishes()
        if told["size"] != self.public or len(told["silent"]) != 2:
            raise RuntimeError(f"public without its quorum: {told}")
        self.fetch_and_cosign()
        self.publish()

    def parts(self) -> Iterator[list[Turn]]:
        """Turns that one actor takes with one command: records of one type, one after another."""
        part: list[Turn] = []
        for turn in self.day.turns[1:]:
            if part and (turn.by, turn.kind) != (part[0].by, part[0].kind):
                yield part
                part = []
            part.append(turn)
            if turn.kind not in SEVERAL:
                yield part
                part = []
        if part:
            yield part

    def waits_for_the_log(self, turns: Sequence[Turn]) -> bool:
        """Whether what is said looks at what is not public yet: a key, an entry, the log as it stands, an act
        in the same matter; or comes another way, on a stick."""
        waiting = self.sealed[self.public - 2 :]
        if not waiting:
            return False
        new_keys = {key["name"] for turn in waiting if turn.kind == "enrolment" for key in turn.says["keys"]}
        pending = {turn.index for turn in waiting}
        matters = {(turn.kind, turn.about) for turn in waiting}
        for turn in turns:
            points = set(self.day.points(turn.says))
            looked_at = {self.day.named.get(name, -1) for name in points}
            if turn.by in new_keys or "here" in points or pending & looked_at or turn.by == STICK:
                return True
            if turn.kind == "revocation" or ((turn.kind, turn.about) in matters and turn.kind in ACTS):
                return True
        return False

    def say(self, turns: Sequence[Turn]) -> None:
        """Seal and send; what comes on a stick is taken at once."""
        first = turns[0]
        actor = self.actor(first.by)
        actor.said += 1
        out = actor.home / "out" / f"{actor.said:03}"
        out.parent.mkdir(exist_ok=True)
        how = (*self.with_key(actor), "-o", out)
        if first.kind == "enrolment":
            self.enrol(first, out)
        elif first.kind == "revocation":
            self.revoke(first, out)
        elif (before := self.said_before(first)) is not None:
            self.types(actor, "sign", "--same-as", before, "--yes", *how, at=first.at)
        else:
            told = self.write_down(actor, turns)
            self.types(actor, "sign", first.kind, "--from", told, *how, at=first.at)
        way = self.directory / "stick" if first.by == STICK else self.workspace
        self.types(actor, "submit", out, "--to", way)
        self.sealed += turns
        if first.by == STICK:
            self.publish("--from", way)

    def with_key(self, actor: Actor) -> list[object]:
        return ["--key", actor.key, "--log", self.log, "--trust", self.trust]

    def said_before(self, turn: Turn) -> int | None:
        """The entry in which another officer said the same, where an act needs several."""
        if turn.by not in OFFICERS or turn.kind == "co-record":
            return None
        same = (turn.kind, turn.about, turn.says)
        return next((t.index for t in self.sealed if (t.kind, t.about, t.says) == same), None)

    def write_down(self, actor: Actor, turns: Sequence[Turn]) -> Path:
        """What an actor wants to say, as a file that a person writes (docs/script.md)."""
        said = actor.home / "said"
        said.mkdir(exist_ok=True)
        lines = []
        for turn in turns:
            says = self.day.numbered(turn.says)
            lines += ["[[entry]]", f"about = {toml(turn.about)}", f"at = {toml(turn.at)}"]
            lines += [f"says = {toml(says)}", ""]
            for name in files_in(says):
                shutil.copyfile(MINIATURE / name, said / name)
        path = said / f"{actor.said:03}-{turns[0].kind}.toml"
        path.write_text("\n".join(lines))
        return path

    def enrol(self, turn: Turn, out: Path) -> None:
        """Holders ask, and the root enrols them without seeing their keys."""
        requests = [self.request(key, self.trust) for key in turn.says["keys"]]
        root = self.actor("root")
        self.types(
            root, "keys", "enrol", *requests, "--election", self.trust, "--root", root.key, "-o", out,
            at=turn.at,
        )  # fmt: skip

    def revoke(self, turn: Turn, out: Path) -> None:
        root, whose = self.actor("root"), turn.says["kid"].removeprefix("@")
        self.types(
            root, "keys", "revoke", whose, "--reason", turn.says["reason"], "--law", turn.says["legal_basis"],
            "--election", self.log, "--root", root.key, "-o", out, at=turn.at,
        )  # fmt: skip

    def publish(self, *words: object) -> None:
        """The authority takes what came, has it cosigned, and makes it public."""
        told = self.publishes(*words)
        left = [each for taken in told["taken"] for each in taken["left"]]
        if left or told["size"] != 2 + len(self.sealed):
            raise RuntimeError(f"not taken: {left}; the log has {told['size']} entries")
        self.public = told["size"]

    def publishes(self, *words: object) -> Mapping[str, Any]:
        """What the command says that does so. Who types it holds the log's key and no other."""
        told: Mapping[str, Any] = json.loads(
            self.types(self.actor("keeper"), "workspace", "publish", self.workspace, *words, "--json",
                       at=self.sealed[-1].at)
        )  # fmt: skip
        return told


WITNESSES = ("azul", "sol", "univ")
FETCHES = "univ"
STICK = "observer/faro"
OFFICERS = ("authority/officer-1", "authority/officer-2")
SEVERAL = frozenset({"copy", "hand-count", "machine-event"})
"""Types of which an actor says several with one command."""

ACTS = frozenset({"roll", "ruling", "closing", "lots", "accreditation", "station-change"})
"""Types of which one act may replace or lift another, which whoever signs has to see."""


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value.isoformat() if isinstance(value, datetime) else json.dumps(value, ensure_ascii=False)


def files_in(value: Any) -> Iterator[str]:
    """The files that it attaches."""
    if isinstance(value, dict):
        if isinstance(value.get("file"), str):
            yield value["file"]
        for item in value.values():
            yield from files_in(item)


def in_a_process(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run the command as a person's shell would, and show it."""
    print("$", shlex.join(["escrutinio", *words]), flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "escrutinio", *words], env=os.environ | environment, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return done.stdout


def main() -> None:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True)
    Play(directory.resolve(), in_a_process).play()


if __name__ == "__main__":
    main()
