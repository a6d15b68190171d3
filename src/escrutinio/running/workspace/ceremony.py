"""The key ceremony of an election: definition and charter signed by the root, a key of its own for the log,
the officers enrolled, and a record of which keys were there.

The definition can be signed before: officers then ask for their keys to be enrolled in this election, and
the log begins with their requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.base.progress import Progress
from escrutinio.core.election.areas import Area, AreaTree, build_areas, write_areas
from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.notes import NoteSigner
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records.attachments import CBOR, CSV, attachment_of, digest_of
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Kind, Role
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import open_record, seal, verify
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.subjects import ELECTION
from escrutinio.core.records.types import Charter, Definition
from escrutinio.intake.authoring.compose import Tables, read_tables
from escrutinio.intake.authoring.config import ElectionConfig, read_config_file
from escrutinio.intake.authoring.holders import Held
from escrutinio.intake.authoring.keyring import LOG, Keyring
from escrutinio.intake.authoring.requests import enrolments
from escrutinio.publication.browser.verifier import verifier_files
from escrutinio.running.workspace.appointing import appoint
from escrutinio.running.workspace.log_keys import LOG_KEY
from escrutinio.running.workspace.publish import BadRowsError, show_begun
from escrutinio.running.workspace.workspace import PRESENTATION, Beginning, Workspace, begin, beginning_in

ROOT_NAME = "authority/root"
RECORD = "ceremony.json"


class Present(msgspec.Struct, frozen=True):
    """A key that took part, by its name and role, never a person: `key` its first 8 bytes in hexadecimal,
    `kept` where it is: `file`, `token`, `workspace`, or `elsewhere` for one that sent its request."""

    name: str
    role: str
    key: str
    kept: str


class CeremonyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`ceremony.json`: what was begun, with which keys, and what to compare with the printed sheet. Digests
    are SHA-256 in hexadecimal, `at` is a moment in UTC."""

    version: int = 1
    at: str
    origin: str
    election: str
    charter: str
    trust: str
    fingerprint: str
    log_key: str
    officers_needed: int
    present: tuple[Present, ...]


@dataclass(frozen=True)
class Founding:
    """A configuration with its tables, ready to be signed."""

    config: ElectionConfig
    base_dir: Path
    tables: Tables
    tree: AreaTree

    @classmethod
    def read(cls, config_file: Path) -> Founding:
        """Raises InputError or DefinitionError, BadRowsError for bad rows."""
        config, base_dir = read_config_file(config_file)
        tables = read_tables(config, base_dir)
        if tables.bad:
            raise BadRowsError(tables.bad)
        config.shown.check_places({row.code: None for row in tables.areas})
        tree = build_areas(Area(row.code, row.parent, row.level, row.name) for row in tables.areas)
        return cls(config, base_dir, tables, tree)

    def attachments(self) -> Mapping[bytes, bytes]:
        """The files that the definition names, by digest."""
        areas = write_areas(self.tree)
        found = {attachment_of(areas, CSV).digest: areas}
        if (contests := self.config.contests_file) is not None:
            found[attachment_of(contests, CBOR).digest] = contests
        return found

    def define(self, root: Held, clock: int) -> bytes:
        """The definition, signed by the root: its SHA-256 is the election's identity from now on."""
        return self._seal(self._body(root), root, b"", clock)

    def defined(self, raw: bytes, root: Held, path: Path) -> bytes:
        """A definition that was signed before. Raises InputError where it is not what is configured now,
        RecordError where another key signed it."""
        if open_record(raw).body != self._body(root):
            raise InputError("ceremony-definition", path=path)
        verify(raw, root.holder.public_key)
        return raw

    def charter(self, root: Held, election: bytes, clock: int) -> bytes:
        """The charter of the official log."""
        return self._seal(self.config.charter_body(root.holder.public_key), root, election, clock)

    def _body(self, root: Held) -> Definition:
        return self.config.definition_body(root.holder.public_key, self.tree)

    def _seal(self, body: Definition | Charter, root: Held, election: bytes, clock: int) -> bytes:
        return seal(
            body,
            key=root.holder,
            signer=root.name or ROOT_NAME,
            subject=ELECTION,
            election=election,
            issued_at=clock,
        )


