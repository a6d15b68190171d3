"""The sentences of audits in English and Spanish."""

NOTES = {
    "head": {
        "en": "The commitment (entry {entry}) names a log head that is not this log's: {what}.",
        "es": "El compromiso (entrada {entry}) nombra una cabeza que no es la de este registro: {what}.",
    },
    "not-named": {
        "en": "Entry {entry} speaks of this audit and is signed by {signer}, whom the commitment does not "
        "name; it is left out.",
        "es": "La entrada {entry} habla de esta auditoría y la firma {signer}, a quien el compromiso no "
        "nombra; queda fuera.",
    },
    "no-observers": {
        "en": "The commitment (entry {entry}) names fewer than two organisations, so no hand count can "
        "enter the audit.",
        "es": "El compromiso (entrada {entry}) nombra menos de dos organizaciones: ningún conteo manual "
        "puede entrar.",
    },
    "seed-before": {
        "en": "The seed in entry {entry} stands in the log before the commitment; it is left out.",
        "es": "La semilla de la entrada {entry} está en el registro antes que el compromiso; queda fuera.",
    },
    "seed-form": {
        "en": "The seed in entry {entry} is not 20 to 64 decimal digits; it is left out.",
        "es": "La semilla de la entrada {entry} no tiene de 20 a 64 cifras decimales; queda fuera.",
    },
    "seed-again": {
        "en": "Entry {entry} gives another seed than entry {first}; an audit has one seed for all its "
        "rounds, the first.",
        "es": "La entrada {entry} da otra semilla que la entrada {first}; una auditoría tiene una sola "
        "para todas sus rondas, la primera.",
    },
    "sample-order": {
        "en": "The sample in entry {entry} is of round {round}, where round {expected} was to come, or "
        "stands before the seed; it is left out.",
        "es": "La muestra de la entrada {entry} es de la ronda {round} y debía venir la {expected}, o está "
        "antes de la semilla; queda fuera.",
    },
    "sample-differs": {
        "en": "The sample in entry {entry} names {stated} at place {place} of round {round}, where the "
        "seed draws {drawn}; what the seed draws counts.",
        "es": "La muestra de la entrada {entry} nombra {stated} en el lugar {place} de la ronda {round}, "
        "donde la semilla saca {drawn}; vale lo que saca la semilla.",
    },
    "sample-size": {
        "en": "The sample in entry {entry} has {stated} boxes, more than can be drawn; it is left out.",
        "es": "La muestra de la entrada {entry} tiene {stated} cajas, más de las que se pueden sacar; "
        "queda fuera.",
    },
    "not-drawn": {
        "en": "The hand count of box {box} (entry {entry}) is for this audit, which did not draw that box; "
        "it does not enter.",
        "es": "El conteo manual de la caja {box} (entrada {entry}) es para esta auditoría, que no sacó esa "
        "caja; no entra.",
    },
    "counts-differ": {
        "en": "Organisations signed different hand counts of box {box} (entry {entry}); until they agree "
        "it is taken as unaccounted for.",
        "es": "Hay conteos manuales distintos de la caja {box} (entrada {entry}); mientras no coincidan se "
        "toma como no hallada.",
    },
    "above-bound": {
        "en": "In box {box} (entry {entry}) {counted} vouchers were counted, more than the {bound} that it "
        "was taken to hold; it is taken as unaccounted for.",
        "es": "En la caja {box} (entrada {entry}) se contaron {counted} comprobantes, más de los {bound} "
        "que se le suponían; se toma como no hallada.",
    },
    "result-differs": {
        "en": "The result in entry {entry} states a risk of {stated} after round {round}; from the log it "
        "is {found}.",
        "es": "El resultado de la entrada {entry} indica un riesgo de {stated} tras la ronda {round}; "
        "según el registro es {found}.",
    },
    "result-early": {
        "en": "The result in entry {entry} is of round {round}, of which the log has no sample.",
        "es": "El resultado de la entrada {entry} es de la ronda {round}, de la que el registro no tiene "
        "muestra.",
    },
    "more": {
        "en": "{count} notes more are not shown.",
        "es": "Hay {count} notas más que no se muestran.",
    },
}
"""What reading an audit off a log notices, by code."""

