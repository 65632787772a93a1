// The formats that have a schema.

public import Testing

/// Holds documents against a schema of `CommandTests/Reports/Schemas`.
public func expectValid(_ files: [String], _ schema: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let folder = projectPath + "/Tests/CommandTests/Reports/Schemas"
  let result =
    schema.hasSuffix(".xsd")
    ? try run("/usr/bin/xmllint", ["--nonet", "--noout", "--schema", "\(folder)/\(schema)"] + files)
    : try run("/usr/bin/python3", ["\(folder)/validate.py", "\(folder)/\(schema)"] + files)
  #expect(result.status == 0, "\(schema): \(result.output)\(result.errors)", sourceLocation: sourceLocation)
}
