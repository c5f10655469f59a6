"""Which words and sentences does the made-up web speak?

Nine languages, seven topics. Nouns are plural or uncountable so that a sentence stays right
whichever it takes. {a} and {b} are nouns of the topic, {n} a number, {link} the place of a link.
"""


def _words(text: str, separator: str = "|") -> tuple[str, ...]:
    return tuple(text.split(separator))


TOPICS = ("gardening", "cycling", "software", "cooking", "finance", "travel", "music")

#: How often a language turns up among twenty sites.
LANGUAGES = _words("en de en fr en ja en ru en de en es ar en pt de en he ja ru", " ")

#: Legacy encodings of table-layout sites, by language.
LEGACY = {
    "ja": "shift_jis",
    "ru": "windows-1251",
    "de": "iso-8859-1",
    "fr": "iso-8859-1",
    "es": "iso-8859-1",
    "pt": "iso-8859-1",
}

RIGHT_TO_LEFT = frozenset({"ar", "he"})

_NOUNS = {
    "en": (
        "roses|compost|raised beds|tulip bulbs|pruning shears|hedges|tomatoes|garden tools",
        "gravel bikes|inner tubes|bike lights|mountain passes|chain oil|helmets|bike bags|tours",
        "databases|unit tests|compilers|web servers|static sites|type hints|parsers|code reviews",
        "sourdough|lentil soup|pasta|spices|slow stews|kitchen knives|broth|salt & pepper",
        "savings plans|index funds|budgets|interest rates|mortgages|tax returns|pensions|bonds",
        "night trains|islands|hostels|city walks|mountain huts|ferries|packing lists|old towns",
        "synthesizers|vinyl records|choirs|jazz clubs|guitar strings|sheet music|festivals|drums",
    ),
    "de": (
        "Rosen|Kompost|Hochbeete|Tulpenzwiebeln|Gartenscheren|Hecken|Tomaten|Gartengeräte",
        "Rennräder|Schläuche|Fahrradlichter|Alpenpässe|Kettenöl|Helme|Radtaschen|Radtouren",
        "Datenbanken|Modultests|Übersetzer|Webserver|statische Seiten|Typen|Parser|Quelltexte",
        "Sauerteig|Linsensuppe|Nudeln|Gewürze|Schmorgerichte|Küchenmesser|Gemüsebrühe|Knödel",
        "Sparpläne|Indexfonds|Haushaltspläne|Zinsen|Hypotheken|Steuern|Renten|Anleihen",
        "Nachtzüge|Inseln|Herbergen|Stadtrundgänge|Berghütten|Fähren|Packlisten|Altstädte",
        "Synthesizer|Schallplatten|Chöre|Jazzkeller|Gitarrensaiten|Noten|Festivals|Trommeln",
    ),
    "fr": (
        "rosiers|compost|potagers surélevés|bulbes de tulipes|sécateurs|haies|tomates|outils",
        "vélos de route|chambres à air|éclairages|cols alpins|casques|sacoches|freins|randonnées",
        "bases de données|tests unitaires|compilateurs|serveurs web|sites statiques|analyseurs",
        "pain au levain|soupe de lentilles|pâtes fraîches|épices|ragoûts|couteaux|bouillon",
        "plans d'épargne|fonds indiciels|budgets|taux d'intérêt|hypothèques|impôts|retraites",
        "trains de nuit|îles|auberges|promenades|refuges|ferries|vieilles villes|bagages",
        "synthétiseurs|vinyles|chorales|clubs de jazz|cordes de guitare|partitions|festivals",
    ),
    "es": (
        "rosales|compost|huertos elevados|bulbos de tulipán|tijeras de podar|setos|tomates",
        "bicicletas de montaña|cámaras|luces|puertos de montaña|cascos|alforjas|frenos|rutas",
        "bases de datos|pruebas unitarias|compiladores|servidores|sitios estáticos|analizadores",
        "masa madre|sopa de lentejas|pasta fresca|especias|guisos|cuchillos de cocina|caldo",
        "planes de ahorro|fondos indexados|presupuestos|tipos de interés|hipotecas|impuestos",
        "trenes nocturnos|islas|albergues|paseos|refugios de montaña|cascos antiguos|equipajes",
        "sintetizadores|discos de vinilo|coros|clubes de jazz|cuerdas de guitarra|partituras",
    ),
    "pt": (
        "roseiras|composto|canteiros elevados|bulbos de tulipa|tesouras de poda|sebes|tomates",
        "bicicletas de estrada|câmaras de ar|luzes|serras|capacetes|alforges|travões|passeios",
        "bases de dados|testes unitários|compiladores|servidores|páginas estáticas|analisadores",
        "pão de fermentação|sopa de lentilhas|massas frescas|especiarias|guisados|facas|caldos",
        "planos de poupança|fundos de índice|orçamentos|taxas de juro|hipotecas|impostos",
        "comboios noturnos|ilhas|pousadas|caminhadas|abrigos|balsas|centros históricos|malas",
        "sintetizadores|discos de vinil|coros|clubes de jazz|cordas de guitarra|partituras",
    ),
    "ja": (
        "バラ|堆肥|菜園|チューリップの球根|剪定ばさみ|生け垣|トマト|園芸道具",
        "ロードバイク|チューブ|ライト|峠道|チェーンオイル|ヘルメット|サイドバッグ|自転車旅行",
        "データベース|単体テスト|コンパイラ|サーバー|静的サイト|型ヒント|構文解析|コードレビュー",
        "天然酵母パン|レンズ豆のスープ|手打ちパスタ|香辛料|煮込み料理|包丁|野菜だし|焼き菓子",
        "積立プラン|インデックス投資|家計簿|金利|住宅ローン|確定申告|年金|保険",
        "夜行列車|離島|ゲストハウス|街歩き|山小屋|フェリー|持ち物リスト|旧市街",
        "シンセサイザー|レコード|合唱団|ジャズ喫茶|ギターの弦|楽譜|音楽祭|太鼓",
    ),
    "ar": (
        "الورود|السماد|الأحواض|أبصال التوليب|مقصات التقليم|الأسوار|الطماطم|أدوات الحديقة",
        "دراجات الطريق|الإطارات|المصابيح|الممرات الجبلية|زيت السلسلة|الخوذات|الحقائب|الرحلات",
        "قواعد البيانات|الاختبارات|المترجمات|الخوادم|المواقع الثابتة|المحللات|الشيفرة المفتوحة",
        "خبز العجين|شوربة العدس|المعكرونة|التوابل|اليخنات|سكاكين المطبخ|المرق|المخبوزات",
        "خطط الادخار|صناديق المؤشرات|الميزانيات|الفوائد|الرهون|الضرائب|المعاشات|التأمين",
        "القطارات الليلية|الجزر|بيوت الضيافة|الجولات|الأكواخ|العبارات|الأمتعة|المدن القديمة",
        "الأعواد|الأسطوانات|الجوقات|نوادي الجاز|أوتار الجيتار|النوتات|المهرجانات|الطبول",
    ),
    "he": (
        "ורדים|קומפוסט|ערוגות|פקעות צבעוני|מזמרות|גדרות חיות|עגבניות|כלי גינה",
        "אופני כביש|פנימיות|פנסים|מעברי הרים|שמן שרשרת|קסדות|תיקי אופניים|מסלולים",
        "מסדי נתונים|בדיקות יחידה|מהדרים|שרתים|אתרים סטטיים|מנתחים|קוד פתוח",
        "לחם מחמצת|מרק עדשים|פסטה טרייה|תבלינים|תבשילים|סכיני מטבח|ציר ירקות|מאפים",
        "תוכניות חיסכון|קרנות מחקות|תקציבים|ריביות|משכנתאות|מיסים|פנסיות|ביטוחים",
        "רכבות לילה|איים|אכסניות|סיורים|בקתות|מעבורות|רשימות ציוד|ערים עתיקות",
        "סינתיסייזרים|תקליטים|מקהלות|מועדוני ג׳אז|מיתרים|תווים|פסטיבלים|תופים",
    ),
    "ru": (
        "розы|компост|высокие грядки|луковицы тюльпанов|секаторы|живые изгороди|помидоры",
        "шоссейные велосипеды|камеры|фонари|горные перевалы|шлемы|велосумки|маршруты",
        "базы данных|модульные тесты|компиляторы|серверы|статические сайты|парсеры",
        "хлеб на закваске|чечевичный суп|свежая паста|специи|рагу|кухонные ножи|бульоны",
        "планы сбережений|индексные фонды|бюджеты|процентные ставки|кредиты|налоги|пенсии",
        "ночные поезда|острова|хостелы|прогулки|горные хижины|паромы|старые города",
        "синтезаторы|пластинки|хоры|джазовые клубы|гитарные струны|ноты|фестивали",
    ),
}

