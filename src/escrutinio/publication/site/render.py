"""Making the site: everything into an empty directory, or only what changed into one that has it already."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed, wait
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from escrutinio.base.cores import cores
from escrutinio.base.errors import PublicationError
from escrutinio.base.progress import Progress
from escrutinio.base.tree import PageWriter, files_below, remove
from escrutinio.base.words import catalogue
from escrutinio.base.workers import hand_over
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.trust import Trust
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.browser.files import assets
from escrutinio.publication.browser.verifier import newer_verifier, verifier_files
from escrutinio.publication.documents.environment import learn
from escrutinio.publication.documents.report.results import ContestEvidence, work_out
from escrutinio.publication.site.changes import changes
from escrutinio.publication.site.choice import language_choice
from escrutinio.publication.site.context import Context
from escrutinio.publication.site.cosigning import ALL_ANSWER, Cosigning
from escrutinio.publication.site.index_keys import renew_indexes
from escrutinio.publication.site.manifest import MANIFEST, manifest_of, read_manifest, same_inside, stale
from escrutinio.publication.site.missing import NAME as MISSING
from escrutinio.publication.site.missing import missing_page
from escrutinio.publication.site.model import Site
from escrutinio.publication.site.pages import Pages, area_files, prepare
from escrutinio.publication.site.shelf import Shelf

Evidence = tuple[ContestEvidence, ...]

ROOTS = ("assets", "embed", "data/index", "data/names")
"""Directories, besides those of the languages, that hold nothing but what is rendered."""

SLICE = 64
"""Areas that one call of a process renders."""

FEW = 256
"""Pages of a language that are made here: sending others the state costs more than these."""

FEWEST_CONTESTS = 16
"""Contests whose evidence is not worth sending the state to one more process."""


@dataclass(frozen=True, slots=True)
class Worked:
    """Evidence, worked out or on its way: of which size of the log, and its parts, packed."""

    size: int
    parts: tuple[Future[bytes], ...]

    @property
    def done(self) -> bool:
        """Whether nobody has to wait for it."""
        return all(part.done() for part in self.parts)


@dataclass(frozen=True, slots=True)
class Rendering:
    """What `render_site` did: files of the site, how many of them it wrote and how many of before it removed,
    and the codes of the areas whose pages were made again; None where all were."""

    files: int
    written: int
    removed: int
    changed: frozenset[str] | None


def render_site(
    state: ElectionState,
    shown: Presentation,
    out: Path,
    *,
    checkpoint: SignedCheckpoint,
    trust: Trust,
    progress: Progress,
    languages: Sequence[str] | None = None,
    executor: Executor | None = None,
    evidence: Worked | None = None,
    prepared: Sequence[Future[bytes]] = (),
    cosigning: Cosigning = ALL_ANSWER,
    meanwhile: Callable[[], object] = lambda: None,
    tables_size: int | None = None,
) -> Rendering:
    """Write the pages, their assets and the browser's indexes into `out`.

    `out` already holds `attachments/` and the geometry of the same state, and the rest of its `data/` once
    `meanwhile` is done, which is called while others make the pages of areas: words and downloads are read
    from there. Where it holds an earlier rendering too, pages of areas in which nothing changed are left
    alone, and what no longer belongs to the site is removed; the result is as if all had been rendered into
    an empty directory. `progress` hears ("site", pages done, pages to make). `executor` has processes of this
    machine, which make pages, and work out the evidence where that is not on its way already (`evidence`, as
    `start_evidence` gives it), with what they have compiled already (`prepared`, as `start_preparing` gives
    it). `cosigning`: which witnesses are silent. `tables_size`: at which size of the log the tables of
    `data/` were made that stay there this time. Then pages of areas in which nothing changed are left alone
    too where something changed around them: what they say of the area around is as old as they are, and each
    says of which size it is. By default the tables are of this size, and all pages are brought up to it.
    Raises PublicationError where something cannot be written, and for a language that the site does not
    speak.
    """
    languages = languages or catalogue.languages()
    site = Site(state, shown, Shelf(out))
    context = Context(
        site,
        Shelf(out),
        checkpoint,
        trust,
        tuple(languages),
        changes(state),
        shown.address,
        shown.licence,
        cosigning=cosigning,
        evidence_size=state.size if evidence is None else evidence.size,
        tables_size=tables_size,
        newer_verifier=newer_verifier(trust.verifier_html),
    )
    before, now = read_manifest(out), manifest_of(context, shown)
    (out / MANIFEST).unlink(missing_ok=True)  # what a crash leaves half done is made again
    there = files_below(out, (*ROOTS, *catalogue.languages()))
    if before is not None and before.key != now.key:
        before = None
    changed = frozenset(now.areas)
    pages = frozenset(now.log)
    if before is not None:
        changed = stale(before.areas, now.areas) | _incomplete(context, there)
        if tables_size is not None:
            later = {code for code in changed & before.areas.keys() if same_inside(before, now, code)}
            changed -= later - _incomplete(context, there)
            now = now.with_areas(before, later - changed)
        pages = stale(before.log, now.log)
    work = _Work(context, out, executor, progress, evidence, prepared, fresh=not there)
    with TemporaryDirectory(prefix="escrutinio-") as shared:
        try:
            work.start(_jobs(context, changed, pages, there), Path(shared) / "context")
            meanwhile()
            work.write(assets())
            work.write(verifier_files(out, trust.verifier_html).files)
            log = out / "log"  # which may be written elsewhere, or not yet
            indexes = renew_indexes(
                site, log if log.is_dir() else None, {} if before is None else before.indexes, there
            )
            work.write(indexes.files)
            work.write([("index.html", language_choice(context).encode()), (MISSING, missing_page(context))])
            work.finish()
        except BaseException:
            work.give_up()
            raise
    files = work.made.union(indexes.kept, *(_kept(context, language) for language in languages))
    gone = there - files
    remove(out, gone)
    work.write([(MANIFEST, msgspec.json.encode(now.with_indexes(indexes.keys)))])
    return Rendering(len(files), work.written, len(gone), None if before is None else changed)


def start_evidence(state: ElectionState, size: int, many: int, out: Path, executor: Executor) -> Worked:
    """Have processes of an executor work out what the pages of the evidence show, each of some of the `many`
    contests of a state at a `size`; it may be packed (`packed_once`). `out` as for `render_site`."""
    each = max(FEWEST_CONTESTS, -(-many // cores()))
    parts = (slice(start, start + each) for start in range(0, many, each))
    return Worked(size, tuple(hand_over(executor, _worked_out, state, part, Shelf(out)) for part in parts))


def _worked_out(state: ElectionState, contests: slice, shelf: Shelf) -> bytes:
    """The evidence of some contests, packed: only who makes pages of it unpacks it."""
    return pickle.dumps(work_out(state, contests, attachments=shelf.attachment))


def _unpacked(parts: Iterable[bytes]) -> Evidence:
    return tuple(one for part in parts for one in pickle.loads(part))


def start_preparing(executor: Executor) -> list[Future[bytes]]:
    """Have the processes of an executor, which have nothing else to do yet, make ready for pages: each
    compiles a part of the templates, which all of them get with the first pages."""
    parts = cores()
    return [executor.submit(prepare, part, parts) for part in range(parts)]


@dataclass(frozen=True, slots=True)
class _Job:
    """Pages of one language to make: areas by their numbers, pages of the log by theirs; and all pages of
    which there is one each, where the `evidence` is given that they show, or packed in some parts."""

    language: str
    areas: tuple[int, ...] = ()
    log: tuple[int, ...] = ()
    evidence: Evidence | None = None
    packed: tuple[bytes, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    """What a job made: paths of files, and how many of them it had to write."""

    paths: Sequence[str]
    written: int


def _jobs(context: Context, areas: frozenset[str], log: frozenset[str], there: set[str]) -> Iterator[_Job]:
    """Work of like size for what is to be made; pages of the log that are not there are made too."""
    numbers = [number for number, code in enumerate(context.site.areas.codes) if code in areas]
    for language in context.languages:
        for start in range(0, len(numbers), SLICE):
            yield _Job(language, areas=tuple(numbers[start : start + SLICE]))
        pages = tuple(
            page.number
            for page in context.site.book.pages
            if page.path in log or f"{language}/{page.path}" not in there
        )
        for start in range(0, len(pages), SLICE):
            yield _Job(language, log=pages[start : start + SLICE])


def _incomplete(context: Context, there: set[str]) -> frozenset[str]:
    """The areas of which a file is missing."""
    site = context.site
    return frozenset(
        code
        for number, code in enumerate(site.areas.codes)
        for language in context.languages
        if not there.issuperset(area_files(context, language, number))
    )


def _kept(context: Context, language: str) -> Iterator[str]:
    """Every file that belongs to areas and to pages of the log in one language."""
    for number in range(len(context.site.areas)):
        yield from area_files(context, language, number)
    for page in context.site.book.pages:
        yield f"{language}/{page.path}"


class _Work:
    """Writes pages here, and has an executor's processes make others meanwhile."""

    def __init__(
        self,
        context: Context,
        out: Path,
        executor: Executor | None,
        progress: Progress,
        evidence: Worked | None,
        prepared: Sequence[Future[bytes]],
        *,
        fresh: bool,
    ) -> None:
        self._context = context
        self._out = out
        self._executor = executor
        self._progress = progress
        self._evidence = evidence
        self._prepared = prepared
        self._fresh = fresh
        self._shared: Path | None = None
        self._writer = PageWriter(out, fresh=fresh)
        self._waiting: dict[Future[_Made], _Job] = {}
        self._elsewhere = 0
        self._done = self._total = 0
        self.made: set[str] = set()

    @property
    def written(self) -> int:
        """How many files were written, here and elsewhere."""
        return self._writer.written + self._elsewhere

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files of the parent's own making."""
        self._writer.write(files)
        self.made.update(self._writer.paths)

    def start(self, jobs: Iterable[_Job], shared: Path) -> None:
        """Do jobs, or have them done while the caller goes on, by processes that read the file `shared`."""
        todo = list(jobs)
        self._total = sum(len(job.areas) + len(job.log) for job in todo)
        if self._executor is None or self._total <= FEW * len(self._context.languages):
            made = {language: Pages(self._context, language) for language in self._context.languages}
            for job in todo:
                self.write(_pages_of(made[job.language], job))
                self._told(job)
            return
        # A file that each process reads once: sent along with every job, it would cost more than the pages.
        try:
            shared.write_bytes(pickle.dumps(([part.result() for part in self._prepared], self._context)))
        except OSError as error:
            raise PublicationError(
                "file-not-written", why=error.strerror or str(error), path=shared
            ) from None
        self._shared = shared
        if self._evidence is None:
            state = self._context.site.state
            self._evidence = start_evidence(state, state.size, len(state.contests), self._out, self._executor)
        for job in todo:
            self._send(self._executor, shared, job)

    def _send(self, executor: Executor, shared: Path, job: _Job) -> None:
        self._waiting[executor.submit(_do, shared, self._out, job, self._fresh)] = job

    def finish(self) -> None:
        """Wait for what is done elsewhere; once the evidence is worked out, write the pages that show it."""
        packed = () if self._evidence is None else tuple(part.result() for part in self._evidence.parts)
        if self._executor is not None and self._shared is not None:
            for language in self._context.languages:
                self._send(self._executor, self._shared, _Job(language, packed=packed))
        else:
            state, shelf = self._context.site.state, self._context.shelf
            evidence = _unpacked(packed) or work_out(
                state, attachments=shelf.attachment, executor=self._executor
            )
            for language in self._context.languages:
                job = _Job(language, evidence=evidence)
                self.write(_pages_of(Pages(self._context, language), job))
        for future in as_completed(self._waiting):
            made = future.result()
            self.made.update(made.paths)
            self._elsewhere += made.written
            self._told(self._waiting[future])

    def give_up(self) -> None:
        """Have nobody write into the directory any more, which may be thrown away now."""
        wait([future for future in self._waiting if not future.cancel()])

    def _told(self, job: _Job) -> None:
        self._done += len(job.areas) + len(job.log)
        self._progress("site", self._done, self._total)


def _do(context: Path, out: Path, job: _Job, fresh: bool) -> _Made:
    """A job in a process of its own: the files it made, and how many of them it had to write."""
    writer = PageWriter(out, fresh=fresh)
    if job.packed is not None:
        job = replace(job, evidence=_unpacked(job.packed))
    writer.write(_pages_of(_pages(context, job.language), job))
    return _Made(writer.paths, writer.written)


@lru_cache(maxsize=len(catalogue.languages()))
def _pages(context: Path, language: str) -> Pages:
    """A process keeps the pages of one rendering: reading the context costs more than a job."""
    return Pages(_context(context), language)


@lru_cache(maxsize=1)
def _context(context: Path) -> Context:
    prepared, found = pickle.loads(context.read_bytes())
    for part in prepared:
        learn(part)
    assert isinstance(found, Context)
    return found


def _pages_of(pages: Pages, job: _Job) -> Iterator[tuple[str, bytes]]:
    for area in job.areas:
        yield from pages.of_area(area)
    for number in job.log:
        yield pages.of_log(number)
    if job.evidence is not None:
        yield from Pages(replace(pages.context, evidence=job.evidence), job.language).fixed()
