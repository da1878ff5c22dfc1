import COpenBLAS

/// Matrix products by OpenBLAS on the calling thread.
struct MatrixProduct {
  /// A row-major matrix inside a buffer: rows start `stride` numbers apart.
  struct Matrix {
    var start: UnsafeMutablePointer<Float>
    var stride: Int
    var isTransposed = false
  }

  /// Once a process; every use goes through here first.
  private static let isPinnedToOneThread: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  var rows: Int
  var columns: Int
  var depth: Int
  var scale: Float = 1
  /// What the output's old numbers are multiplied by; 0: they are not read.
  var keep: Float = 0

  /// output = scale * first * second + keep * output.
  func run(_ first: Matrix, _ second: Matrix, _ output: Matrix) throws(SessionError) {
    guard Self.isPinnedToOneThread, let m = Int32(exactly: rows), let n = Int32(exactly: columns),
      let k = Int32(exactly: depth), let a = Int32(exactly: first.stride), let b = Int32(exactly: second.stride),
      let c = Int32(exactly: output.stride)
    else { throw .engine("a matrix of \(rows) x \(columns), depth \(depth), is beyond OpenBLAS; use smaller pieces") }
    cblas_sgemm(
      CblasRowMajor, first.isTransposed ? CblasTrans : CblasNoTrans, second.isTransposed ? CblasTrans : CblasNoTrans,
      m, n, k, scale, first.start, a, second.start, b, keep, output.start, c)
  }
}
