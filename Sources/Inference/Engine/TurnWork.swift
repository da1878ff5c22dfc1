/// The pieces of a turn, in an order in which one thread may run them.
struct TurnWork: Sendable {
  struct Item: Sendable {
    var step: Int
    var piece: Int
    var rows: Range<Int>
    /// It may run once all items up to this one are done; -1: at once.
    var last: Int
    /// The thread that takes it goes on to here.
    var end = 0
  }

  /// Pieces that a thread takes at once, at least: of what it brings into its cache for one, the next one needs a part.
  private static let run = 4

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
      let first = places[step]?.first ?? 0
      for (index, end) in Self.runEnds(of: items.count - first, rowsOf: pieces, threads: plan.threads).enumerated() {
        items[first + index].end = first + end
      }
    }
  }

  /// Where the run of each of a step's items ends: of wide rows one run for each thread, and from row to row the same,
  /// so that threads keep to their columns and read little of what others wrote; otherwise runs of whole rows.
  static func runEnds(of count: Int, rowsOf pieces: Int, threads: Int) -> [Int] {
    let shares = min(threads, max(1, pieces / run))
    let rows = max(1, run / pieces)
    return (0..<count).map { index in
      let (row, piece) = index.quotientAndRemainder(dividingBy: pieces)
      guard shares > 1 else { return min(count, (row / rows + 1) * rows * pieces) }
      // The share that a piece belongs to ends at the next multiple.
      let share = (piece * shares + shares - 1) / pieces
      return row * pieces + (share + 1) * pieces / shares
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
