import Glibc

/// This process's memory as the kernel counts it, from the texts under `/proc/self`.
package struct MemoryMap: Sendable, Hashable {
  /// One mapping: addresses, and how much of it is in memory.
  struct Area: Sendable, Hashable {
    var addresses: Range<UInt>
    var resident = 0
  }

  let areas: [Area]

  /// Reads `/proc/self/smaps`; nil where there is none.
  package static func current() -> MemoryMap? { read("/proc/self/smaps").map { MemoryMap(parsing: $0) } }

  /// Takes the lines of `smaps`: `from-to permissions ...` in hexadecimal, then fields such as `Rss:  12 kB`.
  init(parsing text: String) {
    var areas: [Area] = []
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true)
      guard let first = words.first.map({ String($0) }) ?? nil else { continue }
      if first == "Rss:", words.count > 1, let last = areas.indices.last {
        areas[last].resident = (Int(String(words[1]) ?? "") ?? 0) * 1024
      } else if let range = Self.addresses(first) {
        areas.append(Area(addresses: range))
      }
    }
    self.areas = areas
  }

  private static func addresses(_ text: String) -> Range<UInt>? {
    let ends = text.split(separator: "-")
    guard ends.count == 2, let from = UInt(ends[0], radix: 16), let to = UInt(ends[1], radix: 16), from <= to else {
      return nil
    }
    return from..<to
  }

  /// Bytes in memory of the mappings that lie in `addresses`; of one that reaches beyond, no more than lies inside.
  func residentBytes(of addresses: Range<UInt>) -> Int {
    areas.reduce(0) { sum, area in
      let inside = area.addresses.clamped(to: addresses)
      return sum + min(area.resident, Int(inside.count))
    }
  }

  /// A field of `/proc/self/status` in bytes, such as `RssAnon` or `VmHWM`; nil where there is none.
  package static func status(_ field: String) -> Int? {
    read("/proc/self/status").flatMap { self.field(field, in: $0) }
  }

  static func field(_ name: String, in status: String) -> Int? {
    for line in status.split(separator: "\n") where line.hasPrefix(name + ":") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      return words.count > 1 ? Int(words[1]).map { $0 * 1024 } : nil
    }
    return nil
  }

  /// Such files have no size to ask for: they are read to their end.
  private static func read(_ path: String) -> String? {
    guard let file = try? FileDescriptor(path: path, flags: O_RDONLY) else { return nil }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let number = file.number
    while text.count < 64 << 20 {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
