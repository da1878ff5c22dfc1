/// The sizes of a plan's values for one image and the outputs that may be asked, all checked before anything runs.
struct ConcreteSizes {
  /// How much one value may hold: the limit per pixel of the shapes, plus what windows beyond the border add on tiny
  /// images.
  private static let numbersPerPixel = 2048
  private static let numbersBesides = 1 << 24
  private static let maximumPixels = 1 << 40
  /// Multiply-accumulates: the limit per pixel of ``ModelAnalysis``, plus what does not grow with the image.
  private static let macsPerPixel = 100_000_000.0
  private static let macsBesides = 1e10

  let height: Int
  let width: Int
  let allowed: TargetSet
  private var shapes: [ValueID: [Int]] = [:]

  /// - Parameters:
  ///   - height: A multiple of the plan's stride.
  ///   - width: A multiple of the plan's stride.
  ///   - allowed: The outputs that may be asked.
  /// - Throws: If the image is too small or too large for the plan.
  init(_ plan: Plan, height: Int, width: Int, allowed: TargetSet) throws(SessionError) {
    self.height = height
    self.width = width
    self.allowed = allowed
    guard let pixels = checkedProduct([height, width]), pixels <= Self.maximumPixels else {
      throw .image("\(width) x \(height) pixels are too many")
    }
    let limit = pixels * Self.numbersPerPixel + Self.numbersBesides
    var macs = 0
    for step in plan.steps where !step.targets.isDisjoint(with: allowed) {
      for value in step.inputs + [step.output] where shapes[value] == nil {
        shapes[value] = try Self.shape(plan.shapes[value] ?? [], of: step, height, width, limit: limit)
      }
      let (sum, overflow) = macs.addingReportingOverflow(step.cost.total(height: height, width: width) ?? .max)
      guard !overflow, Double(sum) <= Double(pixels) * Self.macsPerPixel + Self.macsBesides else {
        throw .image("\(width) x \(height) pixels cost \(sum) multiply-accumulates or more, too many to wait for")
      }
      macs = sum
    }
  }

  func shape(_ value: ValueID) throws(SessionError) -> [Int] {
    guard let shape = shapes[value] else { throw .engine("value \(value) has no size") }
    return shape
  }

  private static func shape(
    _ dimensions: [Dimension], of step: Plan.Step, _ height: Int, _ width: Int, limit: Int
  ) throws(SessionError) -> [Int] {
    var shape: [Int] = []
    for dimension in dimensions {
      guard let size = dimension.size(height: height, width: width) else {
        throw .image("\(width) x \(height) pixels leave nothing at node '\(step.name)'")
      }
      shape.append(size)
    }
    guard let count = checkedProduct(shape), count <= limit else {
      throw .image("\(width) x \(height) pixels become too many numbers at node '\(step.name)'")
    }
    return shape
  }
}
