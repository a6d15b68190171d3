"""What the form says, in both languages."""

from __future__ import annotations

Texts = dict[str, str]

PROBLEMS: dict[str, tuple[str, str]] = {
    "contest": ("Choose the contest.", "Elija el cargo."),
    "station": ("The roll has no such station.", "El padrón electoral no tiene esa mesa."),
    "not-voted": ("This contest is not voted on there.", "Ese cargo no se vota en esa mesa."),
    "missing": (
        "A figure is missing; type 0 where the sheet has 0.",
        "Falta una cifra; escriba 0 donde el acta dice 0.",
    ),
    "number": ("This is not a whole number.", "Esto no es un número entero."),
    "words": ("The words do not name the figure.", "Las letras no dicen lo mismo que la cifra."),
    "more-votes": ("More votes than voters.", "Más votos que votantes."),
    "more-voters": ("More than the registered voters.", "Más que los electores inscritos."),
    "sum": ("The sum on the sheet is not that of its figures.", "La suma del acta no es la de sus cifras."),
    "zero": (
        "All figures are zero: this may be the zero report.",
        "Todas las cifras son cero: puede ser el acta de inicialización.",
    ),
}  # fmt: skip

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Transcription", "Transcripción"),
    "lead": (
        "Two people type each sheet without seeing each other's figures. Where they differ, a third decides.",
        "Dos personas escriben cada acta sin ver las cifras de la otra. Donde difieren, decide una tercera.",
    ),
    "code": ("Your code, issued by your organisation", "Su código, dado por su organización"),
    "begin": ("Begin", "Empezar"),
    "unknown-code": ("That code is not on the list.", "Ese código no está en la lista."),
    "not-saved": (
        "It could not be written to the disk. Nothing you typed is lost: make room and save again.",
        "No se pudo escribir en el disco. No se pierde nada de lo escrito: haga sitio y guarde otra vez.",
    ),
    "leave": ("Leave", "Salir"),
    "nothing": ("There is nothing for you to type now.", "Ahora no hay nada que usted deba escribir."),
    "again": ("Look again", "Buscar otra vez"),
    "picture": ("Picture", "Imagen"),
    "larger": ("Larger", "Más grande"),
    "smaller": ("Smaller", "Más pequeña"),
    "turn": ("Turn", "Girar"),
    "station": ("Station", "Mesa"),
    "contest": ("Contest", "Cargo"),
    "switch": ("Show the form of this contest", "Mostrar el formulario de este cargo"),
    "option": ("Candidate and card", "Candidato y tarjeta"),
    "figure": ("Figure", "Cifra"),
    "words": ("In words, if the sheet has them", "En letras, si el acta las tiene"),
    "null": ("Null ballots", "Votos nulos"),
    "blank": ("Blank ballots", "Votos en blanco"),
    "ballots": ("Sum on the sheet, if it has one", "Suma en el acta, si la tiene"),
    "voters": ("Voters, if the sheet says it", "Votantes, si el acta lo dice"),
    "registered": ("Registered voters, if the sheet says it", "Electores inscritos, si el acta lo dice"),
    "sum": ("Sum of what you typed", "Suma de lo que escribió"),
    "confirm": (
        "I looked again: this is what the sheet says",
        "Miré otra vez: esto es lo que dice el acta",
    ),
    "illegible": ("It cannot be read", "No se puede leer"),
    "save": ("Save and go on", "Guardar y seguir"),
    "differs": (
        "Two people typed this sheet and differ in the fields that are marked. Type what you see.",
        "Dos personas escribieron esta acta y difieren en los campos marcados. Escriba lo que ve.",
    ),
    "marked": ("typed differently", "escrito de otra forma"),
    "done": ("done", "terminadas"),
    "open": ("open", "por hacer"),
    "stage-differs": ("differ", "difieren"),
    "stage-illegible": ("illegible", "ilegibles"),
    "stage-left": ("left to the organisation", "para la organización"),
    "people": (
        "Type figures only. Names, identity numbers and signatures on a sheet are nobody's business here.",
        "Escriba solo cifras. Los nombres, cédulas y firmas de un acta no se escriben aquí.",
    ),
    "fictional": (
        "A simulation of a fictional country: nothing here is real.",
        "Simulación de un país ficticio: nada de esto es real.",
    ),
}  # fmt: skip


def texts(language: str) -> Texts:
    """The form's texts in "es" or "en"."""
    return {key: pair[language == "es"] for key, pair in _TEXTS.items()}


def problem_text(code: str, language: str) -> str:
    """The sentence of a problem."""
    return PROBLEMS[code][language == "es"]
