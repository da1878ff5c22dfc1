extension Image {
  /// Luma in 8 bits, rounded once, row by row: nothing of the picture is held in floating point.
  ///
  /// Full-range BT.601 of colour, the only plane of grey; of CMYK, the first one.
  package func lumaLevels() -> [UInt8] {
    let rows = ImageRows(self)
    let levels = Samples(width: width, height: height, colorModel: .gray, bitDepth: .eight) {
      canvas in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width * colorModel.channels) {
        buffer in
        guard let start = buffer.baseAddress else { return }
        let planes = (0..<colorModel.channels).map { start + $0 * width }
        for row in 0..<height {
          // Of coefficients, luma alone has to be transformed.
          if coefficients == nil {
            rows.read(row, 0..<width, into: planes)
          } else {
            rows.read(row, 0..<width, channel: 0, into: start)
          }
          canvas.write(row, 0..<width, planes: [UnsafePointer(start)])
        }
      }
    }
    guard case .eight(let values) = levels else { return [] }
    return values
  }
}
