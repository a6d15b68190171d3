"""Trust files: the part of TOML that both verifiers read, and everything that comes near it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from escrutinio.core.log.trust import parse_trust
from tests.fuzz.notes import trust_file
from tests.fuzz.odd import damaged
from tests.fuzz.subject import Mirrored

_LINES = (
    "# c", "#é", "#\x01", "x = 1", "[x]", "[[other]]", "[log]", "a.b = 1", "log = 1", "quorum = 'two'",
    "mirrors = []", 'verifier_html = "' + "0" * 64 + '"', 'verifier_html = "' + "0" * 63 + '"',
    'mirrors = ["https://a.example/"]', "mirrors = ['http://x y']", 'mirrors = ["ftp://x"]',
    'mirrors = ["https://"]', 'mirrors = ["HTTPS://x"]', 'mirrors = ["https://x", ]', "mirrors = [1]",
    'mirrors = [\n"https://x",\n# c\n]', 'mirrors = ["https://[::1"]', 'mirrors = ["http:///x"]',
    'mirrors = ["https://x\\u00ad"]', "mirrors = [ , ]", "threshold = 1", "[[ log ]]", "[[log]] # c",
    "[[log]]", 'url = "https://x"', "url = ''", 'url = "a\\tb"', "'definition' = \"\"", '"quorum" = "two"',
    "x = { a = 1 }", "x = 1979-05-27", "name", "= 1", "x = " + "9" * 5_000, "x = " + "[" * 300 + "]" * 300,
)  # fmt: skip
_NUMBERS = (
    "0", "1", "3", "4", "02", "+2", "-1", "2.0", "0x2", "2_0", "true", '"2"', "1e0", "9" * 20, "0b10", "0o2",
    "2 # c", "2 x", "", "2\t", "nan", "9007199254740993",
)  # fmt: skip
_NAMES = (
    '"none"', '"w0"', '"w9"', '""', "'two'", '"tw\\u006f"', '"tw\\x6f"', '"""two"""', "'''two'''",
    '"two" # c', "two", '"two', '"\\e"', '"TWO"', '"\\U00000074wo"', '"\\ud800"', '"two\t"', '"two\\\n"',
    '"t\\two"', '"\\"two"', '"two""', "'two''", '["two"]', '"\\U00110000"',
)  # fmt: skip
_LISTS = (
    '["w0"]', '["w0", "w0"]', '["w0", "two"]', "[]", "['w0', 'w1',]", '["w0" "w1"]', '[,"w0"]',
    '["w0", ["w1"]]', '"w0"', '[\n"w0",\n"w1"\n]', '["w0",, "w1"]', '[ "w0" , "w1" # c\n]', '["w0", 1]',
    '["w0", "w1"', '["w9"]',
)  # fmt: skip
_WITNESS_NAMES = (
    "w0",
    "none",
    "two",
    "",
    "a b",
    "a\x7fb",
    "\\u007f",
    "é",
    "a\\tb",
    "\x85",
    "\xa0",
    "\\\\",
    "w\\u0030",
)
_HEADERS = (
    "[witness]", "[[witness]] x", "[[ witness ]]", " [[witness]]", "[[witness ]]\t", '[["witness"]]',
    "[[witness]]name='q'", "[[witness]", "[[witness]] # c", "[ [witness] ]", "[[\twitness]]",
)  # fmt: skip
_ENDS = (
    "\x00", "\n\n", '[[group]]\nname="h"\nthreshold=1\nmembers=["two"]\n',
    '[[group]]\nname="h"\nthreshold=1\nmembers=["w0"]\n', "[[log]]\n", '[[witness]]\nname="z"\n',
    "log = 1\n", "\x0c", "\t\n", "# last", "#\r\n", "\r", "\u2028",
)  # fmt: skip


def _in_lines(change: Callable[[Random, list[str], int], None]) -> Callable[[Random, str], str]:
    def changed(random: Random, text: str) -> str:
        lines = text.split("\n")
        change(random, lines, random.randrange(len(lines)))
        return "\n".join(lines)

    return changed


def _add(random: Random, lines: list[str], at: int) -> None:
    lines.insert(at, random.choice((*_LINES, random.choice(lines))))


def _remove(random: Random, lines: list[str], at: int) -> None:
    del lines[at]


def _dress(random: Random, lines: list[str], at: int) -> None:
    begin, end = (
        random.choice(("", "  ", "\t")),
        random.choice((" #x", " # é", " #\x0b", " ;", " x", ", ", "  ", "\r")),
    )
    lines[at] = begin + lines[at] + end


def _triple(random: Random, lines: list[str], at: int) -> None:
    lines[at] = lines[at].replace('"', random.choice(('"""', "'", "''")))


def _move(random: Random, lines: list[str], at: int) -> None:
    lines.insert(random.randrange(len(lines)), lines.pop(at))


def _value(key: str, values: tuple[str, ...]) -> Callable[[Random, str], str]:
    def changed(random: Random, text: str) -> str:
        before, found, after = text.partition(f"{key} = ")
        return f"{before}{found}{random.choice(values)}\n{after.partition(chr(10))[2]}" if found else text

    return changed


def _digest(random: Random, text: str) -> str:
    return text.replace('"0', '"' + random.choice(("A", "a", "g", " ", "", "\\u0030", "０")), 1)


def _signs(random: Random, text: str) -> str:
    return text.replace(
        " = ", random.choice(("=", "  =  ", "\t=\t", " =\n", " = = ", "\xa0= ")), random.choice((1, 5))
    )


def _encoding(random: Random, text: str) -> str:
    return random.choice(
        ("\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r"), text + "\x1a")
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


_CHANGES: tuple[Callable[[Random, str], str], ...] = (
    *map(_in_lines, (_add, _add, _add, _remove, _dress, _triple, _move)),
    _value("threshold", _NUMBERS), _value("quorum", _NAMES), _value("members", _LISTS),
    _value("name", tuple(f'"{name}"' for name in _WITNESS_NAMES)), _digest, _signs, _encoding,
    lambda random, text: text.replace("[[witness]]", random.choice(_HEADERS), 1),
    lambda random, text: text + random.choice(_ENDS),
    lambda random, text: damaged(random, _bytes(text)).decode("utf-8", "surrogateescape"),
)  # fmt: skip


class TrustFiles(Mirrored[bytes]):
    """Trust files through both readers."""

    name = "trust"
    about = "trust files, Python and JavaScript"
    count = 14_500
    command = "trust"

    def make(self, random: Random) -> bytes:
        text = trust_file().decode()
        for _ in range(random.choice((1, 2, 2, 3))):
            text = random.choice(_CHANGES)(random, text)
        return _bytes(text)

    def question(self, given: bytes) -> Mapping[str, object]:
        return {"data": given.hex()}

    def python(self, given: bytes) -> object:
        trust = parse_trust(given)
        policy = trust.policy
        return {
            "definition": trust.definition.hex(),
            "charter": trust.charter.hex(),
            "quorum": policy.quorum,
            "verifier": trust.verifier_html and trust.verifier_html.hex(),
            "logs": [f"{log.key.name}+{log.key.key_id.hex()}" for log in policy.logs],
            "witnesses": [
                [each.name, f"{each.key.name}+{each.key.key_id.hex()}"] for each in policy.witnesses
            ],
            "groups": [[group.name, group.threshold, list(group.members)] for group in policy.groups],
        }
