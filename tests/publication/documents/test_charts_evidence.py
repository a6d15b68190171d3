"""Plots of the screens: well-formed, accessible, without inline style, figures as each language has them."""

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from escrutinio.base.words.format import Format
from escrutinio.evidence.screening.displays import display
from escrutinio.evidence.screening.run import Screening, screen
from escrutinio.publication.documents.charts_evidence import (
    HEIGHT,
    WIDTH,
    Plot,
    digit_bars,
    fingerprint,
    residual_bars,
    share_by_turnout,
    share_histogram,
)
from tests.evidence.screening.made import made

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def found() -> Screening:
    return screen(made(1), seed=1, replicates=399)


def drawings(found: Screening, plot: Plot) -> list[str]:
    bars = found.find("last-digit", "ana").bars
    assert bars is not None
    of_display: tuple[Callable[..., str], ...] = (
        share_histogram,
        fingerprint,
        residual_bars,
        share_by_turnout,
    )
    return [digit_bars(bars, plot), *(draw(found.displays[0], plot) for draw in of_display)]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_plot_is_accessible_and_needs_no_style(found: Screening, language: str) -> None:
    for text in drawings(found, Plot("p1", 'Ana & "Blas" <b>', Format(language))):
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert (root.get("aria-labelledby") or "").split() == ["p1-title", "p1-desc"]
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert title.text == 'Ana & "Blas" <b>'
        assert description is not None
        assert description.text
        assert "{" not in description.text
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "path", "rect", "circle", "text"}
            assert not {"style", "onload", "href"} & set(element.keys())
        assert not re.search(r"#[0-9a-f]{3}|nan|inf\b", re.sub(r"<(title|desc).*?</\1>", "", text))


def test_figures_follow_the_language(found: Screening) -> None:
    english, spanish = (
        share_histogram(found.displays[0], Plot("p", "t", Format(code))) for code in ("en", "es")
    )
    assert "share of valid votes" in english
    assert "proporción de votos válidos" in spanish
    big = replace(found.displays[0], fingerprint=np.full((20, 20), 1_234))
    assert "1,234 at most" in fingerprint(big, Plot("p", "t", Format("en")))
    assert "1.234 a lo sumo" in fingerprint(big, Plot("p", "t", Format("es")))


NARROW = 328
"""Pixels that a plot has across on a screen of 360."""


@pytest.mark.parametrize("language", ["en", "es"])
def test_type_is_large_enough_on_a_phone_and_stays_inside(found: Screening, language: str) -> None:
    for text in drawings(found, Plot("p", "t", Format(language))):
        root = ElementTree.fromstring(text)
        size = float(root.get("font-size") or 0)
        assert size * NARROW / WIDTH >= 11
        for element in root.iter(f"{SVG}text"):
            wide = 0.62 * size * len(element.text or "")  # no sans-serif of a system is wider on average
            start = {"start": 0.0, "middle": -wide / 2, "end": -wide}[element.get("text-anchor") or "start"]
            left = float(element.get("x") or 0) + start
            assert left >= -1, element.text
            assert left + wide <= WIDTH + 1, element.text


def test_the_shape_is_said_in_words(found: Screening) -> None:
    """What the description says is worked out again from the figures that are drawn."""
    display_, plot = found.displays[0], Plot("p", "t", Format("en"))
    counts = display_.shares.tolist()
    assert f"the highest bar, {max(counts)} sheets, stands at" in share_histogram(display_, plot)
    near = sum(display_.residuals.tolist()[12:21]) / sum(display_.residuals.tolist())
    assert f"{100 * near:.2f}% of the tables lie within two standard" in residual_bars(display_, plot)
    bars = found.find("last-digit", "ana").bars
    assert bars is not None
    assert f"most often, {int(bars.observed.max())} times" in digit_bars(bars, plot)
    peak = int(display_.fingerprint.max())
    assert f"{peak} at most, at turnout" in fingerprint(display_, plot)


def test_everything_drawn_lies_in_the_picture(found: Screening) -> None:
    for text in drawings(found, Plot("p", "t", Format("en"))):
        for element in ElementTree.fromstring(text).iter():
            x = float(element.get("x") or element.get("cx") or 0)
            y = float(element.get("y") or element.get("cy") or 0)
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_the_darkest_cell_is_the_fullest(found: Screening) -> None:
    cells = ElementTree.fromstring(fingerprint(found.displays[0], Plot("p", "t", Format("en")))).findall(
        f"{SVG}rect"
    )
    assert len(cells) == np.count_nonzero(found.displays[0].fingerprint)
    assert max(float(cell.get("fill-opacity") or 0) for cell in cells) == 1


def test_sheets_without_a_roll_give_empty_plots_and_no_error() -> None:
    sheets = made(2, centers=3)
    empty = display(replace(sheets, registered=np.full(len(sheets), -1)), 0)
    plot = Plot("p", "t", Format("es"))
    assert "<rect" not in fingerprint(empty, plot)
    assert "<circle" not in share_by_turnout(empty, plot)
