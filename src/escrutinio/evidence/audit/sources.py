"""The papers whose methods an audit uses: of its outcome's rule, of its draw and of its risk, no others."""

from collections.abc import Collection

from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import AuditMethod, Method

_SHANGRLA = "P. Stark, Sets of half-average nulls generate risk-limiting audits (2020)"
_AVERAGES = "P. Stark, V. Teague, Verifiable European elections (2014)"
_REMAINDERS = "M. Blom and others, Assertion-based approaches to auditing complex elections (2021)"
_MARKS = "P. Stark, Super-simple simultaneous single-ballot risk-limiting audits (2010)"

_OF_RULE = {
    Method.DHONDT: _AVERAGES,
    Method.SAINTE_LAGUE: _AVERAGES,
    Method.HARE: _REMAINDERS,
    Method.DROOP: _REMAINDERS,
}

_WEIGHTED = (
    "J. Aslam, R. Popa, R. Rivest, On auditing elections when precincts have different sizes (2008)",
    "P. Stark, Efficient post-election audits of multiple contests (2009)",
    "P. Stark, Risk-limiting postelection audits, IEEE Transactions on Information Forensics and Security 4 "
    "(2009)",
    "I. Waudby-Smith, P. Stark, A. Ramdas, RiLACS (2021)",
)
_TICKETS = "R. Rivest, Consistent sampling with replacement (2018)"

_OF_METHOD = {
    AuditMethod.PPEB_BETTING: _WEIGHTED,
    AuditMethod.SRS_ALPHA: (_TICKETS, "P. Stark, ALPHA (2023)"),
    AuditMethod.BRAVO: ("M. Lindeman, P. Stark, V. Yates, BRAVO (2012)",),
    AuditMethod.HOT_AUDIT: (
        _TICKETS,
        "W. Hoeffding, Probability inequalities for sums of bounded random variables (1963)",
        *_WEIGHTED,
    ),
}

_SUMS = (
    _SHANGRLA,
    "P. Stark, ALPHA (2023)",
    "J. Kelly, A new interpretation of information rate (1956)",
)
"""What single vouchers follow beside BRAVO where an outcome is more than who has more votes than whom."""

PLANNED = (AuditMethod.PPEB_BETTING, AuditMethod.SRS_ALPHA, AuditMethod.BRAVO)
"""The methods of which a plan gives the size."""


def sources_of(contests: Collection[ContestView], methods: Collection[AuditMethod]) -> tuple[str, ...]:
    """What audits of these contests by these methods follow, in the order of the work: each once."""
    found = [_OF_RULE.get(each.method, _SHANGRLA) for each in contests]
    found += [_MARKS for each in contests if each.marks > 1]
    for method in methods:
        found += _OF_METHOD[method]
    if AuditMethod.BRAVO in methods and any(map(_beyond_pairs, contests)):
        found += _SUMS
    return tuple(dict.fromkeys(found))


def _beyond_pairs(contest: ContestView) -> bool:
    return contest.method is not Method.PLURALITY or contest.quorum is not None
