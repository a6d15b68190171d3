"""The trust file."""

from dataclasses import replace

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.policy import (
    Group,
    LogIdentity,
    Policy,
    WitnessIdentity,
    format_policy,
    parse_policy,
)
from escrutinio.core.log.trust import Trust, format_trust, parse_trust
from tests.core.log.builders import cosigner, signer

WITNESSES = ("partido-a", 'el "otro" \\ lado', "observaci\u00f3n")
TRUST = Trust(
    definition=bytes(range(32)),
    charter=bytes(32),
    policy=Policy(
        (LogIdentity(signer().verifier, "https://example.org/log"),),
        tuple(
            WitnessIdentity(name.replace(" ", "-"), cosigner(name[:2].strip('"')).verifier)
            for name in WITNESSES
        ),
        (Group("publico", 2, tuple(name.replace(" ", "-") for name in WITNESSES)),),
        "publico",
    ),
    verifier_html=b"\x01" * 32,
    mirrors=("https://a.example/x", "http://127.0.0.1:8000"),
)
TEXT = format_trust(TRUST).decode()


def test_it_comes_back_and_converts_to_a_policy_file() -> None:
    assert parse_trust(TEXT.encode()) == TRUST
    assert parse_policy(format_policy(TRUST.policy)) == TRUST.policy
    assert format_trust(parse_trust(TEXT.encode())).decode() == TEXT


def test_only_the_needed_parts() -> None:
    least = Trust(bytes(32), bytes(32), Policy((LogIdentity(signer().verifier),)))
    assert parse_trust(format_trust(least)) == least


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("definition = ", "definitions = ", "unknown key 'definitions'"),
        (
            "[[log]]\n",
            "[[log]]\ntrusted = true\n",
            "log 1 has an unknown key 'trusted'; known are: vkey, url",
        ),
        ('definition = "', '# definition = "', "lacks the key 'definition'"),
        ("quorum = ", "# ", "lacks the key 'quorum'"),
        ('definition = "00', 'definition = "0G', "64 lowercase"),
        ('definition = "00', 'definition = "', "64 lowercase"),
        ("definition = ", "definition = 7 #", "definition: Expected text, got a whole number"),
        ("threshold = 2", "threshold = 4", "is not made of a number of"),
        (
            "threshold = 2",
            "threshold = true",
            "group 1, threshold: Expected a whole number, got true or false",
        ),
        ("threshold = 2", 'threshold = "2"', "Expected a whole number, got text"),
        ("members = [", "members = [1, ", "members 1: Expected text, got a whole number"),
        ("members = ", "members = 1 #", "members: Expected a list, got a whole number"),
        ('quorum = "publico"', 'quorum = "nadie"', "not define"),
        ("https://a.example/x", "ftp://a.example/x", "in the trust file is not an http or https address"),
        ("https://a.example/x", "https://", "in the trust file is not an http or https address"),
        ("https://a.example/x", "https://[a", "in the trust file is not an http or https address"),
        ("[[group]]", "[group]", "group: Expected a list, got a table"),
        ("[[log]]", "[[logs]]", "unknown key 'logs'"),
        ("definition", "definition = [", "is not TOML: "),
    ],
)
def test_malformed_trust_files_are_refused(old: str, new: str, reason: str) -> None:
    assert old in TEXT
    with pytest.raises(LogError, match=reason):
        parse_trust(TEXT.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('quorum = "publico"', "quorum = '''publico'''"),
        ('quorum = "publico"', 'quorum = """publico"""'),
        ('quorum = "publico"', '"quorum" = "publico"'),
        ("threshold = 2", "threshold = +2"),
        ("threshold = 2", "threshold = 0x2"),
        ("[[group]]", '[["group"]]'),
        ("[[group]]", "[[ group\t]]"),
        ("https://a.example/x", "HTTPS://a.example/x"),
        ("https://a.example/x", "https://á.example/x"),
        ("https://a.example/x", "https://[::1"),
        ("https://a.example/x", "https://a.example/" + "x" * 500),
    ],
)
def test_what_the_pages_do_not_read_is_refused_here_too(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(LogError, match=r"it is written in a part of TOML|is not an http or https address"):
        parse_trust(TEXT.replace(old, new, 1).encode())


def test_spaces_comments_and_other_spellings_of_the_part_are_read() -> None:
    text = TEXT.replace("\n", "  # c\r\n").replace(" = [", "\t=\t[ # c\n").replace("[[log]]", "[[ log ]]")
    assert parse_trust(text.replace("publico", "p\\u00fablico").replace("https", "http").encode()).policy.logs


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"a = 1\n" * 200_000,
        b"",
        b"x = " + b"[" * 100_000,
        b"x = " + b"9" * 5_000,
        b"\xef\xbb\xbf" + TEXT.encode(),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(LogError, match=r"trust\.toml"):
        parse_trust(data)


def test_a_trust_file_names_a_log_and_whole_digests() -> None:
    with pytest.raises(LogError, match="The trust file names no log"):
        replace(TRUST, policy=Policy())
    with pytest.raises(LogError, match="32 bytes"):
        replace(TRUST, charter=b"")
