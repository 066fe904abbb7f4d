/// Names of places in lower case.
enum PlaceNames {
  static let countries: Set<String> = lines(
    """
    afghanistan|albania|algeria|american samoa|andorra|angola|anguilla|antarctica|antigua and barbuda|antigua|argentina|armenia|aruba
    australia|austria|azerbaijan|bahamas|bahrain|bangladesh|barbados|belarus|belgium|belize|benin|bermuda|bhutan|bolivia|bonaire
    bosnia and herzegovina|bosnia|botswana|brazil|brunei|bulgaria|burkina faso|burkina|burma|burundi|cambodia|cameroon|canada|cape verde
    cayman islands|central african republic|chad|chile|china|christmas island|colombia|comoros|congo|cook islands|costa rica|croatia|cuba
    curacao|cyprus|czech republic|czechia|denmark|djibouti|dominica|dominican republic|east timor|ecuador|egypt|el salvador|england
    equatorial guinea|eritrea|estonia|eswatini|ethiopia|falkland islands|faroe islands|fiji|finland|france|french guiana|french polynesia|gabon
    gambia|georgia|germany|ghana|gibraltar|great britain|greece|greenland|grenada|guadeloupe|guam|guatemala|guernsey|guinea|guyana|haiti
    holland|honduras|hong kong|hungary|iceland|india|indonesia|iran|iraq|ireland|isle of man|israel|italy|ivory coast|jamaica|japan|jersey
    jordan|kazakhstan|kenya|kiribati|kosovo|kuwait|kyrgyzstan|laos|latvia|lebanon|lesotho|liberia|libya|liechtenstein|lithuania|luxembourg
    macao|macau|macedonia|madagascar|malawi|malaysia|maldives|mali|malta|marshall islands|martinique|mauritania|mauritius|mayotte|mexico
    micronesia|moldova|monaco|mongolia|montenegro|montserrat|morocco|mozambique|myanmar|namibia|nauru|nepal|netherlands|new caledonia
    new zealand|nicaragua|niger|nigeria|niue|norfolk island|north korea|north macedonia|northern ireland|norway|oman|pakistan|palestine
    panama|papua new guinea|paraguay|peru|philippines|poland|portugal|puerto rico|qatar|republic of the congo|reunion|romania|russia
    rwanda|saint helena|saint kitts and nevis|saint lucia|saint martin|saint pierre and miquelon|saint vincent and the grenadines|samoa|san marino
    saudi arabia|scotland|senegal|serbia|seychelles|sierra leone|singapore|slovakia|slovenia|solomon islands|somalia|south africa
    south korea|south sudan|spain|sri lanka|sudan|suriname|svalbard|swaziland|sweden|switzerland|syria|taiwan|tajikistan|tanzania
    thailand|togo|tokelau|tonga|trinidad and tobago|tunisia|turkey|turkmenistan|tuvalu|uganda|ukraine|united arab emirates|uae|uk
    united kingdom|united states|united states of america|uruguay|us|usa|uzbekistan|vanuatu|vatican city|venezuela|vietnam|wales
    western sahara|yemen|zambia|zimbabwe
    """)

  /// Names that are words, too, when they are not capitals.
  static let ambiguous: Set<String> = [
    "us", "turkey", "chad", "china", "jersey", "guinea", "reunion", "niger", "jordan",
  ]
  /// Names that people have, too.
  static let alsoPeople: Set<String> = [
    "georgia", "jordan", "chad", "israel", "virginia", "jersey", "ireland", "holland", "france", "dakota", "carolina",
    "washington", "paris",
  ]
  static let formal: [String: String] = [
    "us": "united states", "usa": "united states", "united states of america": "united states", "uk": "united kingdom",
    "great britain": "united kingdom", "uae": "united arab emirates", "holland": "netherlands", "burma": "myanmar",
    "czechia": "czech republic",
    "burkina": "burkina faso",
  ]

  static let states: Set<String> = lines(
    """
    alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|district of columbia|florida|hawaii|idaho|illinois|indiana|iowa
    kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire
    new jersey|new mexico|new york state|north carolina|north dakota|northern mariana islands|ohio|oklahoma|oregon|pennsylvania|rhode island
    south carolina|south dakota|tennessee|texas|utah|vermont|virginia|west virginia|wisconsin|wyoming
    """)

