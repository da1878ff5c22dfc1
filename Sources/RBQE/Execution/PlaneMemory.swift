import Imaging

extension [Plane] {
  /// The samples of all planes, to be changed, for the time of the call.
  mutating func withMutablePointers(_ body: ([UnsafeMutablePointer<Float>]) -> Void) {
    func collect(_ starts: [UnsafeMutablePointer<Float>]) {
      guard starts.count < count else { return body(starts) }
      let index = starts.count
      // Taken out, so that nothing is copied.
      var samples: [Float] = []
      swap(&samples, &self[index].samples)
      samples.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { collect(starts + [start]) }
      }
      swap(&samples, &self[index].samples)
    }
    collect([])
  }
}
