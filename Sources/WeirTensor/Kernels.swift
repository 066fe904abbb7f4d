import CWeirKernels

/// One instruction set's arithmetic: the checked Swift side of a kernel table.
///
/// All tables give the same bits for the same input, so the choice is about speed only. `active` is the best that this
/// CPU runs, or what the environment variable `WEIR_KERNELS` names (`scalar`, `avx2`,
/// `avxvnni`, `avx512`, `neon`, `dotprod`).
// @unchecked Sendable because the table is a constant that lives as long as the process.
@safe package struct Kernels: @unchecked Sendable {
  let table: UnsafePointer<weir_kernels>

  init(table: UnsafePointer<weir_kernels>) { unsafe self.table = table }

  /// Decided at the first use and never again.
  package static let active = unsafe Kernels(table: weir_kernels_active())

  /// Every table that this CPU can run: the scalar one first, the best one last.
  package static let available: [Kernels] = {
    var tables: [UnsafePointer<weir_kernels>?] = unsafe Array(repeating: nil, count: 8)
    let count = unsafe weir_kernels_available(&tables, tables.count)
    return unsafe tables.prefix(count).compactMap { unsafe $0 }.map { unsafe Kernels(table: $0) }
  }()

  /// `scalar`, `avx2`, `avxvnni`, `avx512`, `neon` or `dotprod`.
  package var name: String { unsafe String(cString: table.pointee.name) }
}
