import Foundation

/// A value of structured metadata (JSON), for what has no type of its own.
public enum MetadataValue: Sendable, Equatable {
  /// JSON `null`.
  case null
  /// JSON `true` or `false`.
  case bool(Bool)
  /// Any JSON number.
  case number(Double)
  /// A JSON string.
  case string(String)
  /// A JSON array.
  case array([MetadataValue])
  /// A JSON object.
  case object([String: MetadataValue])

  /// The member of an object, nil for anything else.
  public subscript(key: String) -> MetadataValue? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  /// The number, nil for anything else.
  public var number: Double? {
    guard case .number(let value) = self else { return nil }
    return value
  }

  /// The number, if it is a whole one; nil for anything else.
  public var integer: Int? { number.flatMap { Int(exactly: $0) } }

  /// The string, nil for anything else.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The elements of an array, nil for anything else.
  public var array: [MetadataValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  /// The elements of an array of numbers, nil for anything else.
  public var numbers: [Double]? {
    guard let array else { return nil }
    let numbers = array.compactMap(\.number)
    return numbers.count == array.count ? numbers : nil
  }
}

extension MetadataValue: Decodable {
  /// Decodes whatever stands there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([MetadataValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: MetadataValue].self))
    }
  }

  /// Parses JSON text; nil if it is none.
  init?(json: String) {
    guard let value = try? JSONDecoder().decode(MetadataValue.self, from: Data(json.utf8)) else { return nil }
    self = value
  }
}
