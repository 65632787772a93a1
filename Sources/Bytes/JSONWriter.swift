// JSON values as bytes (RFC 8259), for every format that is made of them.

package func jsonText(_ text: String) -> [UInt8] { jsonString(text.utf8) }

package func jsonBoolean(_ value: Bool) -> [UInt8] { Array((value ? "true" : "false").utf8) }

package func jsonNumber(_ value: Int) -> [UInt8] { Array(String(value).utf8) }

package func jsonNumber(milliseconds: Int) -> [UInt8] { Array(decimal(milliseconds: milliseconds).utf8) }

package func jsonArray(_ items: [[UInt8]]) -> [UInt8] {
  Array("[".utf8) + Array(items.joined(separator: ",".utf8)) + Array("]".utf8)
}

package func jsonObject(_ fields: [(String, [UInt8])]) -> [UInt8] {
  var result = Array("{".utf8)
  for (name, value) in fields {
    if result.count > 1 { result.append(UInt8(ascii: ",")) }
    result += jsonString(name.utf8)
    result.append(UInt8(ascii: ":"))
    result += value
  }
  result.append(UInt8(ascii: "}"))
  return result
}

/// Seconds with three places, such as `12.345`.
package func decimal(milliseconds: Int) -> String {
  let fraction = String(milliseconds % 1000)
  return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
}
