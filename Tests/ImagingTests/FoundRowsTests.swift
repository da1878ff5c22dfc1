import Imaging
import Testing

/// What the network reads of a picture whose coefficients were found in its samples.
@Suite struct FoundRowsTests {
  /// A file, the same as samples, and its coefficients, of which some blocks are unknown.
  private func picture(_ name: String, unknown: [(component: Int, column: Int, row: Int)]) throws -> (
    file: Image, samples: Image, found: JPEGCoefficients
  ) {
    let file = try Fixture.picture(name).decoded()
    let own = try #require(file.coefficients)
    let memories = own.components.enumerated().map { index, component in
      CoefficientMemory(blockCount: component.blocksAcross * component.blocksDown) { values, known in
        for row in 0..<component.blocksDown {
          for column in 0..<component.blocksAcross {
            let place = row * component.blocksAcross + column
            let isKnown = !unknown.contains { $0 == (index, column, row) }
            known[place] = isKnown
            // What is unknown may be anything.
            for k in 0..<64 { values[64 * place + k] = isKnown ? own.blocks(index, row: row)[64 * column + k] : 99 }
          }
        }
      }
    }
    let found = JPEGCoefficients(
      width: file.width, height: file.height, colorModel: file.colorModel, components: own.components, found: memories)
    return (file, try file.converted(to: .png), found)
  }

  private func read(_ image: Image, _ found: JPEGCoefficients?, columns: Range<Int>) -> [[Float]] {
    let rows = ImageRows(image, found: found)
    var planes = [[Float]](repeating: [], count: image.colorModel.channels)
    for row in 0..<image.height {
      var line = [Float](repeating: .nan, count: columns.count * planes.count)
      line.withUnsafeMutableBufferPointer { line in
        guard let start = line.baseAddress else { return }
        let starts = planes.indices.map { start + $0 * columns.count }
        if starts.count == 1 {
          rows.read(row, columns, channel: 0, into: starts[0])
        } else {
          rows.read(row, columns, into: starts)
        }
      }
      for index in planes.indices { planes[index] += line[index * columns.count..<(index + 1) * columns.count] }
    }
    return planes
  }

  @Test(arguments: ["ycbcr-420", "ycbcr-422", "ycbcr-444", "gray"])
  func whatIsKnownIsDecoded(name: String) throws {
    let (file, samples, found) = try picture(name, unknown: [])
    for columns in [0..<file.width, 5..<file.width - 3] {
      #expect(read(samples, found, columns: columns) == read(file, nil, columns: columns))
      #expect(read(samples, nil, columns: columns) != read(file, nil, columns: columns))
    }
  }

  @Test func whatDependsOnUnknownBlocksStays() throws {
    let (file, samples, found) = try picture("ycbcr-420", unknown: [(0, 1, 0), (1, 1, 1)])
    let width = file.width
    let (mixed, decoded, seen) = (
      read(samples, found, columns: 0..<width), read(file, nil, columns: 0..<width),
      read(samples, nil, columns: 0..<width)
    )
    for place in 0..<width * file.height {
      let (x, y) = (place % width, place / width)
      #expect(mixed[0][place] == (8..<16 ~= x && 0..<8 ~= y ? seen : decoded)[0][place], "\(x) \(y)")
      // The filter looks one sample to each side.
      #expect(mixed[1][place] == (15...32 ~= x && 15...32 ~= y ? seen : decoded)[1][place], "\(x) \(y)")
      #expect(mixed[2][place] == decoded[2][place])
    }
  }
}
