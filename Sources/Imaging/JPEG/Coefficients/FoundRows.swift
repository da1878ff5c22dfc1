/// Rows of a picture that was a JPEG file, decoded from the coefficients that were found in its samples.
///
/// Samples that depend on a block of which nothing is known, and components of which a step is unknown, stay as they are.
package struct FoundRows: Sendable {
  private let coefficients: JPEGCoefficients
  private let rows: CoefficientRows
  /// Whether each component can be decoded.
  private let isWhole: [Bool]

  package init(_ coefficients: JPEGCoefficients) {
    self.coefficients = coefficients
    rows = CoefficientRows(coefficients)
    isWhole = coefficients.components.map { component in !component.steps.contains(0) }
  }

  /// Replaces what is known of a part of a row of all planes.
  package func replace(_ row: Int, _ columns: Range<Int>, in planes: [UnsafeMutablePointer<Float>]) {
    for (component, plane) in planes.enumerated() { replace(row, columns, component: component, in: plane) }
  }

  /// Replaces what is known of a part of a row of one plane.
  func replace(_ row: Int, _ columns: Range<Int>, component index: Int, in plane: UnsafeMutablePointer<Float>) {
    guard isWhole[index] else { return }
    let runs = knownColumns(row, columns, of: index)
    guard runs != [columns] else { return rows.read(row, columns, component: index, into: plane) }
    guard !runs.isEmpty else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns.count) { buffer in
      guard let decoded = buffer.baseAddress else { return }
      rows.read(row, columns, component: index, into: decoded)
      for run in runs {
        let offset = run.lowerBound - columns.lowerBound
        (plane + offset).update(from: decoded + offset, count: run.count)
      }
    }
  }

  /// The columns whose samples are made of known blocks alone.
  private func knownColumns(_ row: Int, _ columns: Range<Int>, of index: Int) -> [Range<Int>] {
    let component = coefficients.components[index]
    let blockColumns = 8 * component.across
    let blocks = columns.lowerBound / blockColumns..<(columns.upperBound + blockColumns - 1) / blockColumns
    // The filter between samples looks one sample to each side, for which a block more is asked on each side.
    let asked = max(0, blocks.lowerBound - 1)..<min(component.blocksAcross, blocks.upperBound + 1)
    let runs = coefficients.knownRuns(
      index, row: row / component.down / 8, and: component.blendedRow(row).map { $0 / 8 }, blocks: asked)
    return runs.compactMap { run in
      let isWidened = component.across > 1
      let left = run.lowerBound * blockColumns + (isWidened && run.lowerBound > 0 ? 1 : 0)
      let right = run.upperBound * blockColumns - (isWidened && run.upperBound < component.blocksAcross ? 1 : 0)
      let inside = (left..<right).clamped(to: columns)
      return inside.isEmpty ? nil : inside
    }
  }
}
