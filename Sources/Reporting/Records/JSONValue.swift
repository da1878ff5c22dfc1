/// Any JSON value, for records of every kind in one table.
public enum JSONValue: Sendable, Equatable, Codable {
  /// Nothing known.
  case null
  /// True or false.
  case bool(Bool)
  /// A number.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Named values.
  case object([String: JSONValue])

  /// Reads whichever of them is there.
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
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes it as plain JSON.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }

  /// Single values by name, nested names joined by `_`, elements of lists numbered from 0: `ms_decode`, `scores_0`.
  public var flattened: [String: JSONValue] {
    var cells: [String: JSONValue] = [:]
    func add(_ value: JSONValue, as name: String) {
      switch value {
      case .object(let members):
        for (key, member) in members { add(member, as: name.isEmpty ? key : "\(name)_\(key)") }
      case .array(let elements):
        for (index, element) in elements.enumerated() { add(element, as: "\(name)_\(index)") }
      default:
        cells[name] = value
      }
    }
    add(self, as: "")
    return cells
  }

  /// Single values as text: whole numbers without a fraction, null as nothing.
  public var text: String {
    switch self {
    case .null: ""
    case .bool(let value): String(value)
    case .number(let value): Int(exactly: value).map(String.init) ?? String(value)
    case .string(let value): value
    case .array, .object:
      flattened.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: " ")
    }
  }
}
