"""What people hand to the pages is read as the commands read it, however their programs left it."""

import pytest

from tests.base.test_inputs import NOTE, WAYS
from tests.browser.conftest import Modules

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("way", WAYS)
def test_a_text_file_is_what_it_was_before_it_was_saved(js: Modules, way: str) -> None:
    code = "return bytes.toHex(it.handedText(bytes.fromHex(args[0])));"
    found = js.value("handed", code, WAYS[way](NOTE).hex())
    assert bytes.fromhex(str(found)) == NOTE.encode()


@pytest.mark.parametrize(
    "pasted",
    [
        "ESCX:AB C",
        "\ufeffESCX:AB C\r\n",
        "ESCX:\nAB C\n",
        "> ESCX:\r\n> AB C\r\n",
        '"ESCX:AB C"',
        "\nESCX:AB\n C",
    ],
)
def test_a_pasted_text_is_one_line_and_keeps_its_spaces(js: Modules, pasted: str) -> None:
    assert "ESCX:AB C" in js.value("handed", "return it.pastedTexts(args[0]);", pasted)  # type: ignore[operator]


def test_a_break_may_stand_for_a_space_and_small_letters_for_capitals(js: Modules) -> None:
    found = js.value("handed", "return it.pastedTexts(args[0]);", "escx:ab\nc\nd")
    assert found == ["escx:abcd", "ESCX:ABCD", "ESCX:AB CD", "ESCX:ABC D", "ESCX:AB C D"]
    many = js.value("handed", "return it.pastedTexts(args[0]);", "ESCX:" + "A\n" * 40)
    assert many == ["ESCX:" + "A" * 40, "ESCX:" + " ".join("A" * 40)]
