"""What the kinds of difference are called, in English and Spanish; neutral, and never why."""

from collections.abc import Mapping

from escrutinio.base.words.wording import in_language
from escrutinio.evidence.accounts.differences import Kind, Slip

_KINDS: Mapping[Kind, Mapping[str, str]] = {
    Kind.NEITHER: {"en": "no sheet on either side", "es": "sin acta en ninguno de los lados"},
    Kind.ONLY_LEFT: {"en": "only in {left}", "es": "solo en {left}"},
    Kind.ONLY_RIGHT: {"en": "only in {right}", "es": "solo en {right}"},
    Kind.AGREE: {"en": "agree", "es": "coinciden"},
    Kind.NO_FIGURE: {"en": "a figure is lacking on one side", "es": "falta una cifra en uno de los lados"},
    Kind.ALL_ZERO: {"en": "one side has no vote at all", "es": "uno de los lados no tiene ningún voto"},
    Kind.NULL_BLANK: {"en": "only null or blank votes differ", "es": "solo difieren los nulos o blancos"},
    Kind.REPEATED: {
        "en": "one side repeats the same figures at three stations or more",
        "es": "uno de los lados repite las mismas cifras en tres mesas o más",
    },
    Kind.SWAPPED: {"en": "two rows swapped", "es": "dos filas intercambiadas"},
    Kind.SHIFTED: {"en": "a block of rows shifted by one", "es": "un bloque de filas corrido en una"},
    Kind.REORDERED: {"en": "the same figures in other rows", "es": "las mismas cifras en otras filas"},
    Kind.OTHER_STATION: {
        "en": "the figures that the other side has at another station",
        "es": "las cifras que el otro lado tiene en otra mesa",
    },
    Kind.SAME_OFFSET: {
        "en": "several rows, all by the same number",
        "es": "varias filas, todas en la misma cantidad",
    },
    Kind.MOVED: {
        "en": "several rows that add up to the same",
        "es": "varias filas que suman lo mismo",
    },
    Kind.OFF_BY_ONE: {"en": "one row, by 1", "es": "una fila, en 1"},
    Kind.ZERO_ROW: {"en": "one row, zero on one side", "es": "una fila, cero en uno de los lados"},
    Kind.DOUBLED_DIGIT: {"en": "one row, a digit typed twice", "es": "una fila, un dígito escrito dos veces"},
    Kind.LOST_DIGIT: {"en": "one row, a digit more or less", "es": "una fila, un dígito de más o de menos"},
    Kind.LOST_DIGITS: {
        "en": "one row, only the first or last digits",
        "es": "una fila, solo los primeros o últimos dígitos",
    },
    Kind.TRANSPOSED: {"en": "one row, two digits transposed", "es": "una fila, dos dígitos transpuestos"},
    Kind.POWER_OF_TEN: {"en": "one row, by 10, 100, …", "es": "una fila, en 10, 100, …"},
    Kind.ONE_DIGIT: {"en": "one row, one digit", "es": "una fila, un dígito"},
    Kind.ONE_ROW: {"en": "one row, otherwise", "es": "una fila, de otro modo"},
    Kind.EVERY_ROW: {"en": "every row with votes", "es": "todas las filas con votos"},
    Kind.SEVERAL_ROWS: {"en": "several rows, otherwise", "es": "varias filas, de otro modo"},
}
_SLIPS: Mapping[Slip, Mapping[str, str]] = {
    Slip.NO_FIGURE: {"en": "no figure on one side", "es": "sin cifra en uno de los lados"},
    Slip.OFF_BY_ONE: {"en": "by 1", "es": "en 1"},
    Slip.ZERO: {"en": "zero on one side", "es": "cero en uno de los lados"},
    Slip.DOUBLED_DIGIT: {"en": "a digit typed twice", "es": "un dígito escrito dos veces"},
    Slip.LOST_DIGIT: {"en": "a digit more or less", "es": "un dígito de más o de menos"},
    Slip.LOST_DIGITS: {"en": "only the first or last digits", "es": "solo los primeros o últimos dígitos"},
    Slip.TRANSPOSED: {"en": "two digits transposed", "es": "dos dígitos transpuestos"},
    Slip.POWER_OF_TEN: {"en": "by 10, 100, …", "es": "en 10, 100, …"},
    Slip.ONE_DIGIT: {"en": "one digit", "es": "un dígito"},
    Slip.OTHER: {"en": "otherwise", "es": "de otro modo"},
}


def kind_name(kind: Kind, language: str, *, left: str, right: str) -> str:
    """A kind in a few words; `left` and `right` are the names of the sources. Raises EvidenceError."""
    return in_language(_KINDS[kind], language, left=left, right=right)


def slip_name(slip: Slip, language: str) -> str:
    """How two figures relate, in a few words. Raises EvidenceError for another language."""
    return in_language(_SLIPS[slip], language)


def pair_sentences(effect: str, values: Mapping[str, str], language: str) -> tuple[str, str]:
    """What was found and what it is not, of any two sources. Raises EvidenceError for another language.

    `effect`: `none` (nothing differs), `stands`, `could` (the outcome change), `changes`. `values`: the names
    `left` and `right`, `net`, and how many stations `agree`, `differ`, are `only_left` and `only_right`.
    """
    found = in_language(_FOUND, language, **values)
    return f"{found} {in_language(_EFFECT[effect], language, **values)}", in_language(_NOT, language)


_FOUND = {
    "en": "Of the stations that {left} and {right} both have, {agree} agree and {differ} differ (net, "
    "{right} minus {left}: {net}); {only_left} are only in {left}, {only_right} only in {right}.",
    "es": "De las mesas que tienen tanto {left} como {right}, {agree} coinciden y {differ} difieren (neto, "
    "{right} menos {left}: {net}); {only_left} están solo en {left}, {only_right} solo en {right}.",
}
_EFFECT = {
    "none": {
        "en": "Nothing differs.",
        "es": "Nada difiere.",
    },
    "stands": {
        "en": "Whatever is in the stations that differ, the result by {left} stays.",
        "es": "Haya lo que haya en las mesas que difieren, el resultado según {left} se mantiene.",
    },
    "could": {
        "en": "The stations that differ have voters enough to change the result; the figures of {right} do "
        "not.",
        "es": "Las mesas que difieren tienen electores suficientes para cambiar el resultado; las cifras de "
        "{right} no lo cambian.",
    },
    "changes": {
        "en": "With the figures of {right} in the stations that differ, the result is another one.",
        "es": "Con las cifras de {right} en las mesas que difieren, el resultado es otro.",
    },
}
_NOT = {
    "en": "A difference does not say which side is right: a slip in reading, typing or station number is "
    "one cause; look at both images, then at the box.",
    "es": "Una diferencia no dice cuál de los lados tiene razón: un error al leer, copiar o anotar la mesa "
    "es una causa; hay que ver las dos imágenes y luego la caja.",
}
