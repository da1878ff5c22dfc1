/// Two runs over the same images side by side: how the second differs from the first, image by image.
public struct Comparison: Sendable {
  /// Ratios of one quantity, second to first: below 1 is less.
  public struct Ratio: Sendable {
    /// The quantity.
    public let name: String
    /// Medians of the images in each run.
    public let first, second: Double
    /// The images' ratios.
    public let ratios: Distribution
  }

  /// Images under one exit or policy.
  public struct Group: Sendable {
    /// For people: the policy, and the exit of a fixed one.
    public let name: String
    /// Images that both runs have.
    public let count: Int
    /// What was compared.
    public let ratios: [Ratio]
  }

  /// Settings that both runs have.
  public let groups: [Group]
  /// Images, by setting, that only one of the runs has.
  public let unmatched: Int

  /// Compares two runs; where one has an image several times under one setting, its medians count.
  public init(_ first: RecordedRun, _ second: RecordedRun) {
    let a = Self.byKey(first.images)
    let b = Self.byKey(second.images)
    let shared = a.keys.filter { b[$0] != nil }
    unmatched = a.count + b.count - 2 * shared.count
    groups = Dictionary(grouping: shared, by: \.setting).sorted { $0.key < $1.key }.map { setting, keys in
      let ratios = Self.quantities.compactMap { quantity -> Ratio? in
        let pairs = keys.sorted { $0.path < $1.path }.compactMap { key -> (Double, Double)? in
          guard let x = Self.median(a[key], quantity.value), let y = Self.median(b[key], quantity.value), x > 0, y > 0
          else { return nil }
          return (x, y)
        }
        guard let ratios = Distribution(pairs.map { $0.1 / $0.0 }), let x = Distribution(pairs.map(\.0))?.median,
          let y = Distribution(pairs.map(\.1))?.median
        else { return nil }
        return Ratio(name: quantity.name, first: x, second: y, ratios: ratios)
      }
      return Group(name: setting, count: keys.count, ratios: ratios)
    }
  }

  /// For the terminal or for Markdown.
  public var table: TextTable {
    var table = TextTable(["", "images", "first", "second", "ratio", "p10", "p90", "smallest", "largest"])
    for group in groups {
      for ratio in group.ratios {
        let values = [
          ratio.ratios.geometricMean, ratio.ratios.quantile(0.1), ratio.ratios.quantile(0.9), ratio.ratios.minimum,
          ratio.ratios.maximum,
        ]
        table.add(
          ["\(group.name), \(ratio.name)", String(ratio.ratios.count)]
            + [ratio.first, ratio.second].map(NumberText.milliseconds) + values.map { NumberText.fixed($0, 3) })
      }
    }
    return table
  }

  private struct Key: Hashable {
    let path: String
    let setting: String
  }

  private static let quantities: [(name: String, value: @Sendable (ImageRecord) -> Double?)] = [
    ("decode ms", { $0.ms?.decode }), ("infer ms", { $0.ms?.infer?.reduce(0, +) }), ("assess ms", { $0.ms?.assess }),
    ("constrain ms", { $0.ms?.constrain }), ("encode ms", { $0.ms?.encode }), ("write ms", { $0.ms?.write }),
    ("total ms", { $0.ms?.total }), ("processor ms", { $0.cpuMs }),
    ("kMAC a pixel", { $0.macsPerPixel.map { $0 / 1000 } }), ("kB out", { $0.bytesOut.map { Double($0) / 1000 } }),
  ]

  private static func byKey(_ records: [ImageRecord]) -> [Key: [ImageRecord]] {
    let done = records.filter { $0.status == .enhanced || $0.status == .unchanged }
    return Dictionary(grouping: done) { record in
      let policy = record.policy ?? "unknown policy"
      return Key(path: record.path, setting: policy == "fixed" ? "exit \(record.exit ?? 0)" : policy)
    }
  }

  private static func median(_ records: [ImageRecord]?, _ value: (ImageRecord) -> Double?) -> Double? {
    Distribution((records ?? []).compactMap(value))?.median
  }
}
