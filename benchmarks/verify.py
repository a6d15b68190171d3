"""Verify an election of 30,000 sheets signed by as many machine keys, cold, beside PyNaCl alone.

Both sides start a Python of their own and use every core; their modules are compiled, as those of a package
that was installed are. The floor reads keys, messages and signatures from one file and verifies them: two for
each key, its proof of possession and its sheet.
"""

import compileall
import os
import pickle
import subprocess
import sys
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import escrutinio
from benchmarks.harness import measure, parse_options
from benchmarks.synthetic import SyntheticElection, machine_name, signing_key
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.possession import signed_by_key
from escrutinio.core.records.types import Enrolment

FLOOR = """
import multiprocessing, pickle, sys
from nacl.signing import VerifyKey

def verify(part):
    for key, message, signature in part:
        VerifyKey(key).verify(message, signature)

if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        work = pickle.load(file)
    cores = int(sys.argv[2])
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        list(pool.imap_unordered(verify, [work[n:n + 1000] for n in range(0, len(work), 1000)]))
"""


def main() -> None:
    options = parse_options(__doc__ or "")
    sheets = 2_000 if options.short else 30_000
    cores = len(os.sched_getaffinity(0))
    with TemporaryDirectory() as scratch:
        election, work, floor = Path(scratch) / "election", Path(scratch) / "work", Path(scratch) / "floor.py"
        size = SyntheticElection(sheets).write(election)
        work.write_bytes(pickle.dumps(_signatures(election, size, sheets)))
        floor.write_text(FLOOR)
        compileall.compile_dir(Path(escrutinio.__file__).parent, quiet=2)
        # What runs before have seen of logs of this origin, of other sizes, is none of this one's business.
        environment = {**os.environ, "ESCRUTINIO_STATE": str(Path(scratch) / "state")}
        trust = ["--trust", str(election / "trust.toml")]
        command = [
            sys.executable,
            "-m",
            "escrutinio",
            "verify",
            str(election),
            *trust,
            "--json",
            "--only-log",
        ]
        measure(
            f"verify {sheets:,} sheets, cold",
            lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment),
            lambda: subprocess.run([sys.executable, str(floor), str(work), str(cores)], check=True),
            "sheets",
            count=sheets,
            options=options,
            repeat=1 if options.short else 3,
        )


def _signatures(election: Path, size: int, sheets: int) -> list[tuple[bytes, bytes, bytes]]:
    entries = list(read_entries(open_log(election / "log"), size))[-sheets:]
    frames = map(split, entries)
    sheet_signatures = [
        (signing_key(machine_name(n)).public_key, frame.signed, frame.signature)
        for n, frame in enumerate(frames)
    ]
    opened = map(open_record, islice(read_entries(open_log(election / "log"), size), size - sheets))
    bodies = [entry.body for entry in opened]
    named = sha256(next(read_entries(open_log(election / "log"), size))).digest()
    enrolments = [body for body in bodies if isinstance(body, Enrolment)]
    keys = [key for body in enrolments for key in body.keys]
    return [*((key.public_key, signed_by_key(named, key), key.proof) for key in keys), *sheet_signatures]


if __name__ == "__main__":
    main()
