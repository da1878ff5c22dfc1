/// Works out a model's plan and information from its graph, and holds the file's statements against them.
///
/// The graph decides. What the file states besides must not contradict it: a stride that the graph's divides, a
/// receptive field at least the graph's, and costs between exit k alone and everything up to exit k and its gain.
struct ModelAnalysis {
  /// A file above this would compute for minutes on a small image; nothing that restores images comes near.
  private static let maximumMACsPerPixel = 1e8
  private static let maximumStride = 1024

  let plan: Plan
  let information: ModelInformation

  init(graph: Graph, metadata: [String: String]) throws(ModelError) {
    let reader = try MetadataReader(metadata)
    let shapes = try ShapeInference.shapes(of: graph)
    let outputs = try OutputReader(graph: graph, shapes: shapes).outputs()
    var plan = try Planner.plan(graph, shapes: shapes, outputs: outputs)
    let exits = plan.targets.compactMap(\.exitIndex)
    let halos = try Self.halos(graph, plan, exits: exits)
    let planned = plan
    let costs = exits.map { exit in
      planned.macsPerPixel { $0.exitIndex ?? .max <= exit || $0.gainIndex ?? .max < exit }
    }
    let alone = exits.map { exit in planned.macsPerPixel { $0 == .exit(exit) } }
    guard (costs.last ?? 0) <= Self.maximumMACsPerPixel else {
      throw .graph("\(costs.last ?? 0) multiply-accumulates per pixel; supported: up to \(Self.maximumMACsPerPixel)")
    }

    if let stated = try reader.integer("stride") {
      guard stated % plan.stride == 0, stated <= Self.maximumStride else {
        throw .metadata(key: "stride", problem: "it says \(stated), the graph needs a multiple of \(plan.stride)")
      }
      plan.stride = stated
    }
    try Self.check(reader, halos: halos)
    let most = exits.map { exit in
      planned.macsPerPixel { $0.exitIndex ?? .max <= exit || $0.gainIndex ?? .max <= exit }
    }
    try Self.check(reader, least: alone, most: most)

    self.plan = plan
    information = ModelInformation(
      name: reader.text("name") ?? graph.name, version: reader.text("version") ?? "",
      licence: reader.text("licence") ?? "", trainingData: reader.text("training_data") ?? "",
      qualityRange: try reader.range("quality_range"), channels: graph.imageChannels, exitCount: exits.count,
      gains: plan.targets.compactMap(\.gainIndex), fileFactCount: graph.file?.count, stride: plan.stride,
      receptiveField: halos.map { $0.map { 2 * $0 + 1 } }, halo: halos, macsPerPixel: costs, macsPerPixelAlone: alone,
      thresholds: try reader.thresholds(exitCount: exits.count),
      coefficientErrors: try reader.coefficientErrors(exitCount: exits.count), metadata: metadata)
  }

  private static func halos(_ graph: Graph, _ plan: Plan, exits: [Int]) throws(ModelError) -> [Int?] {
    var halos = [Int?](repeating: 0, count: exits.count)
    for axis in Axis.allCases {
      var analysis = ReachAnalysis(graph: graph, shapes: plan.shapes, stride: plan.stride, axis: axis)
      let reaches = try analysis.run()
      for (index, exit) in exits.enumerated() {
        let reach = plan.outputs[.exit(exit)].flatMap { reaches[$0] } ?? .nothing
        guard let known = halos[index], let halo = reach.halo else {
          halos[index] = nil
          continue
        }
        halos[index] = max(known, halo)
      }
    }
    return halos
  }

  private static func check(_ reader: MetadataReader, halos: [Int?]) throws(ModelError) {
    let key = "receptive_field"
    guard let stated = try reader.numbers(key, count: halos.count) else { return }
    for (index, halo) in halos.enumerated() {
      guard let halo, stated[index] < Double(2 * halo + 1) else { continue }
      throw .metadata(key: key, problem: "it says \(stated[index]) at exit \(index + 1), the graph \(2 * halo + 1)")
    }
  }

  private static func check(_ reader: MetadataReader, least: [Double], most: [Double]) throws(ModelError) {
    let key = "macs_per_pixel"
    guard let stated = try reader.numbers(key, count: least.count) else { return }
    for (index, value) in stated.enumerated() {
      // Stated as whole numbers.
      guard value < least[index] - 1 || value > most[index] + 1 else { continue }
      throw .metadata(
        key: key, problem: "it says \(value) at exit \(index + 1), the graph \(least[index]) to \(most[index])")
    }
  }
}
