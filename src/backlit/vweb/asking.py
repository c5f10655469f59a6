"""What does a page ask of strangers, and what is easily taken for that?

Sentences that ask for articles, that refuse them, that only say who wrote one, and prices of things that are
no links.
"""

from dataclasses import replace

from backlit.vweb.draw import Draw
from backlit.vweb.plan import Plan, Site
from backlit.vweb.scene import Para, Scene

__all__ = ["asks", "charges", "refuses", "thanks"]

_ASKS = {
    "en": (
        "Would you like to write for us? Send your idea to the editors, we answer within a week.",
        "Guest posts are welcome here if they help other readers. Our guidelines fit on one page.",
        "We are looking for guest authors who know the subject better than we do.",
        "Become a contributor: pitch us one idea, and tell us who you are.",
        "Submit an article about what you tried yourself; we publish one of a reader every month.",
    ),
    "de": (
        "Wir suchen Gastautoren, die etwas ausprobiert haben und davon erzählen möchten.",
        "Schreiben Sie für uns! Ein kurzer Vorschlag an die Redaktion genügt.",
        "Gastbeiträge sind willkommen, solange sie anderen weiterhelfen.",
    ),
    "fr": (
        "Écrivez pour nous : envoyez une idée à la rédaction.",
        "Nous accueillons volontiers des articles invités sur ces sujets.",
    ),
    "es": (
        "Escribe para nosotros: mándanos tu idea y te contestamos.",
        "Aceptamos artículos invitados de quienes conocen el tema.",
    ),
    "pt": (
        "Escreva para nós: basta uma ideia e duas linhas sobre si.",
        "Aceitamos artigos de autores convidados todos os meses.",
    ),
    "ja": ("読者からの寄稿を募集しています。", "ゲスト投稿を歓迎します。まずはご連絡ください。"),
    "ar": ("اكتب معنا: أرسل لنا فكرتك.", "نرحب بمقالات القراء في هذا الموقع."),
    "he": ("כתבו לנו: שלחו רעיון למערכת.", "אנחנו מחפשים כותבים אורחים."),
    "ru": ("Пишите для нас: пришлите идею редакции.", "Ищем авторов, которые знают тему лучше нас."),
}
_REFUSES = {
    "en": "Please note that we do not accept guest posts.",
    "de": "Gastbeiträge: Wir veröffentlichen keine Gastartikel.",
    "fr": "Nous ne publions pas d'articles invités.",
    "es": "No aceptamos artículos invitados.",
    "pt": "Não aceitamos artigos de convidados.",
}
_THANKS = {
    "en": "This is a guest post by a reader, to whom we owe a jar of jam.",
    "de": "Dieser Gastbeitrag stammt von einer Leserin, der wir sehr danken.",
    "fr": "Cet article invité est signé par une lectrice, merci à elle.",
    "es": "Este artículo invitado lo firma una lectora, gracias.",
    "pt": "Este artigo é de uma leitora convidada, a quem agradecemos.",
}
_CHARGES = {
    "en": "A bag of it costs $12 at the market, and the guided tour was €9 for two.",
    "de": "Ein Beutel davon kostet auf dem Markt 12 €, die Führung 9 €.",
    "fr": "Un sac coûte 12 € au marché, la visite 9 €.",
    "es": "Una bolsa cuesta 12 € en el mercado, y la visita 9 €.",
    "pt": "Um saco custa 12 € no mercado, e a visita 9 €.",
}


def asks(scene: Scene, site: Site, plan: Plan) -> Scene:
    """A site that asks for articles, and wants no money."""
    draw = Draw(plan.seed, scene.page, 61)
    return replace(_said(scene, draw.pick(_ASKS[site.language])), invites=True)


def refuses(scene: Scene, site: Site, _plan: Plan) -> Scene:
    """A site that asks to be left alone."""
    return _said(scene, _REFUSES.get(site.language, _REFUSES["en"]))


def thanks(scene: Scene, site: Site, _plan: Plan) -> Scene:
    """An article of somebody else, which asks for no other."""
    return _said(scene, _THANKS.get(site.language, _THANKS["en"]))


def charges(scene: Scene, site: Site, _plan: Plan) -> Scene:
    """A price of something that can be eaten or seen."""
    return _said(scene, _CHARGES.get(site.language, _CHARGES["en"]))


def _said(scene: Scene, text: str) -> Scene:
    """Adds a paragraph at the end of the content."""
    at = next(i for i, zone in enumerate(scene.zones) if zone.placement == "content")
    content = replace(scene.zones[at], paras=(*scene.zones[at].paras, Para("p", (text,))))
    return replace(scene, zones=(*scene.zones[:at], content, *scene.zones[at + 1 :]))
