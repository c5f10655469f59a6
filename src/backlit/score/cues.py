"""Which words give a paid link, a seller, a trade that lives on spam, or a kind of page away?

Patterns are for texts in lower case and for RE2, whose time is linear in the text whatever is written there.
RE2 knows words of ASCII letters only, so that a word's ends are written out: `_L` and `_R`.
"""

__all__ = [
    "AFFILIATE",
    "BUTTON",
    "COMMERCIAL",
    "DIRECTORY",
    "FACTS",
    "FORUM",
    "GUEST",
    "GUESTBOOK",
    "PAID",
    "PAID_LABEL",
    "PAID_PATH",
    "PAID_TITLE",
    "PROFILE",
    "SELLER",
    "SPAM_TRADE",
    "UNFINISHED",
]

_L, _R = r"(?:^|[^\pL\pN])", r"(?:$|[^\pL\pN])"


def _words(*words: str) -> str:
    return f"{_L}(?:{'|'.join(words)}){_R}"


#: Sentences that say of a text that somebody paid for it, in 24 languages.
PAID = "|".join(
    (
        r"sponsored (?:post|article|content|story|link|review|by our partner)s?",
        r"(?:paid|promoted) (?:post|article|content|placement|promotion|partnership|advertisement|link)",
        r"advertorial|partner content|native advertis|in paid partnership",
        r"provided by a (?:client|sponsor|customer)|in cooperation with our partner",
        # German
        r"gesponsert(?:er|e|es) (?:beitrag|artikel|post|inhalt|link)|bezahlte[rs]? (?:werbung|anzeige|partnerschaft|beitrag|inhalt)",
        r"enthält werbung|werbliche[rs]? (?:beitrag|inhalt|artikel)|anzeigensonderveröffentlichung|publireportage",
        r"in zusammenarbeit mit unserem partner|text stammt von einem kunden",
        # French, Spanish, Catalan, Portuguese, Italian, Romanian
        r"article sponsorisé|contenu sponsorisé|billet sponsorisé|publi-?rédactionnel|publi-?reportage|en partenariat rémunéré",
        r"(?:artículo|post|contenido|entrada|enlace) patrocinad[oa]|publirreportaje|contenido promocionado|contingut patrocinat",
        r"(?:artigo|post|conteúdo|publicação) patrocinad[oa]|publieditorial|conteúdo pago|publipost",
        r"(?:articolo|post|contenuto) sponsorizzato|pubbliredazionale|contenuto a pagamento|articol sponsorizat|advertorial",
        # Dutch, Swedish, Danish, Norwegian, Finnish
        r"gesponsorde? (?:artikel|bericht|post|content|bijdrage)|betaalde (?:samenwerking|advertentie)",
        r"(?:sponsrat|betalt|sponset|sponsoreret) (?:inlägg|innehåll|innlegg|innhold|indlæg|indhold|samarbete|samarbeid)",
        r"annonsørinnhold|annonssamarbete|reklamesamarbeid|kaupallinen yhteistyö|maksettu mainos",
        # Polish, Czech, Slovak, Hungarian, Greek, Turkish
        r"artykuł sponsorowany|materiał sponsorowany|wpis sponsorowany|sponzorovaný (?:článek|příspěvok|príspevok)|placená (?:inzerce|reklama)|komerční sdělení",
        r"szponzorált (?:tartalom|cikk)|fizetett (?:tartalom|hirdetés)|χορηγούμενο (?:άρθρο|περιεχόμενο)|sponsorlu (?:içerik|yazı)|reklam içer",
        # Russian, Ukrainian
        r"на правах рекламы|рекламный материал|спонсорский материал|партн[её]рский материал|на правах реклами|рекламний матеріал",
        # Japanese, Chinese, Korean, Vietnamese, Indonesian
        r"【pr】|pr記事|タイアップ記事|スポンサード|スポンサー記事|記事広告|提供記事|赞助内容|赞助文章|贊助內容|广告合作|業配|软文|협찬|유료 ?광고|스폰서 콘텐츠",
        r"bài viết (?:được )?tài trợ|artikel sponsor|konten bersponsor",
        # Arabic, Hebrew, Hindi
        r"مقال برعاية|محتوى مدفوع|إعلان مدفوع|محتوى برعاية|תוכן שיווקי|תוכן ממומן|כתבה ממומנת|प्रायोजित",
    )
)
_LABELS = (
    r"advertisement|advert|sponsored|promoted|anzeige|werbung|annonce|publicité|publicidad|publicidade|pubblicità"
    r"|advertentie|annons|reklama|reklame|reklam|mainos|hirdetés|διαφήμιση|реклама|広告|广告|廣告|광고|إعلان|פרסומת|iklan|quảng cáo"
)
#: The same in one word, where that stands alone: "Anzeige" is also what a screen does.
PAID_LABEL = (
    rf"^[\[\(*»•\s]*(?:{_LABELS})\s*[:\]\)|–—-]|(?:^|[.!?\]\)|»•]\s*)(?:{_LABELS})\s*[:\]\)|–—-]?\s*$"
)
PAID_TITLE = rf"^[\[\(*\s]*(?:{_LABELS}|pr)\s*[:\]\)|–—-]|[\[\(](?:{_LABELS}|pr|ad)[\]\)]"
PAID_PATH = (
    r"/(?:[^/]*-)?(?:sponsored|advertorials?|paid-post|sponsored-posts?|sponsored-content|partner-content|brandvoice"
    r"|brand-content|publireportage|publi-redactionnel|publirreportaje|pubbliredazional[ei]|anzeige|advertentie"
    r"|artykul-sponsorowany|materialy-sponsorowane)(?:-[^/]*)?(?:/|$)"
)