#: NOUNS[language][topic]
NOUNS = {language: dict(zip(TOPICS, map(_words, rows), strict=True)) for language, rows in _NOUNS.items()}

#: Sentences without a link.
PLAIN = {
    "en": (
        "This week we looked at {a} and {b} again, and {n} readers wrote to us about it.",
        "For years {a} seemed out of reach here, until a neighbour showed us a simpler way.",
        "If you only have {n} minutes, start with {a} and leave {b} for the weekend.",
        "Most books praise {b}, yet hardly any of them explain {a} in plain words.",
        "Our notes on {a} have grown to {n} pages since the spring.",
        "Nobody agrees about {a}; about {b} everybody does.",
    ),
    "de": (
        "Diese Woche ging es bei uns wieder um {a} und {b}, dazu kamen {n} Zuschriften.",
        "Lange Zeit hielten wir {a} für schwierig, bis es uns jemand in Ruhe erklärte.",
        "Wer nur {n} Minuten Zeit hat, nimmt sich zuerst {a} vor und hebt sich {b} für später auf.",
        "Über {b} steht viel in Büchern, über {a} leider kaum etwas Brauchbares.",
        "Unsere Notizen über {a} füllen seit dem Frühjahr {n} Seiten.",
    ),
    "fr": (
        "Cette semaine, nous avons encore parlé de {a} et de {b} avec {n} lecteurs.",
        "Pendant longtemps, {a} nous semblaient réservés aux spécialistes.",
        "Si vous n'avez que {n} minutes, gardez {b} pour le week-end.",
        "On lit beaucoup de choses sur {b}, bien moins sur {a}, et c'est dommage.",
    ),
    "es": (
        "Esta semana volvimos a hablar de {a} y de {b} con {n} lectores.",
        "Durante años pensamos que {a} era cosa de especialistas.",
        "Si solo tienes {n} minutos, deja {b} para el fin de semana.",
        "Se escribe mucho sobre {b} y muy poco sobre {a}, y es una lástima.",
    ),
    "pt": (
        "Esta semana voltamos a falar de {a} e de {b} com {n} leitores.",
        "Durante anos achámos que {a} era assunto de especialistas.",
        "Quem só tem {n} minutos pode deixar {b} para o fim de semana.",
        "Escreve-se muito sobre {b} e muito pouco sobre {a}, o que é pena.",
    ),
    "ja": (
        "今週は{a}と{b}について、{n}人の読者から便りが届きました。",
        "長いあいだ{a}は難しいものだと思っていました。",
        "時間が{n}分しかないなら、まず{a}から始めましょう。",
        "{b}の本は多いのに、{a}をやさしく説くものは少ないようです。",
    ),
    "ar": (
        "تحدثنا هذا الأسبوع مرة أخرى عن {a} و{b} مع {n} من القراء.",
        "كنا نظن لسنوات أن {a} أمر صعب حتى شرحه لنا أحد الجيران.",
        "إذا كان لديك {n} دقائق فقط فابدأ بموضوع {a} واترك {b} لاحقا.",
    ),
    "he": (
        "השבוע חזרנו לדבר על {a} ועל {b} עם {n} קוראים.",
        "במשך שנים חשבנו ש{a} הם עניין למומחים בלבד.",
        "אם יש לכם רק {n} דקות, השאירו את {b} לסוף השבוע.",
    ),
    "ru": (
        "На этой неделе мы снова говорили про {a} и {b}, пришло {n} писем.",
        "Долгое время нам казалось, что {a} — дело для знатоков.",
        "Если есть только {n} минут, оставьте {b} на выходные.",
        "Про {b} написано много книг, про {a} почти ничего.",
    ),
}

