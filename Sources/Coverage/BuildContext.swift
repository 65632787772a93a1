extension Survey {
  func builds() -> [Lapse] { [] }
}
