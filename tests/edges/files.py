"""Small files at the edges: trust files and proofs, each to be read or to be refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.log.proofs import format_proof, make_proof
from escrutinio.core.log.reader import hash_source
from escrutinio.core.log.tiles import Frontier, TileName
from escrutinio.core.log.trust import format_trust
from tests.core.election.build import ORIGIN, Day
from tests.core.log.builders import cosigner
from tests.core.verification.lab import LOG, trust_of
from tests.edges.edge import BOTH, BROWSER, PYTHON

Case = tuple[str, bytes, bool, str]
"""What it is, the file, whether it is read, and who had been right."""


def trust_files() -> Iterator[Case]:
    """Trust files within and without the part of TOML that they are written in."""
    trust = replace(trust_of(Day()), verifier_html=bytes(32))
    plain = format_trust(trust).decode()
    mirrored = 'mirrors = ["https://a.example/log"]\n' + plain

    def case(what: str, old: str, new: str, reads: bool, right: str) -> Case:
        assert old in mirrored, old
        return what, mirrored.replace(old, new, 1).encode(), reads, right

    yield "as it is written", plain.encode(), True, BOTH
    yield "with a mirror", mirrored.encode(), True, BOTH
    yield "lines that end in CRLF", mirrored.replace("\n", "\r\n").encode(), True, BOTH
    yield "a byte order mark", b"\xef\xbb\xbf" + plain.encode(), False, BOTH
    yield case("a list over several lines, with a comment", '["https', '[ # here\n"https', True, BOTH)
    yield case("a comma after the last item", 'log"]', 'log",]', True, BOTH)
    yield case("a literal text", '"https://a.example/log"', "'https://a.example/log'", True, BOTH)
    yield case("an escaped sign", "a.example", "\\u0061.example", True, BOTH)
    yield case(
        "a text of several lines", '"https://a.example/log"', '"""https://a.example/log"""', False, BROWSER
    )
    yield case("a quoted key", "mirrors =", '"mirrors" =', False, BROWSER)
    yield case("a scheme in capitals", "https://a", "HTTPS://a", False, BROWSER)
    yield case("a mirror at no web address", "https://a", "ftp://a", False, BOTH)
    yield case("a mirror without a host", "https://a.example/log", "https:///log", False, BOTH)
    yield case("a mirror whose host is not ASCII", "a.example", "\u00f1.example", False, BOTH)
    yield case("a mirror with brackets", "a.example", "[a.example", False, PYTHON)
    yield case("a table of one", "[[log]]", "[log]", False, BOTH)
    yield case("a list of tables", "[[log]]\n", "log = []\n[[log]]\n", False, BOTH)
    yield case("an unknown key", "quorum =", "quorums =", False, BOTH)
    yield case("a key twice", 'quorum = "none"', 'quorum = "none"\nquorum = "none"', False, BOTH)
    group = '\n[[group]]\nname = "a"\nthreshold = {}\nmembers = ["w"]\n'
    witness = '\n[[witness]]\nname = "w"\nvkey = "' + str(cosigner("w").verifier) + '"\n'
    for what, number, reads, right in (
        ("a whole number", "1", True, BOTH),
        ("a number with a sign", "+1", False, BROWSER),
        ("a number with an underline", "0_1", False, BOTH),
        ("a number in hexadecimal", "0x1", False, BROWSER),
        ("a number with a point", "1.0", False, BOTH),
        ("a number of 20 digits", "1" * 20, False, BOTH),
        ("a truth value", "true", False, BOTH),
    ):
        yield what, (plain + witness + group.format(number)).encode(), reads, right


def proofs() -> Iterator[Case]:
    """Proofs of the third of five entries, as C2SP tlog-proof writes them."""
    entries = [bytes([number]) for number in range(1, 6)]
    leaves = b"".join(leaf_hash(entry) for entry in entries)
    frontier, _ = Frontier().extend(leaves)
    signed = sign_checkpoint(Checkpoint(ORIGIN, 5, frontier.root), LOG)
    tiles = {TileName(0, 0, 5): leaves}
    plain = format_proof(make_proof(2, signed, hash_source(tiles.__getitem__, 5)))
    first = plain.split(b"\n")[0] + b"\n"

    def case(what: str, old: bytes, new: bytes, reads: bool, right: str) -> Case:
        assert old in plain
        return what, plain.replace(old, new, 1), reads, right

    yield "as it is written", plain, True, BOTH
    yield case("extra data", first, first + b"extra " + base64.b64encode(b"seen at noon") + b"\n", True, BOTH)
    yield case("extra data that is not base64", first, first + b"extra noon!\n", False, PYTHON)
    yield case("extra data in another spelling", first, first + b"extra QQ=\n", False, PYTHON)
    yield case("no extra data", first, first + b"extra \n", True, BOTH)
    yield case("the largest index", b"index 2", b"index 9007199254740991", True, BOTH)
    yield case("an index of 2^53", b"index 2", b"index 9007199254740992", False, PYTHON)
    yield case("an index with a leading zero", b"index 2", b"index 02", False, BOTH)
    yield case("another first line", b"@v1", b"@v2", False, BOTH)
