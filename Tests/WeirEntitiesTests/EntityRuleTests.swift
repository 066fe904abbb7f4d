import Testing

@testable import WeirEntities

/// One row a rule: a text, and what must be found in it, as `kind=text=value` in the order of the text.
@Suite("Entity rules") struct EntityRuleTests {
  static func found(_ text: String) -> [String] {
    EntityExtractor().entities(in: text).map { entity in
      "\(entity.kind.rawValue)=\(entity.text)" + (entity.value.map { "=\($0.text)" } ?? "")
    }
  }

  @Test(
    "numbers get the kind of the word near them",
    arguments: [
      ("cancel order 88231907", ["order_number=88231907=88231907"]),
      ("my purchase number is AB-1234", ["order_number=AB-1234=ab-1234"]),
      ("where is #4471, my order?", ["order_number=#4471=4471"]),
      ("order 1234 please", ["order_number=1234=1234"]),
      ("the invoice #00917", ["invoice_number=#00917=00917"]),
      ("invocie 55102 is wrong", ["invoice_number=55102=55102"]),
      ("tracking id: 1Z88X0091", ["tracking_number=1Z88X0091=1z88x0091"]),
      ("my account number 4415667", ["account_number=4415667=4415667"]),
      ("ticket no. 771", ["reference=771=771"]),
      ("it says 99120034", ["reference=99120034=99120034"]),
      ("cancel the order that I placed, 99120034", ["order_number=99120034=99120034"]),
      ("order91234567", ["order_number=91234567=91234567"]),
    ])
  func records(_ text: String, _ expected: [String]) {
    #expect(Self.found(text) == expected)
  }

  @Test(
    "what has digits and is no number of anything stays text",
    arguments: [
      "covid-19 rules", "my mp3 player", "order {{Order Number}}", "version 2.4.1 crashes", "a 24/7 hotline",
      "buy iphone15",
      "room 101b", "top10 list",
    ])
  func noRecords(_ text: String) {
    #expect(Self.found(text) == [])
  }

  @Test(
    "addresses and phone numbers",
    arguments: [
      ("write to Ada.Byron+x@mail.example.org.", ["email=Ada.Byron+x@mail.example.org=ada.byron+x@mail.example.org"]),
      ("call +44 20 7946 0018", ["phone=+44 20 7946 0018=+442079460018"]),
      ("it's (020) 555-0199-22", ["phone=(020) 555-0199-22=020555019922"]),
      ("my phone is 0305550118", ["phone=0305550118=0305550118"]),
      ("555-0142-8890", ["phone=555-0142-8890=55501428890"]),
      ("see https://example.org/a?b=12345678!", ["url=https://example.org/a?b=12345678"]),
      ("a@b", []), ("@home", []), ("x@y.z", []),
    ])
  func contacts(_ text: String, _ expected: [String]) {
    #expect(Self.found(text) == expected)
  }

  @Test(
    "amounts have a currency",
    arguments: [
      ("refund $20", ["amount=$20=20.00 USD"]), ("refunding$1,299.90", ["amount=$1,299.90=1299.90 USD"]),
      ("12,5 euros", ["amount=12,5 euros=12.50 EUR"]), ("1.200,00 €", ["amount=1.200,00 €=1200.00 EUR"]),
      ("USD 20k", ["amount=USD 20k=20000.00 USD"]), ("fifty dollars", ["amount=fifty dollars=50.00 USD"]),
      ("30 cents", ["amount=30 cents=0.30 USD"]), ("£3.999", ["amount=£3.999=3999.00 GBP"]),
      ("20 us dollars", ["amount=20 us dollars=20.00 USD"]),
    ])
  func amounts(_ text: String, _ expected: [String]) {
    #expect(Self.found(text) == expected)
  }

