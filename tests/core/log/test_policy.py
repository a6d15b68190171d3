"""C2SP tlog-policy files and quorums."""

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.policy import Group, Policy, WitnessIdentity, format_policy, parse_policy
from tests.core.log.builders import cosigner, signer

LOG = str(signer().verifier)
W = {name: str(cosigner(name).verifier) for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")}

# The example of c2sp.org/tlog-policy, with keys.
EXAMPLE = f"""\
# who is trusted
log {LOG}

witness X1 {W["X1"]}
witness X2 {W["X2"]} https://x2.example/witness
witness\tX3   {W["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {W["Y1"]}
witness Y2 {W["Y2"]}
witness Y3 {W["Y3"]}
  group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification() -> None:
    policy = parse_policy(EXAMPLE.encode())
    assert [group.threshold for group in policy.groups] == [2, 1, 2]
    assert policy.satisfied_by({"X1", "X3", "Y2"})
    assert policy.satisfied_by({"X1", "X2", "X3", "Y1", "Y2", "Y3", "stranger"})
    for too_few in ({"X1", "X2"}, {"X1", "Y1", "Y2", "Y3"}, set(), {"X-and-Y"}, {"X-witnesses", "Y1"}):
        assert not policy.satisfied_by(too_few)


def test_it_is_written_as_it_was_read() -> None:
    policy = parse_policy(EXAMPLE.encode())
    assert parse_policy(format_policy(policy)) == policy
    assert format_policy(Policy()) == b"quorum none\n"


def test_one_witness_or_none_can_be_the_quorum() -> None:
    alone = parse_policy(f"witness X1 {W['X1']}\nquorum X1\n".encode())
    assert alone.satisfied_by({"X1"})
    assert not alone.satisfied_by(set())
    assert parse_policy(b"quorum none\n").satisfied_by(set())


def test_names_are_opaque_octets() -> None:
    kelvin = f"witness \u212a {W['X1']}\nwitness K {W['X2']}\nquorum \u212a\n".encode()
    policy = parse_policy(kelvin)
    assert policy.satisfied_by({"\u212a"})
    assert not policy.satisfied_by({"K"})
    latin = f"witness ni\xf1o {W['X1']}\nquorum ni\xf1o\n".encode("latin-1")
    assert format_policy(parse_policy(latin)) == latin
    nbsp = f"witness a\u00a0b {W['X1']}\nquorum a\u00a0b\n".encode()
    assert parse_policy(nbsp).witnesses[0].name == "a\u00a0b"


X1 = f"witness X1 {W['X1']}\n"
X2 = f"witness X2 {W['X2']}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"log {LOG}\n", "no quorum line"),
        ("quorum none\nquorum none\n", "line 2: There is a second quorum"),
        ("quorum X1\n" + X1, "not define"),
        (X1 + "quorum X2\n", "not define"),
        (X1 + X1 + "quorum X1\n", "line 2.*twice"),
        (X1 + f"witness again {W['X1']}\nquorum X1\n", "line 2.*twice"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", "twice"),
        (f"log {W['X1']}\nquorum none\n", "has the wrong type for its place"),
        (f"witness X1 {LOG}\nquorum none\n", "wrong type for its place"),
        (f"witness none {W['X1']}\nquorum none\n", "cannot name"),
        (X1 + "group X1 any X1\nquorum none\n", "twice"),
        (X1 + "group none any X1\nquorum none\n", "cannot name"),
        (X1 + "group g any\nquorum none\n", "is not a log"),
        (X1 + "group g 0 X1\nquorum none\n", "is not made of a number of"),
        (X1 + "group g 2 X1\nquorum none\n", "is not made of a number of"),
        (X1 + "group g 01 X1\nquorum none\n", "is neither “any”, “all” nor a number"),
        (X1 + "group g -1 X1\nquorum none\n", "is neither “any”, “all” nor a number"),
        (X1 + "group g most X1\nquorum none\n", "is neither “any”, “all” nor a number"),
        (X1 + "group g any X1 X1\nquorum none\n", "member of a group twice"),
        (X1 + "group g any X1\ngroup h any X1\nquorum h\n", "line 3.*member of a group twice"),
        (X1 + "group g any X2\n" + X2 + "quorum g\n", "line 2.*each defined before it"),
        (X1 + "group g any g\nquorum g\n", "each defined before it"),
        (X1 + "group g any none\nquorum g\n", "each defined before it"),
        (X1 + "quorum X1 X1\n", "is not a log"),
        ("trust me\nquorum none\n", "is not a log"),
        (f"log {LOG} https://a https://b\nquorum none\n", "is not a log"),
        (f"log {LOG}x\nquorum none\n", "base64"),
        ("quorum none", "newline"),
        ("quorum none\r\n", "control characters"),
        ("quorum\x00none\n", "control characters"),
        ("quorum none\x7f\n", "control characters"),
        ("# " + "x" * 1024 * 1024 + "\nquorum none\n", "longer"),
    ],
)
def test_malformed_policies_are_refused(text: str, reason: str) -> None:
    with pytest.raises(LogError, match=reason):
        parse_policy(text.encode())


def test_a_policy_is_checked_however_it_is_made() -> None:
    witness = WitnessIdentity("a b", cosigner("w").verifier)
    with pytest.raises(LogError, match="cannot name"):
        Policy(witnesses=(witness,))
    with pytest.raises(LogError, match="address with spaces"):
        Policy(witnesses=(WitnessIdentity("a", cosigner("w").verifier, "https://a\nquorum none"),))
    with pytest.raises(LogError, match="more than"):
        Policy(groups=tuple(Group(str(n), 1, ("x",)) for n in range(300)))
