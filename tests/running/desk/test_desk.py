"""The desk for many people: who comes in, what a signer writes and seals, and a hostile browser."""

from __future__ import annotations

import re
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from escrutinio.base.clock import now
from escrutinio.base.errors import InputError
from escrutinio.core.records.entry import open_record
from escrutinio.running.desk.app import desk_application, desk_directory, read_listening
from escrutinio.running.desk.certificate import CERTIFICATE, TLS_KEY, certificate_of
from escrutinio.running.desk.sessions import SESSIONS, Attempts, Sessions, Use
from escrutinio.running.desk.signing.place import DRAFTS, SigningPlace
from escrutinio.running.desk.transcription.desk import RESULT, Desk
from escrutinio.running.exchange.parcel import Parcel, parcels
from escrutinio.running.workspace.workspace import Workspace, open_workspace
from tests.cli.hands import CLOCK, WORDS, Election, begin_election, roll_in_force
from tests.running.desk.serving import origin, served

OFFICERS = ("authority/officer-1", "authority/officer-2")


@pytest.fixture(scope="module")
def election(tmp_path_factory: pytest.TempPathFactory) -> Election:
    return roll_in_force(Election(begin_election(tmp_path_factory.mktemp("desk"))))


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = CLOCK

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(election: Election) -> Iterator[Workspace]:
    workspace = open_workspace(election.directory)
    yield workspace
    for path in (*desk_directory(workspace).rglob("*"), *workspace.inbox.rglob("*")):
        if path.is_file():
            path.unlink()


@pytest.fixture
def sessions(workspace: Workspace, clock: Clock) -> Sessions:
    return Sessions(desk_directory(workspace), clock)


@pytest.fixture
def client(election: Election, workspace: Workspace, clock: Clock) -> Iterator[httpx.Client]:
    keys = {name: str(election.key(name)) for name in OFFICERS}
    with served(desk_application(workspace, now=clock, keys=keys)) as client:
        yield client


def post(client: httpx.Client, path: str, *, site: str = "", **fields: str) -> httpx.Response:
    return client.post(path, data=fields, headers={"origin": site or origin(client)})


def enter(client: httpx.Client, sessions: Sessions, label: str, signs_as: str) -> None:
    client.cookies.clear()
    key = sessions.hand_out(label, Use.SIGNER, 3600, signs_as)
    assert post(client, "/enter", key=key).status_code == 303


# --- sessions ---


def test_a_key_is_kept_as_its_digest_alone(workspace: Workspace, sessions: Sessions) -> None:
    key = sessions.hand_out("t1", Use.TYPIST, 60)
    path = desk_directory(workspace) / SESSIONS
    assert key not in path.read_text()
    assert key.replace("-", "") not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key.replace("-", "")) * 5 >= 128


def test_a_key_is_read_as_people_type_it(sessions: Sessions) -> None:
    key = sessions.hand_out("t1", Use.TYPIST, 60)
    for spelled in (key, key.upper(), key.replace("-", " "), f" {key} "):
        found = sessions.of_key(spelled)
        assert found is not None
        assert found.label == "t1"
    for wrong in ("", key[:-1], key + "a", "x" * 10_000, "ñ"):
        assert sessions.of_key(wrong) is None


def test_an_expired_and_a_revoked_key_let_nobody_in(sessions: Sessions, clock: Clock) -> None:
    expiring, revoked = sessions.hand_out("t1", Use.TYPIST, 60), sessions.hand_out("t2", Use.TYPIST, 60)
    sessions.revoke("t2")
    assert sessions.of_key(revoked) is None
    assert sessions.of_key(expiring) is not None
    clock.now += 60
    assert sessions.of_key(expiring) is None


def test_a_label_is_one_person_with_one_key(sessions: Sessions) -> None:
    first = sessions.hand_out("t1", Use.TYPIST, 60)
    with pytest.raises(InputError, match="session in force"):
        sessions.hand_out("t1", Use.TYPIST, 60)
    sessions.revoke("t1")
    with pytest.raises(InputError, match="another use"):
        sessions.hand_out("t1", Use.BOARD, 60)
    again = sessions.hand_out("t1", Use.TYPIST, 60)
    assert sessions.of_key(first) is None
    assert sessions.of_key(again) is not None


@pytest.mark.parametrize(("use", "signs_as"), [(Use.SIGNER, ""), (Use.TYPIST, "authority/officer-1")])
def test_only_a_signer_signs_as_somebody(sessions: Sessions, use: Use, signs_as: str) -> None:
    with pytest.raises(InputError, match="signs as"):
        sessions.hand_out("x", use, 60, signs_as)


