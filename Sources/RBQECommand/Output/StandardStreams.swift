import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard output: results, and nothing else.
enum StandardOutput {
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Writes all bytes.
  ///
  /// A reader that has gone away ends the program as it does every tool in a pipe: quietly, by SIGPIPE.
  static func write(_ bytes: [UInt8]) throws {
    do {
      try FileDescriptor.standardOutput.writeAll(bytes)
    } catch Errno.brokenPipe {
      endLikeAnyToolInAPipe()
      throw Failure(.inputOutput, "standard output: \(Errno.brokenPipe)")
    } catch Errno.badFileDescriptor {
      throw Failure(.inputOutput, "standard output is closed; send it on with > FILE or |")
    } catch {
      throw Failure(.inputOutput, "standard output: \(error)")
    }
  }

  static func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  /// Ends the program quietly, by the signal that says that the reader has gone away.
  static func endLikeAnyToolInAPipe() {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
  }

  /// Keeps a closed pipe from ending the program in the middle of writing a file, and keeps files that are opened later
  /// from taking the place of a standard stream that the caller has closed.
  ///
  /// What takes that place is opened the wrong way round, so that using the stream is the error that it was before.
  static func secure() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}

/// Standard error: messages for people, and records when standard output carries an image.
enum StandardError {
  /// Writes text; that nobody reads it is no reason to stop.
  static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
  }
}
