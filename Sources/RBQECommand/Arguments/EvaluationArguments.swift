import ArgumentParser
import Evaluation
import Inference
import RBQE

/// JPEG qualities, separated by commas; `none` stands for no compression.
struct QualityList: ExpressibleByArgument, CustomStringConvertible {
  let values: [Int?]

  init(values: [Int?]) {
    self.values = values
  }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.filter { $0 == "none" || Int($0) != nil }.map { Int($0) }
    guard values.count == parts.count, Set(values).count == values.count else { return nil }
  }

  var description: String { values.map { $0.map(String.init) ?? "none" }.joined(separator: ",") }
  var defaultValueDescription: String { description }
}

/// Exits that `rbqe evaluate` shows.
enum ExitList: ExpressibleByArgument, CustomStringConvertible {
  case all
  /// None of them `auto`.
  case named([ExitArgument])

  init?(argument: String) {
    if argument == "all" {
      self = .all
      return
    }
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let exits = parts.compactMap { ExitArgument(argument: String($0)) }.filter { $0 != .auto }
    guard exits.count == parts.count else { return nil }
    self = .named(exits)
  }

  /// Their numbers; nil: all.
  ///
  /// - Throws: `ValidationError` for one that a network of `count` exits doesn't have.
  func numbers(of count: Int) throws -> Set<Int>? {
    guard case .named(let exits) = self else { return nil }
    return try Set(
      exits.map { exit in
        guard case .exit(let number) = exit else { return count }
        guard number <= count else { throw ValidationError("--exit \(number): the model has \(count) exits.") }
        return number
      })
  }

  var description: String {
    guard case .named(let exits) = self else { return "all" }
    return exits.map(\.description).joined(separator: ",")
  }

  var defaultValueDescription: String { description }
}

/// Policies that `rbqe evaluate` measures.
enum PolicyList: ExpressibleByArgument, CustomStringConvertible {
  /// Every one that the model is calibrated for, and the oracle.
  case all
  case named([Name])

  enum Name: Hashable {
    case policy(PolicyName)
    case oracle

    var text: String {
      switch self {
      case .policy(let name): name.rawValue
      case .oracle: Evaluator.oracleName
      }
    }
  }

  /// The exits are measured in any case, so that `fixed` isn't among them.
  private static let names = PolicyName.allCases.filter { $0 != .fixed && $0 != .budget }

  init?(argument: String) {
    if argument == "all" {
      self = .all
      return
    }
    let choices = Self.names.map(Name.policy) + [.oracle]
    let parts = argument.split(separator: ",").map { part in choices.first { $0.text == part } }
    let found = parts.compactMap(\.self)
    guard found.count == parts.count, Set(found).count == found.count, !found.isEmpty else { return nil }
    self = .named(found)
  }

  var description: String {
    switch self {
    case .all: "all"
    case .named(let names): names.map(\.text).joined(separator: ",")
    }
  }

  var defaultValueDescription: String { description }

  /// Whether policies are measured over the ranges of their parameters.
  var isSwept: Bool { if case .all = self { true } else { false } }

  var hasOracle: Bool {
    switch self {
    case .all: true
    case .named(let names): names.contains(.oracle)
    }
  }

  /// The policies for a model; of `all` those are left out that its file holds nothing for.
  func bound(to model: Model) throws(PolicyError) -> [Evaluator.NamedPolicy] {
    switch self {
    case .all:
      return Self.names.compactMap { name in
        (try? name.choice(threshold: nil).policy(for: model)).map { .init(name: name.rawValue, policy: $0) }
      }
    case .named(let names):
      var bound: [Evaluator.NamedPolicy] = []
      for case .policy(let name) in names {
        bound.append(.init(name: name.rawValue, policy: try name.choice(threshold: nil).policy(for: model)))
      }
      return bound
    }
  }
}
