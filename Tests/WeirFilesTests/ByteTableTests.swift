import Testing

@testable import WeirFiles

@Suite struct ByteTableTests {
  @Test func `every key is found and every other is not`() {
    var bytes: [UInt8] = []
    var entries: [ByteTable.Entry] = []
    var model: [[UInt8]: Int32] = [:]
    for number in 0..<3000 {
      let key = Array(String(number &* 7919 % 2500, radix: 7).utf8)
      entries.append(ByteTable.Entry(range: bytes.count..<(bytes.count + key.count), value: Int32(number)))
      bytes += key
      model[key] = Int32(number)
    }
    let table = ByteTable(region: ByteRegion(name: "keys", copying: bytes), entries: entries)
    for number in 0..<4000 {
      let key = Array(String(number, radix: 7).utf8)
      #expect(table.find(key) == model[key])
    }
    #expect(table.find([]) == nil)
    #expect(table.find(Array(repeating: 0x31, count: 1000)) == nil)
  }

  @Test func `canonically equivalent texts are different keys`() {
    let bytes = Array("é".utf8) + Array("e\u{301}".utf8)
    let table = ByteTable(
      region: ByteRegion(name: "keys", copying: bytes),
      entries: [ByteTable.Entry(range: 0..<2, value: 1), ByteTable.Entry(range: 2..<5, value: 2)])
    #expect(table.find(Array("é".utf8)) == 1)
    #expect(table.find(Array("e\u{301}".utf8)) == 2)
  }

  @Test func `an empty table finds nothing`() {
    let table = ByteTable(region: ByteRegion(name: "none", copying: []), entries: [])
    #expect(table.find([1]) == nil)
    #expect(table.find([]) == nil)
  }
}
