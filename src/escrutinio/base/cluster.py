"""Work shared among several machines: the executor of a Dask cluster in place of this machine's processes.

What the cluster answers is taken as it is, like the answers of processes on this machine: it belongs to
whoever verifies, and every worker runs the same version of this program.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from escrutinio import __version__
from escrutinio.base.errors import InputError
from escrutinio.base.extras import need

PATIENCE = 20.0
"""Seconds that a scheduler has to answer, and its first worker to be there."""


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The executor of the Dask cluster whose scheduler is at `address`, such as tcp://10.0.0.1:8786.

    Raises MissingExtraError without the extra, InputError where nobody answers, where the cluster has no
    worker, and where one of them has another version of this program, or none.
    """
    need("dask")
    from distributed import Client

    connect: Any = Client  # has no types
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError("cluster-unreached", address=address, why=why) from None
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise InputError("cluster-empty", address=address) from None
        for worker, version in sorted(client.run(_version, on_error="return").items()):
            if version != __version__:
                said = version if isinstance(version, str) else type(version).__name__
                raise InputError("cluster-version", worker=worker, version=said, own=__version__)
        yield client.get_executor(pure=False, retries=2)
    finally:
        client.close()


def _version() -> str:
    """The version of this program where it runs."""
    return __version__
