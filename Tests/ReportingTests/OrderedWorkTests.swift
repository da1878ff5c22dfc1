import Reporting
import Synchronization
import Testing

/// Work side by side, results in order.
@Suite struct OrderedWorkTests {
  private struct Stop: Error {}

  @Test(arguments: [1, 2, 7]) func resultsComeInOrder(jobs: Int) {
    var seen: [Int] = []
    OrderedWork(jobs: jobs).run(200) { index in
      // Later pieces are done sooner.
      var sum = 0
      for number in 0..<(200 - index) * 50 { sum &+= number }
      return (index, sum)
    } report: { index, result in
      #expect(result.0 == index)
      seen.append(index)
    }
    #expect(seen == Array(0..<200))
    OrderedWork(jobs: jobs).run(
      0, work: { $0 }, report: { _, _ in Issue.record("there is nothing to report") })
  }

  @Test func anErrorEndsTheWork() {
    let begun = Atomic(0)
    #expect(throws: Stop.self) {
      try OrderedWork(jobs: 3).run(10_000) { _ in
        begun.wrappingAdd(1, ordering: .relaxed)
      } report: { index, _ in
        if index == 5 { throw Stop() }
      }
    }
    #expect(begun.load(ordering: .relaxed) < 100)
  }

  /// A slow first piece doesn't let the results of all others pile up.
  @Test func fewResultsWait() {
    let begun = Atomic(0)
    let ahead = Atomic(0)
    OrderedWork(jobs: 2).run(500) { _ in
      begun.wrappingAdd(1, ordering: .relaxed)
    } report: { index, _ in
      let lead = begun.load(ordering: .relaxed) - index
      ahead.max(lead, ordering: .relaxed)
    }
    #expect(ahead.load(ordering: .relaxed) <= 9)
  }

  @Test func whatComesOutOfOrderWaits() {
    var results = InOrder<String>()
    results.add("b", at: 1)
    results.add("d", at: 3)
    #expect(results.take() == nil)
    results.add("a", at: 0)
    #expect(results.take() == "a" && results.take() == "b" && results.take() == nil)
    #expect(results.takeRest() == ["d"])
    #expect(results.takeRest().isEmpty)
  }
}
