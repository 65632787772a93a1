// Points in time as text, without Foundation.

/// Seconds since 1970 as `2026-11-24T07:08:19Z`. The days by Howard Hinnant's `civil_from_days`.
package func utcDate(_ seconds: Int) -> String {
  let days = seconds / 86_400 + 719_468
  let era = days / 146_097
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shifted + 2) / 5 + 1
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let time = seconds % 86_400
  return "\(year)-\(two(month))-\(two(day))T\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))Z"
}

/// Days since 1970 of a date that begins with `YYYY-MM-DD`; nil for another text. Howard Hinnant's `days_from_civil`.
package func days(of date: some StringProtocol) -> Int? {
  let parts = date.prefix(10).split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
  guard date.utf8.count >= 10, parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
    (1...12).contains(month), (1...31).contains(day), (1...9999).contains(year)
  else { return nil }
  let shifted = month <= 2 ? year - 1 : year
  let era = shifted / 400
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