  @Test(
    "an amount beyond all bounds has no value, and no trap",
    arguments: [
      "$99999999999999999999999", "999999999999 million dollars", "$1.1.1.1.1.1.1.1", "$1,23,4",
    ])
  func hugeAmounts(_ text: String) {
    let entities = EntityExtractor().entities(in: text)
    #expect(entities.first?.kind == .amount)
    #expect(entities.first?.value == nil || text.contains("million"))
  }

  @Test(
    "dates that are whole have a day",
    arguments: [
      ("on 2026-03-01", ["date=2026-03-01=2026-03-01"]), ("3/14/2026", ["date=3/14/2026=2026-03-14"]),
      ("14.03.2026", ["date=14.03.2026=2026-03-14"]), ("3/4/2026", ["date=3/4/2026"]),
      ("on 3/14", ["date=3/14"]), ("march the 3rd, 2026", ["date=march the 3rd, 2026=2026-03-03"]),
      ("the 3rd of march", ["date=3rd of march"]), ("May 5", ["date=May 5"]), ("31 feb 2026", ["date=31 feb 2026"]),
      ("since 2019", ["date=2019"]), ("in december", ["date=december"]),
      ("twenty second of june", ["date=twenty second of june"]),
      ("you may march on", []),
    ])
  func dates(_ text: String, _ expected: [String]) {
    #expect(Self.found(text) == expected)
  }

  @Test(
    "times, and dates that depend on today",
    arguments: [
      ("at 3pm", ["time=3pm=15:00"]), ("12 a.m.", ["time=12 a.m.=00:00"]), ("15:30", ["time=15:30=15:30"]),
      ("9:30", ["time=9:30"]), ("four o'clock", ["time=four o'clock"]), ("half past three", ["time=half past three"]),
      ("noon", ["time=noon=12:00"]), ("tomorrow morning", ["date=tomorrow morning"]), ("next week", ["date=next week"]),
      ("in three days", ["date=in three days"]), ("two weeks ago", ["date=two weeks ago"]),
      ("on Monday", ["date=Monday"]),
      ("for 30 business days", ["duration=30 business days=30 day"]), ("26:00", []),
    ])
  func times(_ text: String, _ expected: [String]) {
    #expect(Self.found(text) == expected)
  }

  @Test(
    "people are named by what stands in front",
    arguments: [
      ("my name is Ada Byron and I", ["customer_name=Ada Byron"]), ("my name is ada", ["customer_name=ada"]),
      ("I'm Ada Byron", ["customer_name=Ada Byron"]), ("I\u{2019}m Ada Byron", ["customer_name=Ada Byron"]),
      ("i am happy", []), ("call me Ada", ["customer_name=Ada"]),
      ("the bill for Mr. Byron", ["person_name=Mr. Byron"]), ("invoice from Ada Byron", ["person_name=Ada Byron"]),
      ("on behalf of Ada", ["person_name=Ada"]), ("ms byron called", ["person_name=ms byron"]), ("I miss you", []),
    ])
  func names(_ text: String, _ expected: [String]) {
    #expect(Self.found(text) == expected)
  }

  @Test(
    "account types, places and quantities",
    arguments: [
      ("open a Gold account", ["account_type=Gold=gold"]), ("switch to pro", ["account_type=pro=pro"]),
      ("is shipping free", []), ("a pro golfer", []),
      ("do you ship to Osaka?", ["city=Osaka"]), ("delivery to new zealand", ["country=new zealand=new zealand"]),
      ("tell us more", []), ("in Springfield, OH", ["city=Springfield", "region=OH"]),
      ("from the USA", ["country=USA=united states"]),
      ("a table for six", ["quantity=six=6"]), ("3 items", ["quantity=3=3 items"]),
      ("two large pizzas", ["quantity=two=2 pizzas"]),
      ("four out of 6", ["quantity=four=4", "quantity=6=6"]), ("one of my favourites", []),
    ])
  func places(_ text: String, _ expected: [String]) {
    #expect(Self.found(text) == expected)
  }
}
