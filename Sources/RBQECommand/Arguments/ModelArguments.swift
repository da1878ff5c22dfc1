import ArgumentParser
import Batch
import Inference
import Quality
import RBQE
import SystemPackage

/// The network and what decides when it stops.
struct ModelArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("The network: \(shippedNames), or an ONNX file.", valueName: "name|file"), completion: .file())
  var model = ShippedModel.fast.rawValue

  @Option(
    help: ArgumentHelp(
      "Where to stop: auto (the policy decides for each image), last, or an exit from 0 (leave it alone).",
      valueName: "auto|last|0..n"))
  var exit: ExitArgument = .auto

  @Option(help: "What decides when --exit is auto. (default: gate if the model has gates, otherwise assessor)")
  var policy: PolicyName?

  @Option(
    help: ArgumentHelp(
      """
      The policy's parameter instead of the calibrated one. assessor and assessor-paper: stop at this score (0 to 1); \
      gate and window: dB that the whole network must bring for its cost; saturation: stop when a stage changes less \
      than this share.
      """,
      valueName: "t"))
  var threshold: Double?

  @Option(
    help: ArgumentHelp(
      "Mean cost of all images together, as a share of the last exit's; the policy is then budget.",
      valueName: "share"))
  var budget: Double?

  @Option(help: ArgumentHelp("How much of the change to apply, from 0 to 1.", valueName: "0..1"))
  var strength: Float = 1

  static let shippedNames = ShippedModel.allCases.map(\.rawValue).joined(separator: ", ")

  func validate() throws {
    guard (0...1).contains(strength) else { throw ValidationError("--strength must be between 0 and 1.") }
    if exit != .auto, let policy, policy != .fixed {
      throw ValidationError(
        "--policy \(policy.rawValue) has no meaning with --exit \(exit): a fixed exit asks no policy.")
    }
    if let budget {
      guard budget > 0 && budget <= 1 else { throw ValidationError("--budget must be above 0 and at most 1.") }
      guard exit == .auto, threshold == nil, policy ?? .budget == .budget else {
        throw ValidationError("--budget decides by itself: leave --exit, --policy and --threshold away.")
      }
    } else if policy == .budget {
      throw ValidationError("--policy budget needs --budget, a share of the last exit's cost.")
    }
    if threshold != nil && (exit != .auto || policy == .fixed) {
      throw ValidationError("--threshold has no meaning with a fixed exit, which asks no policy.")
    }
    if let threshold, !threshold.isFinite { throw ValidationError("--threshold must be a number.") }
  }

  /// For the run record: what shapes the results.
  func recorded(_ enhancer: Enhancer) -> [String: String] {
    var options = [
      "exit": exit.description, "policy": budget == nil ? enhancer.policy.name : PolicyName.budget.rawValue,
      "strength": String(strength),
    ]
    if let threshold { options["threshold"] = String(threshold) }
    if let budget { options["budget"] = String(budget) }
    return options
  }

  /// The model's bytes, from the program itself or from a file.
  func loadFile() throws -> ModelFile { try Self.loadFile(model) }

  /// The bytes of a model that is shipped or lies in a file.
  static func loadFile(_ model: String) throws -> ModelFile {
    if let shipped = ShippedModel(rawValue: model) { return ModelFile(shipped: shipped) }
    let path = FilePath(argument: model)
    do {
      return ModelFile(bytes: try FileContents.read(path))
    } catch {
      throw Failure(
        .inputOutput, "\(model): \(error)", hint: "--model takes a file, or one of: \(shippedNames)")
    }
  }

  /// Reads the model.
  static func load(_ file: ModelFile, named name: String) throws -> Model {
    do {
      return try file.load()
    } catch {
      throw Failure(.notAnImage, "\(name): \(error)", hint: "--model needs an ONNX file made for rbqe")
    }
  }

  /// Reads the model and binds the policy to it.
  ///
  /// - Parameters:
  ///   - scores: whether input and result are scored for the records.
  ///   - constraint: of results.
  ///   - granularity: what is decided about at once.
  func enhancer(
    for file: ModelFile, scores: Bool, constraint: ConstraintMode = .auto, granularity: Granularity = .image
  ) throws -> Enhancer {
    let loaded = try Self.load(file, named: model)
    do {
      let choice: PolicyChoice =
        switch exit {
        case .auto where budget != nil: .gate()
        case .auto: policy?.choice(threshold: threshold) ?? .standard(for: loaded, threshold: threshold)
        case .last: .fixed(exit: .last)
        case .exit(let number): .fixed(exit: .exit(number))
        }
      let policy = try choice.policy(for: loaded)
      let enhancer = Enhancer(
        model: loaded, policy: policy, strength: strength,
        scorer: scores ? (policy as? AssessorPolicy)?.assessor ?? Assessor() : nil, constraint: constraint,
        granularity: granularity)
      guard let budget else { return enhancer }
      // In a batch this is where the budget's steering begins; for one image it is all there is.
      return try enhancer.withBudget(budget)
    } catch {
      throw ValidationError("\(error).")
    }
  }
}

/// The value of `--exit`.
enum ExitArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
  case auto
  case last
  case exit(Int)

  init?(argument: String) {
    switch argument {
    case "auto": self = .auto
    case "last": self = .last
    default:
      guard let number = Int(argument), number >= 0 else { return nil }
      self = .exit(number)
    }
  }

  var description: String {
    switch self {
    case .auto: "auto"
    case .last: "last"
    case .exit(let number): String(number)
    }
  }

  var defaultValueDescription: String { description }
}

/// The value of `--policy`.
enum PolicyName: String, ExpressibleByArgument, CaseIterable {
  case assessor
  case paperAssessor = "assessor-paper"
  case gate, budget, window, saturation, fixed

  /// A budget begins as its gates do.
  func choice(threshold: Double?) -> PolicyChoice {
    switch self {
    case .assessor: .assessor(threshold: threshold)
    case .paperAssessor: .paperAssessor(threshold: threshold)
    case .gate, .budget: .gate(tau: threshold)
    case .window: .window(tau: threshold)
    case .saturation: .saturation(epsilon: threshold)
    case .fixed: .fixed(exit: .last)
    }
  }
}

extension PolicyChoice {
  /// What a model recommends, with the parameter that was asked for.
  fileprivate static func standard(for model: Model, threshold: Double?) -> PolicyChoice {
    switch standard(for: model) {
    case .gate: .gate(tau: threshold)
    case .assessor: .assessor(threshold: threshold)
    case let other: other
    }
  }
}
