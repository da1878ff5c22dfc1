import Foundation
import Imaging
import Testing

/// Files written coefficient by coefficient by `make_coefficient_fixtures.py`.
struct CoefficientFile: Sendable, CustomStringConvertible {
  let name: String
  let width: Int
  let height: Int
  let planeCount: Int

  var description: String { name }

  func bytes() throws -> [UInt8] { try Fixture.bytes("coefficients/\(name).jpg") }

  /// The planes that a float64 decoder gives, 0...255.
  func planes() throws -> [[Float]] {
    let raw = try Fixture.bytes("coefficients/\(name).planes")
    let values = raw.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let size = width * height
    return (0..<planeCount).map { Array(values[$0 * size..<($0 + 1) * size]) }
  }

  static let all: [CoefficientFile] = {
    let listing = (try? Fixture.bytes("coefficients/files.tsv")) ?? []
    return String(decoding: listing, as: UTF8.self).split(separator: "\n").map { line in
      let fields = line.split(separator: "\t").map(String.init)
      return CoefficientFile(
        name: fields[0], width: Int(fields[1]) ?? 0, height: Int(fields[2]) ?? 0, planeCount: Int(fields[3]) ?? 0)
    }
  }()
}

@Suite struct CoefficientTests {
  @Test func thereAreFilesOfEverySampling() {
    #expect(CoefficientFile.all.count == 16)
  }

  @Test(arguments: CoefficientFile.all)
  func planesAreThoseOfAnExactDecoder(file: CoefficientFile) throws {
    let image = try ImageDecoder.decode(try file.bytes())
    #expect(image.coefficients != nil)
    let planes = image.planes()
    let expected = try file.planes()
    #expect(planes.count == expected.count)
    for (plane, expected) in zip(planes, expected) {
      let worst = zip(plane.samples, expected).map { abs($0 * 255 - $1) }.max() ?? .infinity
      #expect(worst < 0.002)
    }
  }

  @Test(arguments: CoefficientFile.all)
  func partsAreThoseOfTheWhole(file: CoefficientFile) throws {
    let image = try ImageDecoder.decode(try file.bytes())
    let whole = image.planes()
    var random = SeededGenerator(seed: 5)
    for _ in 0..<20 {
      let x = Int.random(in: 0..<image.width, using: &random)
      let y = Int.random(in: 0..<image.height, using: &random)
      let width = Int.random(in: 1...image.width - x, using: &random)
      let height = Int.random(in: 1...image.height - y, using: &random)
      for (part, whole) in zip(image.planes(x: x, y: y, width: width, height: height), whole) {
        let expected = (y..<y + height).flatMap { row in
          whole.samples[row * image.width + x..<row * image.width + x + width]
        }
        #expect(part.samples == expected)
      }
    }
  }

  @Test(arguments: Fixture.pictures.filter { $0.name.hasPrefix("ycbcr") || $0.name.hasPrefix("gray") })
  func samplesAreWithinALevelOfTheLibrarys(picture: Fixture.Picture) throws {
    let image = try picture.decoded()
    guard image.jpeg != nil else { return }
    #expect(image.coefficients != nil)
    let worst = zip(image.samples.integers, try picture.golden()).map { abs($0 - $1) }.max()
    #expect(try #require(worst) <= 1)
  }

  @Test func kindsOfCodingGiveTheSameCoefficients() throws {
    let plain = try Fixture.picture("ycbcr-420").decoded()
    for name in ["progressive", "arithmetic", "arithmetic-progressive", "restart", "scans"].map({ "ycbcr-420-\($0)" }) {
      #expect(try Fixture.picture(name).decoded().coefficients == plain.coefficients, "\(name)")
    }
    #expect(try Fixture.picture("ycbcr-422").decoded().coefficients != plain.coefficients)
  }

  @Test func whatHasNoPlanesOfItsOwnIsHeldInSamples() throws {
    for name in ["cmyk-adobe", "cmyk-plain", "ycck-adobe", "rgb"] {
      #expect(try Fixture.picture(name).decoded().coefficients == nil, "\(name)")
    }
  }

  @Test func chromaOfAThirdOfTheWidthIsHeldInSamples() throws {
    // Sampling factors of the luma component, in the frame header.
    var bytes = try Fixture.bytes("ycbcr-444.jpg")
    let frame = try #require(bytes.firstIndex(ofSequence: [0xFF, 0xC0]))
    for (factors, isHeld) in [(0x11, true), (0x21, true), (0x31, false), (0x41, true), (0x13, false)] {
      bytes[frame + 11] = UInt8(factors)
      #expect(try ImageDecoder.inspect(bytes).keepsCoefficients == isHeld, "\(factors)")
    }
  }
}
