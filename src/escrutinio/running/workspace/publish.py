"""Publishing an election whole: from its configuration to a directory of static files.

Everything is made in a directory beside the target, which takes its place only when all of it is there:
whatever goes wrong before (a bad row, a full disk, a kill) leaves what was published as it was.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from escrutinio.base.errors import InputError, LogError, PublicationError
from escrutinio.base.files import write_files
from escrutinio.core.election.fold import fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.log.mirrors import MIRRORS, MirrorList, sign_mirrors
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import LogIdentity, Policy
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.store import LogStore
from escrutinio.core.log.tiles import Frontier
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.log.writer import LogWriter, Refusal
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.compose import Tables, compose, read_tables
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from escrutinio.intake.authoring.keyring import LOG, Keyring
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.publication.browser.verifier import Verifiers, named_verifier, verifier_files
from escrutinio.publication.downloads.datapackage import Source
from escrutinio.publication.downloads.geojson import published_geometry, write_geometry
from escrutinio.running.workspace.update import carry_over, write_views

Progress = Callable[[str, int, int], None]

NOT_ADMITTED = frozenset({"bad-record", "bad-signature", "unknown-key"})
SHOWN_BAD_ROWS = 20
MAX_CONFIG = 16 * 1024 * 1024


class BadRowsError(InputError):
    """Rows of the input are bad, so that nothing was published; `rows` says which."""

    def __init__(self, rows: tuple[BadRow, ...]) -> None:
        self.rows = rows
        shown = "\n".join(f"  {row}" for row in rows[:SHOWN_BAD_ROWS])
        more = f"\n  … and {len(rows) - SHOWN_BAD_ROWS} more" if len(rows) > SHOWN_BAD_ROWS else ""
        super().__init__(f"{len(rows)} rows cannot be read, so nothing was published:\n{shown}{more}")


@dataclass(frozen=True, slots=True)
class Published:
    """What `publish` made: where, of which election, how many entries and skipped rows."""

    directory: Path
    state: ElectionState
    checkpoint: SignedCheckpoint
    skipped: int


def publish(
    config_file: Path,
    target: Path,
    *,
    master: SigningKey,
    clock: int,
    progress: Progress,
    executor: Executor | None = None,
    skip_bad_rows: bool = False,
    replace: bool = False,
) -> Published:
    """Publish the election of `config_file` into the directory `target`.

    `master` is the key that all others are derived from, `clock` the moment in seconds since 1970-01-01
    UTC: the same input, key and clock give the same bytes. Raises BadRowsError, InputError or
    DefinitionError for bad input, and PublicationError where the target cannot be written or holds
    something else (another election, unless `replace`; a log that the new one would contradict).
    """
    config, base_dir = _read_config(config_file)
    tables = read_tables(config, base_dir)
    if tables.bad and not skip_bad_rows:
        raise BadRowsError(tables.bad)
    keyring = Keyring(master, config.code)
    composer = compose(config, tables, keyring, base_dir=base_dir, clock=clock, progress=progress)
    _check_target(target, composer.records, replace)
    staging = target.with_name(f".{target.name}.new")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        verifiers = verifier_files(target, None if replace else named_verifier(target))
        if not replace:
            carry_over(target, staging)
        made = _build(
            staging, config, base_dir, tables, composer, keyring, verifiers, clock, progress, executor
        )
        _swap(staging, target)
    except OSError as error:
        raise PublicationError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Published(target, *made, len(tables.bad))


def _read_config(config_file: Path) -> tuple[ElectionConfig, Path]:
    path = config_file / "election.toml" if config_file.is_dir() else config_file
    try:
        if path.stat().st_size > MAX_CONFIG:
            raise InputError(f"{path} is longer than {MAX_CONFIG:,} bytes; it cannot be a configuration")
        return read_config(path.read_bytes(), path.name), path.parent
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def _check_target(target: Path, records: list[bytes], replace: bool) -> None:
    """Refuse to put this log where something else stands."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / "log" / "checkpoint").is_file():
        raise PublicationError(f"{target} is not empty and holds no publication; choose another directory")
    if replace:
        return
    try:
        reader = open_log(target / "log")
        old = parse_checkpoint(reader.checkpoint()).checkpoint
        first = next(read_entries(reader, old.size), b"")
    except LogError as error:
        raise PublicationError(
            f"{target} holds a damaged log ({error}); give --replace to replace it"
        ) from None
    if first != records[0]:
        raise PublicationError(
            f"{target} holds another election; choose another directory, or give --replace"
        )
    frontier, _ = Frontier().extend(b"".join(map(leaf_hash, records[: old.size])))
    if len(records) < old.size or frontier.root != old.root:
        raise PublicationError(
            f"{target} holds {old.size} entries of this election that the new log would change; "
            "choose another directory, or give --replace"
        )


