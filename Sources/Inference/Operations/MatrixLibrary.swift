import COpenBLAS

/// The library that multiplies matrices on the reference path.
public enum MatrixLibrary {
  /// Loads it, if it isn't yet and the system has one.
  static func load() { _ = rbqe_openblas_load() }

  /// Its name, version and the processor that it has found; nil where the system has none.
  public static var version: String? { version(of: rbqe_openblas_load()) }

  /// The same; nil too as long as no network needed it.
  public static var versionInUse: String? { version(of: rbqe_openblas_loaded()) }

  private static func version(of library: UnsafePointer<rbqe_openblas>?) -> String? {
    library.flatMap { $0.pointee.version() }.map { String(cString: $0) }
  }
}
