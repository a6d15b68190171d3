"""How every command opens a publication: once, verified, with or without a trust file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from escrutinio.base.errors import LogError
from escrutinio.base.workers import workers
from escrutinio.cli.memory import FINGERPRINT, recall, remember, said
from escrutinio.cli.output import EXIT_FAILED, EXIT_OPEN, progress_bar, read_text, refuse
from escrutinio.core.verification.ahead import signatures_ahead

if TYPE_CHECKING:
    from escrutinio.core.log.trust import Trust
    from escrutinio.core.verification.publication import NotVerifiedError, Verification
    from escrutinio.core.verification.verified import VerifiedLog

TRUST_FILE = "trust.toml"


def given_trust(trust_file: Path | None, address: str) -> Trust | None:
    """The trust file that the user gave, or the copy at `address` that has the thirty digits given, if any.

    Raises InputError and LogError where it cannot be read, and where it is not of the log of the digits.
    """
    from escrutinio.core.log.trust import parse_trust

    trust = None if trust_file is None else parse_trust(read_text(trust_file), str(trust_file))
    digits = given_digits()
    if digits is None:
        return trust
    from escrutinio.base.fetch import open_files
    from escrutinio.core.log.fingerprint import check_digits, trust_of_digits
    from escrutinio.core.log.policy import MAX_POLICY

    if trust is None:
        return trust_of_digits(digits, open_files(address)(TRUST_FILE, MAX_POLICY), TRUST_FILE)
    check_digits(digits, trust)
    return trust


def given_digits() -> str | None:
    """The log's thirty digits as the user typed them, if any."""
    digits = said(FINGERPRINT)
    return digits if isinstance(digits, str) else None


def open_log(address: str, trust_file: Path | None = None, *, quiet: bool = False) -> VerifiedLog:
    """The log of a publication, in a directory or at an http(s) address, once it verifies.

    Every check of `verify --only-log` is made; where one fails the command ends with exit code 1 and its
    place, where the totals cannot be judged with 4. Raises LogError where there is nothing to read, and for a
    trust file that is none.
    """
    from escrutinio.core.verification.publication import NotVerifiedError, used

    found = verify_log(address, trust_file, quiet=quiet)
    try:
        return used(address, found)
    except NotVerifiedError as error:
        refuse_log(address, error)
        raise


def verify_log(address: str, trust_file: Path | None = None, *, quiet: bool = False) -> Verification:
    """The log of a publication, verified, compared with what was seen of it before, and remembered.

    Raises LogError where there is nothing to read, and for a trust file that is none.
    """
    _, found = verify_ahead(address, trust_file, quiet=quiet)
    remember(found)
    return found


def verify_ahead(
    address: str,
    trust_file: Path | None,
    *,
    only_log: bool = True,
    quiet: bool = False,
    scheduler: str | None = None,
) -> tuple[Trust | None, Verification]:
    """The trust file, and what verifying with it comes to, which begins before all modules are loaded.

    With a `scheduler` the work is that of its Dask cluster, else this machine's. Raises as `verify_log`, and
    InputError as `cluster`; remembers nothing.
    """
    with ExitStack() as helped:
        ahead = None if scheduler else helped.enter_context(signatures_ahead(address))
        from escrutinio.core.verification.publication import verify_publication

        executor = None
        if scheduler:
            from escrutinio.base.cluster import cluster

            executor = helped.enter_context(cluster(scheduler))
        elif ahead is None:
            executor = helped.enter_context(workers())
        progress = helped.enter_context(progress_bar(quiet))
        trust = given_trust(trust_file, address)
        found = verify_publication(
            address, trust=trust, memory=recall(trust), executor=executor, ahead=ahead,
            progress=progress, only_log=only_log,
        )  # fmt: skip
    return trust, found


def refuse_log(address: str, error: NotVerifiedError) -> None:
    """Say why a log is not used, and exit."""
    if error.failed:
        refuse(LogError("check-failed", reason=error.reason, address=address), EXIT_FAILED)
    refuse(LogError("check-open", reason=error.reason, address=address), EXIT_OPEN)


def own_trust(log: VerifiedLog) -> Trust | None:
    """The copy of the trust file that stands in the publication; None where it is missing or of another log.

    A publication cannot vouch for itself: what comes of this copy must be compared with another one.
    """
    from escrutinio.core.log.policy import MAX_POLICY
    from escrutinio.core.log.trust import parse_trust

    try:
        content = log.unverified(TRUST_FILE, MAX_POLICY)
        found = None if content is None else parse_trust(content, TRUST_FILE)
    except LogError:
        return None
    charter = log.state.charter.entry.digest if log.state.charter is not None else b""
    fits = found is not None and (found.definition, found.charter) == (log.state.election, charter)
    return found if fits else None


def fingerprint_of(trust: Trust | None) -> str:
    """The fingerprint of the log that a trust file names; empty without one."""
    from escrutinio.core.log.fingerprint import fingerprint

    return "" if trust is None else fingerprint(trust)
