import Foundation
import Inference
import Testing

/// One image of the fixtures, with what ONNX Runtime computed for it (see make_fixtures.py).
struct GoldenCase: Sendable, CustomTestStringConvertible {
  struct Entry: Decodable, Sendable {
    var model: String
    var channels: Int
    var height: Int
    var width: Int
    var facts: [Float]?
    var outputs: [String]
  }

  var entry: Entry
  var image: Tensor
  var expected: [[Float]]

  var testDescription: String { "\(entry.model) \(entry.width)x\(entry.height)\(entry.facts == nil ? "" : " file")" }

  /// All cases of the committed models.
  static let all: [GoldenCase] = {
    do {
      let entries = try JSONDecoder().decode([Entry].self, from: Data(Fixture.bytes("golden.json")))
      var cases: [GoldenCase] = []
      for model in Set(entries.map(\.model)).sorted() {
        cases += read(entries.filter { $0.model == model }, numbers: try Fixture.numbers("\(model).f32"))
      }
      return cases
    } catch {
      Issue.record("fixtures: \(error)")
      return []
    }
  }()

  static func read(_ entries: [Entry], numbers: [Float]) -> [GoldenCase] {
    var rest = numbers[...]
    func take(_ count: Int) -> [Float] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    return entries.map { entry in
      let count = entry.channels * entry.height * entry.width
      let image = Tensor([entry.channels, entry.height, entry.width], take(count))
      return GoldenCase(
        entry: entry, image: image, expected: entry.outputs.map { take($0.hasPrefix("gain_") ? 1 : count) })
    }
  }

  /// Runs a session through all outputs, and gives the largest difference of each.
  func differences(_ model: Model) throws -> [Float] {
    let session = try Session(model: model, image: image, fileFacts: entry.facts)
    return try zip(entry.outputs, expected).enumerated().map { index, output in
      let (name, expected) = output
      let parts = name.split(separator: "_")
      let number = parts.count == 2 ? Int(parts[1]) ?? 0 : index + 1
      let values = name.hasPrefix("gain_") ? [try session.gain(number)] : try session.exit(number).values
      #expect(values.count == expected.count)
      return zip(values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
  }
}
