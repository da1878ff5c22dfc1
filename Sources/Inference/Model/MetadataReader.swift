/// Reads `metadata_props` of a file in the product's format (`rbqe.format` = "1"); a foreign file's are left alone.
struct MetadataReader {
  private static let format = "1"

  let properties: [String: String]
  /// Whether the file says that its metadata follow the product's format.
  let isOurs: Bool

  init(_ properties: [String: String]) throws(ModelError) {
    self.properties = properties
    isOurs = properties["rbqe.format"] != nil
    guard let format = properties["rbqe.format"], format != Self.format else { return }
    throw .metadata(key: "rbqe.format", problem: "format '\(format)' is not supported; supported: \(Self.format)")
  }

  func text(_ key: String) -> String? { isOurs ? properties[key] : nil }

  /// A whole number, nil if not stated.
  func integer(_ key: String) throws(ModelError) -> Int? {
    guard let text = text(key) else { return nil }
    guard let value = Int(text), value > 0 else {
      throw .metadata(key: key, problem: "'\(text)' is no positive number")
    }
    return value
  }

  /// "1-100".
  func range(_ key: String) throws(ModelError) -> ClosedRange<Int>? {
    guard let text = text(key) else { return nil }
    let ends = text.split(separator: "-").compactMap { Int($0) }
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw .metadata(key: key, problem: "'\(text)' is no range such as 1-100")
    }
    return ends[0]...ends[1]
  }

  /// A JSON array of one number per exit, nil if not stated.
  func numbers(_ key: String, count: Int) throws(ModelError) -> [Double]? {
    guard let text = text(key) else { return nil }
    guard let numbers = JSONValue(json: text)?.numbers, numbers.count == count else {
      throw .metadata(key: key, problem: "it is no JSON array of \(count) numbers, one an exit")
    }
    return numbers
  }

  /// How far the results of every exit lie from originals, empty if not stated.
  func coefficientErrors(exitCount: Int) throws(ModelError) -> [CoefficientErrors] {
    let key = "coefficient_errors"
    guard let text = text(key) else { return [] }
    guard let errors = JSONValue(json: text).flatMap({ CoefficientErrors.byExit($0, exitCount: exitCount) }) else {
      throw .metadata(
        key: key,
        problem:
          "it is no JSON object with 'luma' and 'chroma', \(exitCount) arrays each of a scale (0 to 1000) and two "
          + "exponents (-4 to 4)")
    }
    return errors
  }

  /// A JSON object by policy, empty if not stated.
  func thresholds(exitCount: Int) throws(ModelError) -> [String: JSONValue] {
    let key = "thresholds"
    guard let text = text(key) else { return [:] }
    guard case .object(let policies) = JSONValue(json: text) else {
      throw .metadata(key: key, problem: "it is no JSON object")
    }
    if let assessor = policies["assessor"] {
      guard let read = AssessorThresholds(assessor), read.values.count == exitCount else {
        throw .metadata(
          key: key, problem: "'assessor' lacks variant, block or \(exitCount) values, T_0 first, there or in a point")
      }
    }
    return policies
  }
}