def test_nobody_is_revoked_twice(sessions: Sessions) -> None:
    with pytest.raises(InputError, match="no session in force"):
        sessions.revoke("t1")


def test_a_damaged_list_is_refused(workspace: Workspace, sessions: Sessions) -> None:
    sessions.hand_out("t1", Use.TYPIST, 60)
    (desk_directory(workspace) / SESSIONS).write_text('[{"label": 1}]')
    with pytest.raises(InputError, match="no list of sessions"):
        sessions.of_key("a")


def test_failures_are_forgotten_after_their_time(clock: Clock) -> None:
    attempts = Attempts(2, 60, clock)
    for _ in range(2):
        assert not attempts.too_many("a")
        attempts.failed("a")
    assert attempts.too_many("a")
    assert not attempts.too_many("b")
    clock.now += 61
    assert not attempts.too_many("a")


# --- where it listens ---


def test_it_listens_beyond_this_machine_over_tls_alone() -> None:
    assert read_listening("127.0.0.1:8030", (), False).names == ("127.0.0.1", "localhost")
    assert read_listening("0.0.0.0:0", ("Desk.lan",), True).names == ("desk.lan",)
    assert read_listening("192.0.2.7:443", ("desk.lan",), True).names == ("192.0.2.7", "desk.lan")
    for address in ("0.0.0.0:8030", "192.0.2.7:8030"):
        with pytest.raises(InputError, match="needs --tls"):
            read_listening(address, ("desk.lan",), False)


@pytest.mark.parametrize(
    "text", ["8030", "localhost:1", ":1", "127.0.0.1:", "127.0.0.1:65536", "[::1]:80", "::1:80"]
)
def test_what_is_no_place_to_listen_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no place to listen"):
        read_listening(text, (), True)


def test_every_address_needs_a_name_and_names_are_names() -> None:
    with pytest.raises(InputError, match="--name"):
        read_listening("0.0.0.0:8030", (), True)
    for name in ("*", "a b", "", "x/y", "*.lan"):
        with pytest.raises(InputError, match="no name of a machine"):
            read_listening("0.0.0.0:8030", (name,), True)


def test_a_certificate_is_kept_until_its_names_or_its_time_change(tmp_path: Path) -> None:
    first = certificate_of(tmp_path, ("127.0.0.1", "desk.lan"), CLOCK)
    assert re.fullmatch("([0-9A-F]{2}:){31}[0-9A-F]{2}", first)
    assert certificate_of(tmp_path, ("desk.lan", "127.0.0.1"), CLOCK + 3600) == first
    other = certificate_of(tmp_path, ("desk.lan",), CLOCK)
    assert other != first
    assert certificate_of(tmp_path, ("desk.lan",), CLOCK + 90 * 24 * 3600) != other
    assert stat.S_IMODE((tmp_path / TLS_KEY).stat().st_mode) == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / CERTIFICATE, tmp_path / TLS_KEY)


def test_over_tls_the_cookie_is_for_this_host_alone(
    workspace: Workspace, sessions: Sessions, clock: Clock
) -> None:
    directory = desk_directory(workspace)
    certificate_of(directory, ("127.0.0.1",), now())
    pair = (directory / CERTIFICATE, directory / TLS_KEY)
    key = sessions.hand_out("o1", Use.SIGNER, 60, OFFICERS[0])
    with served(desk_application(workspace, now=clock), pair) as client:
        answer = post(client, "/enter", key=key)
        cookie = answer.headers["set-cookie"]
        assert answer.status_code == 303
        assert cookie.startswith(f"__Host-desk-{client.base_url.port}=")
        assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))
        assert client.get("/sign").status_code == 200
        assert (
            post(client, "/enter", site=origin(client).replace("https", "http"), key=key).status_code == 403
        )


# --- a hostile browser ---


def test_nobody_is_let_in_without_a_session_of_that_use(client: httpx.Client, sessions: Sessions) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/sign").status_code == 403
    key = sessions.hand_out("t1", Use.TYPIST, 60)
    assert post(client, "/enter", key=key).status_code == 303
    assert client.get("/sign").status_code == 403
    assert post(client, "/sign/new/statement", about="election").status_code == 403


