"""The single file verify.html: the same for all elections, allowed by its own policy, of plain modules."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest

from escrutinio.base.errors import PublicationError
from escrutinio.publication.browser.bundle import VERIFIER, bundle, join_modules, make
from escrutinio.publication.browser.files import asset, assets
from escrutinio.publication.downloads.one_place import framed


def test_the_policy_allows_exactly_what_is_inline_and_no_connection() -> None:
    page = bundle().decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        inline, *_ = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)  # the script has a page in a text
        digest = base64.b64encode(sha256(inline.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    assert not re.search(r"(?:src|href)=|https?://(?!www\.w3\.org)[a-z]", page.partition("<script>")[0])


def test_it_is_the_same_every_time() -> None:
    assert bundle() == _made_with("css/verifier.css", "", "")


def _made_with(sheet: str, find: str, put: str) -> bytes:
    def read(path: str) -> str:
        text = asset(path).decode()
        assert path != sheet or find in text
        return text.replace(find, put) if path == sheet else text

    return make(read)


@pytest.mark.parametrize("sheet", sorted(path for path, _ in assets() if path.endswith(".css")))
def test_only_its_own_style_sheet_is_in_it(sheet: str) -> None:
    changed = _made_with(sheet.removeprefix("assets/"), "{", "{ --other: #123456; ") != bundle()
    assert changed is (sheet == "assets/css/verifier.css")


def test_it_says_its_version() -> None:
    page = bundle().decode()
    assert f'data-verifier="{VERIFIER}"' in page
    assert f"verify.html {VERIFIER}</title>" in page


MODULES = {
    "main": 'import { a, b as c } from "./low.js";\nimport { two } from "./two.js";\nuse(a, c, two);\n',
    "two": 'import { a } from "./low.js";\nexport const two = a + 1;\n',
    "low": "export const [a, b] = [1, 2];\nexport async function later() {}\nexport class Thing {}\n",
}


def test_modules_are_joined_each_once_before_those_that_need_them() -> None:
    joined = join_modules(("main",), MODULES.__getitem__)
    assert re.findall(r"// --- (\w+)\.js", joined) == ["low", "two", "main"]
    assert "return { a, b, later, Thing };" in joined
    assert "const { a, b: c } = module_low;" in joined


def test_of_several_entries_each_comes_last_and_what_they_share_once() -> None:
    joined = join_modules(("two", "main"), MODULES.__getitem__, "between();\n")
    assert re.findall(r"// --- (\w+)\.js|between", joined) == ["low", "", "two", "main"]


def test_a_module_script_may_ask_for_more_while_it_runs() -> None:
    line = 'void import(new URL("./low.js", import.meta.url).href);\n'
    assert line in join_modules(("main",), {"main": line}.__getitem__, dynamic=True)
    with pytest.raises(PublicationError, match=r"main\.js"):
        join_modules(("main",), {"main": 'import "./low.js";\n'}.__getitem__, dynamic=True)


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        'import * as low from "./low.js";',
        'import "./low.js";',
        'const low = await import("./low.js");',
        "const here = import.meta.url;",
        'const end = "</SCRIPT>";',
        "// <!-- a comment",
    ],
)
def test_what_cannot_be_joined_is_refused(line: str) -> None:
    with pytest.raises(PublicationError, match=r"main\.js"):
        join_modules(("main",), (MODULES | {"main": line + "\n"}).__getitem__)


def test_modules_of_other_folders_are_found_by_their_path() -> None:
    modules = {
        "pages/main": 'import { a } from "../log/log.js";\nimport { b } from "./log.js";\nuse(a, b);\n',
        "pages/log": 'import { c } from "../records/log.js";\nexport const b = c;\n',
        "log/log": 'import { c } from "../records/log.js";\nexport const a = c;\n',
        "records/log": "export const c = 1;\n",
    }
    joined = join_modules(("pages/main",), modules.__getitem__)
    assert re.findall(r"// --- ([\w/]+)\.js", joined) == ["records/log", "log/log", "pages/log", "pages/main"]
    assert "const { a } = module_log_log;" in joined
    assert "const { c } = module_records_log;" in joined


def test_modules_that_need_each_other_are_refused() -> None:
    circle = MODULES | {"low": 'import { two } from "./two.js";\n'}
    with pytest.raises(PublicationError, match="imports itself"):
        join_modules(("main",), circle.__getitem__)


def test_the_frame_of_a_place_s_file_allows_its_own_style_alone() -> None:
    page = framed("en", "", "", "")
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert f"content=\"default-src 'none'; style-src 'sha256-{digest}'\"" in page
    assert "<script" not in page
