import ArgumentParser
import Batch
import SystemPackage

/// Which files take part.
struct SearchArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Take only files that match; may be given several times. A pattern without / is compared with the name, otherwise \
      with the path below the directory that was named; ** stands for any directories.
      """, valueName: "glob"))
  var include: [String] = []

  @Option(help: ArgumentHelp("Pass over files and directories that match; wins over --include.", valueName: "glob"))
  var exclude: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read more inputs from a file, one a line; - for standard input. Results mirror the paths as they are listed.",
      valueName: "file|-"), completion: .file())
  var filesFrom: String?

  @Flag(name: [.customShort("0"), .customLong("null")], help: "With --files-from: a zero byte ends each path.")
  var isZeroTerminated = false

  @Flag(help: "Follow symbolic links in directories.")
  var follow = false

  @Option(
    help: ArgumentHelp(
      "Do part I of N; which part a file belongs to depends on its path alone, so N processes share the work.",
      valueName: "i/n"))
  var shard: Shard?

  func validate() throws {
    if isZeroTerminated && filesFrom == nil { throw ValidationError("-0 has no meaning without --files-from.") }
    // A pattern that came as other bytes matches nothing, and what it was to spare would be enhanced.
    if (include + exclude).contains(where: { $0.contains("\u{FFFD}") }) {
      throw ValidationError("Patterns are UTF-8: let ? or * stand for the other bytes of a name.")
    }
  }

  /// Whether files take part by their names.
  var hasPatterns: Bool { !include.isEmpty || !exclude.isEmpty }

  /// The paths that `--files-from` lists.
  func list() throws -> [FilePath] {
    guard let filesFrom else { return [] }
    do {
      let bytes =
        filesFrom == "-"
        ? try FileContents.readStandardInput() : try FileContents.read(FilePath(argument: filesFrom))
      return try FileList(bytes, isZeroTerminated: isZeroTerminated).paths
    } catch let error as FileListError {
      throw Failure(.usage, "\(filesFrom): \(error)", hint: "give -0 with a list that find -print0 made")
    } catch {
      throw Failure(.inputOutput, "\(filesFrom): \(error)", hint: "--files-from takes a file that lists inputs, or -")
    }
  }

  /// How directories are searched.
  ///
  /// - Parameter excluding: where results go.
  func options(excluding: FilePath?) -> Discovery.Options {
    var options = Discovery.Options()
    options.filter = PathFilter(including: include, excluding: exclude)
    options.followsLinks = follow
    options.excluding = excluding
    return options
  }
}

extension Shard: ExpressibleByArgument {
  /// Reads `I/N`.
  public init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else { return nil }
    self.init(index: index, count: count)
  }
}
