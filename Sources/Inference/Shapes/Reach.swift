/// Which pixels of the image the samples of a value depend on, along one axis.
package enum Reach: Sendable, Equatable {
  /// None: a constant, or facts about the file.
  case nothing
  /// All of them: something was pooled.
  case everything
  /// Ranges of pixels for the first samples; they repeat, moved by the graph's stride, every `ranges.count` samples.
  case local(ranges: [ClosedRange<Int>])

  /// The pixels that sample `index` depends on; the image has no borders here.
  static func range(_ ranges: [ClosedRange<Int>], at index: Int, stride: Int) -> ClosedRange<Int> {
    let period = floorDivide(index, ranges.count)
    let range = ranges[index - period * ranges.count]
    return range.lowerBound + period * stride...range.upperBound + period * stride
  }

  /// What a sample depends on that is made from one sample of each.
  func union(_ other: Reach) -> Reach {
    switch (self, other) {
    case (.everything, _), (_, .everything): .everything
    case (.nothing, let reach), (let reach, .nothing): reach
    case (.local(let first), .local(let second)):
      .local(ranges: zip(first, second).map { Self.hull($0, $1) })
    }
  }

  /// How far, in pixels, an output of the image's size looks beyond its own pixel; nil: everywhere.
  package var halo: Int? {
    switch self {
    case .nothing: 0
    case .everything: nil
    case .local(let ranges):
      ranges.enumerated().reduce(0) { max($0, $1.offset - $1.element.lowerBound, $1.element.upperBound - $1.offset) }
    }
  }

  static func hull(_ first: ClosedRange<Int>, _ second: ClosedRange<Int>) -> ClosedRange<Int> {
    min(first.lowerBound, second.lowerBound)...max(first.upperBound, second.upperBound)
  }
}
