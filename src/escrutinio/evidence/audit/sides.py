"""Whose word a record of an audit is."""

from escrutinio.core.election.keys import organisation_of

_AUTHORITY = "authority"


def side_of(name: str) -> str:
    """The organisation of a signer; all officers of the authority are one, so that two of them neither count
    a box nor throw a seed as if they were two."""
    found = organisation_of(name)
    return _AUTHORITY if found.startswith(f"{_AUTHORITY}/") else found
