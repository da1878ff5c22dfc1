import Testing

@testable import Quality

@Suite struct ChromaNarrowingTests {
  /// What libjpeg's triangle filter makes of a line: twice as long, or one less.
  private func widened(_ line: [Float], to length: Int) -> [Float] {
    (0..<length).map { place in
      let own = place / 2
      let other = place % 2 == 0 ? max(0, own - 1) : min(line.count - 1, own + 1)
      return 0.75 * line[own] + 0.25 * line[other]
    }
  }

  private func transposed(_ plane: [Float], width: Int) -> [Float] {
    (0..<width).flatMap { column in stride(from: column, to: plane.count, by: width).map { plane[$0] } }
  }

  private func widenedAcross(_ plane: [Float], width: Int, to length: Int) -> [Float] {
    stride(from: 0, to: plane.count, by: width).flatMap { widened(Array(plane[$0..<$0 + width]), to: length) }
  }

  @Test func whatTheFilterWidenedComesBack() {
    for width in [1, 2, 3, 5, 7, 8, 16, 33] {
      for height in [1, 2, 3, 7, 8, 9, 20] {
        for (across, down) in [(2, 1), (1, 2), (2, 2)] {
          let (narrowWidth, narrowHeight) = ((width + across - 1) / across, (height + down - 1) / down)
          let plane = (0..<narrowWidth * narrowHeight).map { Float($0 &* 7919 % 251) }
          var wide = across == 2 ? widenedAcross(plane, width: narrowWidth, to: width) : plane
          if down == 2 {
            let turned = transposed(wide, width: width)
            wide = transposed(widenedAcross(turned, width: narrowHeight, to: height), width: height)
          }
          let narrow = ChromaNarrowing.narrow(wide, width: width, height: height, across: across, down: down)
          #expect((narrow.width, narrow.height) == (narrowWidth, narrowHeight))
          let farthest = zip(narrow.samples, plane).map { abs($0 - $1) }.max() ?? 0
          #expect(farthest < 0.01, "\(width)x\(height), \(across)x\(down)")
        }
      }
    }
  }

  @Test func wholeNumbersAreTheNearest() {
    for (number, whole) in [
      (Float(0.49), Float(0)), (0.51, 1), (-0.49, 0), (-0.51, -1), (2.5, 2), (3.5, 4), (-2.5, -2),
      (4_194_303.75, 4_194_304),
      (-4_194_303.75, -4_194_304),
    ] { #expect(number.nearestWhole == whole, "\(number)") }
  }
}
