import Reporting
import Synchronization

/// Records of several threads.
final class Records: Sendable {
  private let records = Mutex<[ImageRecord]>([])

  var all: [ImageRecord] { records.withLock { $0 } }

  func add(_ record: ImageRecord) { records.withLock { $0.append(record) } }
}
