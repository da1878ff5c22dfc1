import Inference

/// What each later exit would add to the one asked about, from all that the gates said so far and, where it is known, the
/// JPEG quality.
///
/// Gates say what the best later exit would add; what a decision needs is what each of them would, and that depends on
/// the quality and on how the estimates changed on the way. Each is linear in a few terms, fitted to validation images by
/// least absolute errors: with g_0 ... g_k the estimates so far, in dB, held to the range that was seen, the terms are
///
///     1, g_j (j <= k), g_i g_j (j <= i <= k)
///
/// and, where the quality 100 q is known, besides
///
///     max(0, q - c) for the knots c, q g_j (j <= k),
///
/// and for colour ones, of the input alone, max(0, q - c) for knots of their own: at the highest qualities colour still
/// gains from what lost its resolution, grey nothing.
///
/// A gate that expects less than any did that was seen is believed: what it lacks is taken off.
struct GainForecast: Sendable, Equatable {
  /// Weights for files of one kind.
  struct Rule: Sendable, Equatable {
    /// The least estimate that was seen at each exit from 0 on, in dB.
    let low: [Double]
    /// The largest.
    let high: [Double]
    /// At each exit from 0 on, for each later exit, the weights of the terms; their sum is in dB.
    let weights: [[[Double]]]
  }

  /// Knots of the quality's terms.
  let knots: [Double]
  /// Knots of the quality's terms for colour, of the input.
  let colorKnots: [Double]
  /// Where the quality is known.
  let told: Rule
  /// For images of which nothing is known.
  let blind: Rule

  /// What all later exits add to exit k, in dB, from the estimates of the exits from 0 to k, k below N.
  ///
  /// - Parameters:
  ///   - quality: of a JPEG file, or of the one that an image was, 1...100; nil if nothing is known.
  ///   - isColor: whether colours go through the network together.
  func gains(after estimates: [Double], quality: Int?, isColor: Bool) -> [Double] {
    let rule = quality == nil ? blind : told
    let exit = estimates.count - 1
    let held = estimates.indices.map { min(rule.high[$0], max(rule.low[$0], estimates[$0])) }
    let terms = terms(held, quality: quality, isColor: isColor)
    let lacking = max(0, rule.low[exit] - estimates[exit])
    return rule.weights[exit].map { weights in zip(weights, terms).reduce(-lacking) { $0 + $1.0 * $1.1 } }
  }

  private func terms(_ estimates: [Double], quality: Int?, isColor: Bool) -> [Double] {
    let products = estimates.indices.flatMap { first in
      estimates[...first].map { estimates[first] * $0 }
    }
    let blind = [1] + estimates + products
    guard let quality else { return blind }
    let share = Double(quality) / 100
    let told = blind + knots.map { max(0, share - $0) } + estimates.map { share * $0 }
    return estimates.count == 1 ? told + colorKnots.map { isColor ? max(0, share - $0) : 0 } : told
  }

  /// Reads what a model file says; nil if it isn't a forecast for so many exits.
  init?(_ value: JSONValue?, exitCount: Int) {
    guard let knots = value?["knots"]?.numbers, let colorKnots = value?["color_knots"]?.numbers,
      let told = Rule(value?["told"], exitCount: exitCount, knots: (knots.count, colorKnots.count)),
      let blind = Rule(value?["blind"], exitCount: exitCount, knots: nil)
    else { return nil }
    self.knots = knots
    self.colorKnots = colorKnots
    self.told = told
    self.blind = blind
  }
}

extension GainForecast.Rule {
  /// - Parameter knots: How many there are of the quality's terms, and of those for colour; nil: the quality isn't known.
  fileprivate init?(_ value: JSONValue?, exitCount: Int, knots: (all: Int, color: Int)?) {
    guard let low = value?["low"]?.numbers, let high = value?["high"]?.numbers, low.count == exitCount,
      high.count == exitCount, zip(low, high).allSatisfy({ $0 <= $1 }), case .array(let exits)? = value?["weights"],
      exits.count == exitCount
    else { return nil }
    var weights: [[[Double]]] = []
    for (exit, entry) in exits.enumerated() {
      guard case .array(let later) = entry else { return nil }
      let rows = later.compactMap(\.numbers)
      let known = exit + 1
      let count = 1 + known + known * (known + 1) / 2 + (knots.map { $0.all + known + (exit == 0 ? $0.color : 0) } ?? 0)
      guard rows.count == exitCount - exit, rows.allSatisfy({ $0.count == count }) else { return nil }
      weights.append(rows)
    }
    self.init(low: low, high: high, weights: weights)
  }
}
