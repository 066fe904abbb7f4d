/// Content words that may stand for each other in a prompt, one set a line.
///
/// Only pairs that leave the answer the same are in here. The first word of a line names the set.
enum Synonyms {
  /// The name of the word's set, or its stem.
  static func representative(of word: String) -> String {
    let stem = WordStem.stem(word)
    return table[stem] ?? stem
  }

  private static let table: [String: String] = {
    let lines = """
      buy bought
      order purchase
      cancel cancellation cancelation
      change modify edit alter update amend
      delete remove erase
      close terminate
      bill invoice
      find locate search look discover
      check view inspect verify
      fix repair solve resolve
      error problem issue trouble
      quick fast quickly rapid
      begin start
      end finish stop
      make create
      big large
      small little
      photo picture image pic
      movie film
      car automobile
      phone telephone mobile
      email mail
      cost price charge fee
      use using utilize
      reset recover restore
      password passcode
      refund reimbursement reimburse
      shipping delivery ship deliver
      address addresse
      agent representative operator human
      talk speak chat contact reach
      complaint claim
      account profile
      signup register registration
      newsletter
      transfer send
      kind type sort
      happen occur
      require requirement
      allow permit
      answer reply
      ill sick
      child kid children
      doctor physician
      recipe
      cook prepare
      writing write wrote written
      learn study
      job work
      say said
      went go
      """
    var table: [String: String] = [:]
    for line in lines.split(separator: "\n") {
      let words = line.split(separator: " ").map { WordStem.stem(String($0)) }
      for word in words where table[word] == nil { table[word] = table[words[0]] ?? words[0] }
    }
    return table
  }()
}
