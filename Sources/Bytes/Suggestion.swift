// Suggests the known word closest to a misspelt one.

/// `; did you mean 'skip'?` for a word that is nearly one of the known ones; else which there are.
package func suggestion(for word: String, among known: some Sequence<String>) -> String {
  let ranked = known.map { (distance(word, $0), $0) }.sorted { $0 < $1 }
  if let best = ranked.first, best.0 <= max(1, min(word.utf8.count, best.1.utf8.count) / 3) {
    return "; did you mean '\(best.1)'?"
  }
  return ranked.isEmpty ? "" : "; known: \(ranked.map(\.1).sorted().joined(separator: ", "))"
}

/// Insertions, deletions, changes and swaps of neighbours from one word to the other (optimal string alignment).
/// Only the beginning of long words is compared.
private func distance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left.utf8.prefix(64)), Array(right.utf8.prefix(64)))
  var rows = [Array(0...right.count)]
  for (index, byte) in left.enumerated() {
    var row = [index + 1]
    for (other, wanted) in right.enumerated() {
      var cost = min(rows[index][other] + (byte == wanted ? 0 : 1), rows[index][other + 1] + 1, row[other] + 1)
      if index > 0, other > 0, byte == right[other - 1], left[index - 1] == wanted {
        cost = min(cost, rows[index - 1][other - 1] + 1)
      }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
