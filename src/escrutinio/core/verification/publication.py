"""Verifying a publication from its public files alone, as numbered checks.

The log first (checkpoint, signatures, every bundle, leaf and tile), then what the entries say (every record
read strictly, every signature by a key in force), then what is published beside the log: the attachments
that records name, and the data, which is computed again and compared byte for byte. Nothing stops at the
first failure, and each failure says where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from escrutinio.base.errors import DefinitionError, LogError, RecordError
from escrutinio.base.fetch import Fetch, open_files
from escrutinio.base.progress import Progress
from escrutinio.core.derived.compare import FileCheck, check_datapackage, compare_derived
from escrutinio.core.election.fold import Fold
from escrutinio.core.election.state import ElectionState, attachments_of
from escrutinio.core.log.checkpoint import Checkpoint, Cosigned, SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.merkle import HASH_SIZE
from escrutinio.core.log.reader import FileReader, LogReader
from escrutinio.core.log.tiles import ENTRIES, TileName, decode_bundle, tile_names
from escrutinio.core.log.trust import Trust
from escrutinio.core.log.verify import CheckResult, Failure, LeafTile, leaf_tile, verify_log
from escrutinio.core.records.attachments import check, file_name
from escrutinio.core.records.parts import Attachment

MAX_DATA_FILE = 2**31
"""Greatest size of a file of `data/` that is read, in bytes."""

VERIFIER = "verify.html"

RECORD_FAULTS = frozenset({"bad-record"})
SIGNATURE_FAULTS = frozenset({"bad-signature", "unknown-key"})


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying came to: the checks in order, the state that the log gives (None where it gives none),
    its checkpoint, the witnesses that cosigned it, and whether the trust file vouches for its origin."""

    checks: tuple[CheckResult, ...]
    state: ElectionState | None
    checkpoint: SignedCheckpoint | None
    cosignatures: tuple[Cosigned, ...]
    authenticated: bool

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return not any(check.failures for check in self.checks)


def verify_publication(
    address: str | Path,
    *,
    trust: Trust | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda _step, _done, _total: None,
    only_log: bool = False,
) -> Verification:
    """Verify the publication in a directory or at an http(s) address.

    `only_log` leaves out `data/`, which a log that has just begun may not have. Raises LogError when there
    is nothing to read at `address`; every other fault is a failure of a check.
    """
    fetch = open_files(address)
    reader = FileReader(lambda path, limit: fetch(f"log/{path}", limit))
    reading = _Reading(reader, fetch, executor, progress)
    with suppress(LogError):  # which the check of the checkpoint will tell
        reading.read(parse_checkpoint(reader.checkpoint()).checkpoint.size)
    log = verify_log(reader, trust.policy if trust else None, reading.leaf_tiles)
    checks = [*log.checks, *reading.record_checks()]
    state = reading.state
    if trust is not None and reading.first_entries:
        checks.append(_check_trust(trust, reading.first_entries))
    if trust is not None and trust.verifier_html is not None:
        checks += _check_verifier(trust.verifier_html, fetch)
    if state is not None:
        checks.append(_check_attachments(state, fetch))
        if not only_log:
            checks += _check_data(state, fetch, progress)
    return Verification(
        tuple(checks), state, log.checkpoint, log.cosignatures, log.authenticated and _holds(checks)
    )


def _holds(checks: Iterable[CheckResult]) -> bool:
    return not any(check.failures for check in checks if check.name == "trust file")


