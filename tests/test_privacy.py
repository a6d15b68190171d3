"""The scan for people, machines and secrets sees each kind, and leaves the figures of an election alone."""

import gzip
import io
import zipfile

import pytest

from tests.privacy import scan_bytes, scan_text

# Split, so that this file passes the scan that it tests.
SEEN = [
    ("registry", "see https://py" + "pi.org/simple"),
    ("registry", "pip install --index" + "-url x"),
    ("machine-path", 'open("/t' + 'mp/sheet.csv")'),
    ("machine-path", "cp ../sha" + "red/data ."),
    ("e-mail", "write to someone" + "@mail.ve"),
    ("phone", "call +58" + " 212-555-01-23"),
    ("phone", "call 0414" + "-555.01.23"),
    ("identity-number", "V" + "-12.345.678"),
    ("identity-number", "testigo;V" + "12345678;"),
    ("identity-number", "E" + "- 81234567"),
    ("identity-number", "Cédula" + " Nº 4.123.456"),
    ("image-url", "https://host.example/acta/1" + ".jpg"),
    ("secret", "-----BEGIN PRIVATE" + " KEY-----"),
    ("secret", "PRIVATE+KEY" + "+origin+00000000+AAAA"),
    ("secret", 'secret_key = "' + "0f" * 32 + '"'),
]

CLEAN = [
    "center 010111037, station 010111037.02, 7,303,480 votes, 10.887.262 votos",
    "sha256 " + "0f" * 32 + ", leaf AAAAAV12345678+/V12345678=",
    "ESC1:V12345678 $%*+-./:E81234567",
    "2024-07-28T18:00:00-04:00, page at https://host.example/acta?id=10111037",
    "log/tile/0/x001/234.p/5, ghp_name@example.org, a@b.example, ©2024",
    "path d='M0 212-333 4455l-10.5+58.2123334455'",
]


@pytest.mark.parametrize(("kind", "text"), SEEN)
def test_each_kind_is_seen_with_its_line(kind: str, text: str) -> None:
    sightings = scan_text(f"first\nsecond {text}\nthird")
    assert [(s.kind, s.line) for s in sightings] == [(kind, 2)]


@pytest.mark.parametrize("text", CLEAN)
def test_figures_digests_and_codes_are_left_alone(text: str) -> None:
    assert scan_text(text) == []


def test_compressed_tables_archives_and_other_encodings_are_opened() -> None:
    table = f"cédula;votos\n{SEEN[7][1]};1\n".encode("cp1252")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("sheets.csv.gz", gzip.compress(table))
    files = {"a.csv": table, "a.csv.gz": gzip.compress(table), "a.xlsx": archive.getvalue()}
    for name, content in files.items():
        assert [s.kind for s in scan_bytes(name, content)] == ["identity-number"]
