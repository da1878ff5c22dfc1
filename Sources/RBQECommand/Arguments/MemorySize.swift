import ArgumentParser

/// An amount of memory: bytes, or a number with a unit.
struct MemorySize: ExpressibleByArgument, Equatable {
  let bytes: Int

  /// Reads `1500000000`, `800M`, `1.5G`, `2GiB`; units are powers of 1024.
  init?(argument: String) {
    var text = argument.uppercased()[...]
    if text.hasSuffix("IB") { text = text.dropLast(2) } else if text.hasSuffix("B") { text = text.dropLast() }
    var unit = 1.0
    if let letter = text.last, let power = ["K", "M", "G", "T"].firstIndex(of: letter) {
      text = text.dropLast()
      for _ in 0...power { unit *= 1024 }
    }
    guard let number = Double(text), number.isFinite, number > 0, number * unit < 0x1p62 else { return nil }
    bytes = Int(number * unit)
  }
}
