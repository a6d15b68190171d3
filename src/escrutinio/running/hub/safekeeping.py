"""A workspace's store in safety: what it alone has is copied elsewhere, or all of it moved to a database.

A store is never put back from a copy: one that is older would sign another history. What is kept are the
records that are durable and not yet public, as parcels, and the encrypted key. After a loss the store is made
again from the public log (`workspace recover`), and takes these records as it takes any.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.files import PRIVATE, directory_mode, make_directories, write_files
from escrutinio.base.inputs import read_input
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.store import ALL_HELD, Head, Held, Store
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.running.exchange.parcel import ATTACHMENTS, REFUSED, named_attachments, send
from escrutinio.running.hub.diary import note_done
from escrutinio.running.hub.holding import held_file
from escrutinio.running.workspace.log_keys import LOG_KEY
from escrutinio.running.workspace.store_postgres import PostgresStore
from escrutinio.running.workspace.workspace import SETTINGS, Workspace

_KEYS = (LOG_KEY, "master.key")
_AT_ONCE, _BYTES_AT_ONCE = 4_096, 16 * 1024 * 1024


def back_up(workspace: Workspace, target: Path) -> tuple[int, int]:
    """Copy what the store alone has into a directory, which is made: parcels of the records that are not
    public, with the files that they name, the settings, and the key as it stands, encrypted; how many
    records, and how many beside them that the log refused. Raises LogError, InputError.

    Records that the log refused when their moment came stand in a directory of their own, with the reason:
    no log takes them, and they were promised. While the hub is at work what it takes may or may not be among
    them.
    """
    if target.exists() and any(target.iterdir()):
        raise InputError("directory-not-empty", directory=target)
    note_done(workspace, "back-up", target=str(target))
    make_directories(target, directory_mode(PRIVATE))
    with workspace.store() as store:
        records = [*_waiting(store), *(each.record for each in store.held_until(ALL_HELD, ALL_HELD))]
        stopped = store.stopped()
    send(target, records, dict(_files(workspace, records)))
    _put_aside(workspace, stopped, target / REFUSED)
    kept = [(name, workspace.private / name) for name in _KEYS if (workspace.private / name).exists()]
    files = [(SETTINGS, workspace.directory / SETTINGS), *kept]
    write_files(target, [(name, read_input(path)) for name, path in files], private=True)
    return len(records), len(stopped)


def _files(workspace: Workspace, records: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """What records name that nobody else may have yet: it stands in the publication before they do, or waits
    with them."""
    for raw in records:
        for digest in named_attachments(raw):
            content = held_file(workspace, digest) or workspace.attachment(digest)
            if content is not None:
                yield digest, content


def _put_aside(workspace: Workspace, stopped: Sequence[Held], target: Path) -> None:
    """Copy what the log refused when its moment came, each with what it names and with the reason."""
    for each in stopped:
        name = file_name(digest_of(each.record))
        said = {"code": each.stopped, "received": each.received, "due": each.due, "until": each.until}
        files = [(file_name(digest), content) for digest, content in _files(workspace, [each.record])]
        write_files(target / ATTACHMENTS, files)
        write_files(
            target, [(f"{name}.cose", each.record), (f"{name}.json", msgspec.json.encode(said) + b"\n")]
        )


def _waiting(store: Store) -> Iterator[bytes]:
    at = store.head("public").size
    while at < (size := store.size):
        try:
            part = store.pending(at, min(size, at + _AT_ONCE), _BYTES_AT_ONCE)
        except LogError:
            if (public := store.head("public").size) <= at:
                raise
            at = public  # they became public meanwhile, and left the store
            continue
        yield from part
        at += len(part)


def move_store(workspace: Workspace, address: str) -> int:
    """Move a workspace's store into the PostgreSQL database at an address, which is empty; how many entries.

    No receiver may be at work. Raises LogError while a publisher is, and where the database has a store.
    """
    with workspace.alone(), workspace.store() as old:
        new = PostgresStore(address, workspace.settings.origin)
        try:
            if new.size:
                raise LogError("store-not-empty", path="PostgreSQL", size=new.size)
            public, signed = old.head("public"), old.head("signed")
            entries = read_entries(open_log(workspace.public / "log"), public.size)
            size = 0
            for part in _parts(entries, _waiting(old)):
                new.add(part, size)
                size += len(part)
            new.hold([*old.held_until(ALL_HELD, ALL_HELD), *old.stopped()])
            if signed.size:
                new.swap_signed(Head(), signed)
            if public.size:
                new.swap_public(Head(), public, 0)
        finally:
            new.close()
        note_done(workspace, "move-store", entries=size)
        settings = msgspec.structs.replace(workspace.settings, store=address)
        write_files(
            workspace.directory, [(SETTINGS, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")]
        )
        shutil.move(workspace.private / "store.sqlite", workspace.private / "store.moved")
    return size


def _parts(*sources: Iterator[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    for source in sources:
        for raw in source:
            part.append(raw)
            if len(part) == _AT_ONCE:
                yield part
                part = []
    if part:
        yield part
