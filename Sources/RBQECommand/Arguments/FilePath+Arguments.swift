import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension FilePath {
  /// The path that an argument names, byte for byte.
  ///
  /// Names in a file system are bytes, and the parser's arguments are text, in which replacement characters stand for
  /// what isn't UTF-8: there the bytes are looked up among the arguments as the program got them.
  init(argument text: String) {
    self = Self.arguments([text]).first ?? FilePath(text)
  }

  /// The paths that some arguments name, in their order.
  ///
  /// Different bytes may read the same. Where all that read so are among `texts` their order tells them apart; where
  /// another option has one too nothing does, and the path is the text itself, which names none of them.
  static func arguments(_ texts: [String]) -> [FilePath] {
    var occurrences: [String: Int] = [:]
    return texts.map { text in
      guard text.contains(replacement) else { return FilePath(text) }
      let number = occurrences[text, default: 0]
      occurrences[text] = number + 1
      let candidates = rawArguments(readAs: text)
      if candidates.count == texts.count(where: { $0 == text }) { return candidates[number] }
      return Set(candidates).count == 1 ? candidates[0] : FilePath(text)
    }
  }

  private static let replacement: Character = "\u{FFFD}"

  /// Arguments, and values that follow an equals sign, that read as a text.
  private static func rawArguments(readAs text: String) -> [FilePath] {
    (1..<Int(CommandLine.argc)).compactMap { index in
      guard let start = CommandLine.unsafeArgv[index] else { return nil }
      if String(cString: start) == text { return FilePath(platformString: start) }
      guard let equals = strchr(start, CInt(UInt8(ascii: "="))), String(cString: equals + 1) == text
      else { return nil }
      return FilePath(platformString: equals + 1)
    }
  }
}
