import COpenBLAS

/// Matrix products by OpenBLAS on the calling thread.
struct MatrixProduct {
  /// A row-major matrix inside a buffer: rows start `stride` numbers apart.
  struct Matrix {
    var start: UnsafeMutablePointer<Float>
    var stride: Int
    var isTransposed = false
  }

  var rows: Int
  var columns: Int
  var depth: Int
  var scale: Float = 1
  /// What the output's old numbers are multiplied by; 0: they are not read.
  var keep: Float = 0

  /// output = scale * first * second + keep * output.
  func run(_ first: Matrix, _ second: Matrix, _ output: Matrix) throws(SessionError) {
    guard let library = rbqe_openblas_load() else {
      throw .engine("this network needs OpenBLAS, and there is none; install it (Debian: libopenblas0)")
    }
    guard let m = Int32(exactly: rows), let n = Int32(exactly: columns), let k = Int32(exactly: depth),
      let a = Int32(exactly: first.stride), let b = Int32(exactly: second.stride),
      let c = Int32(exactly: output.stride)
    else { throw .engine("a matrix of \(rows) x \(columns), depth \(depth), is beyond OpenBLAS; use smaller pieces") }
    func order(_ matrix: Matrix) -> Int32 { Int32(matrix.isTransposed ? RBQE_TRANSPOSED : RBQE_AS_IT_IS) }
    library.pointee.multiply(
      Int32(RBQE_ROW_MAJOR), order(first), order(second), m, n, k, scale, first.start, a, second.start, b, keep,
      output.start, c)
  }
}
