// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "rbqe-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "rbqe", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.30.0", traits: []),
  ],
  targets: [
    // The processor's peak, to hold speeds against.
    .target(name: "CPeak"),

    // Times a network on request; `peers/compare` asks it and other engines in turn.
    .executableTarget(name: "NetworkTimer", dependencies: ["CPeak", .product(name: "RBQE", package: "rbqe")]),

    .executableTarget(
      name: "Kernels",
      dependencies: [
        .product(name: "RBQE", package: "rbqe"), .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Kernels", plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ])
