import Imaging
import SystemPackage

/// How results are named: text with `{dir}`, `{stem}`, `{ext}` and `{model}` in it.
public struct NameTemplate: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case text(String)
    case directory, stem, fileExtension
  }

  private let parts: [Part]

  /// Reads a template.
  ///
  /// - Parameter model: what `{model}` stands for.
  /// - Throws: `NameTemplateError` if it has other fields than these, or could lead out of the directory of results.
  public init(_ text: String, model: String) throws(NameTemplateError) {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      parts.append(.text(String(rest[..<open])))
      guard let close = rest[open...].firstIndex(of: "}") else { throw .unknownField(String(rest[open...])) }
      let field = rest[open...close]
      switch field {
      case "{dir}": parts.append(.directory)
      case "{stem}": parts.append(.stem)
      case "{ext}": parts.append(.fileExtension)
      case "{model}": parts.append(.text(model.replacing("/", with: "-")))
      default: throw .unknownField(String(field))
      }
      rest = rest[rest.index(after: close)...]
    }
    parts.append(.text(String(rest)))
    self.parts = parts
    let path = FilePath(text)
    guard path.isRelative, !path.components.contains(where: { $0.kind == .parentDirectory }),
      !text.hasSuffix("/"), !text.isEmpty
    else { throw .notBelow(text) }
    guard parts.contains(.stem) else { throw .sameForAll(text) }
  }

  /// The name of a result without a place of its own: beside its input.
  static let besideInput = NameTemplate(parts: [.stem, .text(".enhanced."), .fileExtension])

  private init(parts: [Part]) {
    self.parts = parts
  }

  /// The format whose extension every name has, as those of `{stem}.png` have; nil where names tell none, or that of
  /// each result.
  public var impliedFormat: ImageFormat? {
    let name = parts.map { part in
      switch part {
      case .text(let text): text
      case .directory, .stem, .fileExtension: "*"
      }
    }
    return ImageFormat(extension: FilePath(name.joined()).extension)
  }

  /// The path that it makes for a result, relative to where results go.
  func path(for source: Source, format: ImageFormat) -> FilePath {
    var bytes: [CInterop.PlatformChar] = []
    for part in parts {
      switch part {
      case .text(let text): bytes += text.utf8.map(CInterop.PlatformChar.init(bitPattern:))
      case .directory: bytes += source.relativePath.removingLastComponent().platformBytes
      case .stem: bytes += source.path.lastComponent?.stemBytes ?? []
      case .fileExtension:
        let kept = format == source.format ? source.path.extension : nil
        bytes += (kept ?? format.fileExtension).utf8.map(CInterop.PlatformChar.init(bitPattern:))
      }
    }
    // An empty {dir} leaves a slash in front.
    let relative = bytes.drop { $0 == CInterop.PlatformChar(UInt8(ascii: "/")) }
    // The stem of "...jpg" is "..", and what is harmless by itself may become that beside a dot of the template.
    let components = FilePath(platformString: relative + [0]).components.map { component -> FilePath.Component in
      component.kind == .parentDirectory ? "__" : component
    }
    return FilePath(root: nil, components).lexicallyNormalized()
  }
}

/// Why a template can't name results.
public enum NameTemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A field that doesn't exist.
  case unknownField(String)
  /// A path from the root, one with `..`, or the name of a directory.
  case notBelow(String)
  /// Every result would have the same name.
  case sameForAll(String)

  /// What happened, and what to do about it.
  public var description: String {
    switch self {
    case .unknownField(let field): "\(field) is none of {dir}, {stem}, {ext} and {model}"
    case .notBelow(let text): "\"\(text)\" must be the relative path of a file, without .."
    case .sameForAll(let text): "\"\(text)\" has no {stem}, so all results would have one name"
    }
  }
}