STANDS = {
    "stop": {
        "en": "With {opened} of {boxes} boxes opened, the risk after round {round} is {risk}, not above "
        "{limit}: the audit may stop at its risk limit.",
        "es": "Con {opened} de {boxes} cajas abiertas, el riesgo tras la ronda {round} es {risk}, no mayor "
        "que {limit}: la auditoría puede terminar en su límite de riesgo.",
    },
    "more": {
        "en": "With {opened} of {boxes} boxes opened, the risk after round {round} is {risk}, above the "
        "limit of {limit}: {more} draws more, if they agree with the sheets, would bring it there.",
        "es": "Con {opened} de {boxes} cajas abiertas, el riesgo tras la ronda {round} es {risk}, por "
        "encima del límite de {limit}: {more} extracciones más, si coinciden con las actas, lo llevarían "
        "hasta allí.",
    },
    "waiting": {
        "en": "Of {opened} boxes drawn by round {round}, {awaiting} have no agreed hand count and are "
        "taken to be as wrong as they can be, so the risk is {risk} for now, above the limit of {limit}: "
        "their counts come first, and may be under way.",
        "es": "De {opened} cajas sorteadas hasta la ronda {round}, {awaiting} no tienen conteo manual "
        "acordado y se toman como lo más erradas posible; por eso el riesgo es {risk} por ahora, mayor que "
        "el límite de {limit}: primero van sus conteos, que pueden estar en curso.",
    },
    "full": {
        "en": "With {opened} of {boxes} boxes opened, the risk after round {round} is {risk}, above the "
        "limit of {limit}, and no number of further boxes is certain to bring it there: the paper is to be "
        "counted whole.",
        "es": "Con {opened} de {boxes} cajas abiertas, el riesgo tras la ronda {round} es {risk}, por "
        "encima del límite de {limit}, y ningún número de cajas más lo asegura: corresponde contar todo el "
        "papel.",
    },
    "no-seed": {
        "en": "The audit is committed to {boxes} boxes at a risk limit of {limit}; its seed has not been "
        "drawn yet.",
        "es": "La auditoría se comprometió a {boxes} cajas con un límite de riesgo de {limit}; su semilla "
        "aún no se ha sorteado.",
    },
    "no-sample": {
        "en": "The audit is committed to {boxes} boxes at a risk limit of {limit} and has its seed; the "
        "first {suggested} draws are known and no sample is recorded yet.",
        "es": "La auditoría se comprometió a {boxes} cajas con un límite de riesgo de {limit} y tiene su "
        "semilla; se conocen las primeras {suggested} extracciones y aún no hay muestra registrada.",
    },
}
NOT = {
    "en": "The risk is not the probability that the outcome is wrong, but the greatest chance to see "
    "counts that agree this well if it were; differences of a few votes are usual in counts by hand, and "
    "the boxes that differ are to be counted again.",
    "es": "El riesgo no es la probabilidad de que el resultado sea errado, sino la mayor probabilidad de "
    "ver conteos que coincidan así si lo fuera; diferencias de pocos votos son usuales al contar a mano, y "
    "las cajas que difieren se cuentan otra vez.",
}
UNCOVERED = {
    "en": "{stations} stations have no counted sheet; if all their registered voters voted against the "
    "outcome, the risk is {worst}.",
    "es": "{stations} mesas no tienen acta contada; si todos sus electores votaron contra el resultado, el "
    "riesgo es {worst}.",
}
UNKNOWN = {
    "en": "{stations} stations have no counted sheet and it is not known how many could vote there, so of "
    "them it says nothing.",
    "es": "{stations} mesas no tienen acta contada y no se sabe cuántos podían votar allí: de ellas no "
    "dice nada.",
}