def _build(
    staging: Path,
    config: ElectionConfig,
    base_dir: Path,
    tables: Tables,
    composer: Composer,
    keyring: Keyring,
    verifiers: Verifiers,
    clock: int,
    progress: Progress,
    executor: Executor | None,
) -> tuple[ElectionState, SignedCheckpoint]:
    write_geometry(staging / "data", published_geometry(config.shown, tables, base_dir))
    signer = NoteSigner(config.log.origin, KeyType.ED25519, keyring.seed(LOG))
    checkpoint = _write_log(staging / "log", composer.records, signer, clock)
    state = fold(
        [composer.records],
        composer.attachments.get,
        executor=executor,
        progress=_adding("verify", len(composer.records), progress),
    )
    _check_signed(state)
    kept = {d: content for d, content in composer.attachments.items() if d not in state.withdrawn}
    write_files(staging / "attachments", ((file_name(d), content) for d, content in sorted(kept.items())))
    trust = Trust(
        definition=sha256(composer.records[0]).digest(),
        charter=sha256(composer.records[1]).digest(),
        policy=Policy(logs=(LogIdentity(signer.verifier),)),
        verifier_html=verifiers.digest,
        mirrors=config.shown.mirrors,
    )
    write_files(staging, verifiers.files)
    write_files(staging, [("trust.toml", format_trust(trust))])
    if config.shown.mirrors:
        listed = MirrorList(config.log.origin, clock, config.shown.mirrors)
        write_files(staging, [(MIRRORS, sign_mirrors(listed, signer))])
    write_views(
        staging,
        state,
        config.shown,
        checkpoint=checkpoint,
        trust=trust,
        clock=clock,
        sources=_sources(config, base_dir, tables),
        skipped=tables.bad,
        progress=progress,
        executor=executor,
    )
    return state, checkpoint


def _check_signed(state: ElectionState) -> None:
    """Refuse what no log would admit: a record by a signer that the configuration does not enrol."""
    for finding in state.findings:
        if finding.code in NOT_ADMITTED:
            raise PublicationError(f"the log would not admit one of the records: {finding.sentence('en')}")


def _adding(step: str, total: int, progress: Progress) -> Callable[[int], None]:
    """A progress of totals from one of increments."""
    done = 0

    def add(count: int) -> None:
        nonlocal done
        done += count
        progress(step, done, total)

    return add


def _write_log(directory: Path, records: list[bytes], signer: NoteSigner, clock: int) -> SignedCheckpoint:
    directory.mkdir()
    with TemporaryDirectory() as scratch:
        store = LogStore(Path(scratch) / "store.sqlite")
        try:
            with LogWriter(directory, store, signer, clock=lambda: clock) as writer:
                receipts = writer.submit(records)
                if refused := [receipt for receipt in receipts if isinstance(receipt, Refusal)]:
                    raise PublicationError(f"the log refused a record: {refused[0].reason}")
                checkpoint = writer.publish()
        finally:
            store.close()
    assert checkpoint is not None  # no witness is asked, so no quorum can be missing
    return checkpoint


def _sources(config: ElectionConfig, base_dir: Path, tables: Tables) -> list[Source]:
    """Every file the publication rests on, those of the configuration first, with what it says of them."""
    read = {source.file: source for source in tables.sources}
    found = []
    for source in config.shown.sources:
        content = (base_dir / source.file).read_bytes()
        found.append(Source(source.file, sha256(content).digest(), len(content), source.note))
        read.pop(source.file, None)
    return found + [Source(source.file, source.sha256, source.size) for source in read.values()]


def _swap(staging: Path, target: Path) -> None:
    """Put the finished directory in the place of the old one."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.replace(target, old)
    try:
        os.replace(staging, target)
    except OSError:
        if old.exists():
            os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
