import CKernels

/// What works on blocks of coefficients, for the instruction set in use; every one gives the same bits.
///
/// Sendable because it points to a constant table.
package struct BlockKernels: @unchecked Sendable {
  /// The table.
  package let table: UnsafePointer<rbqe_kernel_table>

  /// The instruction set that the processor has and the environment allows.
  package static let inUse = BlockKernels(table: rbqe_kernel_table_in_use())
}
