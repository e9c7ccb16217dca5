"""In which language a question is put: members of a club may try their own, and Dogear reads English."""

import re
from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "en": "the a an is are was were of in to and what who why how when where which did does do has have he she "
    "they it his her this that so with for on at me i you not no chapter book come comment dove in as die",
    "de": "der die das ein eine ist sind war wer was wie wo wann warum und nicht im mit von zu den dem ich er "
    "sie es hat wieso passiert worum geht buch kapitel",
    "fr": "le la les un une est sont était qui que quoi quel quelle comment où quand pourquoi et pas dans avec "
    "du des de il elle se passe livre chapitre quoi",
    "es": "el la los las un una es son era quién quien qué que cómo como dónde cuándo por y no en con del de él "
    "ella ha se pasa libro capítulo",
    "it": "il la lo gli le un una è sono era chi che cosa come dove quando perché e non nel con del di lui lei "
    "ha si succede libro capitolo",
    "pt": "o os as um uma é são era quem que como onde quando por porque e não no na com do da de ele ela "
    "acontece livro capítulo",
    "nl": "de het een is zijn was wie wat hoe waar wanneer waarom en niet met van naar hij zij ik heeft gebeurt "
    "boek hoofdstuk waarover gaat",
    "pl": "kto co jak gdzie kiedy dlaczego jest są był była i nie w z do na o to się czy książka rozdział",
    "sv": "vem vad hur var när varför är och inte med den det en ett i på av han hon har boken kapitel handlar om",
}
"""Everyday words of the languages in which book clubs ask most."""

READS_ENGLISH: Mapping[str, str] = {
    "de": "Ich lese nur Englisch: Frag mich bitte auf Englisch, dann antworte ich ohne Spoiler.",
    "fr": "Je ne lis que l’anglais : posez-moi la question en anglais, et je répondrai sans rien dévoiler.",
    "es": "Solo leo inglés: pregúntame en inglés, por favor, y responderé sin revelar nada.",
    "it": "Leggo solo l’inglese: fammi la domanda in inglese e risponderò senza anticipazioni.",
    "pt": "Só leio inglês: faça-me a pergunta em inglês e respondo sem revelar nada.",
    "nl": "Ik lees alleen Engels: stel je vraag in het Engels, dan antwoord ik zonder iets te verklappen.",
    "pl": "Czytam tylko po angielsku: zadaj mi pytanie po angielsku, a odpowiem bez spoilerów.",
    "sv": "Jag läser bara engelska: ställ frågan på engelska, så svarar jag utan att avslöja något.",
}


def language(question: str) -> str:
    """Return the language of a question, “en” if that is not certain.

    Another language has two everyday words in it that are not English as well, or a longer one, and more of them than
    English has.
    """
    said = re.findall(r"[^\W\d_]+", question.casefold())
    known = {name: set(words.split()) for name, words in _WORDS.items()}
    english = sum(word in known["en"] for word in said)
    count = {name: sum(word in words for word in said) for name, words in known.items() if name != "en"}
    best = max(count, key=lambda name: count[name])
    own = [word for word in said if word in known[best] - known["en"]]
    return best if count[best] > english and (len(own) > 1 or any(len(word) > 3 for word in own)) else "en"
