/// Times of one setting of a bench as a row: stages in milliseconds a megapixel, whole images by their quantiles.
public struct LatencyTable: Sendable {
  /// The table so far.
  public private(set) var table = TextTable([
    "", "median ms", "p90", "p99", "max", "read", "decode", "infer", "assess", "constrain",
    "encode", "write", "ms/MP",
    "MP/s a core", "MP/s",
  ])

  /// A table without rows.
  public init() {}

  /// Adds a setting.
  ///
  /// - Parameters:
  ///   - records: the images, each as often as it was timed.
  ///   - elapsed: wall-clock milliseconds of all of them; nil leaves the last column empty.
  public mutating func add(_ name: String, _ records: [ImageRecord], elapsed: Double?) {
    let done = records.filter { $0.status == .enhanced || $0.status == .unchanged }
    let pixels = done.reduce(0.0) { $0 + Double($1.pixels) / 1e6 }
    guard let times = Distribution(done.compactMap { $0.ms?.total }), pixels > 0 else { return }
    // Medians of the images' paces: a disturbed repetition counts no more than any other.
    func pace(_ value: (ImageRecord) -> Double?) -> Double? {
      Distribution(
        done.compactMap { record in
          guard let ms = value(record), let width = record.width, let height = record.height else { return nil }
          return ms * 1e6 / Double(width * height)
        })?.median
    }
    let stages: [(ImageRecord) -> Double?] = [
      { $0.ms?.read }, { $0.ms?.decode }, { $0.ms?.infer?.reduce(0, +) }, { $0.ms?.assess },
      { $0.ms?.constrain }, { $0.ms?.encode },
      { $0.ms?.write }, { $0.ms?.total },
    ]
    let processor = done.compactMap(\.cpuMs).reduce(0, +)
    table.add(
      [name]
        + [times.median, times.quantile(0.9), times.quantile(0.99), times.maximum].map(NumberText.milliseconds)
        + stages.map { NumberText.milliseconds(pace($0)) }
        + [
          NumberText.fixed(processor > 0 ? pixels * 1000 / processor : nil, 2),
          NumberText.fixed(elapsed.map { pixels * 1000 / $0 }, 2),
        ])
  }
}
