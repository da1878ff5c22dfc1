import CKernels

/// Sums over the rows of a map, or of the product of two; either factor may be the difference of two maps.
///
/// Inputs: the maps in the order of `factors`. The sum over the image is made of the rows' from top to bottom, so it is
/// fixed by the image alone.
struct PoolOperation: RowOperation {
  /// The part of a map that counts: its own rows and columns.
  struct Area: Sendable, Equatable {
    var rows: Range<Int>
    var columns: Range<Int>
  }

  /// For each factor whether something is subtracted from it; two at most.
  let factors: [Bool]
  /// Nil: the whole map.
  var area: Area?

  init(factors: [Bool]) {
    self.factors = factors
  }

  var unit: Int { 4 }
  func rows(of input: Int, for output: Range<Int>) -> Range<Int> { output }
  var pieceWidth: Int { .max }

  func run(_ piece: Piece, with kernels: KernelSet) {
    let depth = piece.output.depth
    let columns = area?.columns ?? 0..<piece.output.width
    for row in piece.rows where area?.rows.contains(row) ?? true {
      var maps = piece.inputs.makeIterator()
      func next(_ isThere: Bool) -> UnsafePointer<Float>? {
        guard isThere, let map = maps.next() else { return nil }
        return UnsafePointer(map.pixels(row) + (1 + columns.lowerBound) * depth)
      }
      let (first, firstLess) = (next(true), next(factors[0]))
      let (second, secondLess) = (next(factors.count > 1), next(factors.last == true && factors.count > 1))
      rbqe_pool_row(first, firstLess, second, secondLess, columns.count, depth, piece.output.sums(row))
    }
  }
}

extension RowMap {
  /// The rows of an area added up, from top to bottom.
  func total(of area: PoolOperation.Area?) -> [Double] {
    var totals = [Double](repeating: 0, count: depth)
    for row in area?.rows ?? 0..<height {
      let sums = sums(row)
      for channel in totals.indices { totals[channel] += sums[channel] }
    }
    return totals
  }
}
