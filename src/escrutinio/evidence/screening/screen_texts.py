"""The texts of the screens in English and Spanish; `words` puts the figures in."""

from collections.abc import Mapping
from dataclasses import dataclass

from escrutinio.evidence.screening.result import Missing

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScreenText:
    """The fixed words of a screen; `digits` is how many decimals its statistic is written with."""

    heading: Text
    model: Text
    innocent: Text
    look_at: Text
    digits: int = 0


SUBJECTS: Mapping[str, Text] = {
    "": {"en": "", "es": ""},
    "turnout": {"en": "turnout", "es": "participación"},
    "valid": {"en": "valid votes", "es": "votos válidos"},
}

TESTED: Mapping[bool, Text] = {
    False: {
        "en": "The statistic is {observed} on {sheets} sheets; the model gives {mean} ± {sd}, "
        "so it lies inside the expected range (p {p}; {p_holm} after correction for {tests} tests).",
        "es": "El estadístico es {observed} en {sheets} actas; el modelo da {mean} ± {sd}, "
        "así que está dentro del rango esperado (p {p}; {p_holm} corregido por {tests} pruebas).",
    },
    True: {
        "en": "The statistic is {observed} on {sheets} sheets; the model gives {mean} ± {sd}, "
        "so it lies outside the expected range (p {p}; {p_holm} after correction for {tests} tests).",
        "es": "El estadístico es {observed} en {sheets} actas; el modelo da {mean} ± {sd}, "
        "así que está fuera del rango esperado (p {p}; {p_holm} corregido por {tests} pruebas).",
    },
}
UNCORRECTED: Text = {
    "en": "The statistic is {observed} on {sheets} sheets; the model gives {mean} ± {sd} "
    "(p {p}, not corrected for other tests).",
    "es": "El estadístico es {observed} en {sheets} actas; el modelo da {mean} ± {sd} "
    "(p {p}, sin corregir por otras pruebas).",
}
HARD: Text = {
    "en": "Of {sheets} sheets looked at, {observed} are listed.",
    "es": "De {sheets} actas examinadas, {observed} están en la lista.",
}
NOT_TESTED: Text = {
    "en": "The statistic is {observed} on {sheets} sheets; the model gives nothing to hold it against.",
    "es": "El estadístico es {observed} en {sheets} actas; el modelo no da con qué compararlo.",
}
LISTED: Text = {
    "en": "Listed by code, not by size: {listed}.",
    "es": "Listados por código, no por tamaño: {listed}.",
}
EXTRA_SPREAD: Text = {
    "en": "That is {phi} times what the lottery gives, as if tables differed by {extra} points more.",
    "es": "Eso es {phi} veces lo que da el sorteo, como si las mesas difirieran en {extra} puntos más.",
}
MISSING: Mapping[Missing, Text] = {
    Missing.REGISTERED_UNKNOWN: {
        "en": "Unknown: the number of registered voters is not known for any of these sheets.",
        "es": "Se desconoce: no se sabe el número de electores inscritos de ninguna de estas actas.",
    },
    Missing.NO_SHEET: {
        "en": "Unknown: no sheet has figures long enough for it.",
        "es": "Se desconoce: ningún acta tiene cifras suficientes para calcularlo.",
    },
    Missing.NO_SPREAD: {
        "en": "Unknown: no center has two tables with votes for more than one side.",
        "es": "Se desconoce: ningún centro tiene dos mesas con votos para más de un lado.",
    },
}

IS_NOT: Text = {
    "en": "This compares figures with a model; it says neither who wrote a figure nor why, a result inside "
    "the range does not confirm the sheets, and one outside it does not refute them.",
    "es": "Esto compara cifras con un modelo; no dice quién escribió una cifra ni por qué: un resultado "
    "dentro del rango no confirma las actas, y uno fuera de él no las desmiente.",
}

_REDRAWN: Text = {
    "en": "Every sheet keeps its size and share, and its count is drawn anew (binomial).",
    "es": "Cada acta conserva su tamaño y su proporción, y su cuenta se sortea de nuevo (binomial).",
}
_COMPARE: Text = {
    "en": "To know more, compare a random sample of these {sheets} sheets with image and box.",
    "es": "Para saber más, compare una muestra al azar de estas {sheets} actas con imagen y caja.",
}
_ROUND_CAUSES: Text = {
    "en": "Many small tables of equal size also make some percentages more frequent.",
    "es": "Muchas mesas pequeñas de igual tamaño también hacen más frecuentes algunos porcentajes.",
}
_DIGIT_CAUSES: Text = {
    "en": "Table sizes set by law, a cut at 100 votes and candidates with few votes make digits uneven.",
    "es": "Los tamaños de mesa fijados por ley, el corte en 100 votos y los candidatos con pocos votos "
    "desigualan los dígitos.",
}