#: Sentences around a link.
LINKED = {
    "en": (
        "A good place to start is {link}, where {a} get the space they deserve.",
        "We found the best notes on {b} at {link} and tried them at once.",
        "See also {link} for {n} examples.",
        "Thanks to {link} we finally understood {a}.",
    ),
    "de": (
        "Ein guter Einstieg ist {link}, dort geht es ausführlich um {a}.",
        "Die besten Hinweise über {b} fanden wir bei {link}.",
        "Mehr dazu steht unter {link} mit {n} Beispielen.",
    ),
    "fr": (
        "Pour commencer, lisez {link}, on y parle longuement de {a}.",
        "Voir aussi {link} avec {n} exemples.",
    ),
    "es": (
        "Para empezar recomendamos {link}, donde se habla de {a}.",
        "Véase también {link} con {n} ejemplos.",
    ),
    "pt": (
        "Para começar, sugerimos {link}, que trata de {a}.",
        "Veja também {link} com {n} exemplos.",
    ),
    "ja": ("まずは{link}を読むとよいでしょう。", "{a}については{link}に{n}件の例があります。"),
    "ar": ("ننصح بقراءة {link} لمن يهتم بموضوع {a}.", "انظر أيضا {link} مع {n} أمثلة."),
    "he": ("כדאי להתחיל עם {link}, שם כותבים על {a}.", "ראו גם {link} עם {n} דוגמאות."),
    "ru": ("Начать стоит с {link}, там подробно про {a}.", "Смотрите также {link}, {n} примеров."),
}

