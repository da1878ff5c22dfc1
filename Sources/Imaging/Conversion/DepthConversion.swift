extension Samples {
  /// The samples at another depth, rounded to nearest; themselves where the depth agrees.
  func converted(to depth: BitDepth) -> Samples {
    switch (self, depth) {
    case (.eight, .eight), (.sixteen, .sixteen): self
    case (.eight(let samples), .sixteen): .sixteen(widened(samples))
    case (.sixteen(let samples), .eight): .eight(narrowed(samples))
    }
  }
}

private func widened(_ samples: [UInt8]) -> [UInt16] {
  [UInt16](filling: samples.count) { out in
    samples.withPointer { for index in 0..<samples.count { out[index] = UInt16($0[index]) &* 257 } }
  }
}

private func narrowed(_ samples: [UInt16]) -> [UInt8] {
  [UInt8](filling: samples.count) { out in
    samples.withPointer {
      for index in 0..<samples.count {
        out[index] = UInt8(truncatingIfNeeded: (UInt32($0[index]) &* 255 &+ 32767) / 65535)
      }
    }
  }
}
