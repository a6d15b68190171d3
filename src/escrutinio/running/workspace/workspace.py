"""An operator's workspace: one directory with a private and a public part, whatever the operator's role.

workspace.json         whose log this is, and of which election
private/               0700: everything below is for the operator alone
    master.key         encrypted; the log's key, the root and the signing key are derived from it
    store.sqlite       the log's store: what is in it is durable
    log.key            instead: the log's key alone, where the others have theirs elsewhere
inbox/                 what was sent, until it is taken (`exchange.parcel`)
public/                the publication: log, attachments, trust file, data, pages

A workspace is begun with its first records and their attachments, whole or not at all. Records are accepted
by any number of processes, and made public by one. Publishing a finished election is a workspace that is
begun with all its records and sealed at once: its public part stays, its keys and its store go.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from escrutinio.base.beside import keep_part, new_tree, refusal
from escrutinio.base.errors import InputError
from escrutinio.base.files import (
    PRIVATE,
    PUBLIC,
    DirectoryLock,
    directory_mode,
    is_locked,
    make_directories,
    write_files,
)
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.progress import Progress, silent
from escrutinio.base.words.say import say
from escrutinio.core.election.admission import Admission
from escrutinio.core.election.bulk.known import NOTHING, Known
from escrutinio.core.log.accept import Acceptor, Refusal, refused
from escrutinio.core.log.notes import KeyType, NoteSigner, VerifierKey
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.store import Receipt, Store
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import MAX_ATTACHMENT, digest_of, file_name
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.keyfiles import read_key_file
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.keyring import LOG, Keyring
from escrutinio.running.workspace.log_keys import LOG_KEY, LogKeys, read_log_key
from escrutinio.running.workspace.witnesses import (
    WitnessesTable,
    policy_of,
    read_cosigning,
    remember_asked,
    witnesses_at,
)

SETTINGS, STORE = "workspace.json", "store.sqlite"
PRESENTATION = "presentation.json"
"""How the log is shown, where no configuration says it."""
INBOX = "inbox"
"""Where records and cosignatures are put that come as files."""

MAX_SETTINGS = 64 * 1024
_ASKED = 0.2
"""Seconds that a run waits for the lock, which who looks whether one is at work has for an instant."""
VERSION = 1

ROLES = {role.name.lower(): role for role in LogRole}


class WorkspaceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`workspace.json`: `election` is the SHA-256 of the definition in hexadecimal, `charter` that of the
    charter, `operator` the name that signs in this log, `titles` what people call it, by language; `shown`
    the configuration that says how it is shown, or `presentation.json`, as seen from the workspace;
    `witnesses` who must have cosigned what is public; `store` the PostgreSQL database of its store, where
    that is not the file; `until_public`: results wait for their moment in the log of a party or an observer
    too."""

    version: int = VERSION
    role: str
    election: str
    charter: str
    origin: str
    operator: str
    titles: dict[str, str] = {}
    shown: str = ""
    witnesses: WitnessesTable = WitnessesTable()
    store: str = ""
    until_public: bool = False


@dataclass(frozen=True)
class Beginning:
    """The first records of a log, in order, and the attachments that they need, by digest; and of which
    records the signature is `known` to hold."""

    records: Sequence[bytes]
    attachments: Mapping[bytes, bytes]
    known: Known = field(default_factory=dict)