@dataclass(frozen=True)
class Keys:
    """The keys of a ceremony: the root and the officers that are there, the `requests` of others, the log's
    key, and the file (`log_key_file`) that keeps it."""

    root: Held
    officers: Sequence[Held]
    requests: Sequence[EnrolledKey]
    log: NoteSigner
    log_key_file: bytes

    def enrolled(self, config: ElectionConfig, election: bytes) -> tuple[EnrolledKey, ...]:
        """The keys that the log begins with: the officers' that are there prove it now."""
        titles = {one.name: one.titles for one in config.organisations}
        here = [
            enrolled(held.holder, election, held.name, Role.AUTHORITY, titles=titles.get(held.name, ()))
            for held in self.officers
        ]
        return (*here, *self.requests)

    def check(self, config: ElectionConfig, enrolled_keys: Iterable[EnrolledKey]) -> None:
        """Raise InputError where one key would have two tasks, and in a real election for one that is
        derived from the root."""
        names = {self.root.holder.public_key: self.root.name or ROOT_NAME}
        log = self.log.verifier.public_key
        for name, public_key in ((LOG, log), *((key.name, key.public_key) for key in enrolled_keys)):
            if public_key in names:
                raise InputError("ceremony-one-key", name=name, other=names[public_key])
            names[public_key] = name
            if config.kind is Kind.REAL and self._derives(config, name, public_key):
                raise InputError("ceremony-derived", name=name)

    def _derives(self, config: ElectionConfig, name: str, public_key: bytes) -> bool:
        root = self.root.holder
        return isinstance(root, SigningKey) and any(
            Keyring(root, context).key(name).public_key == public_key
            for context in (config.code, config.log.origin)
        )

    def present(self, log_made: bool) -> Iterable[Present]:
        """Who took part, in the order of the ceremony."""
        yield _present(self.root, "root", ROOT_NAME)
        kept = "workspace" if log_made else "file"
        yield Present(self.log.name, "log", key_id(self.log.verifier.public_key).hex(), kept)
        for held in self.officers:
            yield _present(held, word(Role.AUTHORITY), "")
        for key in self.requests:
            yield Present(key.name, word(key.role), key_id(key.public_key).hex(), "elsewhere")


def _present(held: Held, role: str, name: str) -> Present:
    kept = "file" if isinstance(held.holder, SigningKey) else "token"
    return Present(held.name or name, role, held.holder.kid.hex(), kept)


@dataclass(frozen=True)
class Begun:
    """What a ceremony came to: the workspace in its place, its trust file, and its record."""

    workspace: Workspace
    trust: Trust
    record: CeremonyRecord


def hold(
    directory: Path,
    founding: Founding,
    definition: bytes,
    keys: Keys,
    *,
    log_made: bool,
    clock: int,
    progress: Progress,
    executor: Executor | None = None,
    witnesses: Policy | None = None,
) -> Begun:
    """Begin the official log in a directory that does not exist or is empty, with its pages, or not at all.

    `definition` is signed by the root (`Founding.define`); `log_made`: the log's key was made for it. The
    trust file names the `witnesses`; they are asked from the next publication on, when they have it. Raises
    InputError for keys that may not be used so, LogError where the log refuses one.
    """
    config, election = founding.config, digest_of(definition)
    held = keys.enrolled(config, election)
    keys.check(config, held)
    signer = keys.root.name or ROOT_NAME
    people = enrolments(held, root=keys.root.holder, signer=signer, election=election, issued_at=clock)
    records = (definition, founding.charter(keys.root, election, clock), *people)
    with beginning_in(directory) as staging:
        workspace = begin(
            staging,
            Beginning(records, founding.attachments()),
            role=config.log.role,
            operator=config.code,
            origin=config.log.origin,
            titles={},
            keyring=keys.log,
            clock=clock,
            private=[(LOG_KEY, keys.log_key_file)],
            shown=PRESENTATION,
        )
        verifiers = verifier_files(workspace.public, None)
        write_files(workspace.public, verifiers.files)
        show_begun(
            workspace,
            config,
            founding.base_dir,
            founding.tables,
            {},
            keys.log,
            verifiers.digest,
            clock,
            progress,
            executor,
        )
        trust = workspace.trust(keys.log, verifier_html=verifiers.digest, mirrors=config.shown.mirrors)
        if witnesses is not None:
            workspace, trust = appoint(workspace, witnesses)
        record = CeremonyRecord(
            at=datetime.fromtimestamp(clock, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            origin=config.log.origin,
            election=election.hex(),
            charter=digest_of(records[1]).hex(),
            trust=sha256(format_trust(trust)).hexdigest(),
            fingerprint=fingerprint(trust),
            log_key=str(keys.log.verifier),
            officers_needed=config.officers_needed,
            present=tuple(keys.present(log_made)),
        )
        shown = msgspec.json.encode(config.shown)
        written = msgspec.json.format(msgspec.json.encode(record)) + b"\n"
        write_files(staging, [(PRESENTATION, shown), (RECORD, written)])
    return Begun(Workspace(directory, workspace.settings), trust, record)
