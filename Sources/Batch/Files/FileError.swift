import SystemPackage

/// Why a file or directory could not be used.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done.
  public enum Operation: String, Sendable {
    /// Reading a file.
    case read
    /// Listing a directory.
    case list
    /// Making a file or a directory.
    case create
    /// Writing a file that could be made.
    case write
  }

  /// What failed.
  public let operation: Operation
  /// Which file.
  public let path: FilePath
  /// The system's reason.
  public let reason: Errno

  init(_ operation: Operation, _ path: FilePath, _ reason: Errno) {
    self.operation = operation
    self.path = path
    self.reason = reason
  }

  /// Runs `body` and turns a system error into one that names the file.
  static func naming<Result>(
    _ operation: Operation, _ path: FilePath, _ body: () throws -> Result
  ) throws(FileError) -> Result {
    do {
      return try body()
    } catch let error as FileError {
      throw error
    } catch let error as Errno {
      throw FileError(operation, path, error)
    } catch {
      throw FileError(operation, path, .ioError)
    }
  }

  /// Whether the file system has no room left, so that no other file will fare better.
  public var meansFullDisk: Bool {
    (operation == .create || operation == .write) && (reason == .noSpace || reason == .diskQuotaExceeded)
  }

  /// What happened, and what to do about it where that helps.
  public var description: String {
    let what =
      switch operation {
      case .read: "cannot read the file"
      case .list: "cannot list the directory"
      case .create: "cannot create \(path)"
      case .write: "cannot write \(path)"
      }
    return "\(what): \(reason)\(hint)"
  }

  private var hint: String {
    switch reason {
    case .noSpace, .diskQuotaExceeded: "; free some space and run the command again"
    case .fileExists where operation == .create:
      "; something else wrote it meanwhile, and it is left as it is: choose another place, or --existing overwrite"
    case .permissionDenied where operation == .create || operation == .write:
      "; see who may write there, or choose another place"
    default: ""
    }
  }
}
