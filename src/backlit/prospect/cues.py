"""In which words does a page sell or swap links, ask for articles, or call itself a list of links?

Patterns are for texts in lower case and for RE2, whose time is linear in the text whatever is written there.
A site is told by an offer; a page by less, for one that only speaks of such links is no place to ask for one.
"""

__all__ = ["DENIED", "INVITES", "LISTS", "OFFERS", "PRICED", "REFUSES", "SPEAKS_OF_DEALS", "UNPRICED"]

#: A sum of money.
_SUM = (
    r"(?:[$€£¥₹]\s?\d[\d.,]*|(?:usd|eur|gbp|us\$|rs\.?|inr|pln|chf)\s?\d[\d.,]*"
    r"|\d[\d.,]*[-–—]?\s?(?:[$€£¥₹]|usd|eur|gbp|euros?|dollars?|pounds|zł|pln|chf|kč|kr\b|руб|rupees|円|元))"
)
#: What is sold: links by the names that their sellers use.
_GOODS = (
    r"(?:do-?follow|do follow(?:ed)? (?:back-?)?links?|back-?links?|link (?:insertions?|placements?|building)|text links?|home-?page links?|niche edits?"
    r"|permanent links?|per link|/link\b|guest[ -]?(?:posts?|articles?|blogs?|posting)|sponsored (?:posts?|articles?|content)|paid (?:posts?|articles?|links?)"
    r"|gastartikel|gastbeitr[aä]ge?|linkplatzierung|linkaufbau|advertorials?|article invité|articles? sponsorisés?|publi-?rédactionnel|netlinking"
    r"|artículos? (?:patrocinados?|invitados?)|enlaces? (?:patrocinados?|permanentes?)|post patrocinad[oa]s?|artigos? patrocinados?|publipost"
    r"|articol[io] sponsorizzat[io]|guest post a pagamento|gastblogs?|gesponsorde? (?:artikel(?:en)?|blogs?)|linkplaatsing"
    r"|artykuł(?:y|u|ów)? sponsorowan(?:y|e|ego|ych)|linki? sponsorowan[ey]|ссыл(?:ка|ки|ок)|гостев(?:ой|ые) пост)"
)
#: What stands between goods and their price: a price somewhere beside a "sponsored post" is that of a shop.
_COSTS = (
    r"(?:[:|=–—-]|\b(?:for|from|costs?|prices?|rates?|fees?|starts?|starting|only|just|at|per|ab|für|kostet|preis|à|dès|coûte|prix"
    r"|desde|por|cuesta|precio|da|costa|prezzo|vanaf|voor|kost|prijs|od|za|koszt|cena|custa|preço)\b|(?:от|за|цена|стоит))"
)
_EACH = r"(?:/|\b(?:per|for|each|pro|par|por|für|za|voor|a)\b|за)"
#: An offer to sell links, or to swap them, by a site.
OFFERS = "|".join(
    (
        rf"{_GOODS}[^.\n]{{0,40}}{_COSTS}[^.\n]{{0,8}}{_SUM}",
        rf"{_SUM}(?:[^.\n]{{0,12}}{_EACH}[^.\n]{{0,24}})? ?{_GOODS}",
        r"(?:we|i) (?:offer|sell|provide|give|accept|publish|include)[^.\n]{0,80}do-?follow",
        r"do-?follow (?:back-?)?links?[^.\n]{0,40}(?:for sale|of your choice|guaranteed|included|available|prices?|packages?)",
        r"(?:buy|purchase|order) (?:[a-z]+ ){0,2}(?:back-?links|guest posts?|link insertions?|sponsored posts?)",
        r"(?:sponsored|guest|paid) posts? (?:prices?|pricing|rates?|packages?|fees?|costs?)|(?:prices?|rates?|fees?) for (?:guest|sponsored|paid) posts?",
        r"link insertions?|niche edits?|(?:editorial|publication|publishing|posting) fee (?:of|is|applies)",
        rf"(?:sponsored|guest|paid) posts?[ :–—-]{{1,3}}{_SUM}",
        r"let['’]?s (?:swap|exchange|trade) (?:back-?)?links|(?:we|i)(?:['’]ll| will| can)?(?: [a-z]+)? link (?:back )?to (?:you|your (?:site|blog|page))[^.\n]{0,30}if you link",
        r"(?:we|i)(?: do| can|'d)? (?:swap|exchange|trade) (?:back-?)?links|(?:want|like|up) (?:to|for) (?:a )?(?:swap|exchang(?:e|ing)|trad(?:e|ing)) links|(?:add|place|put) (?:a|our) link (?:to us|back)[^.\n]{0,40}(?:we will|we'll|in return|then)",
        # a price that stands away from what it is for
        rf"(?:we|i) charge[^.\n]{{0,40}}{_SUM}[^.\n]{{0,60}}(?:back-?link|do-?follow|permanent link|link to your)",
        rf"(?:berechnen|verlangen|facturons|demandons|cobramos|chiediamo|rekenen|pobieramy)[^.\n]{{0,40}}{_SUM}[^.\n]{{0,60}}(?:back-?link|do-?follow|link|lien|enlace)\b",
        rf"(?:(?:your|a|ihr|dein|jouw|uw) (?:back-?)?link (?:here|hier)|votre lien ici|(?:tu|su) enlace aquí|tuo link qui|seu link aqui|twój link tutaj)\b[^.\n]{{0,60}}{_SUM}",
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
#: A refusal, a warning or a question, with the words that belong to it: what those name is no offer. It ends
#: with its clause, at "but", or after seven words.
_WORD = r"(?:[^b\s.!?;:,]|b[^u\s.!?;:,]|bu[^t\s.!?;:,]|but[^\s.!?;:,])[^\s.!?;:,]*"
_DOES = (
    r"(?:accept|sell|buy|purchase|order|offer|do|take|publish|allow|permit|want|use|swap|exchange|trade|provide|give|place"
    r"|insert|include|add|host|pay|charge|deal|engage|interested|participate|recommend|run)(?:s|ing|ed|d)?\b"
)
_MORE = rf"(?:{_DOES}|(?:back-?|paid |guest |sponsored |text )?(?:links?|posts?|articles?)|niche edits?|do-?follow)"
DENIED = (
    r"(?:^|[^\pL])(?:"
    rf"(?:never|not|nobody|no one|cannot|[a-z]+n['’]t)(?: [a-z]+)? {_DOES}|no longer|(?:ask|wonder)(?:s|ed|ing)?(?: (?:us|me|you))? (?:how|where|whether|if)"
    r"|no (?:link insertions?|niche edits?|paid|sponsored)|niemals|niemand|keine|nicht|nooit|geen|nigdy|jamais|nunca|nie"
    r"|(?:no|não|non) (?:vend|acept|aceit|accett|compr|ofrec|offr|intercambi|troca|scamb|public)[\pL]*"
    r"|(?:ne |n['’])(?:vend|accept|achet|propos|échang|publi|offr)[\pL]*|не (?:прода|покупа|купл|меня|приним|размеща)[\pL]*"
    rf")(?: {_WORD}|, (?:or |nor |and )?{_MORE}){{1,7}}"
)
#: Words at which a page is no prospect, whoever's it is: it is about paid, followed or swapped links.
SPEAKS_OF_DEALS = "|".join(
    (
        r"do-?follow|do follow (?:back-?)?links?|link exchanges?|exchange (?:of )?links|reciprocal links?|link swaps?|links? for sale|paid links?",
        r"linktausch|linkverkauf|échanges? de liens?|intercambios? de (?:enlaces|links)|trocas? de links|scamb(?:io|i) (?:di )?link|linkruil|links? ruilen|wymian[aę] link(?:ów|ami)",
        r"обмен ссылками|相互リンク|友情链接交换|링크 교환",
    )
)

_GUEST = r"guest[ -]?(?:posts?|articles?|blog(?:s|gers?|ging)?|authors?|writers?|contributors?|contributions?|columns?)"
#: A page asks strangers for articles, in 15 languages.
INVITES = "|".join(
    (
        r"write for (?:us|me|our|this)\b|(?:contribute|submit|send|pitch)(?: us| me)?(?: in)? (?:an? |your )(?:own )?(?:(?:blog |guest )?(?:article|post|column)\b|guest)",
        r"become a (?:guest |regular )?(?:contributor|author|blogger|writer|columnist)\b|contribut(?:e|ing) to (?:our|this|the) (?:blog|magazine)\b",
        rf"(?:accept|welcome|invite|publish|take|seek|love|want|looking for|open to|happy to (?:have|publish|host))(?:s|ing|ed)?(?: [a-z]+)? {_GUEST}",
        rf"{_GUEST} (?:are )?(?:always |very |most )?(?:welcome|wanted|invited|guidelines|submissions?|opportunit(?:y|ies))|guidelines for {_GUEST}",
        r"(?:would you like|do you want|want|interested in|like) to (?:write|publish|contribute)[^.\n?]{0,40}(?:for us|with us|on (?:this|our) (?:site|blog|page)|here\?)|share your (?:story|knowledge|experience) (?:with our readers|on (?:this|our) (?:blog|site))",
        r"schreib(?:en sie|t|e)?(?: doch)?(?: mal)? (?:für|bei) uns|gast(?:beitrag|artikel|beiträge)[^.\n]{0,30}(?:einreichen|einsenden|schreiben|willkommen|anbieten|schicken)|gastautor(?:en|in|innen|:innen|\*innen)?[^.\n]{0,20}(?:gesucht|werden|willkommen)",
        r"(?:suchen|freuen uns (?:über|auf)|nehmen|veröffentlichen|begrüßen)[^.\n]{0,30}gast(?:autor|beitr|artikel)|(?:eigenen|ihren|deinen|einen) (?:beitrag|artikel|text) (?:einreichen|einsenden|anbieten|für uns)",
        r"écri(?:vez|re|s) pour nous|deven(?:ez|ir) (?:un )?(?:auteur|rédacteur|contributeur)|propos(?:ez|er)(?:-nous)? (?:un|votre) (?:article|texte)|(?:articles?|auteurs?) invités?[^.\n]{0,20}(?:bienvenus?|acceptés?|recherchés?)|(?:accueillons|publions|cherchons|acceptons|recherchons)[^.\n]{0,30}(?:articles?|auteurs?|textes?|contributions?) (?:invités?|de (?:nos )?lecteurs)",
        r"escrib(?:e|ir|a|an) (?:para|con) nosotros|(?:envía|envíanos|mándanos|propón)[^.\n]{0,15} (?:tu|un|su) (?:artículo|texto)|(?:aceptamos|publicamos|buscamos|recibimos)[^.\n]{0,30}(?:invitad[oa]s?|colaboraciones|colaboradores)|autor(?:es)? invitados?[^.\n]{0,20}bienvenid",
        r"scriv(?:i|ete|ere) (?:per|con) noi|(?:proponi|invia|inviaci|mandaci)[^.\n]{0,10} (?:un|il tuo) articolo|(?:accettiamo|pubblichiamo|cerchiamo)[^.\n]{0,30}(?:guest post|ospiti|autori|collaboratori|contributi)|divent(?:a|are) (?:un )?(?:autore|collaboratore|guest blogger)",
        r"schrijf(?: [a-z]+)? voor ons|gast(?:blog|bijdrage|artikel|schrijver|blogger)s?[^.\n]{0,25}(?:gezocht|welkom|insturen|inzenden|schrijven)|(?:plaatsen|zoeken|publiceren|ontvangen)[^.\n]{0,20}gast(?:blog|bijdrage|artikel|schrijver)|stuur (?:je|uw|ons)[^.\n]{0,15}(?:artikel|blog|verhaal)",
        r"(?:na)?pisz(?:cie)? dla nas|zostań (?:autor|współautor|gościnn)|(?:przyjmujemy|publikujemy|szukamy|zapraszamy)[^.\n]{0,30}(?:gościnn|autorów|współautorów)|prześlij (?:nam )?(?:swój|własny) (?:artykuł|tekst)",
        r"escrev(?:a|e|er) (?:para|connosco|conosco)(?: nós| o nosso)?|(?:aceitamos|publicamos|procuramos|recebemos)[^.\n]{0,30}(?:convidad[oa]s?|colaborações|colaboradores)|envi(?:e|a|e-nos)[^.\n]{0,10} (?:o seu|seu|o teu|um) artigo|(?:torne-se|seja) (?:um )?(?:autor|colaborador)",
        r"(?:на)?пишите для нас|стань(?:те)? (?:нашим )?автором|(?:принимаем|публикуем|ищем|приглашаем|ждем|ждём)[^.\n]{0,30}(?:гостев|авторов|ваши (?:статьи|тексты))|пришлите (?:нам )?(?:свою|вашу) статью",
        r"寄稿[^。\n]{0,12}(?:募集|歓迎|お待ち|受け付け|ください)|(?:ゲスト投稿|執筆者|記事)[^。\n]{0,8}(?:募集|歓迎|お待ち)|欢迎投稿|歡迎投稿|投稿指南|投稿须知|征稿",
        r"اكتب (?:معنا|لنا|في موقعنا)|نرحب ب(?:مقالات|مقال|الكتاب|كتابات)|أرسل(?:وا)? (?:لنا )?مقال|כתבו (?:לנו|אצלנו|עבורנו)|מחפשים כותבי|שלחו (?:לנו )?(?:מאמר|כתבה|טקסט)|כותבים אורחים",
        r"skriv(?:a)? för oss|gästblogga|gästinlägg[^.\n]{0,15}välkom|skriv for os|gæsteindlæg[^.\n]{0,15}velkom|bizim için yaz|konuk yazar(?:lar)?[^.\n]{0,15}(?:olun|arıyoruz|bekliyoruz)|napište pro nás|írj nekünk",
    )
)
#: What somebody who asks for articles takes for them: a sum beside what is written or published, or a fee. Only
#: on a page that asks strangers for articles is that a price of links.
_WRITTEN = (
    r"(?:articles?|posts?|contribut|submi(?:t|ssion)|publi[cs]|review|editing|fee\b|links?\b|artikel|beitr[aä]g|veröffentlich"
    r"|redaktion|gebühr|art[íi]culo|articol|artigo|artyku|frais|tarif|стать|публикац)"
)
PRICED = "|".join(
    (
        rf"{_SUM}[^\n]{{0,60}}{_WRITTEN}",
        rf"{_WRITTEN}[^\n]{{0,60}}{_SUM}",
        r"(?:for|at|of|against) an? (?:[a-z]+ ){0,2}(?:fee|charge)\b|paid (?:guest )?(?:posts?|articles?|submissions?) only",
        r"\b(?:admin(?:istration|istrative)?|editing|editorial|review|publication|publishing|posting|processing|placement) (?:fee|charge)s?\b",
        r"gegen (?:eine )?(?:gebühr|bezahlung)|moyennant (?:des )?(?:frais|paiement)|contre rémunération|a cambio de un pago|a pagamento\b|za opłatą|tegen betaling",
    )
)
#: Words with a sum or a fee that is none for the writer: what is paid to them, what is free, what others win.
UNPRICED = (
    r"(?:(?:we|i)(?: do| will|['’]ll| can)?(?: [a-z]+)? (?:pay|compensate)|(?:wir|ich) (?:zahlen|zahle)|nous payons|pagamos|paghiamo|(?:get|be|are) paid"
    r"|honorarium|prizes?|donat)[^.\n]{0,60}"
    r"|(?:\bno|without(?: an?| any)?|free of|there is no|never an?) (?:[a-z]+ ){0,2}(?:fee|charge|cost)s?\b"
)
#: A page says that it takes none, in the same languages as far as they are on record.
REFUSES = "|".join(
    (
        rf"(?:do not|don't|don’t|no longer|not|cannot|can't|never) (?:currently |presently |usually )?(?:accept|take|publish|offer|want|allow)(?:ing)?(?: [a-z]+){{0,2}} (?:{_GUEST}|submissions|contributions)|no {_GUEST}|{_GUEST} are not|closed (?:to|for) submissions",
        r"kein(?:e|en)? gast(?:beitr|artikel|autor)|(?:nehmen|veröffentlichen|suchen)[^.\n]{0,20}keine (?:gast|fremd)|pas d.articles? invités?|(?:n.acceptons|ne publions|n.acceptons) (?:pas|plus)",
        r"no (?:aceptamos|publicamos)|não (?:aceitamos|publicamos)|non (?:accettiamo|pubblichiamo)|geen gast(?:blog|artikel|bijdrage)|nie (?:przyjmujemy|publikujemy)|не (?:принимаем|публикуем)|寄稿[^。\n]{0,10}(?:受け付けて(?:い|お)りません|お断り)|לא מקבלים|لا نقبل",
    )
)
#: A title, heading or address says that a page is a list of links.
LISTS = (
    r"(?:useful |favou?rite |related |external |recommended |interesting )?\b(?:links?|resources?|blog ?roll|bookmarks)\b(?:\s*(?:$|[\n|·:(–—-])|[ -](?:page|list|collection|for|on|about|and|to)\b)|further reading|reading list|awesome[ -]"
    r"|link(?:liste|sammlung|tipps|verzeichnis)|nützliche (?:links|seiten)|empfehlungen|weiterführende|lesezeichen|(?:liens?|ressources?|sites?)(?: (?:utiles?|recommandés?|amis))|enlaces?(?: (?:útiles|recomendados|de interés))?|recursos|sitios recomendados"
    r"|link utili|risorse|siti (?:utili|consigliati)|nuttige links|aanbevolen (?:sites|links)|(?:przydatne|polecane|ciekawe) (?:linki|strony)|ligações úteis|links úteis|полезные ссылки|ссылки|リンク集|お(?:すすめ|気に入り)|友情链接|推荐网站|روابط مفيدة|קישורים מומלצים"
)