def test_a_revoked_session_ends_at_once(client: httpx.Client, sessions: Sessions, clock: Clock) -> None:
    enter(client, sessions, "o1", OFFICERS[0])
    assert client.get("/sign").status_code == 200
    sessions.revoke("o1")
    assert client.get("/sign").status_code == 403
    enter(client, sessions, "o2", OFFICERS[0])
    clock.now += 3600
    assert client.get("/sign").status_code == 403


def test_wrong_keys_have_to_wait(client: httpx.Client, sessions: Sessions, clock: Clock) -> None:
    key = sessions.hand_out("o1", Use.SIGNER, 3600, OFFICERS[0])
    assert [post(client, "/enter", key="wrong").status_code for _ in range(11)] == [403] * 10 + [429]
    assert post(client, "/enter", key=key).status_code == 429
    clock.now += 61
    assert post(client, "/enter", key=key).status_code == 303


def test_forms_of_other_sites_and_other_host_names_are_refused(
    client: httpx.Client, sessions: Sessions, workspace: Workspace
) -> None:
    key = sessions.hand_out("o1", Use.SIGNER, 60, OFFICERS[0])
    assert post(client, "/enter", site="https://elsewhere.example", key=key).status_code == 403
    assert post(client, "/enter", key=key).status_code == 303
    form = {"about": "election", "what": "enrolment", "legal_basis": "x", "keep": "1"}
    assert post(client, "/sign/new/closing", site="https://elsewhere.example", **form).status_code == 403
    assert client.post("/sign/new/closing", data=form).status_code == 403  # no origin at all
    assert not list((desk_directory(workspace) / DRAFTS).glob("*"))
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400
    policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "img-src 'self' data:" in policy  # the sheet of styles draws with one


def test_a_form_without_end_is_refused_in_a_sentence(client: httpx.Client, sessions: Sessions) -> None:
    enter(client, sessions, "o1", OFFICERS[0])
    answer = post(client, "/sign/new/closing", about="election", legal_basis="x" * 70_000, keep="1")
    assert answer.status_code == 422
    assert "64" in answer.text or "65" in answer.text


# --- signing ---

CLOSING = {"about": "election", "what": "enrolment", "legal_basis": "Act 1, article 2"}


def test_a_signer_sees_the_types_of_their_role(client: httpx.Client, sessions: Sessions) -> None:
    enter(client, sessions, "o1", OFFICERS[0])
    page = client.get("/sign?lang=en").text
    assert 'href="/sign/new/bulletin"' in page
    assert 'href="/sign/new/tally-sheet"' not in page
    assert client.get("/sign/new/tally-sheet").status_code == 403
    for language in ("es", "en"):
        assert f'<html lang="{language}">' in client.get(f"/sign/new/closing?lang={language}").text


def test_every_type_of_every_role_has_a_form(client: httpx.Client, sessions: Sessions) -> None:
    enter(client, sessions, "o1", OFFICERS[0])
    page = client.get("/sign").text
    kinds = re.findall(r'href="/sign/new/([a-z-]+)"', page)
    assert len(kinds) > 20
    for kind in kinds:
        assert client.get(f"/sign/new/{kind}").status_code == 200, kind


def test_two_officers_sign_the_same(
    client: httpx.Client, sessions: Sessions, workspace: Workspace, clock: Clock
) -> None:
    enter(client, sessions, "o1", OFFICERS[0])
    first = post(client, "/sign/new/closing?lang=en", **CLOSING, passphrase=WORDS, seal="1")
    assert first.status_code == 200
    assert "1 of 2" in first.text
    assert WORDS not in first.text
    [digest] = {each.hex() for each in _sent(workspace)}
    assert f"/sign/same/{digest}" not in client.get("/sign").text  # it is the first one's own
    again = post(client, f"/sign/same/{digest}", passphrase=WORDS, seal="1")
    assert again.status_code == 422
    enter(client, sessions, "o2", OFFICERS[1])
    assert f"/sign/same/{digest}" in client.get("/sign").text
    assert "Act 1, article 2" in client.get(f"/sign/same/{digest}").text
    second = post(client, f"/sign/same/{digest}?lang=en", passphrase=WORDS, seal="1")
    assert second.status_code == 200
    entries = [open_record(raw) for parcel in _parcels(workspace) for raw in parcel.records]
    assert {entry.signer for entry in entries} == set(OFFICERS)
    assert len({(entry.subject, entry.body) for entry in entries}) == 1


