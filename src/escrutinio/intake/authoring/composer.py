"""Composing a log: sealing records one after another, and pointing back at earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from hashlib import sha256
from pathlib import Path

from escrutinio.base.errors import InputError
from escrutinio.core.election.acts import MATTERS, Acts
from escrutinio.core.election.bulk.known import Checking
from escrutinio.core.election.rights import Rights
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.log.tiles import Frontier
from escrutinio.core.records.attachments import attachment_of
from escrutinio.core.records.codecs import Struct
from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.parts import Attachment, EnrolledKey, LogHead
from escrutinio.core.records.possession import signed_by_key
from escrutinio.core.records.types import Body, Claim, Definition, Enrolment, Statement
from escrutinio.intake.authoring.keyring import ROOT, Keyring


class Composer:
    """Seals records one after another and keeps what later ones may point to.

    `records` in log order, `attachments` by digest; `clock` gives `issued_at` where an author gives none, but
    for the entries that stand already: they keep theirs, which `moments` has in order. `acts` are
    those in force by what was said so far. `statements` and `claims` have the codes of those added, as keys.
    `checking` has an `executor` check signatures meanwhile.
    """

    def __init__(
        self,
        keyring: Keyring,
        origin: str,
        clock: int,
        base_dir: Path,
        moments: Sequence[int] = (),
        executor: Executor | None = None,
    ) -> None:
        self.checking = Checking(executor)
        self.records: list[bytes] = []
        self.attachments: dict[bytes, bytes] = {}
        self.statements: dict[str, None] = {}
        self.claims: dict[str, None] = {}
        self.election = b""
        self.clock = clock
        self.keyring = keyring
        self._origin = origin
        self.base_dir = base_dir
        self._frontier = Frontier()
        self._hashed = 0
        self._named: dict[str, int] = {}
        self._moments = moments
        self._index: dict[tuple[object, ...], int] = {}
        self._rights: Rights | None = None
        self.acts: Acts | None = None
        self._roles: dict[str, Role] = {}

    def attach(self, data: bytes, media_type: str) -> Attachment:
        """Keep `data` as an attachment and return what a record says of it."""
        attachment = attachment_of(data, media_type)
        self.attachments[attachment.digest] = data
        return attachment

    def add(
        self,
        body: Body,
        *,
        by: str,
        about: str,
        at: int | None = None,
        later: int = 0,
        name: str | None = None,
    ) -> int:
        """Seal `body`, append it and return its index. `by` "root" is signed with the root key.

        It is issued `at` a moment, else so many seconds `later` than the clock says. The same again has the
        index of the first: a log takes it once. An act whose matter has one in force names it as replaced,
        unless its author names one.
        """
        index = self._index.setdefault((body, by, about, at, later), len(self.records))
        if index == len(self.records):
            named = body if self.acts is None else self.acts.naming(body, about)
            self._seal(named, by, about, self._moment(later) if at is None else at)
        if name is not None:
            if name in self._named:
                raise InputError("entry-id-twice", name=repr(name))
            self._named[name] = index
        return index

    def _moment(self, later: int) -> int:
        place = len(self.records)
        stands = self._moments[place] if place < len(self._moments) else -1
        return stands if stands >= 0 else self.clock + later

    def _seal(self, body: Body, by: str, about: str, moment: int) -> None:
        key = self.keyring.key(by)
        signer = "authority/root" if by == ROOT else by
        raw = seal(
            body,
            key=key,
            signer=signer,
            subject=about,
            election=self.election,
            issued_at=moment,
        )
        if not self.records:
            self.election = sha256(raw).digest()
        self.records.append(raw)
        self.checking.add(raw, key.public_key)
        self._follow(body, raw, by)

    def _follow(self, body: Body, raw: bytes, by: str) -> None:
        """Take in who may say what, and which acts are in force by it."""
        if isinstance(body, Definition):
            self._rights = Rights(body)
            self.acts = Acts(self._rights)
        elif isinstance(body, Enrolment):
            self._roles.update((key.name, key.role) for key in body.keys)
        elif isinstance(body, Statement | Claim) and body.code:
            (self.statements if isinstance(body, Statement) else self.claims)[body.code] = None
        role = self._roles.get(by)
        rights, acts = self._rights, self.acts
        if rights is None or acts is None or role is None:
            return
        if body.TYPE in MATTERS and rights.may_sign(role, type(body), by):
            acts.hear(len(self.records) - 1, open_record(raw), by, role)

    def forget(self) -> None:
        """Let go of what is needed to add records: none is added from here on."""
        self._index.clear()
        self._named.clear()

    def digest_of(self, name: str) -> bytes:
        """SHA-256 of the record that was added under `name`."""
        return sha256(self.records[self.index_of(name)]).digest()

    def head(self) -> LogHead:
        """The log as far as it has been composed."""
        fresh = self.records[self._hashed :]
        self._frontier, _ = self._frontier.extend(b"".join(map(leaf_hash, fresh)))
        self._hashed = len(self.records)
        return LogHead(self._origin, self._hashed, self._frontier.root)

    def index_of(self, name: str) -> int:
        """The log index of the record that was added under `name`. Raises InputError."""
        if name not in self._named:
            raise InputError("entry-id-unknown", name=repr(name))
        return self._named[name]

    def kid_of(self, name: str) -> bytes:
        """The key of a signer."""
        return self.keyring.key(name).kid

    def enrolled_key(self, table: dict[str, object]) -> object:
        """An enrolled key with what its author left out: the public key of that name, and its proof."""
        key = self.keyring.key(str(table.get("name")))
        table.setdefault("public_key", key.public_key.hex())
        if "proof" in table:
            return table
        said = Struct(EnrolledKey).from_plain(table | {"proof": bytes(64).hex()})
        return table | {"proof": key.sign(signed_by_key(self.election, said)).hex()}
