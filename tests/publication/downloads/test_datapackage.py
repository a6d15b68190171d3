"""The description of `data/`: every file with its digest, every column with its meaning."""

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256

import pytest

from escrutinio.base.errors import InputError
from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import say_in
from escrutinio.core.records import codes as k
from escrutinio.core.records.parts import Title
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.publication.downloads.codebook import codebook
from escrutinio.publication.downloads.data import data_files
from escrutinio.publication.downloads.datapackage import INVENTED, LICENCES, Source, datapackage, resource
from tests.core.derived.described import check_described
from tests.paths import ROOT
from tests.publication.small import MOMENT, small_state

SOURCE = Source("sheets.csv.gz", sha256(b"sheets").digest(), 6, (Title("es", "de la campaña"),))
VOTES = {"a1", "a2", "null_", "a", "u", "v"}


@cache
def published() -> dict[str, bytes]:
    bad = [BadRow("sheets.csv", 7, "votes", "x", InputError("count-none"))]
    files = list(data_files(small_state(), MOMENT, bad))
    description = datapackage(small_state(), [resource(*file) for file in files], [SOURCE], MOMENT)
    return {**{path: content for path, _, content in files}, "datapackage.json": description}


def package() -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(published()["datapackage.json"])
    return found


def test_every_file_is_listed_with_its_size_and_digest() -> None:
    listed = {str(found["path"]): (found["bytes"], found["hash"]) for found in package()["resources"]}
    assert listed == {
        path: (len(content), f"sha256:{sha256(content).hexdigest()}")
        for path, content in published().items()
        if path != "datapackage.json"
    }


def test_every_table_has_its_columns_in_order_with_their_meaning() -> None:
    for found in package()["resources"]:
        if found["format"] != "csv":
            assert "schema" not in found
            continue
        header = next(csv.reader(io.StringIO(published()[str(found["path"])].decode())))
        fields = found["schema"]["fields"]  # type: ignore[index]
        assert [field["name"] for field in fields] == header
        assert all(field["descriptions"]["en"] and field["descriptions"]["es"] for field in fields)


def test_numbers_are_numbers_and_text_is_text() -> None:
    for found in package()["resources"]:
        if found["format"] != "csv":
            continue
        fields = found["schema"]["fields"]  # type: ignore[index]
        rows = list(csv.DictReader(io.StringIO(published()[str(found["path"])].decode())))
        for field in fields:
            cells = {row[field["name"]] for row in rows} - {""}
            if field["type"] == "integer":
                assert all(cell.lstrip("-").isdigit() for cell in cells)
            if field["type"] == "boolean":
                assert cells <= {"true", "false"}


def test_the_codebook_has_every_column_and_no_other() -> None:
    for found in package()["resources"]:
        if found["format"] == "csv":
            header = next(csv.reader(io.StringIO(published()[str(found["path"])].decode())))
            kind = next(name for name, kind in codebook().items() if kind.message == found["title"])
            assert set(header) - VOTES == set(codebook()[kind].known) - {"*", "+"}


def test_a_source_stands_with_its_digest_and_note() -> None:
    assert package()["sources"] == [
        {
            "title": "sheets.csv.gz",
            "bytes": 6,
            "hash": f"sha256:{sha256(b'sheets').hexdigest()}",
            "notes": {"es": "de la campaña"},
        }
    ]


@pytest.mark.parametrize(
    ("kind", "terms"), [(k.Kind.REAL, LICENCES), (k.Kind.DRILL, INVENTED), (k.Kind.SIMULATION, INVENTED)]
)
def test_the_terms_say_whether_the_figures_are_real(kind: k.Kind, terms: str) -> None:
    made = [resource("areas.csv", "areas", b"code\n")]
    found = json.loads(datapackage(small_state(kind), made, [], MOMENT))
    assert found["descriptions"] == {language: say_in(language, terms) for language in languages()}


# --- holding it against the files ---


def failures(read: Callable[[str], bytes | None]) -> list[str]:
    return [str(check.why) for check in check_described(read) if check.difference]


def test_an_honest_description_fits_every_file() -> None:
    assert failures(published().get) == []
    assert len(check_described(published().get)) == len(published()) - 1


@pytest.mark.parametrize(
    "path",
    ["nist-reported.json.gz", "presidente/sheets.parquet", "nist-reported-stations.json.gz", "skipped.csv"],
)
def test_one_changed_bit_of_a_file_is_found(path: str) -> None:
    content = bytearray(published()[path])
    content[len(content) // 2] ^= 1
    (sentence,) = failures({**published(), path: bytes(content)}.get)
    assert sentence.startswith(f'data/{path}: expected SHA-256 "')


def test_a_missing_and_a_longer_file_are_named() -> None:
    changed = {**published(), "areas.parquet": published()["areas.parquet"] + b"\0"}
    del changed["stations.parquet"]
    size = len(published()["areas.parquet"])
    assert failures(changed.get) == [
        f"data/areas.parquet: expected {size:,} bytes, found {size + 1:,} bytes.",
        "data/stations.parquet: expected the file, found nothing.",
    ]


def one(**resource: object) -> bytes:
    return json.dumps(
        {"resources": [{"path": "a.csv", "bytes": 1, "hash": "sha256:00", **resource}]}
    ).encode()


@pytest.mark.parametrize(
    ("description", "said"),
    [
        (None, "expected the file, found nothing"),
        (b"", "text that is no JSON from line 1, column 1 on"),
        (b"\xff", "what is no JSON"),
        (b"[]", "no list of resources"),
        (b'{"resources": {}}', "no list of resources"),
        (b'{"resources": []}', "no list of resources"),
        (b'{"resources": [1]}', "resource 1 that is not an object"),
        (b"[" * 100_000, "a Data Package description"),
        (b'{"resources": ' + b"9" * 5_000 + b"}", "a Data Package description"),
        (one(path="../trust.toml"), "resource 1 with no path below data/"),
        (one(path="/etc/passwd"), "resource 1 with no path below data/"),
        (one(path="a//b"), "resource 1 with no path below data/"),
        (one(path="http://host.example/a"), "resource 1 with no path below data/"),
        (one(path=["a.csv"]), "resource 1 with no path below data/"),
        (one(bytes="1"), "a.csv without its bytes and hash"),
        (one(bytes=True), "a.csv without its bytes and hash"),
        (one(hash=None), "a.csv without its bytes and hash"),
        (one().replace(b"]", b', {"path":"a.csv","bytes":1,"hash":""}]'), "a.csv twice"),
    ],
)
def test_a_hostile_description_is_one_sentence(description: bytes | None, said: str) -> None:
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        return description

    (sentence,) = failures(read)
    assert said in sentence
    assert sentence.startswith("data/datapackage.json: expected ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert asked == ["datapackage.json"]


def test_the_documentation_names_every_column() -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    columns = {name for kind in codebook().values() for name in kind.known} - {"*"}
    assert sorted(name for name in columns if f"`{name}`" not in text) == []
