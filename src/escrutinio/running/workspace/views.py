"""The views of a log that stands in a directory: data, pages, and last `live.json`, made again as it grows.

Each file appears whole or not at all, and those of unchanged areas are left alone. `live.json` comes last:
who follows it finds the pages that it speaks of. Where a publisher stays on it is also written without them,
at each checkpoint, and says at which size they stand.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from escrutinio.base.errors import LogError, PublicationError
from escrutinio.base.files import PUBLIC, TEMPORARY, directory_mode, make_directories, write_files
from escrutinio.base.progress import Progress
from escrutinio.base.tree import PageWriter, files_below
from escrutinio.base.words.catalogue import languages
from escrutinio.base.workers import packed_once
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.records.attachments import file_name
from escrutinio.core.records.parts import Title
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.publication.browser.verifier import verifier_files
from escrutinio.publication.downloads.data import start_largest, write_data
from escrutinio.publication.downloads.datapackage import Source
from escrutinio.publication.site.cosigning import ALL_ANSWER, Cosigning
from escrutinio.publication.site.live import LIVE, Made, live_files, read_live
from escrutinio.publication.site.manifest import MANIFEST, read_manifest
from escrutinio.publication.site.render import ROOTS, Rendering, Worked, render_site, start_evidence
from escrutinio.publication.site.shelf import Shelf
from escrutinio.running.workspace.follower import follow


@dataclass(frozen=True, slots=True)
class Updated:
    """What the log says now, its checkpoint, and what of the site was made again."""

    state: ElectionState
    checkpoint: SignedCheckpoint
    rendering: Rendering


def update_publication(
    directory: Path,
    shown: Presentation,
    *,
    trust: Trust,
    clock: int,
    progress: Progress,
    executor: Executor | None = None,
    refresh: int | None = None,
) -> Updated:
    """Verify `log/` and `attachments/` in `directory`, and bring `data/` and the pages up to the log.

    As `renew`, for a log that nobody follows yet. Raises LogError where a check of the log fails.
    """
    follower = follow(directory, trust, executor=executor, progress=progress)
    return renew(
        directory,
        follower.log,
        shown,
        trust=trust,
        clock=clock,
        progress=progress,
        executor=executor,
        refresh=refresh,
    )


def renew(
    directory: Path,
    log: VerifiedLog,
    shown: Presentation,
    *,
    trust: Trust,
    clock: int,
    progress: Progress,
    executor: Executor | None = None,
    refresh: int | None = None,
    sources: Sequence[Source] | None = None,
    skipped: Sequence[BadRow] = (),
    cosigning: Cosigning | None = None,
    prepared: Sequence[Future[bytes]] = (),
    evidence: Worked | None = None,
    whole: bool = True,
    last: Callable[[Made], object] | None = None,
) -> Updated:
    """Bring trust file, `data/` and pages in `directory` up to `log`, which stands there and was verified.

    `shown` says how the election is shown; what was voted and by whom comes from the log. `clock` is now, in
    seconds since 1970-01-01 UTC; `refresh` the seconds after which readers should look again, None where
    nothing more is to come; `sources` what the log was imported from, by default what `data/` names already;
    `cosigning` which witnesses are silent, by default as `live.json` says it; `prepared` as `start_preparing`
    gives it; `evidence` as it was worked out at this size or an earlier one, by default now. Where it is not
    to be the `whole`, the tables of `data/` stay as they are, and so do pages of areas that changed in
    nothing but what they say of the area around: what is made depends on what came. `last` writes
    `live.json`, by default as of this log. Raises PublicationError where something cannot be written.
    """
    state = log.state
    _remove_rests(directory)
    for digest in state.withdrawn:
        (directory / "attachments" / file_name(digest)).unlink(missing_ok=True)
    verifiers = verifier_files(directory, trust.verifier_html)
    try:
        write_files(directory, verifiers.files)  # before the trust file names them
        write_files(directory, [("trust.toml", format_trust(trust))])
    except LogError as error:
        raise error.as_kind(PublicationError) from None
    rendering = write_views(
        directory,
        state,
        shown,
        checkpoint=log.signed,
        trust=trust,
        clock=clock,
        sources=known_sources(directory) if sources is None else sources,
        skipped=skipped,
        progress=progress,
        executor=executor,
        refresh=refresh,
        cosigning=cosigning,
        prepared=prepared,
        evidence=evidence,
        whole=whole,
        last=last,
    )
    return Updated(state, log.signed, rendering)


def _remove_rests(directory: Path) -> None:
    """Remove what a run that was killed was writing; of the pages' own directories it goes with the pages."""
    for below in (directory, directory / "attachments", directory / "data"):
        paths = below.glob(f"*{TEMPORARY}") if below == directory else below.rglob(f"*{TEMPORARY}")
        for path in list(paths):
            path.unlink(missing_ok=True)


