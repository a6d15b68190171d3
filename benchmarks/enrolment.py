"""From a table of 60,000 requests to sealed entries that enrol them, beside as many signatures checked."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import measure, parse_options
from escrutinio.core.records.codes import Role
from escrutinio.core.records.keys import SigningKey, check_signature
from escrutinio.core.records.possession import enrolled, signed_by_key
from escrutinio.intake.authoring.requests import enrolments, read_requests, request_table

ELECTION = bytes(range(32))


def main() -> None:
    options = parse_options(__doc__ or "")
    count = 2_000 if options.short else 60_000
    keys = [
        enrolled(SigningKey.generate(), ELECTION, f"machine/{n:06}", Role.MACHINE, scope=(f"{n:09}.01",))
        for n in range(count)
    ]
    signed = [signed_by_key(ELECTION, key) for key in keys]
    root = SigningKey.generate()
    with TemporaryDirectory() as scratch:
        table = Path(scratch) / "requests.csv"
        table.write_bytes(request_table(keys))

        def enrol() -> int:
            found = read_requests([table], ELECTION)
            return len(
                list(enrolments(found, root=root, signer="authority/root", election=ELECTION, issued_at=1))
            )

        def check() -> None:
            for key, message in zip(keys, signed, strict=True):
                check_signature(key.public_key, message, key.proof)

        measure(
            f"enrol {count:,} keys of a table in {enrol():,} entries",
            enrol,
            check,
            "keys",
            count=count,
            options=options,
        )


if __name__ == "__main__":
    main()
