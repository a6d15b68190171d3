"""Elections of many contests, published and verified: a parliament of 87 districts, 335 towns, three marks.

Made up as in the tests of other laws; the towns twice, with few stations and with as many as a country has.
The floor of publishing is signing as many records as there are sheets, that of verifying is PyNaCl verifying
as many signatures, both in one process. Figures go by sheet: a station
makes one for each of its contests.
"""

import resource
from pathlib import Path
from tempfile import TemporaryDirectory

from nacl.signing import SigningKey as NaclKey

from benchmarks.harness import Options, measure, parse_options
from escrutinio.base.workers import workers
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.verification.publication import verify_publication
from escrutinio.running.workspace.publish import publish
from tests.running.laws.made import Made, councils, parliament, senate

KEY = SigningKey(bytes(range(32)))
CLOCK = 2_011_000_000
MESSAGE = bytes(224)


def main() -> None:
    options = parse_options(__doc__ or "")
    if options.short:
        elections = [councils(6, 2), senate(20)]
    else:
        elections = [parliament(40), councils(335, 6), councils(335, 90), senate(400)]
    for made in elections:
        with TemporaryDirectory() as scratch:
            _both(made, Path(scratch), options)


def _both(made: Made, scratch: Path, options: Options) -> None:
    config = made.write(scratch / "made")
    contests, sheets = len(made.races), sum(_rows(scratch / "made", race.code) for race in made.races)
    target = scratch / "publication"
    began = _processor()
    with workers() as executor:
        measure(
            f"publish {made.code}, {contests} contests",
            lambda: publish(
                config, target, master=KEY, clock=CLOCK, progress=lambda *_: None, executor=executor
            ),
            lambda: [KEY.sign(MESSAGE) for _ in range(sheets)],
            "sheets",
            count=sheets,
            options=options,
            repeat=1,
        )
        signed = NaclKey(KEY.seed()).sign(MESSAGE)
        key = NaclKey(KEY.seed()).verify_key
        measure(
            f"verify {made.code}, {contests} contests",
            lambda: verify_publication(str(target), executor=executor),
            lambda: [key.verify(signed) for _ in range(sheets)],
            "sheets",
            count=sheets,
            options=options,
            repeat=1,
        )
    print(f"processor seconds of both, with all processes: {_processor() - began:.1f}")


def _rows(directory: Path, race: str) -> int:
    with (directory / f"sheets-{race}.csv").open(encoding="utf-8") as file:
        return sum(1 for _ in file) - 1


def _processor() -> float:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
