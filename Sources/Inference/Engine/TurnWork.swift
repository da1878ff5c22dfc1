/// The pieces of a turn, in an order in which one thread may run them.
struct TurnWork: Sendable {
  struct Item: Sendable {
    var step: Int
    var piece: Int
    var rows: Range<Int>
    /// It may run once all items up to this one are done; -1: at once.
    var last: Int
  }

  private(set) var items: [Item] = []

  init(_ turn: [(stage: Int, rows: Range<Int>)], of plan: RowPlan) {
    /// Where a step's items of this turn begin, and its rows.
    var places = [(first: Int, rows: Range<Int>)?](repeating: nil, count: plan.steps.count)
    for (step, rows) in turn {
      let operation = plan.steps[step].operation
      let width = plan.outputs[step].width
      let pieces = operation.pieces(width: width)
      places[step] = (items.count, rows)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: operation.unit) {
        let part = first..<min(first + operation.unit, rows.upperBound)
        for piece in 0..<pieces {
          let right = piece == pieces - 1 ? width : (piece + 1) * operation.pieceWidth
          var last = -1
          for (input, producer) in plan.schedule.stages[step].producers.enumerated() {
            guard let producer, let place = places[producer] else { continue }
            let needed = operation.rows(of: input, for: part).upperBound
            let source = plan.outputs[producer]
            let column = right * source.width / width + Piece.margin
            last = max(
              last, Self.item(of: plan.steps[producer].operation, at: place, row: needed - 1, column, source.width))
          }
          items.append(Item(step: step, piece: piece, rows: part, last: last))
        }
      }
    }
  }

  /// The last item that is needed for everything up to a row and, in it, a column; -1 if an earlier turn made it.
  private static func item(
    of operation: any RowOperation, at place: (first: Int, rows: Range<Int>), row: Int, _ column: Int, _ width: Int
  ) -> Int {
    let row = min(row, place.rows.upperBound - 1)
    guard row >= place.rows.lowerBound else { return -1 }
    let pieces = operation.pieces(width: width)
    let piece = min(pieces - 1, column / operation.pieceWidth)
    return place.first + (row - place.rows.lowerBound) / operation.unit * pieces + piece
  }
}
