"""Where records of the desk come from and go to: the log as it stands, keys at hand, drafts, the inbox.

    private/desk/drafts/<digest>.json    what somebody wrote and nobody signed yet

A key stays in its file or on its token. Where one is at hand on this machine, its holder types the passphrase
for each record, and nothing of it is kept; elsewhere what was written waits as a draft for the key's holder,
who signs it with `escrutinio sign` where the key is. What is sealed goes into the workspace's inbox, as if it
had been sent: whoever keeps the log takes it in and cannot change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import PRIVATE, directory_mode, make_directories
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.toml import inline
from escrutinio.core.election.acts import Awaiting
from escrutinio.core.election.control import acts_in
from escrutinio.core.election.keys import HeldKey
from escrutinio.core.election.rights import Rights, Scopes
from escrutinio.core.election.state import attachments_of
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.entry import Entry, open_record
from escrutinio.core.records.subjects import read_subject
from escrutinio.core.records.types import BY_NAME, Body
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.holders import TokenKey, open_key
from escrutinio.intake.authoring.signing import Sealed, Signing, Writing
from escrutinio.running.exchange.parcel import Parcel, parcels, send, sent_attachment
from escrutinio.running.workspace.cabinet import Cabinet
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.workspace import Workspace

DRAFTS = "drafts"
MAX_DRAFTS = 10_000
MAX_DRAFT = 1024 * 1024


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wrote: by whom it is to be signed, of which type, about what, and the script (TOML) that
    `sign --from` reads; `name` is the SHA-256 of all that."""

    name: str
    signer: str
    type: str
    about: str
    script: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A record that lacks signatures: where it is (`digest` of the first one's), and who signed so far."""

    digest: str
    entry: Entry
    names: tuple[str, ...]
    needed: int
    public: bool


class SigningPlace:
    """The workspace as signers at the desk see it; `keys` are the keys at hand, by the name they sign as: a
    file, or the address of one on a token. Drafts lie in its private part; `private` is that part, open where
    it is sealed."""

    def __init__(
        self,
        workspace: Workspace,
        directory: Path,
        keys: Mapping[str, str],
        now: Callable[[], int],
        private: Cabinet | None = None,
    ) -> None:
        self.workspace, self.keys = workspace, keys
        self._directory, self._now = directory, now
        self._drafts = (private or Cabinet(workspace.private)).below(directory.name).below(DRAFTS)
        self._follower = Follower(workspace.open())
        self._one, self._key_in_use = Lock(), Lock()

    def log(self) -> VerifiedLog:
        """The log as it is published now. Raises LogError."""
        with self._one:
            return self._follower.advance()

    # --- who may say what ---

    def held(self, name: str) -> HeldKey | None:
        """The key in force under a name."""
        keys = self.log().state.keys
        return next((each for each in keys if each.key.name == name and each.revoked is None), None)

    def kinds(self, name: str) -> list[type[Body]]:
        """The types of records that a name may sign."""
        held = self.held(name)
        if held is None:
            return []
        rights = Rights(self.log().state.definition.body)
        return [kind for kind in BY_NAME.values() if rights.may_sign(held.key.role, kind, name)]

    def write(self, name: str, kind: type[Body], about: str, says: Mapping[str, object]) -> Body:
        """A record's body, judged as far as it can be without a signature. Raises InputError, RecordError."""
        log = self.log()
        body = self._writing(log).body_of(kind, about, says)
        subject = read_subject(kind.SUBJECT, about)
        held = self.held(name)
        state = log.state
        if held is None or kind not in self.kinds(name):
            raise InputError("desk-not-yours", name=name, type=kind.NAME)
        scopes = Scopes(state.keys, state.areas, state.roll, Rights(state.definition.body))
        if not scopes.covers(held.key, subject):
            raise InputError("desk-out-of-scope", name=name, about=about)
        return body

    # --- sealing ---

    def seal(
        self, name: str, kind: type[Body], about: str, says: Mapping[str, object], secret: str
    ) -> Sealed:
        """Seal a record with the key at hand and send it. Raises InputError, RecordError or LogError."""
        with self._signing(name, secret) as signing:
            return self._sent(signing, signing.say(kind, about, says))

    def seal_same(self, name: str, offered: Offered, secret: str) -> Sealed:
        """Seal what another one signed, word for word, and send it. Raises InputError, RecordError,
        LogError."""
        if name in offered.names:
            raise InputError("act-signed-already", name=name)
        named = [each.digest for each in attachments_of(offered.entry.body)]
        sent = {digest: sent_attachment(self.workspace.inbox, digest) for digest in named}
        beside = {digest: content for digest, content in sent.items() if content is not None}
        with self._signing(name, secret) as signing:
            return self._sent(signing, signing.say_the_same(offered.entry, beside))

    @contextmanager
    def _signing(self, name: str, secret: str) -> Iterator[Signing]:
        """One record at a time: a token that was opened is open to the whole program until it is closed."""
        if name not in self.keys:
            raise InputError("desk-no-key", name=name)
        log = self.log()
        with self._key_in_use:
            held = open_key(self.keys[name], secret)
            try:
                yield Signing(log, held.holder, name, self._nothing(), self._now())
            finally:
                if isinstance(held.holder, TokenKey):
                    held.holder.close()

    def _writing(self, log: VerifiedLog) -> Writing:
        return Writing(log, self._nothing())

    def _sent(self, signing: Signing, sealed: Sealed) -> Sealed:
        send(self.workspace.inbox, [sealed.raw], signing.attachments)
        return sealed

    def _nothing(self) -> Path:
        """An empty directory: no form names a file of this machine."""
        empty = self._directory / "empty"
        make_directories(empty, directory_mode(PRIVATE))
        return empty

    # --- what waits ---

    def offered(self) -> list[Offered]:
        """What lacks signatures, in the log and in the inbox, the first signer's record standing for it."""
        log = self.log()
        state = log.state
        found = {(each.subject, each.body): _offered(each, log) for each in acts_in(state).awaiting()}
        rights = Rights(state.definition.body)
        for entry in self._sent_entries():
            held = state.keys.get(entry.kid)
            if held is None:
                continue
            needed = rights.needed(held.key.role, type(entry.body))
            there = found.get((entry.subject, entry.body))
            if there is None and needed > 1:
                found[entry.subject, entry.body] = Offered(
                    entry.digest.hex(), entry, (held.key.name,), needed, False
                )
            elif there is not None and held.key.name not in there.names:
                found[entry.subject, entry.body] = Offered(
                    there.digest, there.entry, (*there.names, held.key.name), there.needed, there.public
                )
        return list(found.values())

    def waiting_in_inbox(self) -> list[Entry]:
        """What was sent and is not in the log yet."""
        return list(self._sent_entries())

    def _sent_entries(self) -> Iterator[Entry]:
        for parcel in parcels(self.workspace.inbox):
            if isinstance(parcel, Parcel):
                yield from map(open_record, parcel.records)

    # --- drafts ---

    def keep(self, signer: str, kind: type[Body], about: str, says: Mapping[str, object]) -> Draft:
        """Keep what somebody wrote until the key's holder signs it; it is judged by `write` before. Raises
        InputError where too many wait, LogError where it cannot be written."""
        head = [f"[[entry]]\ntype = {inline(kind.NAME)}\nabout = {inline(about)}\n[entry.says]"]
        script = "\n".join([*head, *(f"{name} = {_toml(value)}" for name, value in says.items()), ""])
        if len(self._drafts.names()) >= MAX_DRAFTS:
            raise InputError("desk-drafts", limit=MAX_DRAFTS)
        name = digest_of(f"{signer}\n{script}".encode()).hex()
        draft = Draft(name=name, signer=signer, type=kind.NAME, about=about, script=script)
        self._drafts.write([(f"{name}.json", msgspec.json.encode(draft) + b"\n")])
        return draft

    def drafts(self, signer: str) -> list[Draft]:
        """The drafts that wait for a signer. Raises InputError where one cannot be read."""
        found = [self._draft(name) for name in self._drafts.names(".json")]
        return [each for each in found if each.signer == signer]

    def drop(self, draft: Draft) -> None:
        """Let a draft go."""
        self._drafts.remove(f"{draft.name}.json")

    def _draft(self, name: str) -> Draft:
        try:
            return msgspec.json.decode(self._drafts.read(name, MAX_DRAFT) or b"", type=Draft)
        except NO_JSON as error:
            raise InputError("draft-form", path=self._drafts.place(name), why=str(error)) from None


def _offered(waits: Awaiting, log: VerifiedLog) -> Offered:
    entry = open_record(log.entry(waits.entries[0]))
    return Offered(entry.digest.hex(), entry, waits.names, waits.needed, True)


def _toml(value: object) -> str:
    """A value of a form as TOML writes it, times too."""
    match value:
        case datetime():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{inline(str(key))} = {_toml(item)}' for key, item in value.items())} }}"
    return inline(value)
