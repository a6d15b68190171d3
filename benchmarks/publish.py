"""Publish the example of 2024: read, sign, log, add up, write data and pages; beside signing alone."""

import time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import measure, parse_options
from escrutinio.base.workers import workers
from escrutinio.core.records.keys import SigningKey
from escrutinio.running.workspace.publish import publish

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def main() -> None:
    options = parse_options(__doc__ or "")
    name, sheets = ("miniature", 36) if options.short else ("venezuela-2024", 25_073)
    key = SigningKey(sha256(b"benchmark key").digest())
    message = bytes(224)
    steps: dict[str, float] = {}
    started = time.perf_counter()

    def progress(step: str, done: int, total: int) -> None:
        steps[step] = time.perf_counter() - started

    with TemporaryDirectory() as scratch, workers() as executor:
        target = Path(scratch) / "publication"
        measure(
            f"publish {name}",
            lambda: publish(
                EXAMPLES / name,
                target,
                master=key,
                clock=1_900_000_000,
                progress=progress,
                executor=executor,
            ),
            lambda: [key.sign(message) for _ in range(sheets)],
            "sheets",
            count=sheets,
            options=options,
            repeat=1,
        )
        size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
        log = sum(file.stat().st_size for file in (target / "log").rglob("*") if file.is_file())
        print(f"whole publication {size / 1e6:.1f} MB, its log {log / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