#: A brand named without a link.
MENTION = {
    "en": "Our neighbours swear by {brand} and order there every year.",
    "de": "Unsere Nachbarn schwören auf {brand} und bestellen dort jedes Jahr.",
    "fr": "Nos voisins ne jurent que par {brand}.",
    "es": "Nuestros vecinos confían en {brand} desde hace años.",
    "pt": "Os nossos vizinhos confiam na {brand} há anos.",
    "ja": "近所の人は毎年{brand}で注文しています。",
    "ar": "يثق جيراننا في {brand} منذ سنوات.",
    "he": "השכנים שלנו סומכים על {brand} כבר שנים.",
    "ru": "Наши соседи уже много лет заказывают в {brand}.",
}

TITLES = {
    "en": ("{a} and {b}", "What we learned about {a}", "{a} for beginners"),
    "de": ("{a} und {b}", "Was wir über {a} gelernt haben", "{a} für Anfänger"),
    "fr": ("{a} et {b}", "Nos conseils : {a}"),
    "es": ("{a} y {b}", "Consejos sobre {a}"),
    "pt": ("{a} e {b}", "Dicas sobre {a}"),
    "ja": ("{a}と{b}", "はじめての{a}"),
    "ar": ("{a} و{b}", "نصائح عن {a}"),
    "he": ("{a} וגם {b}", "טיפים על {a}"),
    "ru": ("{a} и {b}", "Советы: {a}"),
}

#: Anchors that say nothing about the target.
GENERIC = {
    "en": ("click here", "this page", "read more", "here", "website"),
    "de": ("hier", "diese Seite", "mehr lesen", "Webseite"),
    "fr": ("ici", "cette page", "en savoir plus"),
    "es": ("aquí", "esta página", "leer más"),
    "pt": ("aqui", "esta página", "saiba mais"),
    "ja": ("こちら", "このページ", "続きを読む"),
    "ar": ("اضغط هنا", "هذه الصفحة"),
    "he": ("לחצו כאן", "העמוד הזה"),
    "ru": ("здесь", "эта страница", "подробнее"),
}

#: Words of the page furniture: home, related, comments, written by, friends, about.
FURNITURE = {
    "en": ("Home", "Read next", "Comments", "Written by", "Blogs we like", "About"),
    "de": ("Startseite", "Weiterlesen", "Kommentare", "Geschrieben von", "Blogs", "Über uns"),
    "fr": ("Accueil", "À lire ensuite", "Commentaires", "Écrit par", "Blogs amis", "À propos"),
    "es": ("Inicio", "Más artículos", "Comentarios", "Escrito por", "Blogs amigos", "Sobre"),
    "pt": ("Início", "Leia também", "Comentários", "Escrito por", "Blogues amigos", "Sobre"),
    "ja": ("ホーム", "関連記事", "コメント", "著者", "おすすめブログ", "概要"),
    "ar": ("الرئيسية", "مقالات ذات صلة", "التعليقات", "بقلم", "مدونات صديقة", "من نحن"),
    "he": ("בית", "קראו גם", "תגובות", "מאת", "בלוגים מומלצים", "אודות"),
    "ru": ("Главная", "Читайте также", "Комментарии", "Автор", "Блоги друзей", "О нас"),
}

PEOPLE = _words(
    "alice|bruno|carla|dmitri|elif|farid|greta|hana|ivo|jonas|keiko|lena|mateo|noor|olga|pablo|"
    "quinn|rosa|samir|tove|uma|viktor|wanda|ximena|yusuf|zoe"
)

#: First and second halves of domain names; second halves differ between topics.
ADJECTIVES = _words(
    "mossy|sunny|quiet|north|little|green|silver|happy|wild|old|bright|early|slow|honest|urban|"
    "blue|golden|tiny|brave|hidden|open|simple|warm|river"
)
PLACES = {
    "gardening": _words("garden|orchard|allotment|roses|greenhouse|meadow|plot|hedge"),
    "cycling": _words("wheels|pedal|spokes|saddle|velo|ride|cycle|chainring"),
    "software": _words("code|compiler|bytes|kernel|stack|parser|commits|terminal"),
    "cooking": _words("kitchen|oven|spoon|table|pantry|bakery|stew|recipes"),
    "finance": _words("purse|ledger|savings|coin|budget|funds|wallet|nestegg"),
    "travel": _words("trails|nomad|ferry|compass|harbour|railway|passport|journeys"),
    "music": _words("records|chords|tune|choir|strings|stage|vinyl|rhythm"),
}

#: What money sites want to be found for.
KEYWORDS = {
    "finance": ("cheap loans", "instant payday loans", "best loan rates", "loans without checks"),
    "gardening": ("cheap garden furniture", "buy garden furniture", "garden furniture sale"),
    "casino": ("online casino bonus", "free spins no deposit", "best casino sites"),
    "watches": ("replica watches", "luxury watches cheap", "buy watches online"),
    "pills": ("buy pills online", "cheap pills no prescription", "online pharmacy"),
}
