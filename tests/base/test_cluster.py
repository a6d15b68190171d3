"""Verifying with a Dask cluster, which a test starts on this machine."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from escrutinio.cli import main

pytest.importorskip("distributed", reason="no Dask is installed here: escrutinio[dask]")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two workers, which are threads of this process."""
    with local_cluster(2) as cluster:
        yield cluster.scheduler_address


def local_cluster(workers: int) -> Any:
    from distributed import LocalCluster

    make: Any = LocalCluster  # has no types
    options = {"protocol": "tcp", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    return make(n_workers=workers, threads_per_worker=1, processes=False, **options)


def verify(publication: Path, scheduler: str | None) -> tuple[int, dict[str, Any]]:
    words = ["verify", str(publication), "--trust", str(publication / "trust.toml"), "--json", "--no-memory"]
    done = CliRunner().invoke(main, words if scheduler is None else [*words, "--cluster", scheduler])
    return done.exit_code, json.loads(done.stdout)


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    checks = [{key: value for key, value in each.items() if key != "seconds"} for each in answer["checks"]]
    return answer | {"checks": checks}


def test_a_cluster_comes_to_what_this_machine_comes_to(miniature: Path, scheduler: str) -> None:
    code, answer = verify(miniature, scheduler)
    assert code == 0
    assert without_times(answer) == without_times(verify(miniature, None)[1])


def test_a_cluster_finds_an_entry_that_was_altered(miniature: Path, scheduler: str, tmp_path: Path) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(miniature, altered)
    bundle = next(each for each in sorted((altered / "log/tile/entries").rglob("*")) if each.is_file())
    raw = bytearray(bundle.read_bytes())
    raw[-1] ^= 1
    bundle.write_bytes(raw)
    code, _ = verify(altered, scheduler)
    assert code == 1


def test_a_scheduler_that_does_not_answer_is_said_to(
    miniature: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escrutinio.base.cluster.PATIENCE", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    code, answer = verify(miniature, address)
    assert (code, answer["refusal"]) == (2, "cluster-unreached")


def test_a_cluster_without_workers_is_said_to_have_none(
    miniature: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escrutinio.base.cluster.PATIENCE", 0.5)
    with local_cluster(0) as cluster:
        code, answer = verify(miniature, cluster.scheduler_address)
    assert (code, answer["refusal"]) == (2, "cluster-empty")


def test_workers_of_another_version_are_refused(
    miniature: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escrutinio.base.cluster._version", lambda: "0.0.1")
    code, answer = verify(miniature, scheduler)
    assert (code, answer["refusal"]) == (2, "cluster-version")


def test_what_is_no_address_is_refused(miniature: Path) -> None:
    code, answer = verify(miniature, "no address at all")
    assert (code, answer["refusal"]) == (2, "cluster-unreached")
