import CKernels
import Foundation
import Testing

/// Work on JPEG blocks: right, and the same bits from every instruction set.
@Suite("Block kernels")
struct BlockKernelTests {
  private static let middle: Float = 128.0 / 255
  private static let steps: [Float] = (0..<64).map { Float(1 + $0 / 3) / 255 }

  private static var tables: [rbqe_kernel_table] {
    (0..<rbqe_kernel_table_count()).compactMap { rbqe_kernel_table_at($0)?.pointee }
  }

  private func coefficients(_ count: Int, _ random: inout SplitMix) -> [Int16] {
    (0..<64 * count).map { index in
      let size = index % 64 == 0 ? 120.0 : 60.0 / Double(1 + index % 64)
      return Int16(size * Double(random.next() % 2001) / 1000 - size)
    }
  }

  private func numbers(_ count: Int, _ random: inout SplitMix) -> [Float] {
    (0..<count).map { _ in Float(random.next() % 2001) / 1000 - 1 }
  }

  @Test("The transform is the orthonormal one, there and back")
  func transforms() {
    var random = SplitMix(seed: 3)
    let count = 5
    let values = coefficients(count, &random)
    for table in Self.tables {
      var samples = [Float](repeating: .nan, count: 64 * count)
      table.decode_blocks(values, count, Self.steps, Self.middle, &samples, 8 * count)
      var back = [Float](repeating: .nan, count: 64 * count)
      table.transform_blocks(samples, 8 * count, count, Self.middle, &back)
      for block in 0..<count {
        var isWithin = true
        for y in 0..<8 {
          for x in 0..<8 {
            var sum = 0.0
            for v in 0..<8 {
              for u in 0..<8 {
                let scale = (u == 0 ? 0.5.squareRoot() : 1) * (v == 0 ? 0.5.squareRoot() : 1) / 4
                let wave =
                  cos(Double((2 * x + 1) * u) * .pi / 16) * cos(Double((2 * y + 1) * v) * .pi / 16) * scale
                sum += Double(values[64 * block + 8 * v + u]) * Double(Self.steps[8 * v + u]) * wave
              }
            }
            let expected = sum + Double(Self.middle)
            isWithin = isWithin && expected > 0 && expected < 1
            let result = Double(samples[(y * count + block) * 8 + x])
            #expect(abs(result - min(1, max(0, expected))) < 2e-6)
          }
        }
        guard isWithin else { continue }
        for place in 0..<64 {
          let expected = Float(values[64 * block + place]) * Self.steps[place]
          #expect(abs(back[64 * block + place] - expected) < 2e-6)
        }
      }
    }
  }

