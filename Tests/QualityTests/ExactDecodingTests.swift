import CKernels
import Imaging
import Quality
import Testing

/// What the kernels take for the decoding of coefficients is what libjpeg makes of them, sample by sample.
@Suite struct ExactDecodingTests {
  private static var tables: [rbqe_kernel_table] {
    (0..<rbqe_kernel_table_count()).compactMap { rbqe_kernel_table_at($0)?.pointee }
  }

  /// A file's coefficients, and what libjpeg decodes it to, before it makes colours.
  private func decoded(
    quality: Int, sampling: ChromaSampling, isGrey: Bool = false
  ) throws -> (own: JPEGCoefficients, width: Int, levels: [UInt8]) {
    var image = try Fixture.reference("flower.png")
    if isGrey { image = try Image(planes: [image.planes()[0]], colorModel: .gray) }
    let file = try ImageEncoder.encode(image, as: .jpeg(JPEGOptions(quality: quality, sampling: sampling)))
    let decoded = try ImageDecoder.decodeSamples(file)
    guard case .eight(let levels) = decoded.samples else { throw Fixture.Unreadable(name: "flower.png") }
    return (try #require(ImageDecoder.decode(file).coefficients), decoded.width, levels)
  }

  @Test(arguments: [10, 60, 95, 100]) func greyIsExact(quality: Int) throws {
    let (own, width, levels) = try decoded(quality: quality, sampling: .s444, isGrey: true)
    let component = own.components[0]
    let steps = component.steps.map(Float.init)
    for row in 0..<component.height / 8 {
      let blocks = own.blocks(0, row: row)
      for block in 0..<component.width / 8 {
        let seen = (0..<64).map { Float(levels[(8 * row + $0 / 8) * width + 8 * block + $0 % 8]) - 128 }
        let (larger, smaller) = (seen.map { $0 < 127 ? Float(1) : 0 }, seen.map { $0 > -128 ? Float(1) : 0 })
        let isTelling = zip(larger, smaller).count { $0 * $1 > 0 } >= 32
        let truth = (0..<64).map { blocks[64 * block + $0] }
        for table in Self.tables {
          var found = truth
          #expect(table.match_rounding(&found, steps, seen, larger, smaller, 4) == (isTelling ? 0 : 1))
          #expect(found == truth)
          // One level more, and it isn't.
          var other = seen
          other[block % 64] += 1
          #expect(table.match_rounding(&found, steps, other, larger, smaller, 1) > 0 || found != truth)
        }
      }
    }
  }

  @Test(arguments: [ChromaSampling.s420, .s422, .s440], [50, 98]) func chromaIsExact(
    sampling: ChromaSampling, quality: Int
  ) throws {
    let (own, width, levels) = try decoded(quality: quality, sampling: sampling)
    let (across, down) = (own.components[1].across, own.components[1].down)
    var (blockCount, rightCount) = (0, 0)
    for (index, row) in [1, 2].flatMap({ index in (0..<own.height / (8 * down)).map { (index, $0) } }) {
      let steps = own.components[index].steps.map(Float.init)
      let blocks = own.blocks(index, row: row)
      for block in 0..<own.width / (8 * across) {
        let truth = (0..<64).map { blocks[64 * block + $0] }
        let seen = (0..<64 * across * down).map { place in
          let (x, y) = (8 * across * block + place % (8 * across), 8 * down * row + place / (8 * across))
          return Int16(levels[3 * (y * width + x) + index]) - 128
        }
        // As rounding leaves them; of fine steps, at two places, nearer to the next multiple.
        let nearly = (0..<64).map { place in
          steps[place] * Float(truth[place]) + (steps[place] <= 2 && [2, 9].contains(place) ? steps[place] / 1.5 : 0.3)
        }
        let start = zip(nearly, steps).map { Int16(($0 / $1).rounded()) }
        var first: [Int16]?
        for table in Self.tables {
          var found = truth
          #expect(table.match_widened(&found, steps, nearly, seen, Int32(across), Int32(down), 16) == 0)
          #expect(found == truth)
          found = start
          _ = table.match_widened(&found, steps, nearly, seen, Int32(across), Int32(down), 16)
          #expect(found == first ?? found)
          first = found
        }
        blockCount += 1
        rightCount += first == truth ? 1 : 0
      }
    }
    #expect(blockCount > 100 && 20 * rightCount >= 19 * blockCount, "\(rightCount) of \(blockCount)")
  }
}
