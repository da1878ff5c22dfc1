extension Image {
  /// The picture with columns before its first one and rows above its first one, which repeat these.
  ///
  /// What travels besides pixels stays; of a picture that holds coefficients the samples are taken.
  package func extended(left: Int, top: Int) -> Image {
    part(rows: height + top, repeated: left, from: 0) { max(0, $0 - top) }
  }

  /// The picture without its first columns and rows.
  ///
  /// - Precondition: Something is left.
  package func dropped(left: Int, top: Int) -> Image {
    part(rows: height - top, repeated: 0, from: left) { $0 + top }
  }

  /// Some rows, each from a column on, which comes some times more.
  private func part(rows: Int, repeated: Int, from column: Int, row source: (Int) -> Int) -> Image {
    let width = repeated + self.width - column
    func taken<Sample>(_ values: [Sample], channels: Int) -> [Sample] {
      var result: [Sample] = []
      result.reserveCapacity(width * rows * channels)
      for row in 0..<rows {
        let row = source(row)
        let start = (row * self.width + column) * channels
        for _ in 0..<repeated { result.append(contentsOf: values[start..<start + channels]) }
        result.append(contentsOf: values[start..<(row + 1) * self.width * channels])
      }
      return result
    }
    func taken(_ samples: Samples, channels: Int) -> Samples {
      switch samples {
      case .eight(let values): .eight(taken(values, channels: channels))
      case .sixteen(let values): .sixteen(taken(values, channels: channels))
      }
    }
    return Image(
      width: width, height: rows, colorModel: colorModel,
      samples: taken(samples, channels: colorModel.channels), alpha: alpha.map { taken($0, channels: 1) },
      metadata: metadata, jpeg: jpeg, notices: notices)
  }
}
