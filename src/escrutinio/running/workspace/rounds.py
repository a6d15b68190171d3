"""A round of a workspace: take what was sent, make it public, show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError, LogError
from escrutinio.base.inputs import read_input
from escrutinio.base.json_text import NO_JSON
from escrutinio.base.progress import Progress
from escrutinio.core.log.notes import NoteSigner
from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.intake.authoring.config import MAX_CONFIG, read_config_file
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.browser.verifier import named_verifier, verifier_files
from escrutinio.publication.site.live import Made
from escrutinio.publication.site.render import Worked
from escrutinio.running.workspace.follower import Follower
from escrutinio.running.workspace.taking import Taken, take
from escrutinio.running.workspace.views import is_current, renew
from escrutinio.running.workspace.witnesses import read_cosigning, remember_later
from escrutinio.running.workspace.workspace import Workspace, open_workspace

TRUST_FILE = "trust.toml"


@dataclass(frozen=True)
class Round:
    """What a round came to: what was taken of each inbox, the log as it is public now, and why what is signed
    is not public yet (what each missing witness answered)."""

    taken: tuple[tuple[Path, Taken], ...]
    log: VerifiedLog
    silent: tuple[str, ...]


def play_round(
    workspace: Workspace,
    signer: NoteSigner,
    clock: int,
    *,
    inboxes: Sequence[Path] = (),
    progress: Progress,
    executor: Executor | None = None,
    refresh: int | None = None,
    until_public: bool = False,
) -> Round:
    """Take the workspace's own inbox and others, publish what is new in the log, and bring data and pages up
    to it. Records with results wait for the moment from which they may be public, in the authority's log
    always, in another one where its settings or `until_public` ask for it. Raises LogError, InputError; what
    was durable before stays so."""
    waits = until_public or workspace.lets_wait
    with workspace.alone():
        workspace.finish(signer, clock)
        follower = Follower(workspace.open(executor=executor, progress=progress))
        taken = []
        with (
            workspace.publisher(signer, clock) as publisher,
            workspace.acceptor(follower.log) as acceptor,
        ):
            for inbox in (workspace.inbox, *inboxes):
                taken.append((inbox, take(workspace, inbox, acceptor, clock if waits else None)))
            publisher.publish()
            publisher.sweep()
            silent = tuple(f"{each.name}: {each.why}" for each in publisher.asked if each.why)
        later = {raw: until for _, each in taken for raw, until in each.later.items()}  # each once
        if later:
            remember_later(len(later), max(later.values()), workspace.private, workspace.public)
        log = follower.advance()
        if not is_current(workspace.public, log.signed):
            show(workspace, signer, log, clock, progress=progress, executor=executor, refresh=refresh)
    return Round(tuple(taken), log, silent)


def show(
    workspace: Workspace,
    signer: NoteSigner,
    log: VerifiedLog,
    clock: int,
    *,
    progress: Progress,
    executor: Executor | None = None,
    refresh: int | None = None,
    evidence: Worked | None = None,
    whole: bool = True,
    last: Callable[[Made], object] | None = None,
) -> None:
    """Bring data and pages up to a log that stands in the workspace and was verified; `evidence`, `whole` and
    `last` as for `renew`. Raises PublicationError."""
    renew(
        workspace.public,
        log,
        presentation_of(workspace),
        trust=trust_of(workspace, signer),
        clock=clock,
        progress=progress,
        executor=executor,
        refresh=refresh,
        cosigning=read_cosigning(workspace.private),
        evidence=evidence,
        whole=whole,
        last=last,
    )


def presentation_of(workspace: Workspace) -> Presentation:
    """How the log is shown: as its configuration says, plainly where it has none."""
    if not workspace.settings.shown:
        return Presentation()
    return read_presentation(workspace.directory / workspace.settings.shown)


def presentation_beside(public: Path) -> Presentation | None:
    """How the workspace is shown whose publication this is; None where it is none's, or shown plainly."""
    try:
        workspace = open_workspace(public.absolute().parent)
    except InputError:
        return None
    here = workspace.settings.shown and workspace.public == public.absolute()
    return presentation_of(workspace) if here else None


def read_presentation(path: Path) -> Presentation:
    """How a log is shown, by a configuration or a presentation.json. Raises InputError or DefinitionError."""
    if path.suffix != ".json":
        return read_config_file(path)[0].shown
    try:
        return msgspec.json.decode(read_input(path, MAX_CONFIG), type=Presentation)
    except NO_JSON as error:
        raise InputError("workspace-form", path=path, why=str(error)) from None


def trust_of(workspace: Workspace, signer: NoteSigner) -> Trust:
    """The trust file as it was handed out, where it is this log's; else a new one. It does not change by
    itself."""
    made = workspace.trust(
        signer, verifier_html=verifier_files(workspace.public, named_verifier(workspace.public)).digest
    )
    with suppress(OSError, LogError):
        found = parse_trust((workspace.public / TRUST_FILE).read_bytes(), TRUST_FILE)
        if (found.definition, found.charter, found.policy.logs) == (
            made.definition,
            made.charter,
            made.policy.logs,
        ):
            return found
    return made
