import ArgumentParser

enum RsyslogModule: String, CaseIterable, ExpressibleByArgument {
  case omprog, mmexternal
}
