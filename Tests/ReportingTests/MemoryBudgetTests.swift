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
}
