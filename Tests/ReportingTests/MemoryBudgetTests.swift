import Dispatch
import Reporting
import Synchronization
import Testing

@Suite struct MemoryBudgetTests {
  @Test func whatIsHeldForLaterGoesWhenItDoesNotFit() {
    let idle = Mutex(30)
    let budget = MemoryBudget(
      limit: 100, idle: { idle.withLock { $0 } }, freeIdle: { idle.withLock { $0 = 0 } })
    budget.acquire(70)
    #expect(idle.withLock { $0 } == 30)
    budget.release(70)
    budget.acquire(50)
    budget.acquire(21)
    #expect(idle.withLock { $0 } == 0)
  }

  @Test func whatIsLargerThanAllOfItIsAloneWhateverItClaims() {
    let budget = MemoryBudget(limit: 100, idle: { 30 })
    budget.acquire(60)
    let claims = DispatchGroup()
    DispatchQueue(label: "claim").async(group: claims) { budget.acquire(.max) }
    #expect(claims.wait(timeout: .now() + .milliseconds(20)) == .timedOut)
    budget.release(60)
    claims.wait()
    let others = DispatchGroup()
    DispatchQueue(label: "other").async(group: others) { budget.acquire(1) }
    #expect(others.wait(timeout: .now() + .milliseconds(20)) == .timedOut)
    budget.release(.max)
    others.wait()
  }

  @Test func partsAreGivenBackOneByOne() {
    let budget = MemoryBudget(limit: 100)
    for bytes in [100, 140, .max] {
      budget.acquire(bytes)
      budget.release(bytes, keeping: 30)
      // Had more been given back, nothing would be left to wait for.
      let rest = DispatchGroup()
      budget.acquire(70)
      DispatchQueue(label: "rest").async(group: rest) { budget.acquire(1) }
      #expect(rest.wait(timeout: .now() + .milliseconds(20)) == .timedOut)
      budget.release(30)
      rest.wait()
      budget.release(70)
      budget.release(1)
    }
  }
}
