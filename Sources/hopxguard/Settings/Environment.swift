// Settings from the environment: `HOPXGUARD_` and an option's name in capitals. Like the command line, which overrides
// them, they come from the caller.

import Platform

/// The value of a variable; nil when it is not set or empty.
func variable(_ name: String) -> String? {
  guard let value = environmentVariable(name), !value.bytes.isEmpty else { return nil }
  return String(decoding: value.bytes, as: UTF8.self)
}

/// The value of `HOPXGUARD_NAME`; nil when it is not set or empty.
func environment(_ name: String) -> String? { variable("HOPXGUARD_\(name)") }

/// Of a variable that is on or off.
///
/// - Throws: `SettingsError` for a value that is neither.
func environmentFlag(_ name: String) throws(SettingsError) -> Bool {
  switch environment(name) {
  case nil, "0", "false", "no": return false
  case "1", "true", "yes": return true
  default: throw SettingsError(source: "HOPXGUARD_\(name)", reason: "takes 1 or 0")
  }
}
