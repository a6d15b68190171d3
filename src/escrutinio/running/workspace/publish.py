"""Publishing an election whole: from its configuration to a directory of static files.

Everything is made in a directory beside the target, which takes its place only when all of it is there:
whatever goes wrong before (a bad row, a full disk, a kill) leaves what was published as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from escrutinio.base.beside import new_tree, refusal
from escrutinio.base.errors import InputError, LogError, PublicationError
from escrutinio.base.files import write_files
from escrutinio.base.garbage import looking_seldom
from escrutinio.base.progress import Progress
from escrutinio.base.words.say import say_in
from escrutinio.core.election.bulk.known import Known
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.mirrors import MIRRORS, MirrorList, sign_mirrors
from escrutinio.core.records.codes import AuthorRole, Kind
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.compose import Tables, compose, read_tables
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.authoring.config import ElectionConfig, read_config_file
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.publication.browser.verifier import named_verifier, verifier_files
from escrutinio.publication.downloads.datapackage import Source
from escrutinio.publication.downloads.geojson import published_geometry, write_geometry
from escrutinio.publication.site.render import start_preparing
from escrutinio.running.workspace.before import read_before
from escrutinio.running.workspace.follower import follow
from escrutinio.running.workspace.log_keys import LogKeys
from escrutinio.running.workspace.views import Updated, carry_over, renew
from escrutinio.running.workspace.workspace import Beginning, Workspace, begin

SHOWN_BAD_ROWS = 20


@dataclass(frozen=True)
class _Listed:
    """The first of the bad rows, a line each, in the language of the sentence that lists them."""

    rows: tuple[BadRow, ...]

    def said_in(self, language: str) -> str:
        """The lines, each after a line end."""
        lines = [row.said_in(language) for row in self.rows[:SHOWN_BAD_ROWS]]
        if (more := len(self.rows) - SHOWN_BAD_ROWS) > 0:
            lines.append(say_in(language, "… and {count:,} more", count=more))
        return "".join(f"\n  {line}" for line in lines)

    def __str__(self) -> str:
        return self.said_in("en")


class BadRowsError(InputError):
    """Rows of the input are bad, so that nothing was published; `rows` says which."""

    def __init__(self, rows: tuple[BadRow, ...]) -> None:
        super().__init__("rows-bad", size=len(rows), rows=_Listed(rows))
        self.rows = rows


@dataclass(frozen=True, slots=True)
class Published:
    """What `publish` made: where, of which election, how many entries and skipped rows.

    `forked`: it replaced another history of the same log, signed by the same key. `zero`: rows without any
    vote, which are zero reports until a person says otherwise.
    """

    directory: Path
    state: ElectionState
    checkpoint: SignedCheckpoint
    skipped: int
    forked: bool = False
    zero: tuple[BadRow, ...] = ()


@looking_seldom()
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
    UTC: the same input, key and clock give the same bytes. Where the target holds the beginning of this log,
    what stands there keeps its moment, and only what is new is issued now. Raises BadRowsError, InputError or
    DefinitionError for bad input and for a real election of its authority, whose keys are nobody's but their
    holders', and PublicationError where the target cannot be written or holds
    something else (another election, unless `replace`; a log that the new one would contradict), or another
    run is publishing there.
    """
    config, base_dir = read_config_file(config_file)
    config.refuse_placeholders()
    if config.kind is Kind.REAL and config.author_role is AuthorRole.AUTHORITY:
        raise InputError("publish-derived", config=config_file)
    tables = read_tables(config, base_dir, executor)
    if tables.bad and not skip_bad_rows:
        raise BadRowsError(tables.bad)
    config.shown.check_places({row.code: None for row in tables.areas})
    keyring = Keyring(master, config.code)
    try:
        # From here on nobody else publishes there: what stands is read, continued and replaced as one.
        with new_tree(target, replace=True) as staging:
            before = read_before(target, replace=replace)
            continued = None if replace else before
            composer = compose(
                config,
                tables,
                keyring,
                base_dir=base_dir,
                clock=clock,
                progress=progress,
                moments=() if continued is None else continued.moments(),
                executor=executor,
            )
            config.shown.check_said(composer.statements, composer.claims)
            composer.forget()
            # The rows are records now, and data and pages are made of those.
            tables = tables.without_rows()
            # Behind the last signatures, while the log is written.
            prepared = [] if executor is None else start_preparing(executor)
            known = composer.checking.known()
            if continued is not None:
                continued.refuse_change(composer.records)
            verifiers = verifier_files(target, None if replace else named_verifier(target))
            workspace = _begin(staging, config, composer, known, keyring, clock)
            write_files(workspace.public, verifiers.files)
            if continued is not None:
                continued.keep_partial_tiles(workspace.public / "log")
                carry_over(target, workspace.public)
            made = show_begun(
                workspace,
                config,
                base_dir,
                tables,
                known,
                keyring,
                verifiers.digest,
                clock,
                progress,
                executor,
                prepared,
            )
            workspace.seal()
    except OSError as error:
        raise refusal(target, error) from None
    forked = before is not None and before.is_forked_by(composer.records, workspace.verifier(keyring))
    return Published(target, made.state, made.checkpoint, len(tables.bad), forked, tables.zero)


def _begin(
    directory: Path, config: ElectionConfig, composer: Composer, known: Known, keyring: Keyring, clock: int
) -> Workspace:
    """A workspace with all the records. Raises PublicationError, with the counts, for what is refused."""
    beginning = Beginning(composer.records, composer.attachments, known)
    try:
        return begin(
            directory,
            beginning,
            role=config.log.role,
            operator=config.code,
            origin=config.log.origin,
            titles={},
            keyring=keyring,
            clock=clock,
        )
    except LogError as error:
        raise error.as_kind(PublicationError) from None


def show_begun(
    workspace: Workspace,
    config: ElectionConfig,
    base_dir: Path,
    tables: Tables,
    known: Known,
    keys: LogKeys,
    verifier_html: bytes,
    clock: int,
    progress: Progress,
    executor: Executor | None,
    prepared: Sequence[Future[bytes]] = (),
) -> Updated:
    """Everything beside the log: it follows from what the log says, read back and verified."""
    write_geometry(workspace.public / "data", published_geometry(config.shown, tables, base_dir))
    trust = workspace.trust(keys, verifier_html=verifier_html, mirrors=config.shown.mirrors)
    if config.shown.mirrors:
        listed = MirrorList(config.log.origin, clock, config.shown.mirrors)
        signed = sign_mirrors(listed, workspace.signer(keys))
        write_files(workspace.public, [(MIRRORS, signed)])
    # With what is known it is read sooner here than sent away.
    follower = follow(
        workspace.public, trust, executor=None if known else executor, known=known, progress=progress
    )
    return renew(
        workspace.public,
        follower.log,
        config.shown,
        trust=trust,
        clock=clock,
        sources=_sources(config, base_dir, tables),
        skipped=(*tables.bad, *tables.zero),
        progress=progress,
        executor=executor,
        prepared=prepared,
    )


def _sources(config: ElectionConfig, base_dir: Path, tables: Tables) -> list[Source]:
    """Every file the publication rests on, those of the configuration first, with what it says of them."""
    read = {source.file: source for source in tables.sources}
    found = []
    for source in config.shown.sources:
        content = (base_dir / source.file).read_bytes()
        found.append(Source(source.file, sha256(content).digest(), len(content), source.note))
        read.pop(source.file, None)
    return found + [Source(source.file, source.sha256, source.size) for source in read.values()]
