"""The family of errors a user of Escrutinio can cause or meet.

Each message is one sentence that says what was found, where, and where it helps, what to do.
"""


class EscrutinioError(Exception):
    """Base of every error with a message meant for people; commands print it without a traceback."""


class RecordError(EscrutinioError):
    """A record, a key, a signature or a QR text is malformed or refused."""


class LogError(EscrutinioError):
    """A log, tile, note, checkpoint, proof, policy or trust file is malformed, missing or contradictory."""


class FileUnreadableError(LogError):
    """A file may be there and cannot be read: no permission, a cut answer, a server that fails.

    It says nothing of the file's content: what needs it cannot be judged.
    """


class DefinitionError(EscrutinioError):
    """An election definition, area tree or roll does not hold together."""


class InputError(EscrutinioError):
    """A file or table given by the user cannot be read as what it is said to be."""


class PublicationError(EscrutinioError):
    """A publication cannot be written to, or read from, the place given."""


class EvidenceError(EscrutinioError):
    """A calculation of evidence is asked of figures that it has no answer for."""