@dataclass(frozen=True)
class Workspace:
    """An operator's log in a directory; made by `begin`, found by `open_workspace`."""

    directory: Path
    settings: WorkspaceTable

    @property
    def public(self) -> Path:
        """The publication."""
        return self.directory / "public"

    @property
    def private(self) -> Path:
        """What is never published."""
        return self.directory / "private"

    @property
    def inbox(self) -> Path:
        """Where others leave what they signed."""
        return self.directory / INBOX

    @property
    def role(self) -> LogRole:
        """Whose log it is: the authority's, a party's, an observer's or an importer's."""
        return ROLES[self.settings.role]

    @property
    def lets_wait(self) -> bool:
        """Whether results wait here for the moment from which they may be public: in the authority's log
        always, in another one where it says so. What others publish is theirs to answer for."""
        return self.role is LogRole.OFFICIAL or self.settings.until_public

    # --- keys ---

    def keyring(self, passphrase: str) -> Keyring:
        """Its keys. Raises RecordError for a wrong passphrase."""
        _, master = read_key_file(self.private / "master.key", passphrase)
        return Keyring(master, self.settings.origin)

    def signer(self, keys: LogKeys) -> NoteSigner:
        """What signs the log's checkpoints."""
        if isinstance(keys, NoteSigner):
            return keys
        return NoteSigner(self.settings.origin, KeyType.ED25519, keys.seed(LOG))

    def log_signer(self, passphrase: str) -> NoteSigner:
        """What signs the log's checkpoints: the log key where it stands by itself, else what the master key
        gives. Raises RecordError for a wrong passphrase, and for the key of another log."""
        path = self.private / LOG_KEY
        if not path.exists():
            return self.signer(self.keyring(passphrase))
        return read_log_key(path, passphrase, self.settings.origin)

    def verifier(self, keys: LogKeys) -> VerifierKey:
        """The log's public key as a C2SP verifier key."""
        return self.signer(keys).verifier

    def policy(self, keys: LogKeys) -> Policy:
        """The log's key, its witnesses and their quorum. Raises LogError where they break a rule."""
        return policy_of(self.verifier(keys), self.settings.witnesses)

    def trust(self, keys: LogKeys, *, verifier_html: bytes, mirrors: tuple[str, ...] = ()) -> Trust:
        """The trust file to hand out: this log's key, definition and charter, and the offline verifier."""
        return Trust(
            definition=bytes.fromhex(self.settings.election),
            charter=bytes.fromhex(self.settings.charter),
            policy=self.policy(keys),
            verifier_html=verifier_html,
            mirrors=mirrors,
        )

    # --- the log ---

    def attachment(self, digest: bytes) -> bytes | None:
        """An attachment of its publication, None if it is not there or not what its name says."""
        path = self.public / "attachments" / file_name(digest)
        try:
            if os.path.getsize(path) > MAX_ATTACHMENT:
                return None
            content = path.read_bytes()
        except OSError:
            return None
        return content if digest_of(content) == digest else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only run that works on log and pages. Raises LogError while another does."""
        lock = DirectoryLock(
            self.private,
            say("Another run is at work in {directory}; wait until it is done.", directory=self.directory),
            _ASKED,
        )
        try:
            yield
        finally:
            lock.release()

    def at_work(self) -> bool:
        """Whether a run works on log and pages now; a publisher does as long as it runs. Raises LogError."""
        return is_locked(self.private)

    @contextmanager
    def acceptor(self, log: VerifiedLog | None = None, *, known: Known = NOTHING) -> Iterator[Acceptor]:
        """What takes records into the log; any number of processes may have one, and none needs a key.

        With the `log` as it was verified, what it settles is not read again; without, signatures that are
        `known` are not checked again. Raises LogError.
        """
        admission = Admission(self.attachment, known) if log is None else log.folding.admission()
        with self.store() as store:
            yield Acceptor(store, open_log(self._log_directory()), admission)

    @contextmanager
    def publisher(self, keys: LogKeys, clock: int) -> Iterator[Publisher]:
        """The log's one publisher at a moment; raises LogError while another is at work, or where histories
        differ.

        Afterwards `witnesses.json` and `live.json` say which witnesses were silent.
        """
        with self.staying_publisher(keys, lambda: clock) as publisher:
            yield publisher
            self.remember_asked(publisher, clock)

    @contextmanager
    def staying_publisher(self, keys: LogKeys, clock: Callable[[], int]) -> Iterator[Publisher]:
        """The same for a publisher that stays: `clock` tells it the time."""
        policy, table = self.policy(keys), self.settings.witnesses
        witnesses = witnesses_at(policy, self.directory / INBOX, table.patience)
        with (
            self.store() as store,
            Publisher(
                self._log_directory(),
                store,
                self.signer(keys),
                clock=clock,
                policy=policy,
                witnesses=witnesses,
                patience=table.patience if witnesses else None,
            ) as publisher,
        ):
            yield publisher

    def remember_asked(self, publisher: Publisher, clock: int) -> None:
        """Remember which witnesses were silent and what waits for its moment, and say so in what is
        published. Raises LogError."""
        waits = publisher.waits[0] or read_cosigning(self.private).later
        if waits or self.settings.witnesses.witness:
            remember_asked(publisher, self.private, self.public, clock)

    def _log_directory(self) -> Path:
        directory = self.public / "log"
        make_directories(directory, directory_mode(PUBLIC))
        return directory

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The log's store, for one thread. Raises LogError."""
        with closing(self._open_store()) as store:
            yield store

    def _open_store(self) -> Store:
        if not self.settings.store:
            return SqliteStore(self.private / STORE)
        from escrutinio.running.workspace.store_postgres import PostgresStore

        return PostgresStore(self.settings.store, self.settings.origin)

    def add(
        self,
        records: Sequence[bytes],
        keys: LogKeys,
        clock: int,
        log: VerifiedLog | None = None,
        *,
        known: Known = NOTHING,
    ) -> list[Receipt | Refusal]:
        """Accept records and make them public, with whatever an interrupted run left durable.

        Raises LogError where the log cannot be written; what was refused is said in the answers.
        """
        with self.publisher(keys, clock) as publisher, self.acceptor(log, known=known) as acceptor:
            answers = acceptor.accept(records)
            publisher.publish()
            publisher.sweep()
        return answers

    def finish(self, keys: LogKeys, clock: int) -> None:
        """Make public what an interrupted run left durable. Raises LogError."""
        with self.publisher(keys, clock) as publisher:
            publisher.publish()
            publisher.sweep()

    def open(self, *, executor: Executor | None = None, progress: Progress = silent) -> VerifiedLog:
        """The log as it stands in the public part, verified. Raises LogError."""
        from escrutinio.core.verification.publication import open_verified

        return open_verified(self.public, executor=executor, progress=progress)

    def seal(self) -> Path:
        """Let the publication stand in the workspace's own place, and let go of everything else.

        The log ends here: its keys and its store are gone. Raises OSError.
        """
        keep_part(self.directory, self.public.name)
        return self.directory


