// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "rbqe",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "RBQE", targets: ["RBQE", "Imaging", "Inference", "Quality"]),
    .executable(name: "rbqe", targets: ["RBQECommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", "4.0.0"..<"5.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(
      name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(name: "CExtendedAttributes"),

    // C.
    .target(name: "CImageCodecs", dependencies: ["CLibJPEG", "CLibPNG"], linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CKernels"),
    .target(name: "COpenBLAS"),
    .target(name: "CModels", exclude: ["models"]),
    .target(name: "CReportAssets", exclude: ["assets"]),

    // The library, lowest first.
    .target(name: "Imaging", dependencies: ["CImageCodecs", "CKernels"]),
    .target(name: "Quality", dependencies: ["Imaging", "CKernels"]),
    .target(
      name: "Inference",
      dependencies: [
        "CKernels", "COpenBLAS", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["ONNX/onnx.proto"]),
    .target(
      name: "RBQE",
      dependencies: [
        "Imaging", "Quality", "Inference", "CModels", .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // The tool.
    .target(
      name: "Reporting",
      dependencies: ["RBQE", "Inference", "CReportAssets", .product(name: "Mustache", package: "swift-mustache")]),
    .target(
      name: "Batch",
      dependencies: [
        "RBQE", "Reporting", "CExtendedAttributes",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "Evaluation",
      dependencies: [
        "RBQE", "Reporting", "Batch", .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(
      name: "RBQECommand",
      dependencies: [
        "RBQE", "Reporting", "Batch", "Evaluation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // Tests.
    .testTarget(
      name: "ImagingTests", dependencies: ["Imaging"],
      exclude: ["make_fixtures.py", "make_coefficient_fixtures.py"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "QualityTests", dependencies: ["Quality", "Imaging", "CKernels"],
      exclude: ["make_fixtures.py", "make_metric_fixtures.py", "make_found_fixtures.py"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "InferenceTests", dependencies: ["Inference", "CKernels"], exclude: ["make_fixtures.py"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "RBQETests", dependencies: ["RBQE", "Imaging", "Inference", "Quality"]),
    .testTarget(
      name: "BatchTests",
      dependencies: [
        "Batch", "Reporting", "RBQE", "Imaging", "CExtendedAttributes",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "Imaging"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "Batch", "Reporting", "RBQE", "Imaging", "Quality",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["RBQECommand", "Imaging", "Reporting", "CExtendedAttributes"],
      exclude: ["Snapshots"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)
