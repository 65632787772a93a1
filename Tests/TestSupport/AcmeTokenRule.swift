// A rule that a project adds, with all its fields.

public let acmeTokenRule = """
  [[rule]]
  id = "acme-token"
  title = "Acme token"
  severity = "medium"
  literal = "acme_"
  pattern = 'acme_[0-9a-f]{32}'
  keep = 8
  remediation = ["Ask Acme."]
  match = ["token: acme_{hex:32}"]
  no_match = ["acme_{hex:31}"]

  """
