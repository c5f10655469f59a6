"""In which words does a page sell or swap links?

Patterns are for texts in lower case and for RE2, whose time is linear in the text whatever is written there.
A site is told by an offer; a page by less, for one that only speaks of such links is no place to ask for one.
"""

__all__ = ["OFFERS", "SPEAKS_OF_DEALS"]

#: A sum of money.
_SUM = (
    r"(?:[$€£¥₹]\s?\d|(?:usd|eur|gbp|us\$|rs\.?|inr|pln|chf)\s?\d"
    r"|\d(?:[.,]\d+)?\s?(?:[$€£¥₹]|usd|eur|gbp|euros?|dollars?|pounds|zł|pln|chf|kč|kr\b|руб|rupees|円|元))"
)
#: What is sold: links by the names that their sellers use.
_GOODS = (
    r"(?:do-?follow|back-?links?|link (?:insertions?|placements?|building)|text links?|home-?page links?|niche edits?"
    r"|permanent links?|per link|/link\b|guest[ -]?(?:posts?|articles?|blogs?|posting)|sponsored (?:posts?|articles?|content)|paid (?:posts?|articles?|links?)"
    r"|gastartikel|gastbeitr[aä]ge?|linkplatzierung|linkaufbau|advertorials?|article invité|articles? sponsorisés?|publi-?rédactionnel|netlinking"
    r"|artículos? (?:patrocinados?|invitados?)|enlaces? (?:patrocinados?|permanentes?)|post patrocinad[oa]s?|artigos? patrocinados?|publipost"
    r"|articol[io] sponsorizzat[io]|guest post a pagamento|gastblogs?|gesponsorde? (?:artikel(?:en)?|blogs?)|linkplaatsing"
    r"|artykuł(?:y|u|ów)? sponsorowan(?:y|e|ego|ych)|linki? sponsorowan[ey]|ссыл(?:ка|ки|ок)|гостев(?:ой|ые) пост)"
)
#: An offer to sell links, or to swap them, by a site.
OFFERS = "|".join(
    (
        rf"{_GOODS}.{{0,60}}{_SUM}",
        rf"{_SUM}.{{0,60}}{_GOODS}",
        r"(?:we|i) (?:offer|sell|provide|give|accept|publish|include)[^.]{0,80}do-?follow",
        r"do-?follow (?:back-?)?links?[^.]{0,40}(?:for sale|of your choice|guaranteed|included|available|prices?|packages?)",
        r"(?:buy|purchase|order) (?:[a-z]+ ){0,2}(?:back-?links|guest posts?|link insertions?|sponsored posts?)",
        r"(?:sponsored|guest|paid) posts? (?:prices?|pricing|rates?|packages?|fees?|costs?)|(?:prices?|rates?|fees?) for (?:guest|sponsored|paid) posts?",
        r"link insertions?|niche edits?|(?:editorial|publication|publishing|posting) fee (?:of|is|applies)",
        r"(?:we|i)(?: do| can|'d)? (?:swap|exchange|trade) links|(?:want|like|up) (?:to|for) (?:a )?(?:swap|exchang(?:e|ing)|trad(?:e|ing)) links|(?:add|place|put) (?:a|our) link (?:to us|back)[^.]{0,40}(?:we will|we'll|in return|then)",
        r"link to us (?:first|and we)|in (?:return|exchange) for (?:a )?(?:back-?)?link|links? partner(?:s|ship)? program|submit your link exchange",
        r"(?:backlinks?|links?|gastartikel|gastbeiträge?) (?:kaufen|buchen)|preise? für (?:gastartikel|gastbeiträge|links|backlinks)|linktausch (?:anbieten|anfrage|gesucht|partner)|wir tauschen links",
        r"acheter (?:un |des )?(?:back-?liens?|backlinks?|liens?)|vente de liens|tarifs? (?:des |pour (?:un |les )?)?articles? (?:sponsorisés?|invités?)|proposons? un échange de liens|nous échangeons des liens",
        r"comprar (?:enlaces|backlinks|links)|venta de enlaces|precios? (?:de(?: los)? |por )(?:artículos?|enlaces?|posts?) (?:patrocinados?|invitados?)|intercambiamos enlaces|venda de (?:links|backlinks)|trocamos links|preços? d[eo]s? (?:artigos?|posts?) patrocinados?",
        r"acquist(?:are|o|a) (?:backlink|link)|vendita (?:di )?(?:link|backlink)|prezz[io] (?:degli|per gli|per) articoli sponsorizzati|scambiamo link",
        r"(?:backlinks?|links?) kopen|prijzen? (?:voor |van )?(?:gastblogs?|gesponsorde|linkplaatsing)|wij (?:ruilen|wisselen) links",
        r"kup linki|sprzedaż linków|cennik (?:artykułów|linków|publikacji)|wymieniamy się linkami|купить (?:вечные |обратные )?ссылки|продажа ссылок|цен[аы] (?:гостевого|за ссылку)|меняемся ссылками",
        r"被リンク(?:購入|販売)|相互リンク(?:募集|集)|外链(?:购买|代发|出售)|友情链接(?:购买|交易)|백링크 (?:구매|판매)|backlink satın al|tanıtım yazısı (?:satın|fiyat)|jasa backlink|jual backlink",
    )
)
#: Words at which a page is no prospect, whoever's it is: it is about paid, followed or swapped links.
SPEAKS_OF_DEALS = "|".join(
    (
        OFFERS,
        r"do-?follow|link exchanges?|exchange (?:of )?links|reciprocal links?|link swaps?|links? for sale|paid links?",
        r"linktausch|linkverkauf|échanges? de liens?|intercambios? de (?:enlaces|links)|trocas? de links|scamb(?:io|i) (?:di )?link|linkruil|links? ruilen|wymian[aę] link(?:ów|ami)",
        r"обмен ссылками|相互リンク|友情链接交换|링크 교환",
    )
)