def write_views(
    directory: Path,
    state: ElectionState,
    shown: Presentation,
    *,
    checkpoint: SignedCheckpoint,
    trust: Trust,
    clock: int,
    sources: Sequence[Source],
    progress: Progress,
    skipped: Sequence[BadRow] = (),
    executor: Executor | None = None,
    refresh: int | None = None,
    cosigning: Cosigning | None = None,
    prepared: Sequence[Future[bytes]] = (),
    evidence: Worked | None = None,
    whole: bool = True,
    last: Callable[[Made], object] | None = None,
) -> Rendering:
    """Write everything that follows from a state which `log/` and `attachments/` in `directory` give.

    Arguments as for `renew`, `write_data` and `render_site`. Raises PublicationError.
    """
    before = read_live(directory)
    described = Shelf(directory).description()
    listed = {each.path for each in described.resources}
    tables = state.size if whole or described.log_size is None else described.log_size
    if cosigning is None:
        cosigning = ALL_ANSWER if before is None else before.cosigning
    # The longest work first: it goes on while the tables are written, and nobody waits for it alone.
    given = state
    if executor is not None and (evidence is None or tables == state.size):
        given = packed_once(state)
    if evidence is None and executor is not None:
        evidence = start_evidence(given, state.size, len(state.contests), directory, executor)
    largest = start_largest(given, clock, executor) if tables == state.size else None

    def write_tables() -> None:
        if largest is None:
            return
        written = write_data(
            state,
            directory / "data",
            generated_at=clock,
            sources=sources,
            skipped=skipped,
            largest=largest,
        )
        _remove_outdated(directory / "data", listed - {each.path for each in written})

    rendering = render_site(
        state,
        shown,
        directory,
        checkpoint=checkpoint,
        trust=trust,
        progress=progress,
        executor=executor,
        evidence=evidence,
        prepared=prepared,
        cosigning=cosigning,
        meanwhile=write_tables,
        tables_size=None if tables == state.size else tables,
    )
    made = Made(checkpoint, state.size if evidence is None else evidence.size, tables, rendering.changed)
    if last is not None:
        last(made)
    else:
        say_live(
            directory, state, checkpoint, trust, clock=clock, refresh=refresh, made=made, cosigning=cosigning
        )
    return rendering


def say_live(
    directory: Path,
    state: ElectionState,
    checkpoint: SignedCheckpoint,
    trust: Trust,
    *,
    clock: int,
    refresh: int | None,
    made: Made | None,
    cosigning: Cosigning,
) -> None:
    """Write `latest.json` and `live.json` of a checkpoint; arguments as for `live_files`. What they say of
    data and pages that were not `made` now stays as it was. Raises PublicationError."""
    PageWriter(directory).write(
        live_files(
            state,
            checkpoint,
            trust,
            clock=clock,
            refresh=refresh,
            before=read_live(directory),
            made=made,
            cosigning=cosigning,
        )
    )


def _remove_outdated(data: Path, paths: set[str]) -> None:
    """Remove what an earlier description of `data/` lists and this one does not: it would stay as it was for
    ever, under a name that says nothing of its age."""
    for path in paths:
        if ".." not in Path(path).parts and not Path(path).is_absolute():
            (data / path).unlink(missing_ok=True)


def is_current(directory: Path, signed: SignedCheckpoint, evidence: int | None = None) -> bool:
    """Whether data and pages in `directory` are those of this checkpoint, all of them; where a size of the
    `evidence` is given, whether the pages are, with the evidence as it was worked out at that size.

    A run that was stopped between the log and the last page leaves them behind: `live.json` comes last, and
    `site.json` is away while pages are made.
    """
    live, manifest = read_live(directory), read_manifest(directory)
    head, stands = signed.checkpoint, None if live is None else live.standing
    if stands is None or manifest is None or stands.evidence != (evidence or head.size):
        return False
    if evidence is None and stands.whole != head.size:
        return False
    said, made = (stands.size, stands.root), (manifest.size, manifest.root)
    return said == made == (head.size, head.root.hex())


def known_sources(directory: Path) -> tuple[Source, ...]:
    """The sources that the description of `data/` names already."""
    listed = Shelf(directory).description().sources
    return tuple(
        Source(
            source.title,
            bytes.fromhex(source.hash.removeprefix("sha256:")),
            source.bytes,
            tuple(Title(language, text) for language, text in source.notes.items()),
        )
        for source in listed
    )


def carry_over(old: Path, new: Path) -> None:
    """Give a new directory the pages of an old publication, so that those that stay need not be made.

    Files are linked, not copied, where the file system can: nothing writes into a page, it is replaced.
    """
    for path in sorted(files_below(old, (*ROOTS, *languages()))):
        make_directories((new / path).parent, directory_mode(PUBLIC))
        _link(str(old / path), str(new / path))
    for name in (MANIFEST, LIVE):
        if (old / name).is_file():
            _link(str(old / name), str(new / name))


def _link(source: str, target: str) -> None:
    with suppress(OSError):
        os.link(source, target)
        os.chmod(target, PUBLIC)
        return
    shutil.copyfile(source, target)
    shutil.copystat(source, target)
    os.chmod(target, PUBLIC)
