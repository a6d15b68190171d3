"""Going on after a loss: a workspace made again from its public log, and a log that succeeds another.

A store that is gone is made again from what is public; what was durable there and not yet public is gone with
it, and its senders, who have no proof, send it again. A log whose key is gone or stolen is succeeded by
another one: the same election, a charter that names the last checkpoint, and every record again as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.files import PRIVATE, directory_mode, make_directories, write_files
from escrutinio.core.derived.geometry import GEOMETRY, MAX_GEOMETRY
from escrutinio.core.log.notes import NoteSigner, VerifierKey, verify_note
from escrutinio.core.log.store import Head
from escrutinio.core.log.store_sqlite import SqliteStore
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import KeyHolder
from escrutinio.core.records.parts import LogHead
from escrutinio.core.records.subjects import ELECTION
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.running.exchange.parcel import named_attachments
from escrutinio.running.exchange.witness_client import PATIENCE
from escrutinio.running.workspace.appointing import TRUST_FILE, witnesses_table
from escrutinio.running.workspace.witnesses import WitnessesTable
from escrutinio.running.workspace.workspace import (
    PRESENTATION,
    STORE,
    Workspace,
    WorkspaceTable,
    beginning_in,
    keep_settings,
)

BATCH = 10_000


def recover(
    log: VerifiedLog,
    public: Path,
    directory: Path,
    signer: NoteSigner,
    clock: int,
    *,
    key_file: Callable[[Path], None],
    operator: str = "",
    elsewhere: Sequence[tuple[str, int]] = (),
    shown: Presentation | None = None,
    trust: Path | None = None,
    until_public: bool = False,
) -> Workspace:
    """A workspace in a directory that does not exist or is empty, from the log as it was verified in the
    directory `public`, which is copied.

    `key_file` puts the log's key into the private part; `elsewhere` are places and the sizes that the log has
    there; `operator` is the name that signs in the log, by default the election's code; `shown` is how the
    log is shown, by default plainly. Its witnesses are those of the file `trust`, by default of the trust
    file that stands in `public`, which a mirror does not have; `until_public`: results wait in it
    (`Workspace.lets_wait`). Raises LogError for the key of another log,
    and where the log is longer elsewhere: with this store it would be signed a second time from here on.
    """
    if log.pinned.checkpoint.origin != signer.name:
        raise LogError("log-key-of-other", name=signer.name, origin=log.checkpoint.origin)
    _check_signed(log, signer)
    for place, size in elsewhere:
        if size > log.size:
            raise LogError("recover-behind", place=place, size=size, here=log.size)
    settings = msgspec.structs.replace(
        _settings(log, operator, shown),
        witnesses=_witnesses(trust or public / TRUST_FILE, signer.verifier),
        until_public=until_public,
    )
    with beginning_in(directory) as staging:
        made = Workspace(staging, settings)
        make_directories(made.private, directory_mode(PRIVATE))
        shutil.copytree(public, made.public, symlinks=False, dirs_exist_ok=True)
        key_file(made.private)
        write_files(made.private, [(STORE, b"")], private=True)
        _fill(made.private / STORE, log, clock)
        _keep_settings(staging, settings, shown)
    return Workspace(directory, settings)


def _check_signed(log: VerifiedLog, signer: NoteSigner) -> None:
    verify_note(log.signed.note, [signer.verifier], log.address)


def _witnesses(trust: Path, log: VerifierKey) -> WitnessesTable:
    """The witnesses of a trust file; none where it has none of this log."""
    with suppress(OSError, LogError):
        policy = parse_trust(trust.read_bytes(), trust.name).policy
        if any(each.key == log for each in policy.logs):
            return witnesses_table(policy, patience=PATIENCE)
    return WitnessesTable()


def _keep_settings(directory: Path, settings: WorkspaceTable, shown: Presentation | None) -> None:
    if shown is not None:
        write_files(directory, [(PRESENTATION, msgspec.json.encode(shown))])
    keep_settings(directory, settings)


def _settings(log: VerifiedLog, operator: str, shown: Presentation | None) -> WorkspaceTable:
    charter = log.state.charter
    if charter is None:
        raise InputError("recover-no-charter", address=log.address)
    return WorkspaceTable(
        role=LogRole(charter.body.role).name.lower(),
        election=log.state.election.hex(),
        charter=charter.entry.digest.hex(),
        origin=log.checkpoint.origin,
        operator=operator or log.state.definition.body.code,
        titles={title.language: title.text for title in charter.body.operator},
        shown="" if shown is None else PRESENTATION,
    )


def _fill(path: Path, log: VerifiedLog, clock: int) -> None:
    """Let a new store have accepted, signed and published what is public."""
    with closing(SqliteStore(path)) as store:
        _put(store, log.pinned.all_entries(), path)
        head = Head(log.size, log.checkpoint.root, log.signed.note.data)
        store.swap_signed(Head(), head)
        store.swap_public(Head(), head, clock)


def _put(store: SqliteStore, entries: Iterator[bytes], path: Path) -> None:
    size = 0
    for part in _parts(entries):
        if store.add(part, size) is None:
            raise LogError("store-unusable", path=path, why="")
        size += len(part)


def _parts(entries: Iterator[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    for raw in entries:
        part.append(raw)
        if len(part) == BATCH:
            yield part
            part = []
    if part:
        yield part


def succeed(
    log: VerifiedLog,
    directory: Path,
    signer: NoteSigner,
    clock: int,
    *,
    root: KeyHolder,
    root_name: str,
    key_file: Callable[[Path], None],
    operator: str = "",
    shown: Presentation | None = None,
    until_public: bool = False,
) -> Workspace:
    """A workspace, in a directory that does not exist or is empty, of a log that goes on from another one as
    it was verified, under the origin of `signer`.

    Its definition, a charter by the same root that names the other's checkpoint, and everything that was said
    there, at the same index, whatever it came to; public at once. It is `shown` as told, by default plainly,
    lets results wait from then on where `until_public` says so, and has no witnesses yet: those of the other
    log do not know it. Raises InputError for the root of another log, and for the origin that the other log
    has.
    """
    before = log.state.charter
    if before is None:
        raise InputError("recover-no-charter", address=log.address)
    if before.body.root_key != root.public_key:
        raise InputError("succeed-root", kid=root.kid.hex(), origin=log.checkpoint.origin)
    if signer.name == log.checkpoint.origin:
        raise InputError("succeed-origin", origin=signer.name)
    head = LogHead(log.checkpoint.origin, log.size, log.checkpoint.root)
    charter = seal(
        replace(before.body, origin=signer.name, predecessor=head),
        key=root, signer=root_name, subject=ELECTION, election=log.state.election, issued_at=clock,
    )  # fmt: skip
    settings = msgspec.structs.replace(
        _settings(log, operator, shown),
        origin=signer.name,
        charter=digest_of(charter).hex(),
        until_public=until_public,
    )
    with beginning_in(directory) as staging:
        made = Workspace(staging, settings)
        make_directories(made.private, directory_mode(PRIVATE))
        key_file(made.private)
        write_files(made.private, [(STORE, b"")], private=True)
        with closing(SqliteStore(made.private / STORE)) as store:
            _put(store, _with_charter(log, charter), made.private / STORE)
        write_files(made.public / "attachments", _attachments(log))
        write_files(made.public / "data", _shapes(log))
        made.finish(signer, clock)
        _keep_settings(staging, settings, shown)
    return Workspace(directory, settings)


def _with_charter(log: VerifiedLog, charter: bytes) -> Iterator[bytes]:
    for index, raw in enumerate(log.pinned.all_entries()):
        yield charter if index == 1 else raw


def _shapes(log: VerifiedLog) -> Iterator[tuple[str, bytes]]:
    """Where the areas lie, which is the publisher's own and follows from no log."""
    content = log.unverified(f"data/{GEOMETRY}", MAX_GEOMETRY)
    if content is not None:
        yield GEOMETRY, content


def _attachments(log: VerifiedLog) -> Iterator[tuple[str, bytes]]:
    named = (digest for raw in log.pinned.all_entries() for digest in named_attachments(raw))
    for digest in dict.fromkeys(named):
        content = log.attachment(digest)
        if content is not None:
            yield file_name(digest), content
