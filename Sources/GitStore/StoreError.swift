// Why a part of an object store could not be read.

/// A pack, an index or an object that is broken, or cannot be opened.
package struct StoreError: Error, Sendable {
  /// For a person, such as `the index is cut short`.
  package let reason: String
  /// It was there when the store was listed.
  package let isGone: Bool

  init(_ reason: String, isGone: Bool = false) {
    self.reason = reason
    self.isGone = isGone
  }
}
