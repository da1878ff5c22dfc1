import CKernels

/// The engine's inner loops for one instruction set.
///
/// Sendable because it points to a constant table.
public struct KernelSet: @unchecked Sendable, Equatable {
  let table: UnsafePointer<rbqe_kernel_table>

  /// "avx512", "avx2", "neon" or "scalar".
  public var name: String { String(cString: table.pointee.name) }

  /// What this processor can run, fastest first; the last is "scalar".
  public static var available: [KernelSet] {
    (0..<rbqe_kernel_table_count()).compactMap { index in
      rbqe_kernel_table_at(index).map { KernelSet(table: $0) }
    }
  }

  /// What networks run with: the fastest available, or the one that RBQE_CPU in the environment names: `scalar`,
  /// `avx2`, `avx512` or `neon`.
  ///
  /// A name that this processor doesn't have is as if it were not given; see ``environmentProblem``.
  public static let inUse = KernelSet(table: rbqe_kernel_table_in_use())

  /// Why the environment's wish was not followed; nil if it was, or if there is none.
  public static var environmentProblem: String? {
    guard let missing = rbqe_kernel_table_missing() else { return nil }
    let names = available.map(\.name).joined(separator: ", ")
    return "RBQE_CPU=\(String(cString: missing)) is not one of what this processor has: \(names)"
  }
}

extension KernelSet {
  /// Whether convolutions ask the cache for what comes next.
  static let asksAhead = rbqe_asks_ahead() != 0

  /// Numbers of a map's pixel for so many channels, zeros included.
  static func depth(channels: Int) -> Int {
    let unit = Int(RBQE_CHANNEL_UNIT)
    return (channels + unit - 1) / unit * unit
  }

  /// Weights `[depth][outputs]`, outputs padded, in the panels that `multiply` reads.
  func packed(depth: Int, outputs: Int, weight: (_ depth: Int, _ output: Int) -> Float) -> [Float] {
    let width = table.pointee.panel_width(outputs)
    var result: [Float] = []
    result.reserveCapacity(depth * outputs)
    for panel in stride(from: 0, to: outputs, by: width) {
      for index in 0..<depth {
        for output in panel..<panel + width { result.append(weight(index, output)) }
      }
    }
    return result
  }
}