def test_wrong_passphrases_seal_nothing_and_have_to_wait(
    client: httpx.Client, sessions: Sessions, workspace: Workspace
) -> None:
    enter(client, sessions, "o1", OFFICERS[0])
    answers = [
        post(client, "/sign/new/closing", **CLOSING, passphrase=f"wrong {n}", seal="1") for n in range(6)
    ]
    assert [each.status_code for each in answers] == [422] * 5 + [429]
    assert 'value="enrolment"' in answers[0].text or "selected>enrolment" in answers[0].text
    assert post(client, "/sign/new/closing", **CLOSING, passphrase=WORDS, seal="1").status_code == 429
    assert not _parcels(workspace)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/sign/new/closing", {"what": "nothing"}),
        ("/sign/new/closing", {"legal_basis": ""}),
        ("/sign/new/closing", {"about": "station/X"}),
        ("/sign/new/station-change", {"about": "N9.99", "change": "closed"}),
        ("/sign/new/statement", {"words": '{ file = "/etc/passwd", media_type = "text/plain" }'}),
        ("/sign/new/statement", {"words": '{ file = "../master.key", media_type = "text/plain" }'}),
    ],
)
def test_what_the_log_would_refuse_comes_back(
    client: httpx.Client, sessions: Sessions, workspace: Workspace, path: str, changes: dict[str, str]
) -> None:
    enter(client, sessions, "o1", OFFICERS[0])
    for action in ("check", "keep", "seal"):
        form = CLOSING | changes | {action: "1", "passphrase": WORDS}
        answer = post(client, path, **form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert not _parcels(workspace)
    assert not list((desk_directory(workspace) / DRAFTS).glob("*"))


def test_without_a_key_at_hand_what_was_written_waits(
    client: httpx.Client, sessions: Sessions, workspace: Workspace, election: Election
) -> None:
    enter(client, sessions, "p1", "party/concha")
    form = {
        "about": "election",
        "code": "s1",
        "speaker": '[{ language = "es", text = "Concha" }]',
        "words": '{ text = "Una declaración" }',
        "source": "https://concha.example/1",
    }
    assert post(client, "/sign/new/statement", **form, seal="1", passphrase=WORDS).status_code == 422
    assert post(client, "/sign/new/statement", **form, keep="1").status_code == 303
    [link] = re.findall(r'href="(/sign/draft/[0-9a-f]{64})"', client.get("/sign").text)
    script = client.get(link)
    assert script.headers["content-type"].startswith("application/toml")
    election.home.joinpath("draft.toml").write_bytes(script.content)
    out = election.sign("party/concha", "statement", "--from", election.home / "draft.toml", to="drafted")
    assert [path.suffix for path in out.iterdir() if path.is_file()] == [".cose"]
    enter(client, sessions, "o1", OFFICERS[0])
    assert client.get(link).status_code == 303  # another one's
    place = SigningPlace(workspace, desk_directory(workspace), {}, lambda: CLOCK)
    assert [draft.about for draft in place.drafts("party/concha")] == ["election"]


# --- many typists ---


def test_two_sessions_type_and_a_restart_loses_nothing(
    workspace: Workspace, sessions: Sessions, clock: Clock, tmp_path: Path
) -> None:
    from PIL import Image

    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (60, 80), "white").save(folder / "a.png")
    state = workspace.open().state
    view = next(each for each in state.contests if len(each.options) > 2)
    form = {"station": state.roll.stations[0], "contest": view.code}
    form |= {f"classes.{n}": "0" for n in range(len(view.classes))}
    form |= {f"counts.{n}": str(n + 1) for n in range(len(view.options))}
    keys = [sessions.hand_out(label, Use.TYPIST, 3600) for label in ("t1", "t2")]
    typed = desk_directory(workspace) / "typed"
    for key in keys:  # each time the desk was closed and opened again in between; the cookie goes on
        desk = Desk(folder, typed)
        [name] = desk.pictures
        with served(desk_application(workspace, now=clock, pictures=desk)) as client:
            assert client.get(f"/transcription/picture/{name}").status_code == 404
            assert post(client, "/enter", key=key).status_code == 303
            assert name in client.get("/transcription").text
            for _ in range(2):  # the same form sent twice is one typing
                assert post(client, "/transcription/type", image=name, **form).status_code == 303
            assert name not in client.get("/transcription").text
        desk.close()
    assert (typed / RESULT).read_text().count('"typists":["t1","t2"]') == 1


def _parcels(workspace: Workspace) -> list[Parcel]:
    return [each for each in parcels(workspace.inbox) if isinstance(each, Parcel)]


def _sent(workspace: Workspace) -> list[bytes]:
    return [open_record(raw).digest for parcel in _parcels(workspace) for raw in parcel.records]