#: Offers of links, in 14 languages.
SELLER = "|".join(
    (
        r"do-?follow (?:back)?links?|link insertions?|niche edits?|paid guest posts?|guest post(?:ing)? (?:services?|prices?|packages?|fees?)",
        r"(?:buy|sell|selling|order) (?:[a-z]+ )?(?:back-?links|text links|guest posts|link placements?)|permanent (?:back)?links?|price per (?:post|link)",
        r"we accept (?:paid |sponsored )?guest posts|links? (?:are|is) welcome at|sponsored post (?:prices?|rates?|packages?)|high da (?:guest|back)",
        r"backlinks? kaufen|linkaufbau kaufen|gastartikel (?:kaufen|buchen|preis)|acheter des (?:back)?liens|vente de liens|netlinking pas cher",
        r"comprar (?:enlaces|backlinks|links)|venta de enlaces|venda de (?:links|backlinks)|acquist(?:are|o) (?:backlink|link)|vendita link",
        r"backlinks? kopen|linkbuilding kopen|kup linki|sprzedaż linków|pozycjonowanie linki|zpětné odkazy koupit|köpa länkar",
        r"backlink satın al|tanıtım yazısı (?:satın|fiyat)|купить (?:вечные |обратные )?ссылки|продажа ссылок|вечные ссылки|гостевой пост цена|купити посилання",
        r"被リンク(?:購入|販売)|相互リンク集|外链(?:购买|代发|出售)|友情链接(?:购买|交易)|백링크 (?:구매|판매|작업)|شراء باك ?لينك|jasa backlink|jual backlink",
    )
)

#: Trades that live on spam: whoever is in one of them pays for links by the thousand.
SPAM_TRADE = "|".join(
    (
        _words(
            r"casinos?|online[- ]?slots?|slots? gacor|slot ?online|free spins|online roulette|online blackjack|sportsbook|betting (?:tips|sites?)",
            r"viagra|cialis|levitra|kamagra|sildenafil|tadalafil|tramadol|xanax|ambien|oxycontin|steroids for sale|no prescription",
            r"(?:buy|cheap) pills?(?: online)?|online pharmac(?:y|ies)|canadian pharmacy|weight[- ]loss pills?|diet pills?",
            r"payday loans?|instant loans?|loans without checks|cash advance|bad credit loans?|cheap loans?|binary options?",
            r"replica (?:watches|bags|handbags|shoes)|fake rolex|cheap (?:jerseys|ugg|jordans)|louis vuitton outlet",
            r"porn|porno|xxx videos?|escort (?:girls?|service|agency)|sex ?cams?|webcam sex|adult dating|hookups?|nude (?:pics|girls)",
            r"essay writing service|write my (?:essay|paper)|buy (?:an )?essays?|term papers? for sale|dissertation writing service",
            r"spielautomaten|sportwetten|casino en ligne|casinò online|casino en línea|tragamonedas|apuestas deportivas|cassino online|caça-níqueis",
            r"kasyno online|zakłady bukmacherskie|online kaszinó|bahis siteleri|kaçak bahis|canlı bahis|judi(?: bola| online)?|togel|bandar(?:q| bola)|cá cược|nhà cái",
            r"казино|игровые автоматы|вулкан казино|ставки на спорт|займ(?:ы)? онлайн|букмекер(?:ы|ская контора)?",
        ),
        r"カジノ|オンラインカジノ|バイアグラ|精力剤|出会い系|ブランドコピー|スーパーコピー|娱乐城|赌场|博彩|彩票平台|棋牌游戏|代孕|裸聊|카지노|바카라|토토사이트|먹튀|슬롯사이트|출장안마|كازينو|קזינו",
    )
)

