import Foundation

/// The part of a network that works on a few numbers: what makes an estimate of what was pooled.
///
/// Every sum runs in double precision and in the order of the numbers, so that results don't depend on the processor.
struct VectorProgram: Sendable {
  enum Source: Sendable, Hashable {
    case pooled(Int)
    case constant([Float])
    /// What is known of the file; the numbers stand for "unknown".
    case file(unknown: [Float])
    case step(Int)
  }

  enum Function: Sendable {
    case relu, squareRoot, sigmoid
    case clip(Float, Float)
    case add, subtract, multiply
    case join
    case keep
    /// Weights `[outputs][inputs]`.
    case product(weights: [Float], outputs: Int, scale: Float, addend: [Float])
  }

  struct Step: Sendable {
    var function: Function
    var inputs: [Source]
  }

  var steps: [Step]
  var result: Source

  /// Places of what is pooled.
  var pooled: Set<Int> {
    let sources = steps.flatMap(\.inputs) + [result]
    return Set(sources.compactMap { if case .pooled(let place) = $0 { place } else { nil } })
  }

  /// Multiply-accumulates of a run.
  var macs: Int {
    steps.reduce(0) { sum, step in
      guard case .product(let weights, _, _, _) = step.function else { return sum }
      return sum + weights.count
    }
  }

  /// The numbers, nil if something that is pooled is missing.
  func run(_ sums: PooledSums, file: [Float]?) -> [Float]? {
    var results: [[Float]] = []
    func value(_ source: Source) -> [Float]? {
      switch source {
      case .pooled(let place): sums.means(place)
      case .constant(let numbers): numbers
      case .file(let unknown): file ?? unknown
      case .step(let index): results[index]
      }
    }
    for step in steps {
      let inputs = step.inputs.compactMap(value)
      guard inputs.count == step.inputs.count else { return nil }
      results.append(step.function.apply(inputs))
    }
    return value(result)
  }
}

extension VectorProgram.Function {
  fileprivate func apply(_ inputs: [[Float]]) -> [Float] {
    switch self {
    case .relu: inputs[0].map { max(0, $0) }
    case .squareRoot: inputs[0].map { $0.squareRoot() }
    case .sigmoid: inputs[0].map { Float(1 / (1 + exp(-Double($0)))) }
    case .clip(let low, let high): inputs[0].map { min(high, max(low, $0)) }
    case .add: Self.paired(inputs, +)
    case .subtract: Self.paired(inputs, -)
    case .multiply: Self.paired(inputs, *)
    case .join: inputs.flatMap(\.self)
    case .keep: inputs[0]
    case .product(let weights, let outputs, let scale, let addend):
      (0..<outputs).map { output in
        let row = weights[output * inputs[0].count..<(output + 1) * inputs[0].count]
        let sum = zip(row, inputs[0]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        return Float(Double(scale) * sum + Double(addend[addend.count == 1 ? 0 : output]))
      }
    }
  }

  /// Number by number; one of the operands may be a single number.
  private static func paired(_ inputs: [[Float]], _ body: (Float, Float) -> Float) -> [Float] {
    let (first, second) = (inputs[0], inputs[1])
    return (0..<max(first.count, second.count)).map {
      body(first[first.count == 1 ? 0 : $0], second[second.count == 1 ? 0 : $0])
    }
  }
}
