import Inference
import Testing

@Suite("Receptive fields")
struct HaloTests {
  /// Changing one pixel changes outputs up to the halo, and none beyond. (Winograd's tiles mix the rounding of their
  /// pixels, so this holds to the last bit on the reference path only.)
  @Test("The halo is reached and not passed", arguments: ["fast", "nested", "convolutions", "strides", "foreign"])
  func isExact(_ name: String) throws {
    let model = try Fixture.model(name, on: Engine(kernels: nil))
    let information = model.information
    let side = 288 / information.stride * information.stride
    let before = Fixture.noise(information.channels, side, side, seed: 3)
    let reference = try Session(model: model, image: before)
    var farthest = [Int](repeating: 0, count: information.exitCount)
    for phase in 0..<information.stride {
      let place = side / 2 + phase
      var after = before
      for channel in 0..<information.channels { after.values[(channel * side + place) * side + place] += 40 }
      let session = try Session(model: model, image: after)
      for exit in model.exits {
        let (first, second) = (try reference.exit(exit).values, try session.exit(exit).values)
        for index in first.indices where first[index] != second[index] {
          let (y, x) = (index / side % side, index % side)
          farthest[exit - 1] = max(farthest[exit - 1], abs(y - place), abs(x - place))
        }
      }
    }
    #expect(farthest == information.halo)
  }

  /// A strip that is cut at multiples of the stride gives the whole image's values a halo away from its cuts.
  @Test("Strips equal the whole", arguments: ["fast", "nested", "strides"])
  func strips(_ name: String) throws {
    let model = try Fixture.model(name)
    let (height, width, stride) = (24 * 12, 24, model.information.stride)
    let image = Fixture.noise(3, height, width, seed: 4)
    let whole = try Session(model: model, image: image)
    for exit in model.exits {
      let halo = try #require(model.information.halo[exit - 1])
      let (top, bottom) = (96 / stride * stride, 240 / stride * stride)
      let rows = top..<bottom
      let strip = Tensor(
        [3, rows.count, width],
        (0..<3).flatMap { channel in
          image.values[(channel * height + top) * width..<(channel * height + bottom) * width]
        })
      let part = try Session(model: model, image: strip).exit(exit).values
      let expected = try whole.exit(exit).values
      var largest: Float = 0
      for channel in 0..<3 {
        for y in rows.lowerBound + halo..<max(rows.lowerBound + halo, rows.upperBound - halo) {
          for x in 0..<width {
            let there = part[(channel * rows.count + y - top) * width + x]
            largest = max(largest, abs(there - expected[(channel * height + y) * width + x]))
          }
        }
      }
      #expect(largest < 5e-6)
    }
  }
}
