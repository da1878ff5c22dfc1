import Testing

@testable import Imaging

/// Columns and rows that are put before a picture, and taken off again.
@Suite struct MarginTests {
  private let picture = Image(
    width: 3, height: 2, colorModel: .rgb, samples: .eight((0..<18).map { UInt8($0) }),
    alpha: .eight([1, 2, 3, 4, 5, 6]))

  @Test func theFirstColumnAndRowAreRepeated() {
    let extended = picture.extended(left: 1, top: 2)
    #expect(extended.width == 4 && extended.height == 4)
    let first: [UInt8] = [0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    let second: [UInt8] = [9, 10, 11, 9, 10, 11, 12, 13, 14, 15, 16, 17]
    #expect(extended.samples == .eight(first + first + first + second))
    #expect(extended.alpha == .eight([1, 1, 2, 3, 1, 1, 2, 3, 1, 1, 2, 3, 4, 4, 5, 6]))
  }

  @Test(arguments: [(0, 0), (1, 0), (0, 3), (15, 7)])
  func whatWasPutBeforeIsTakenOff(left: Int, top: Int) {
    #expect(picture.extended(left: left, top: top).dropped(left: left, top: top) == picture)
    let deep = Image(width: 2, height: 2, colorModel: .gray, samples: .sixteen([1, 500, 60_000, 7]))
    #expect(deep.extended(left: left, top: top).dropped(left: left, top: top) == deep)
  }
}
