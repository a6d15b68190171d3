"""The files that a `datapackage.json` describes, each held against its description."""

from hashlib import sha256

from escrutinio.core.derived.compare import DATAPACKAGE, FileCheck, Read, check_resource, listed


def check_described(read: Read) -> list[FileCheck]:
    """How each described file came out; what is wrong with the description itself, alone."""
    resources = listed(read(DATAPACKAGE))
    if isinstance(resources, FileCheck):
        return [resources]
    return [check_resource(resource, seen(read(resource.path))) for resource in resources]


def seen(content: bytes | None) -> tuple[int, str] | None:
    """Size and SHA-256 of a file, as they are held against the description."""
    return None if content is None else (len(content), sha256(content).hexdigest())
