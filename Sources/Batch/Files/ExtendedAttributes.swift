import CExtendedAttributes
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What users and their programs have attached to a file: tags, comments, where it came from.
///
/// On Linux those of the `user` name space; the others belong to the system, or are set by root alone.
struct ExtendedAttributes: Sendable, Equatable {
  /// Values by their names.
  private(set) var values: [String: [UInt8]] = [:]

  /// Those of a file; none where its file system has no such thing.
  ///
  /// - Throws: `Errno` if they are there and can't be read.
  init(of path: FilePath) throws(Errno) {
    for name in try Self.names(at: path) where Self.isCarried(name) {
      values[name] = try Self.filled { buffer, size in
        path.withPlatformString { path in
          #if canImport(Darwin)
            getxattr(path, name, buffer, size, 0, 0)
          #else
            getxattr(path, name, buffer, size)
          #endif
        }
      }
    }
  }

  /// Attaches them to an open file.
  ///
  /// - Throws: `Errno` of the first that can't be attached; the others are.
  func apply(to descriptor: FileDescriptor) throws(Errno) {
    var failure: Errno?
    for (name, value) in values {
      #if canImport(Darwin)
        let result = fsetxattr(descriptor.rawValue, name, value, value.count, 0, 0)
      #else
        let result = fsetxattr(descriptor.rawValue, name, value, value.count, 0)
      #endif
      if result != 0 && failure == nil { failure = Errno(rawValue: errno) }
    }
    if let failure { throw failure }
  }

  private static func isCarried(_ name: String) -> Bool {
    #if os(Linux)
      name.hasPrefix("user.")
    #else
      true
    #endif
  }

  /// Zero bytes end the names.
  private static func names(at path: FilePath) throws(Errno) -> [String] {
    let bytes: [UInt8]
    do throws(Errno) {
      bytes = try filled { buffer, size in
        path.withPlatformString { path in
          buffer.withMemoryRebound(to: CChar.self, capacity: size) { names in
            #if canImport(Darwin)
              listxattr(path, names, size, 0)
            #else
              listxattr(path, names, size)
            #endif
          }
        }
      }
    } catch .notSupported {
      return []
    }
    // A name that isn't UTF-8 could not be given back.
    return bytes.split(separator: 0).compactMap { String(validating: $0, as: UTF8.self) }
  }

  /// As many bytes as the system has to tell, in a buffer that grows until they fit.
  private static func filled(_ read: (UnsafeMutablePointer<UInt8>, Int) -> Int) throws(Errno)
    -> [UInt8]
  {
    var size = 1 << 10
    while true {
      var failure: Errno?
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        guard let start = buffer.baseAddress else { return }
        let result = read(start, size)
        if result < 0 { failure = Errno(rawValue: errno) }
        count = max(0, result)
      }
      guard let failure else { return bytes }
      guard failure == .outOfRange, size < 1 << 20 else { throw failure }
      size *= 4
    }
  }
}