  @Test("Without spans coefficients come into their intervals, and nothing changes that is inside")
  func clamps() throws {
    var random = SplitMix(seed: 4)
    let count = 7
    let values = coefficients(count, &random)
    let reach = Self.steps.map { $0 / 2 }
    let spans = [Float](repeating: 0, count: 64)
    let samples = (0..<64 * count).map { _ in Float(random.next() % 1000) / 999 }
    var results: [(change: [Float], clamped: Int64)] = []
    for table in Self.tables {
      var change = [Float](repeating: .nan, count: 64 * count)
      let clamped = table.hold_blocks(
        values, count, Self.steps, reach, spans, Self.middle, samples, 8 * count, &change, 8 * count)
      results.append((change, clamped))
      let projected = zip(samples, change).map { $0 + $1 }
      var transformed = [Float](repeating: .nan, count: 64 * count)
      table.transform_blocks(projected, 8 * count, count, Self.middle, &transformed)
      for place in transformed.indices {
        let away = abs(transformed[place] - Float(values[place]) * Self.steps[place % 64])
        #expect(away <= reach[place % 64] + 2e-6)
      }
      let slack = reach.map { $0 + 1e-5 }
      let again = table.hold_blocks(
        values, count, Self.steps, slack, spans, Self.middle, projected, 8 * count, &change, 8 * count)
      #expect(again == 0 && change.allSatisfy { $0 == 0 })
    }
    let first = try #require(results.first)
    #expect(first.clamped > 0)
    for result in results { #expect(result.change == first.change && result.clamped == first.clamped) }
  }

  @Test(
    "Coefficients come to the mean of what they may be, as numerical integration finds it", arguments: [0, 1, 5, 63])
  func expects(activity: Int) {
    var random = SplitMix(seed: 9)
    let count = 6
    var values = [Int16](repeating: 0, count: 64 * count)
    // The first coefficient doesn't count.
    for block in 0..<count {
      for place in 1..<activity + 1 { values[64 * block + place] = 2 }
      values[64 * block] = block % 2 == 0 ? 3 : 0
    }
    let (span, reach) = (0.03, Self.steps.map { $0 / 2 })
    let spans = (0..<64).map { $0 == activity ? Float(span) : 1 }
    let samples = (0..<64 * count).map { _ in 0.3 + Float(random.next() % 1000) / 2500 }
    var first: [Float]?
    for table in Self.tables {
      var before = [Float](repeating: .nan, count: 64 * count)
      var (after, change) = (before, before)
      table.transform_blocks(samples, 8 * count, count, Self.middle, &before)
      _ = table.hold_blocks(
        values, count, Self.steps, reach, spans, Self.middle, samples, 8 * count, &change, 8 * count)
      table.transform_blocks(zip(samples, change).map { $0 + $1 }, 8 * count, count, Self.middle, &after)
      for place in before.indices {
        let (center, room) = (Double(values[place]) * Double(Self.steps[place % 64]), Double(reach[place % 64]))
        let away = Double(before[place]) - center
        // What is so far outside that hardly any value is possible counts as if it lay nearer.
        let counted = min(max(away, -room - 0.95 * span), room + 0.95 * span)
        let expected = mean(of: room, away: counted, span: span)
        #expect(abs(Double(after[place]) - center - expected) < 2e-5)
        #expect(abs(Double(after[place]) - center) < room + 2e-6)
      }
      #expect(change == first ?? change)
      first = change
    }
  }

  @Test(
    "Coefficients are found that are decoded to what was rounded", arguments: [Float(1), 2, 5], [Int32(1), 16])
  func matchesRounding(step: Float, guesses: Int32) throws {
    var random = SplitMix(seed: 6)
    let count = 60
    let steps = (0..<64).map { step + Float($0 / 16) }
    let scaled = steps.map { $0 / 255 }
    let values = coefficients(count, &random).map { $0 / 2 }
    let scalar = try #require(Self.tables.last)
    var decoded = [Float](repeating: .nan, count: 64 * count)
    var levels = decoded
    for block in 0..<count {
      scalar.decode_blocks(Array(values[64 * block..<64 * block + 64]), 1, scaled, 0.5, &decoded, 8)
      for place in 0..<64 { levels[64 * block + place] = ((decoded[place] - 0.5) * 255).rounded() }
    }
    var (right, nearest, explained) = (0, 0, 0)
    for block in 0..<count {
      let own = Array(values[64 * block..<64 * block + 64])
      let seen = Array(levels[64 * block..<64 * block + 64])
      // Two samples were cut off, and nothing is known of a third.
      var (blurred, larger, smaller) = (seen, [Float](repeating: 1, count: 64), [Float](repeating: 1, count: 64))
      for place in [9, 40] { (blurred[place], larger[place]) = (seen[place] - 3, 0) }
      (blurred[27], larger[27], smaller[27]) = (seen[27] + 5, 0, 0)
      var spectrum = [Float](repeating: .nan, count: 64)
      scalar.transform_blocks(seen, 8, 1, 0, &spectrum)
      let start = zip(spectrum, steps).map { Int16(($0 / $1).rounded()) }
      nearest += zip(start, own).count { $0 == $1 }
      var first: (values: [Int16], verdict: Int32)?
      for table in Self.tables {
        var found = start
        let verdict = table.match_rounding(&found, steps, blurred, larger, smaller, guesses)
        #expect(found == first?.values ?? found && verdict == first?.verdict ?? verdict)
        first = (found, verdict)
      }
      let found = try #require(first)
      right += zip(found.values, own).count { $0 == $1 }
      explained += found.verdict < 2 ? 1 : 0
      guard found.verdict < 2 else { continue }
      scalar.decode_blocks(found.values, 1, scaled, 0.5, &decoded, 8)
      for place in 0..<64 {
        let difference = (decoded[place] - 0.5) * 255 - blurred[place]
        #expect(difference < 0.63 || larger[place] == 0)
        #expect(difference > -0.63 || smaller[place] == 0)
      }
    }
    #expect(Double(explained) > (step > 1 ? 0.95 : 0.6) * Double(count), "\(explained)")
    #expect(2 * (64 * count - right) <= 64 * count - nearest, "\(right) \(nearest)")
    #expect(step < 5 || Double(right) > 0.999 * Double(64 * count), "\(right)")
  }

  @Test("Whatever is seen, every table searches alike, and stays in range", arguments: [Float(1), 40, 255])
  func searchesAnything(step: Float) {
    var random = SplitMix(seed: 9)
    let steps = [Float](repeating: step, count: 64)
    for round in 0..<20 {
      let size = round % 2 == 0 ? 300.0 : 32767.0
      let start = (0..<64).map { _ in Int16(size * (Double(random.next() % 2001) / 1000 - 1)) }
      let nearly = (0..<64).map { Float(start[$0]) * step + Float(random.next() % 2001) / 1000 - 1 }
      let seen = (0..<256).map { _ in Int16(Int(random.next() % 256) - 128) }
      let counts = (0..<64).map { _ in Float(random.next() % 2) }
      for (across, down) in [(Int32(2), Int32(2)), (2, 1), (1, 2)] {
        var first: (answers: [Int32], values: [[Int16]])?
        for table in Self.tables {
          var (own, widened) = (start, start)
          let answers = [
            table.match_rounding(&own, steps, seen.map(Float.init), counts, counts.reversed(), 16),
            table.match_widened(&widened, steps, nearly, seen, across, down, 16),
          ]
          #expect((0...2).contains(answers[0]) && (answers[0] < 2 || own == start))
          #expect(zip(widened, start).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
          #expect(answers == first?.answers ?? answers && [own, widened] == first?.values ?? [own, widened])
          first = (answers, [own, widened])
        }
      }
    }
  }

  @Test("Nothing is exact where too little was seen")
  func scantEvidence() {
    let (steps, nothing) = ([Float](repeating: 1, count: 64), [Float](repeating: 0, count: 64))
    let seen = [Int16](repeating: .min, count: 256)
    for table in Self.tables {
      var values = [Int16](repeating: 0, count: 64)
      #expect(table.match_rounding(&values, steps, nothing, nothing, nothing, 16) == 1)
      #expect(table.match_widened(&values, steps, nothing, seen, 2, 2, 16) == 1)
      #expect(values == [Int16](repeating: 0, count: 64))
    }
  }

  @Test("Spans and rooms without bounds do no harm", arguments: [Float(1e-30), 1e-3, 1e3, .greatestFiniteMagnitude])
  func extremes(span: Float) {
    var random = SplitMix(seed: 2)
    let values = coefficients(2, &random)
    let samples = (0..<128).map { _ in Float(random.next() % 1000) / 999 }
    let spans = [Float](repeating: span, count: 64)
    for (reach, isFree) in [
      (Self.steps.map { $0 / 2 }, false), (Self.steps.map { _ in .greatestFiniteMagnitude }, true),
    ] {
      var first: [Float]?
      for table in Self.tables {
        var change = [Float](repeating: .nan, count: 128)
        let outside = table.hold_blocks(
          values, 2, Self.steps, reach, spans, Self.middle, samples, 16, &change, 16)
        #expect(change.allSatisfy(\.isFinite) && (outside == 0) == isFree)
        if isFree { #expect(change.allSatisfy { abs($0) < 1e-5 }) }
        #expect(change == first ?? change)
        first = change
      }
    }
  }

  /// The mean of -room...room, weighed by a parabola of half width `span` around `away`.
  private func mean(of room: Double, away: Double, span: Double) -> Double {
    var (sum, weight) = (0.0, 0.0)
    for step in 0..<20000 {
      let value = room * (Double(step) + 0.5) / 10000 - room
      let density = max(0, 1 - (value - away) * (value - away) / (span * span))
      sum += density * value
      weight += density
    }
    return sum / weight
  }

  @Test("Colours come into the gamut, and those inside stay")
  func holdsColors() {
    var random = SplitMix(seed: 6)
    let count = 200
    let y = numbers(count, &random).map { abs($0) }
    let (cb, cr) = (numbers(count, &random).map { 0.5 + $0 / 3 }, numbers(count, &random).map { 0.5 + $0 / 3 })
    var all: [[Float]] = []
    for table in Self.tables {
      var (heldY, heldCb, heldCr) = (y, cb, cr)
      table.hold_colors(&heldY, &heldCb, &heldCr, count, Self.middle)
      for place in 0..<count {
        func colors(_ y: Float, _ cb: Float, _ cr: Float) -> [Float] {
          let (blue, red) = (cb - Self.middle, cr - Self.middle)
          return [y + 1.402 * red, y - 0.344136286 * blue - 0.714136286 * red, y + 1.772 * blue]
        }
        let before = colors(y[place], cb[place], cr[place])
        let after = colors(heldY[place], heldCb[place], heldCr[place])
        for (before, after) in zip(before, after) { #expect(abs(after - min(1, max(0, before))) < 2e-6) }
        if before.allSatisfy({ (0...1).contains($0) }) {
          #expect(heldY[place] == y[place] && heldCb[place] == cb[place] && heldCr[place] == cr[place])
        }
      }
      all.append(heldY + heldCb + heldCr)
    }
    #expect(all.allSatisfy { $0 == all[0] })
  }

  @Test("Rows of samples become wider and narrower with the same bits everywhere")
  func resamples() throws {
    var random = SplitMix(seed: 5)
    for count in [1, 2, 7, 8, 33, 100] {
      let (near, far) = (numbers(count + 2, &random), numbers(count + 2, &random))
      var all: [[Float]] = []
      for table in Self.tables {
        var blended = [Float](repeating: 0, count: count + 2)
        table.blend_rows(near, far, count + 2, &blended)
        var wide = [Float](repeating: 0, count: 2 * count)
        blended.withUnsafeBufferPointer { table.widen_row($0.baseAddress.map { $0 + 1 }, count, &wide) }
        var narrow = [Float](repeating: 0, count: count)
        wide.withUnsafeBufferPointer { wide in
          let rows: [UnsafePointer<Float>?] = [wide.baseAddress, wide.baseAddress]
          table.average_rows(rows, 2, 2, count, &narrow)
        }
        var spread = wide
        table.spread_row(near, 2, 2 * count, &spread)
        for place in 0..<count {
          let neighbours = (blended[place], blended[place + 1], blended[place + 2])
          #expect(abs(wide[2 * place] - (0.75 * neighbours.1 + 0.25 * neighbours.0)) < 1e-6)
          #expect(abs(wide[2 * place + 1] - (0.75 * neighbours.1 + 0.25 * neighbours.2)) < 1e-6)
          #expect(abs(narrow[place] - (wide[2 * place] + wide[2 * place + 1]) / 2) < 1e-6)
          #expect(abs(spread[2 * place + 1] - wide[2 * place + 1] - near[place]) < 1e-6)
        }
        all.append(wide + narrow + spread)
      }
      #expect(all.allSatisfy { $0 == all[0] })
    }
  }
}