  static let stateCodes: Set<String> = lines(
    """
    al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or|pa|ri|sc|sd|tn|tx|ut
    vt|va|wa|wv|wi|wy|dc|pr|gu|as|mp|vi|fm
    """)
  /// Codes that are words, too.
  static let wordCodes: Set<String> = [
    "in", "or", "me", "hi", "ok", "id", "as", "de", "la", "ma", "pa", "al", "co", "ms", "oh", "ca",
  ]

  /// Cities that are known without their capital: large ones of the world.
  static let cities: Set<String> = lines(
    """
    new york|new york city|los angeles|chicago|houston|phoenix|philadelphia|san antonio|san diego|dallas|austin|san jose|san francisco
    seattle|denver|boston|detroit|nashville|portland|las vegas|baltimore|milwaukee|atlanta|miami|minneapolis|new orleans|cleveland|orlando
    pittsburgh|cincinnati|salt lake city|honolulu|anchorage|toronto|montreal|vancouver|calgary|ottawa|mexico city|guadalajara|havana|bogota
    lima|santiago|buenos aires|montevideo|rio de janeiro|sao paulo|brasilia|caracas|quito|london|manchester|birmingham|liverpool|leeds
    glasgow|edinburgh|bristol|cardiff|belfast|dublin|cork|paris|lyon|marseille|toulouse|bordeaux|lille|strasbourg|madrid|barcelona|valencia
    seville|bilbao|malaga|lisbon|porto|rome|milan|naples|turin|florence|venice|bologna|berlin|hamburg|munich|cologne|frankfurt|stuttgart
    dusseldorf|leipzig|dresden|hanover|nuremberg|bremen|vienna|salzburg|graz|zurich|geneva|basel|bern|amsterdam|rotterdam|the hague
    utrecht|brussels|antwerp|ghent|copenhagen|stockholm|gothenburg|oslo|bergen|helsinki|tampere|reykjavik|warsaw|krakow|gdansk|wroclaw
    prague|brno|bratislava|budapest|bucharest|sofia|belgrade|zagreb|ljubljana|sarajevo|skopje|athens|thessaloniki|istanbul|ankara|izmir
    kyiv|kiev|lviv|minsk|vilnius|riga|tallinn|moscow|saint petersburg|tel aviv|jerusalem|beirut|damascus|baghdad|tehran|riyadh|dubai
    abu dhabi|doha|cairo|alexandria|casablanca|tunis|algiers|lagos|abuja|accra|nairobi|addis ababa|johannesburg|cape town|durban|mumbai
    delhi|new delhi|bangalore|hyderabad|chennai|kolkata|karachi|lahore|islamabad|dhaka|colombo|kathmandu|bangkok|hanoi|ho chi minh city
    jakarta|kuala lumpur|manila|beijing|shanghai|guangzhou|shenzhen|chengdu|taipei|seoul|busan|tokyo|osaka|kyoto|yokohama|nagoya|sapporo
    sydney|melbourne|brisbane|perth|adelaide|canberra|auckland|wellington
    """)

  /// Words of sending and of being there: a capitalised name behind a preposition after one of them is a city.
  static let deliveries: Set<String> = [
    "deliver", "delivers", "delivery", "deliveries", "delivering", "ship", "ships", "shipping", "shipment", "shipments",
    "send", "sending",
    "order", "ordering", "purchase", "buy", "live", "lives", "moved", "moving", "move", "travel", "travelling", "fly",
    "flight", "flights", "trip", "courier",
    "address", "store", "stores", "shop", "located", "udeliver", "weather", "forecast", "restaurant", "hotel", "arrive",
    "drive", "train",
  ]

  /// Capitalised words that are no city behind a preposition.
  static let noCities: Set<String> = [
    "i", "the", "my", "your", "a", "an", "mr", "mrs", "ms", "dr", "english", "spanish", "french", "german", "italian",
    "chinese", "japanese",
    "pdf", "usd", "eur", "gbp", "amazon", "google", "apple", "paypal", "visa", "facebook", "netflix", "spotify",
    "january", "christmas", "easter",
    "spring", "summer", "autumn", "fall", "winter", "order", "today", "tomorrow", "what", "how", "is", "are", "this",
    "that", "please", "customer", "support", "at", "on", "in", "for", "and", "or", "to",
  ]

  private static func lines(_ text: String) -> Set<String> {
    Set(text.split { $0 == "|" || $0 == "\n" }.map { $0.trimming() })
  }
}

extension Substring {
  fileprivate func trimming() -> String {
    String(drop { $0 == " " })
  }
}
