import Dispatch
import Synchronization

/// Encodes a picture from its top on a thread of its own, while others still make its lower rows.
///
/// Gives the bytes that ``ImageEncoder/encode(_:as:metadata:)`` gives for the finished picture.
package final class StreamedEncoding: Sendable {
  private let options: EncodingOptions
  private let policy: MetadataPolicy
  private let state = Mutex(State())

  private struct State {
    var result: Result<[UInt8], ImageEncodingError>?
    var wait = Duration.zero
  }

  /// An encoding for one picture, which is yet to come.
  package init(as options: EncodingOptions, metadata policy: MetadataPolicy) {
    self.options = options
    self.policy = policy
  }

  /// The file; nil if no picture came.
  ///
  /// - Throws: ``ImageEncodingError``.
  package func file() throws(ImageEncodingError) -> [UInt8]? {
    try state.withLock { $0.result }?.get()
  }

  /// How long the encoder still took once the last row was there.
  package var wait: Duration { state.withLock { $0.wait } }

  /// Encodes the picture that `fill` writes onto a canvas.
  ///
  /// - Throws: ``ImageEncodingError`` for a size or an option that the format hasn't, before `fill` begins, and what
  ///   `fill` throws; what goes wrong with the encoding later is told by ``file()``.
  func follow(
    _ picture: PictureDescription, on canvas: RowCanvas, _ fill: (RowCanvas) throws -> Void
  ) throws {
    try ImageEncoder.check(width: picture.width, height: picture.height, as: options)
    let progress = RowProgress(rows: picture.height, samplesInRow: picture.width * picture.colorModel.channels)
    let group = DispatchGroup()
    // The memory stays until the group is done.
    nonisolated(unsafe) let rows = PictureRows(start: canvas.base, progress: progress)
    DispatchQueue(label: "rbqe.encode").async(group: group) { [self] in
      let result = capture { () throws(ImageEncodingError) in
        try ImageEncoder.encode(picture, rows, as: options, metadata: policy)
      }
      state.withLock { $0.result = result }
    }
    do {
      try fill(canvas.reporting(to: progress))
    } catch {
      progress.abandon()
      group.wait()
      state.withLock { $0.result = nil }
      throw error
    }
    progress.finish()
    let filled = ContinuousClock.now
    group.wait()
    state.withLock { $0.wait = ContinuousClock.now - filled }
  }
}
