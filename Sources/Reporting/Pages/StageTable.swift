/// Where the time of a run went, stage by stage.
struct StageTable {
  private let images: [ImageRecord]

  init(_ images: [ImageRecord]) {
    self.images = images.filter { $0.ms != nil && $0.status != .failed }
  }

  /// Median, p90, p99 and longest of each stage in milliseconds an image; nil where nothing was timed.
  var table: TextTable? {
    guard !images.isEmpty else { return nil }
    var table = TextTable(["stage, ms an image", "images", "median", "p90", "p99", "longest", "ms/MP"])
    func add(_ name: String, _ value: (ImageRecord) -> Double?) {
      let timed = images.filter { value($0) != nil }
      guard let times = Distribution(timed.compactMap(value)), times.maximum > 0 else { return }
      let pixels = timed.reduce(0.0) { $0 + Double($1.pixels) / 1e6 }
      table.add(
        [name, String(times.count)]
          + [times.median, times.quantile(0.9), times.quantile(0.99), times.maximum].map(NumberText.milliseconds)
          + [NumberText.milliseconds(pixels > 0 ? times.sorted.reduce(0, +) / pixels : nil)])
    }
    add("read") { $0.ms?.read }
    add("decode") { $0.ms?.decode }
    for exit in 0..<(images.compactMap { $0.ms?.infer?.count }.max() ?? 0) {
      add("infer to exit \(exit + 1)") { record in
        guard let infer = record.ms?.infer, exit < infer.count, infer[exit] > 0 else { return nil }
        return infer[exit]
      }
    }
    add("assess") { $0.ms?.assess }
    add("constrain") { $0.ms?.constrain }
    add("encode") { $0.ms?.encode }
    add("write") { $0.ms?.write }
    add("total") { $0.ms?.total }
    add("processor time") { $0.cpuMs }
    return table
  }
}
