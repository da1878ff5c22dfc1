extension String {
  /// The text on one line of a terminal: control characters as their escapes.
  var printable: String { escaping(where: Self.isControl) }

  /// The same of a text that may have several lines, which stay: of what is printable already nothing changes.
  var printableLines: String { escaping { Self.isControl($0) && $0 != "\n" } }

  private func escaping(where isUnsafe: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: isUnsafe) else { return self }
    return unicodeScalars.map { isUnsafe($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }
}