class _Reading:
    """Reads the entries once, for the tree and for the fold."""

    def __init__(
        self, reader: LogReader, fetch: Fetch, executor: Executor | None, progress: Progress
    ) -> None:
        self._reader = reader
        self._fetch = fetch
        self._executor = executor
        self._progress = progress
        self._seconds = 0.0
        self._read = 0
        self._refusal = ""
        self._hashes = b""
        self._unread: dict[TileName, str] = {}
        self.size = 0
        self.first_entries: list[bytes] = []
        self.state: ElectionState | None = None

    def read(self, size: int) -> None:
        """Fold the log's `size` entries; where a bundle cannot be read, entries without content stand in."""
        started = perf_counter()
        self.size = size
        folding = Fold(self._attachment, executor=self._executor, progress=self._told)
        try:
            for name in tile_names(size, ENTRIES):
                entries = self._bundle(name)
                if name.index == 0:
                    self.first_entries = entries[:2]
                folding.add(entries)
            self.state = folding.state()
            self._hashes = folding.leaf_hashes()
        except DefinitionError as error:
            self._refusal = str(error)
        self._seconds = perf_counter() - started

    def leaf_tiles(self, checkpoint: Checkpoint) -> Iterator[LeafTile]:
        """The leaf hashes of each bundle, as `verify_log` asks for them."""
        for name in tile_names(checkpoint.size, ENTRIES):
            if name in self._unread:
                yield LeafTile(name, None, self._unread[name])
            elif self.state is None:
                yield leaf_tile(self._reader, name)
            else:
                yield LeafTile(
                    name, self._hashes[name.start * HASH_SIZE : (name.start + name.width) * HASH_SIZE]
                )

    def _bundle(self, name: TileName) -> list[bytes]:
        try:
            return decode_bundle(self._reader.tile(name), name.width, name.path)
        except LogError as error:
            self._unread[name] = str(error)
            return [b""] * name.width

    def _attachment(self, digest: bytes) -> bytes | None:
        return self._fetch(f"attachments/{file_name(digest)}", MAX_DATA_FILE)

    def _told(self, done: int) -> None:
        self._read += done
        self._progress("verify", self._read, self.size)

    def record_checks(self) -> list[CheckResult]:
        """Whether the log defines an election, every entry is a record of it, and every signature holds."""
        if not self.size:
            return []
        failed = (Failure("log/tile/entries/000", self._refusal),) if self._refusal else ()
        checks = [CheckResult("definition", 1, 0.0, failed)]
        if self.state is None:
            return checks
        records = _faults(self.state, RECORD_FAULTS)
        signatures = _faults(self.state, SIGNATURE_FAULTS)
        checks.append(CheckResult("records", self.size, 0.0, records))
        checks.append(
            CheckResult(
                "signatures", self.size - _cases(self.state, RECORD_FAULTS), self._seconds, signatures
            )
        )
        return checks


def _faults(state: ElectionState, codes: frozenset[str]) -> tuple[Failure, ...]:
    return tuple(
        Failure(f"entry {finding.entries[0]}" if finding.entries else "log", finding.sentence("en"))
        for finding in state.findings
        if finding.code in codes
    )


def _cases(state: ElectionState, codes: frozenset[str]) -> int:
    return sum(finding.count for finding in state.findings if finding.code in codes)


def _check_trust(trust: Trust, first: list[bytes]) -> CheckResult:
    """Whether definition and charter are those that the trust file names."""
    failures = []
    for place, (what, expected) in enumerate((("definition", trust.definition), ("charter", trust.charter))):
        found = sha256(first[place]).digest() if len(first) > place else b""
        if found != expected:
            sentence = f"The {what} is {found.hex() or 'missing'}; the trust file names {expected.hex()}."
            failures.append(Failure(f"entry {place}", sentence))
    return CheckResult("trust file", 2, 0.0, tuple(failures))


def _check_verifier(expected: bytes, fetch: Fetch) -> list[CheckResult]:
    """Whether the offline verifier, where there is one, is the one that the trust file names."""
    content = fetch(VERIFIER, MAX_DATA_FILE)
    if content is None:
        return []
    found = sha256(content).digest()
    sentence = f"The offline verifier has the SHA-256 {found.hex()}; the trust file names {expected.hex()}."
    failures = () if found == expected else (Failure(VERIFIER, sentence),)
    return [CheckResult("offline verifier", 1, 0.0, failures)]


def _check_attachments(state: ElectionState, fetch: Fetch) -> CheckResult:
    """Whether every attachment that a record names, and that was not withdrawn, is there and is that file."""
    started = perf_counter()
    failures = []
    named = _named_attachments(state)
    for attachment, index in named.items():
        place = f"attachments/{file_name(attachment.digest)}"
        try:
            content = fetch(place, attachment.size)
            if content is None:
                failures.append(Failure(place, f"The file that entry {index} names is missing."))
            else:
                check(content, attachment)
        except (LogError, RecordError) as error:
            failures.append(Failure(place, str(error)))
    return CheckResult("attachments", len(named), perf_counter() - started, tuple(failures))


def _named_attachments(state: ElectionState) -> dict[Attachment, int]:
    """Every attachment still to be published, with the first entry that names it."""
    found: dict[Attachment, int] = {}
    for logged in state.controls:
        for attachment in attachments_of(logged.entry.body):
            if attachment.digest not in state.withdrawn:
                found.setdefault(attachment, logged.index)
    return found


def _check_data(state: ElectionState, fetch: Fetch, progress: Progress) -> list[CheckResult]:
    """Whether `data/` is what the log gives, and its other files are whole."""

    def read(path: str) -> bytes | None:
        return fetch(f"data/{path}", MAX_DATA_FILE)

    started = perf_counter()
    derived = list(compare_derived(state, read))
    between = perf_counter()
    whole = check_datapackage(read)
    ended = perf_counter()
    return [
        CheckResult(
            "data computed again",
            sum(file.rows for file in derived),
            between - started,
            _differences(derived),
        ),
        CheckResult("data files whole", len(whole), ended - between, _differences(whole)),
    ]


def _differences(files: Iterable[FileCheck]) -> tuple[Failure, ...]:
    return tuple(
        Failure(f"data/{file.path}", file.sentence()) for file in files if file.difference is not None
    )
