import Benchmark
import Imaging
import Inference
import Quality
import RBQE

/// Speeds of the parts that decide how long an image takes; `Benchmarks/check` compares them with `Thresholds/`.
/// All pictures have 512x512 pixels. Names have no spaces, for which thresholds would be looked for elsewhere than where
/// they are written.
let benchmarks: @Sendable () -> Void = {
  // Nine of ten runs may take a third longer: less than that is noise on machines that are shared.
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock], timeUnits: .microseconds, warmupIterations: 2, maxDuration: .seconds(3),
    thresholds: [.wallClock: .init(relative: [.p90: 33])])

  let side = 512
  let luma = Plane(
    width: side, height: side,
    samples: (0..<side * side).map { Float(($0 * 7919 + $0 / side * 104_729) % 256) / 255 })
  let picture = Image(
    width: side, height: side, colorModel: .rgb,
    samples: .eight((0..<3 * side * side).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }))

  for shipped in ShippedModel.allCases {
    Benchmark("\(shipped.rawValue)_exit_1") { benchmark in
      try run(shipped, exit: 1, planes: picture.planes(), benchmark)
    }
    Benchmark("\(shipped.rawValue)_last_exit") { benchmark in
      try run(shipped, exit: .max, planes: picture.planes(), benchmark)
    }
    Benchmark("\(shipped.rawValue)_read_the_model") { benchmark in
      for _ in benchmark.scaledIterations { blackHole(try ModelFile(shipped: shipped).load()) }
    }
  }

  for variant in [Assessor.Variant.evidence, .paper] {
    Benchmark("assessor_\(variant.rawValue)") { benchmark in
      let assessor = Assessor(variant: variant)
      for _ in benchmark.scaledIterations { blackHole(assessor.assess(luma)) }
    }
  }

  Benchmark("samples_to_planes") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(picture.planes()) }
  }

  Benchmark("planes_to_samples") { benchmark in
    let planes = picture.planes()
    for _ in benchmark.scaledIterations { blackHole(try picture.replacing(planes: planes, for: .png)) }
  }

  registerInnerLoops()
}

private func run(_ shipped: ShippedModel, exit: Int, planes: [Plane], _ benchmark: Benchmark) throws {
  let model = try ModelFile(shipped: shipped).load()
  let exit = min(exit, model.exits.upperBound)
  let image = Tensor([3, planes[0].height, planes[0].width], planes.flatMap(\.samples))
  benchmark.startMeasurement()
  for _ in benchmark.scaledIterations {
    blackHole(try Session(model: model, image: image, targets: [.exit(exit)]).exit(exit))
  }
}
