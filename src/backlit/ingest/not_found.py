"""Does a title say that its page is none, and nothing else? “404 | Shop” does, “How to fix a 404” does not.

A title speaks for its page where, beside the words for what is missing, it has only words of courtesy and for
pages, in the language at hand. What follows a colon belongs to it, what a dash or a bar sets apart does not.
"""

import re
from collections.abc import Iterator

__all__ = ["said_not_found"]

#: Something of each phrase, in small letters: what has none of it is not searched further.
_HINTS = (
    *("404", "410", "not", "n't", "n’t", "longer", "nicht", "introuvable", "trouv", "exist", "encontr"),
    *("trovat", "esiste", "gevonden", "bestaat", "znaleziono", "istnieje", "найден", "существует"),
    *("hittades", "finns", "ikke", "löydy", "bulunamad", "見つかり", "存在", "找不到", "찾을"),
)
_THING = "(?:page|site|post|article|document|content|file|url|address)"
_phrase = re.compile(
    "|".join(
        (
            *(r"\b404\b", r"\b410\b", "not found", "no longer (?:exists?|available)"),
            rf"{_THING}(?: you(?:[’']re| are)? (?:requested|looking for))? (?:was|is|could|has|can)?\s?"
            r"(?:not|n[’']t|no longer)(?: be)? (?:found|available|exist)",
            rf"(?:can[’']?t|cannot|couldn[’']t|could not) find (?:the|that|this|your) {_THING}",
            *(rf"{_THING} (?:doesn[’']t|does not) exist", "nicht (?:gefunden|verfügbar)", "existiert nicht"),
            *("introuvable", "non trouvée?", "n[’']existe (?:pas|plus)", "no (?:encontrad[ao]|existe)"),
            *("no se encontró", "não (?:encontrad[ao]|existe)", "non (?:trovat[ao]|esiste)"),
            *("niet gevonden", "bestaat niet", "nie (?:znaleziono|istnieje)", "не найден", "не существует"),
            *("hittades inte", "finns inte", "ikke fundet", "ei löydy", "bulunamadı", "見つかりません"),
            *("存在しません", "找不到", "不存在", "찾을 수 없"),
        )
    ),
    re.IGNORECASE,
)
_words = re.compile(r"\w+").findall
#: The words beside it; those of two letters never say what a page is about.
_COURTESY = frozenset(
    _words(
        """
        the this that these there here any anymore more all page pages site website web post article story
        document content file url address link item product listing video you your are was were been can could
        has have had may does doesn did couldn wasn aren for looking requested tried trying reach open access
        sorry oops ooops whoops hmm error gone exist exists found available longer moved removed deleted
        unfortunately apologies our and not isn 1
        die diese dieses dieser der das den seite seiten artikel beitrag datei dokument inhalt leider wurde
        wird ist mehr angeforderte gesuchte gewünschte konnte kann fehler tut uns leid
        cette fichier contenu que vous cherchez recherchez demandée demandé désolé désolés erreur est été
        plus pas les nous sommes votre
        esta este página pagina artículo archivo contenido que busca buscas buscando sentimos sido está
        artigo arquivo conteúdo foi erro procura procurando desculpe
        questa questo articolo contenuto che cerchi cercavi errore spiacenti stata stato
        deze het dit bestand niet fout helaas
        strony strona taka tej tego artykuł plik błąd przepraszamy niestety podana szukana
        страница страницы страницу эта такой запрашиваемая запись статья файл ошибка сожалению извините
        sidan denna artikeln tyvärr fel siden blev desværre sivua hakemaasi valitettavasti sayfa aradığınız
        hata
        """
    )
)
#: Those of them that stand before a number.
_ALARM = frozenset(
    _words("error erro erreur errore fehler fout fel hata błąd ошибка sorry oops ooops whoops hmm")
)
_east = re.compile(
    "页面|頁面|网页|網頁|文章|内容|您|你|要|所|访问|訪問|查找|请求|的|了|抱歉|对不起|很|ページ|お探し|ご指定"
    "|指定された|記事|の|が|は|申し訳ありません|でした|페이지|를|을|요청하신|죄송합니다|습니다"
)
_apart = re.compile(r"[\n|·•»«¦]|\s[-–—~/]+\s|[.!?…。！？]+(?:\s|$)")
#: Letters of which two make a word.
_short = re.compile("[\u3040-\u9fff\uac00-\ud7a3]").search


def said_not_found(titles: str) -> str | None:
    """The words by which some titles, a line each, say that their page is none; None where they do not."""
    folded = titles.lower()
    if not any(hint in folded for hint in _HINTS):
        return None
    for part in _parts(titles):
        found = _phrase.search(part)
        if found is not None and _is_all(part, found):
            return found[0]
    return None


def _parts(titles: str) -> Iterator[str]:
    """What stands between dashes and bars, whole and without what stands before the last colon."""
    for part in _apart.split(titles):
        yield part
        if ": " in part:
            yield part.rpartition(": ")[2]


def _is_all(part: str, found: re.Match[str]) -> bool:
    """Whether a title says nothing beside."""
    rest = _east.sub(" ", _phrase.sub(" ", part)).casefold()
    if all(each.isdigit() for each in _phrase.findall(part)):  # a street, a course or the 404th page as well
        before, after = (
            set(_words(each.casefold())) for each in (part[: found.start()], part[found.end() :])
        )
        return before <= _ALARM and after <= _COURTESY and (found[0] == "404" or bool(before | after))
    return all(
        word in _COURTESY or (len(word) < 3 and not word.isdigit() and not _short(word))
        for word in _words(rest)
    )