SCREENS: Mapping[str, ScreenText] = {
    "integer-share": ScreenText(
        {"en": "Shares within 0.05 of a whole percent", "es": "Proporciones a menos de 0,05 de un entero"},
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "integer-turnout": ScreenText(
        {"en": "Whole percentages", "es": "Porcentajes enteros"},
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "integer-either": ScreenText(
        {"en": "Share or turnout within 0.05 of a whole percent",
         "es": "Proporción o participación a menos de 0,05 de un entero"},
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "five-either": ScreenText(
        {"en": "Share or turnout within 0.05 of a multiple of 5 percent",
         "es": "Proporción o participación a menos de 0,05 de un múltiplo de 5"},
        _REDRAWN, _ROUND_CAUSES, _COMPARE,
    ),
    "last-digit": ScreenText(
        {"en": "Last digits of counts from 100 (chi-square against equal digits)",
         "es": "Últimos dígitos de cuentas desde 100 (ji cuadrado contra dígitos iguales)"},
        _REDRAWN, _DIGIT_CAUSES, _COMPARE, 1,
    ),
    "equal-digits": ScreenText(
        {"en": "Share of counts from 100 whose last two digits are equal",
         "es": "Parte de las cuentas desde 100 cuyos dos últimos dígitos son iguales"},
        _REDRAWN, _DIGIT_CAUSES, _COMPARE, 4,
    ),
    "neighbour-digits": ScreenText(
        {"en": "Share of counts from 100 whose last two digits are neighbours",
         "es": "Parte de las cuentas desde 100 cuyos dos últimos dígitos son vecinos"},
        _REDRAWN, _DIGIT_CAUSES, _COMPARE, 4,
    ),
    "second-digit": ScreenText(
        {"en": "Second digits (chi-square against Benford, judged by replicates alone)",
         "es": "Segundos dígitos (ji cuadrado contra Benford, juzgado solo por réplicas)"},
        _REDRAWN,
        {"en": "Tables of a few hundred votes never follow Benford's law, so only the replicates judge.",
         "es": "Mesas de unos cientos de votos nunca siguen la ley de Benford; solo juzgan las réplicas."},
        _COMPARE, 1,
    ),
    "coincidences": ScreenText(
        {"en": "Pairs of sheets with the same figures", "es": "Pares de actas con las mismas cifras"},
        {"en": "As many pairs are equal as differ by any short step of up to 3 votes.",
         "es": "Hay tantos pares iguales como pares que difieren en cualquier paso corto de hasta 3 votos."},
        {"en": "Among thousands of sheets of similar size many pairs coincide by chance.",
         "es": "Entre miles de actas de tamaño parecido muchos pares coinciden por azar."},
        {"en": "Compare the images of equal pairs, beginning with pairs in one center.",
         "es": "Compare las imágenes de los pares iguales, empezando por los de un mismo centro."},
    ),
    "overvotes": ScreenText(
        {"en": "More ballots than registered voters", "es": "Más votos que electores inscritos"},
        {"en": "No model: no table can hold more ballots than it has registered voters.",
         "es": "Sin modelo: ninguna mesa puede tener más votos que electores inscritos."},
        {"en": "Poll workers who vote where they serve, and an older copy of the roll, can cause it.",
         "es": "Pueden causarlo miembros de mesa que votan donde sirven o una copia anterior del registro."},
        {"en": "Compare the listed sheets with their image and the poll book.",
         "es": "Compare las actas de la lista con su imagen y el cuaderno de votación."},
    ),
    "null-votes": ScreenText(
        {"en": "Sheets with unusually many null votes", "es": "Actas con un número inusual de votos nulos"},
        {"en": "Null votes are Poisson with one common rate; listed at a false discovery rate of 5 %.",
         "es": "Los votos nulos son Poisson con una tasa común; lista con 5 % de falsos descubrimientos."},
        {"en": "A local habit, a machine that voters found hard to use, and a typing error can cause it.",
         "es": "Pueden causarlo una costumbre local, una máquina difícil de usar o un error de tipeo."},
        {"en": "Compare the listed sheets with their image; this is a list of data to check.",
         "es": "Compare las actas de la lista con su imagen; es una lista de datos por comprobar."},
    ),
    "homogeneity": ScreenText(
        {"en": "Differences between tables of one center (X²)",
         "es": "Diferencias entre mesas de un mismo centro (X²)"},
        {"en": "All voters of a center are dealt to its tables by lot (multivariate hypergeometric).",
         "es": "Los electores de un centro se reparten por sorteo entre sus mesas (hipergeométrica)."},
        {"en": "Tables filled by age, by number of identity card or with voters who moved differ more than a "
         "lottery would make them, so a small excess is usual.",
         "es": "Las mesas formadas por edad, por número de cédula o con electores mudados difieren más que "
         "por azar, así que un pequeño exceso es habitual."},
        {"en": "Compare the sheets of the listed centers with their images.",
         "es": "Compare las actas de los centros de la lista con sus imágenes."},
    ),
}  # fmt: skip