def begin(
    directory: Path,
    beginning: Beginning,
    *,
    role: LogRole,
    operator: str,
    origin: str,
    titles: Mapping[str, str],
    keyring: LogKeys,
    clock: int,
    private: Iterable[tuple[str, bytes]] = (),
    key_file: Callable[[Path], None] | None = None,
    shown: str = "",
    until_public: bool = False,
) -> Workspace:
    """Make a workspace in a directory that does not exist or is empty.

    `private` are more files for its private part; `key_file` writes the master key there (see `keep_key`):
    without it nobody can go on with this log, as is right for one that is sealed at once; `until_public`:
    results wait in it (`Workspace.lets_wait`). Raises LogError
    where a record is refused, with the counts, and then leaves nothing behind: all is made beside the
    directory and moved into its place when it is whole.
    """
    settings = WorkspaceTable(
        role=role.name.lower(),
        election=digest_of(beginning.records[0]).hex(),
        charter=digest_of(beginning.records[1]).hex(),
        origin=origin,
        operator=operator,
        titles=dict(titles),
        shown=shown,
        until_public=until_public,
    )
    with beginning_in(directory) as staging:
        made = Workspace(staging, settings)
        make_directories(made.private, directory_mode(PRIVATE))
        if key_file is not None:
            key_file(made.private / "master.key")
        # Its store, still empty, so that it is private: SQLite gives the files beside it the same mode.
        write_files(made.private, [*private, (STORE, b"")], private=True)
        attachments = sorted(beginning.attachments.items())
        write_files(made.public / "attachments", ((file_name(d), content) for d, content in attachments))
        if why := refused(made.add(beginning.records, keyring, clock, known=beginning.known)):
            raise why
        keep_settings(made.directory, settings)
    return Workspace(directory, settings)


@contextmanager
def beginning_in(directory: Path) -> Iterator[Path]:
    """A directory to begin in, which stands at `directory` when the block ends without an error.

    Raises InputError where one stands there that is not empty, PublicationError where another run is at it.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError("directory-not-empty", directory=directory)
    try:
        with new_tree(directory) as staging:
            yield staging
    except BlockingIOError as error:
        raise refusal(directory, error) from None


def keep_settings(directory: Path, settings: WorkspaceTable) -> None:
    """Write `workspace.json`. Raises LogError where that fails."""
    write_files(directory, [(SETTINGS, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")])


def open_workspace(directory: Path) -> Workspace:
    """Find an operator's workspace. Raises InputError where there is none, or a damaged one."""
    path = directory / SETTINGS
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SETTINGS + 1)
    except FileNotFoundError:
        raise InputError("workspace-none", directory=directory) from None
    except OSError as error:
        raise InputError("file-unreadable", path=path, why=error.strerror or str(error)) from None
    try:
        settings = msgspec.json.decode(raw[:MAX_SETTINGS], type=WorkspaceTable)
        digests = [bytes.fromhex(text) for text in (settings.election, settings.charter)]
    except (ValueError, *NO_JSON) as error:
        raise InputError("workspace-form", path=path, why=str(error)) from None
    if settings.version != VERSION:
        raise InputError("workspace-version", path=path, version=settings.version, known=VERSION)
    if settings.role not in ROLES:
        raise InputError("workspace-role", path=path, role=repr(settings.role[:40]), known=", ".join(ROLES))
    if any(len(digest) != 32 for digest in digests):
        raise InputError("workspace-digests", path=path)
    return Workspace(directory, settings)
