import CKernels

extension Array {
  /// An array of `count` elements that `fill` writes, every one of them.
  @inline(__always)
  init(filling count: Int, _ fill: (UnsafeMutablePointer<Element>) throws -> Void) rethrows {
    try self.init(unsafeUninitializedCapacity: count) { buffer, filled in
      if let start = buffer.baseAddress {
        rbqe_prefer_huge_pages(start, count * MemoryLayout<Element>.stride)
        try fill(start)
      }
      filled = count
    }
  }
}

extension Array {
  /// The start of the elements, or nothing to do for an empty array.
  @inline(__always)
  func withPointer(_ body: (UnsafePointer<Element>) -> Void) {
    withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress { body(start) }
    }
  }
}
