"""`deploy/nginx.conf` as it stands, in a real nginx before a real hub, with TLS by a made certificate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from escrutinio.base.files import write_files
from escrutinio.core.log.reader import CHECKPOINT
from escrutinio.running.exchange.entries import BATCH_TYPE, RECORD_TYPE
from tests.running.hub.night import batch, begun, hub, published
from tests.running.hub.web_server import client_of, nginx

pytestmark = pytest.mark.slow

MEBIBYTE = 1024 * 1024


def test_a_hub_behind_nginx(tmp_path: Path) -> None:
    night = begun(tmp_path)
    records = night.complaints(500)
    home = tmp_path / "nginx"
    home.mkdir()
    one = {"Content-Type": RECORD_TYPE}
    with (
        hub(night, "--key", tmp_path / "receiver.key") as running,
        nginx(home, running.address, night.workspace.public) as port,
        client_of(home, "hub", port) as sender,
        client_of(home, "results", port) as reader,
    ):
        assert sender.post("/entries", content=records[0], headers=one).status_code == 202
        assert sender.get("/health").json()["code"] == "hub-no-publisher"
        many = sender.post("/entries", content=batch(records[:100]), headers={"Content-Type": BATCH_TYPE})
        assert many.status_code == 202
        too_large = sender.post("/entries", content=bytes(64 * MEBIBYTE + 1), headers=one)
        assert too_large.status_code == 413
        with ThreadPoolExecutor(8) as pool:  # more at once than one address may send
            sent = pool.map(lambda raw: sender.post("/entries", content=raw, headers=one), records * 2)
            codes = {each.status_code for each in sent}
        assert codes == {202, 429}
        published(night)
        shown = reader.get("/log/checkpoint")
        assert shown.content == (night.workspace.public / "log" / CHECKPOINT).read_bytes()
        assert shown.headers["content-type"].startswith("text/plain")
        assert shown.headers["access-control-allow-origin"] == "*"
        assert "no-cache" in shown.headers["cache-control"]
        write_files(night.workspace.public / "en", [("index.html", b"<!doctype html>")])
        on = reader.get("/en", follow_redirects=False)  # links in the page are relative
        assert (on.status_code, on.headers.get("location")) == (301, "/en/")
        assert reader.get("/en/").status_code == 200
        assert reader.get("/log/").status_code == reader.get("/none").status_code == 404
        for secret in ("/../private/log.key", "/%2e%2e/private/log.key", "/private/log.key"):
            assert reader.get(secret).status_code in {400, 404}
