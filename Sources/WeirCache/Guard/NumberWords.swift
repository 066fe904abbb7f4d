/// Numbers written as words, and units in all their spellings.
enum NumberWords {
  static let currencies: [Character: String] = ["$": "dollar", "\u{20AC}": "euro", "\u{A3}": "pound", "\u{A5}": "yen"]

  /// The digits of a number word. "One" is left out: it is a pronoun more often than a number.
  static func value(of word: String) -> String? { values[word] }

  /// The unit's one name, for any of its spellings.
  static func unit(of word: String) -> String? { units[word] }

  private static let values: [String: String] = [
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30",
    "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
    "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000", "dozen": "12",
    "half": "0.5", "once": "1", "twice": "2", "double": "2", "triple": "3",
  ]

  private static let units: [String: String] = {
    let spellings = """
      km kms kilometer kilometers kilometre kilometres
      m meter meters metre metres
      cm centimeter centimeters centimetre centimetres
      mm millimeter millimeters millimetre millimetres
      mile miles mi
      foot feet ft
      inch inches
      yard yards yd
      kg kgs kilo kilos kilogram kilograms
      g gram grams gr
      mg milligram milligrams
      lb lbs
      pound pounds gbp quid
      ounce ounces oz
      ton tons tonne tonnes
      liter liters litre litres l
      ml milliliter milliliters millilitre millilitres
      gallon gallons gal
      cup cups
      tablespoon tablespoons tbsp
      teaspoon teaspoons tsp
      millisecond milliseconds ms
      second seconds sec secs s
      minute minutes min mins
      hour hours hr hrs h
      day days d
      week weeks wk wks
      month months mo
      year years yr yrs y
      celsius c \u{B0}c
      fahrenheit f \u{B0}f
      kelvin
      degree degrees \u{B0}
      kb kilobyte kilobytes
      mb megabyte megabytes
      gb gigabyte gigabytes gig gigs
      tb terabyte terabytes
      percent percentage % pct
      dollar dollars usd buck bucks
      euro euros eur
      yen jpy
      rupee rupees inr
      cent cents
      am a.m
      pm p.m
      th st nd rd
      k
      x times
      mph kmh kph
      watt watts w
      volt volts v
      calorie calories kcal cal
      people persons person
      """
    var units: [String: String] = [:]
    for line in spellings.split(separator: "\n") {
      let names = line.split(separator: " ")
      for name in names { units[String(name)] = String(names[0]) }
    }
    return units
  }()
}