#: What shops, lenders and agencies want to be found for, in 12 languages. "Money" is no such word, nor is "best".
COMMERCIAL = "|".join(
    (
        _words(
            r"cheap(?:est)?|buy|for sale|on sale|sale|discounts?|coupons?|promo codes?|vouchers?|deals|low(?:est)? prices?|best prices?",
            r"affordable|order online|online shop|shop online|free shipping|wholesale|for rent|for hire|near me|bonus(?:es)?",
            r"loans?|mortgage rates?|loan rates|credit cards?|insurance quotes?|car insurance|lawyers?|attorneys?|plumbers?|locksmiths?|movers",
            r"seo (?:services?|company|agency|expert)|web design (?:company|services)|link building (?:services?|agency|company)|cheap hosting|replica|luxury watches",
            r"billige?r?|günstige?r?|kaufen|rabatt|gutscheine?|angebote?|kredit(?:e|vergleich)?|bestellen|preisvergleich",
            r"pas cher|acheter|promo|soldes|code promo|devis gratuit|crédit|meilleur prix|barat[oa]s?|comprar|descuentos?|ofertas?|préstamos?",
            r"comprare|economic[ohe]+|sconti?|offerte|prestiti|prezzi bassi|goedkope?|kopen|korting|aanbieding|lening(?:en)?",
            r"tanie|tani|kupić|kup|sklep internetowy|promocja|kredyty?|pożyczki|levn[éýě]|koupit|slev[ay]|půjčk[ay]",
            r"ucuz|satın al|indirim|kampanya|kredi|купить|дешево|недорого|скидк[аи]|кредит(?:ы)?|займы?|заказать|цена|интернет-магазин",
        ),
        r"格安|激安|通販|最安値|購入|便宜|购买|批发|特价|优惠|贷款|저렴|구매|할인|대출|شراء|رخيص|خصم|קנייה|זול|מבצע|הלוואות",
    )
)

#: What a button says: whoever is asked to buy here and now reads no keyword. Two words beside the verb at most.
BUTTON = (
    r"^\W*(?:(?:jetzt|hier|online|now|today|shop|check|ausgabe|heft|tickets?|direkt|gleich|zum)\s+){0,2}"
    r"(?:buy|order|shop|book|kaufen|bestellen|abonnieren|acheter|commander|comprar|pedir|comprare|acquista|ordina|kopen|bestel"
    r"|kup|zamów|koupit|objednat|satın al|купить|заказать|buy me a \w+|for sale|deals|sale|angebote?|購入|购买|구매)"
    r"(?:\s+(?:now|here|it|this|online|today|on|at|from|jetzt|hier|tickets?|amazon|ebay|ici|maintenant|ahora|aquí|nu|teraz)){0,3}\W*$"
)

UNFINISHED = (
    r"just another wordpress (?:site|weblog)|^hello world!?(?: |$)|lorem ipsum|untitled document|^sample page|my blog – my wordpress"
    r"|coming soon$|^index of /|default web site page|apache2 (?:ubuntu|debian) default page"
)
GUESTBOOK = (
    r"guest ?book|gästebuch|gaestebuch|livre d.or|libro de (?:visitas|firmas)|gastenboek|księga gości|гостевая книга"
    r"|ゲストブック|留言[本板簿]|trackbacks? (?:for|to)|/trackback/?(?:$|\?)|/gbook|/guestbook"
)
DIRECTORY = (
    r"(?:web|link|site|business|seo|article|free|url) ?director(?:y|ies)|director(?:y|ies) (?:submission|listing)|submit (?:your )?(?:url|site|link|article)"
    r"|social bookmark|bookmarking|webkatalog|linkkatalog|linkverzeichnis|annuaire (?:gratuit|web|de sites)|katalog stron|directorio de (?:webs|enlaces)|каталог сайтов"
    r"|/(?:submit-url|add-url|add-link|web-directory|link-directory|bookmarks?/add)(?:/|$|\.)"
)
#: Pages that a program makes for every domain there is.
FACTS = (
    r"website (?:worth|value|analysis|stats|statistics|review)|site (?:worth|stats|statistics|analysis|rank)|domain (?:worth|value|appraisal|stats|whois|info)"
    r"|whois(?: lookup| record| information)?(?:$|[^\pL])|alexa rank|page ?rank checker|seo (?:report|audit|analysis|score) (?:for|of)|traffic (?:estimate|statistics)"
    r"|similar (?:sites|websites)|sites like |reverse ip|dns (?:lookup|records)|host(?:ed)? on the same ip|backlinks? (?:checker|for )"
)
#: A page of a member, and a thread, as the common software of forums addresses them.
PROFILE = (
    r"/(?:members?|memberlist|profiles?|users?|u)(?:\.php)?[/?]|/(?:forum|community)/(?:user|profile)/|[?&](?:uid|userid|user_id|member)=\d"
    r"|/(?:memberlist|profile)\.php"
)
FORUM = r"/(?:showthread|viewtopic|forumdisplay)\.php|/threads?/[^/]*\.?\d+|/(?:forums?|board|phpbb|vbulletin|community/threads)/|\.forums?/"
GUEST = (
    r"guest (?:post|author|blogger|contributor|article)|about the author|contributed by|this (?:post|article) was written by"
    r"|gastbeitrag|gastartikel|gastautor|article invité|auteur invité|artículo invitado|autor invitado|wpis gościnny|гостевой пост|ゲスト投稿"
)
#: Parameters by which shops pay partners, with what they hold.
AFFILIATE = (
    r"[?&](?:aff(?:iliate)?_?(?:id)?|a_aid|afid|partner_?id|ref(?:erral)?_?(?:id|code)|tag|clickid|irclickid|awc|tduid|subid|utm_medium=affiliate)"
    r"(?:=[\pL\pN_-]{2,}|(?:&|$))"
)
