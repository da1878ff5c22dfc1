import ArgumentParser
import SystemPackage

/// Where the records of a run go.
struct RecordArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Write a record of the run and of each image, as JSON Lines.", valueName: "file.jsonl"))
  var records: String?

  @Flag(help: "Print the records to standard output, or to standard error where that carries an image.")
  var json = false

  /// Whether any records were asked for.
  var isWanted: Bool { records != nil || json }

  /// Opens everything that was asked for.
  ///
  /// - Parameter target: where `--json` prints.
  func records(json target: RecordTarget) throws -> RecordWriters {
    var writers: [RecordWriter] = []
    if let records { writers.append(try RecordWriter(.file(FilePath(records)))) }
    if json { writers.append(try RecordWriter(target)) }
    return RecordWriters(writers: writers)
  }
}
