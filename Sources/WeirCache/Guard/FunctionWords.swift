/// Words that carry no topic: what remains without them is what a prompt is about.
enum FunctionWords {
  static func contains(_ word: String) -> Bool { all.contains(word) }

  static let all = Set(
    """
    a an the this that these those it its there here some any such own
    i me my mine we us our you your yours he him his she her they them their one ones someone anybody anyone
    am is are was were be been being do does did done doing have has had having will would shall should can could
    may might must ought get got gets
    to of in on at by for from with about into onto through as than then so if whether while because but and or
    off up down out over
    what which who whom whose when where why how
    please pls plz kindly thanks thank hi hello hey ok okay just really very quite actually maybe also too well
    want wanna need like wish love trying try tries able help assist assistance let lets tell show give explain
    know see understand wonder wondering ask question say mean
    way ways possible best good steps step process procedure thing things something anything reason reasons
    not no
    0
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
