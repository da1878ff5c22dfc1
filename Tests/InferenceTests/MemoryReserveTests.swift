import Dispatch
import Testing

@testable import Inference

@Suite struct MemoryReserveTests {
  private static let megabyte = (1 << 20) / MemoryLayout<Float>.size
  private let reserve = MemoryReserve()

  private func megabytes(_ count: Int) throws -> Buffer { try #require(reserve.take(count * Self.megabyte)) }
  private var waiting: Int { reserve.waitingBytes >> 20 }

  @Test func whatCameBackIsGivenAgain() throws {
    let first = try megabytes(4).start
    #expect(waiting == 4)
    let second = try megabytes(4)
    #expect(second.start == first && waiting == 0)
    #expect(try megabytes(4).start != first)
  }

  @Test func aLargerOneServesUnlessItIsMuchLarger() throws {
    let start = try megabytes(6).start
    do {
      let smaller = try megabytes(4)
      #expect(smaller.start == start && smaller.count == 4 * Self.megabyte && waiting == 0)
    }
    #expect(waiting == 6)
    // Not of one that is twice as large: that goes, since both together are more than ever was in use.
    _ = try megabytes(3)
    #expect(waiting == 3)
  }

  @Test func neverMoreThanWasInUseAtTheSameTime() throws {
    var both: [Buffer] = [try megabytes(4), try megabytes(5)]
    both = []
    #expect(waiting == 9 && both.isEmpty)
    let other = try megabytes(7)
    #expect(waiting == 0 && other.count == 7 * Self.megabyte)
    let small = try megabytes(1)
    #expect(small.count == Self.megabyte)
    // One that is too large for what is in use beside it isn't taken either.
    let most = MemoryReserve()
    let large = try #require(most.take(6 * Self.megabyte))
    #expect(large.count == 6 * Self.megabyte && most.waitingBytes == 0)
  }

  @Test func smallAndHugeOnesAreNotKept() throws {
    #expect(try #require(reserve.take(1000)).count == 1000)
    #expect(waiting == 0)
    _ = try megabytes(520)
    #expect(waiting == 0)
  }

  @Test func whatCannotBeHadLeavesNoTrace() throws {
    _ = try megabytes(4)
    #expect(reserve.take(Int.max / 4) == nil)
    #expect(waiting == 0)
    _ = try megabytes(4)
    // The peak is what was really in use.
    let other = try megabytes(7)
    #expect(waiting == 0 && other.count == 7 * Self.megabyte)
  }

  @Test func partsKeepTheWholeAway() throws {
    var whole: Buffer? = try megabytes(4)
    var part = whole.map { Buffer($0, from: 64, count: 128) }
    whole = nil
    #expect(waiting == 0 && part?.count == 128)
    part = nil
    #expect(waiting == 4)
    reserve.drain()
    #expect(waiting == 0)
  }

  @Test func manyThreadsTakeAndGive() {
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for round in 0..<200 {
        guard let buffer = reserve.take((1 + (thread + round) % 3) * Self.megabyte) else { continue }
        buffer.start[0] = Float(thread)
        buffer.start[buffer.count - 1] = Float(thread)
        #expect(buffer.start[0] == Float(thread))
      }
    }
    #expect(waiting > 0 && waiting <= 24)
  }
}
