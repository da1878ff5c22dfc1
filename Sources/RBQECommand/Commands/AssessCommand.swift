import ArgumentParser
import Batch
import Imaging
import Logging
import Quality
import RBQE
import Reporting
import SystemPackage

/// `rbqe assess`: what the tool thinks of images, without writing any.
struct AssessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assess",
    abstract: "Print what files and pixels tell of compression, and the exit that images would take.",
    discussion: """
      The score is the paper's no-reference one of visible compression: 1 means that none is seen. It says nothing of \
      how good a picture is otherwise. The quality is the IJG factor nearest to the file's quantisation tables, \
      non-std. where they are others; of a PNG, found in its pixels if they were those of a JPEG file. Before tells of \
      an earlier, coarser compression, with its quality where that left traces in the coefficients. The grid is the \
      place (column, row) of 8 by 8 blocks found in the pixels: of a PNG any, of a JPEG another than its own. The exit \
      is the one that rbqe enhance would take with its default options: a JPEG file becomes one again, so one that \
      would lose more by that than it gains is left alone.
      """)

  @Argument(help: ArgumentHelp("Files, directories, or - for standard input.", valueName: "input"), completion: .file())
  var inputs: [String]

  @Option(help: "How constant blocks count: left out (evidence), or as published (paper).")
  var variant: Assessor.Variant = .evidence

  @Option(help: "Side of the codec's blocks: 8 for JPEG, 4 for HEVC.")
  var block: Assessor.BlockSize = .eight

  @OptionGroup(title: "Network and exit") var network: ModelArguments
  @OptionGroup(title: "Running") var limits: PixelLimitArguments
  @OptionGroup(title: "Messages") var verbosity: QuietArguments

  @Flag(help: "Print JSON Lines instead of a table.")
  var json = false

  func validate() throws {
    guard !inputs.contains("-") || inputs.count == 1 else {
      throw ValidationError("A pipe carries one image: give - alone.")
    }
    if network.budget != nil {
      throw ValidationError("--budget holds for all images of a run together, and here each is looked at alone.")
    }
  }

  func run() throws {
    try Failure.reporting(to: verbosity.logger) { logger in
      let enhancer = try network.enhancer(for: try network.loadFile(), scores: true)
      var errors: [any Error] = []
      var isSingleFile = true
      var hasHeader = json
      func assess(_ name: String, _ read: () throws -> [UInt8]) throws {
        do {
          let image = try ImageDecoder.decode(try read(), limits: limits.decoding)
          let loss = EncodingLoss.expected(of: image, quality: JPEGOptions().quality)
          let record = AssessmentRecord(
            path: name, image: image, assessment: Assessor(variant: variant, blockSize: block).assess(image),
            history: CompressionHistory(of: image), found: enhancer.found(in: image),
            choice: try enhancer.chooseExit(for: image, encodingLoss: loss, threads: Machine.coreCount),
            policy: enhancer.policy, encodingLoss: loss)
          if !hasHeader { try StandardOutput.write(AssessmentRecord.tableHeader) }
          hasHeader = true
          try StandardOutput.write(json ? JSONLines.line(record) : Array(record.tableRow.utf8))
        } catch let failure as Failure {
          throw failure
        } catch {
          errors.append(error)
          logger.error("\(name.printable): \(error)")
        }
      }
      if inputs == ["-"] {
        try assess("-") { try FileContents.readStandardInput() }
      } else {
        let discovery = Discovery(inputs: FilePath.arguments(inputs))
        isSingleFile = discovery.isSingleFile
        errors += discovery.rejections.tell(to: logger)
        for source in discovery.sources { try assess(source.displayName) { try FileContents.read(source.path) } }
        if discovery.sources.isEmpty && errors.isEmpty {
          throw Failure(
            .noImage, "the inputs hold no JPEG or PNG file (\(discovery.ignoredCount) other files passed over)")
        }
      }
      if let error = errors.first { throw (isSingleFile ? ExitStatus(for: error) : .someFailed).code }
    }
  }
}

extension Assessor.Variant: ExpressibleByArgument {}
extension Assessor.BlockSize: ExpressibleByArgument {}
