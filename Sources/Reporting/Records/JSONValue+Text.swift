import Inference

extension JSONValue {
  /// Single values by name, nested names joined by `_`, elements of lists numbered from 0: `ms_decode`, `scores_0`.
  var flattened: [String: JSONValue] {
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
  var text: String {
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
