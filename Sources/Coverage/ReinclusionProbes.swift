// Turns the lines that re-include paths into the paths that git is asked about because of them.

import Bytes
import Platform

struct ReinclusionProbes {
  private let entries: [CoverageEntry]
  private(set) var probes: [(path: Path, entry: Int)] = []
  private var known: Set<Path> = []

  /// Paths that git is asked about because of a line at its own place; more is a repository that means
  /// to keep us busy.
  private static let most = 400_000
  /// Paths beyond, for each folder that a name alone counts in.
  private static let mostElsewhere = 50_000

  /// - Parameter known: paths that are asked about anyway.
  init(_ entries: [CoverageEntry], known: Set<Path>) {
    self.entries = entries
    self.known = known
  }

  /// Whether all lines were taken in.
  ///
  /// - Parameters:
  ///   - folders: that hold tracked files.
  ///   - own: those with a `.gitignore` of their own.
  mutating func add(_ lines: [Reinclusion], folders: [Path], own: [Path]) -> Bool {
    let known = Set(folders)
    let lines = lines.filter { line in
      guard let name = line.last.literal, !line.isForFolders else { return true }
      return !entries.contains { $0.spares(name[...]) }
    }
    let wide = lines.filter(\.isWide)
    let isEverywhere = wide.count * folders.count <= Self.mostElsewhere
    for line in lines {
      for place in line.places {
        addNames(line, at: place)
        addFolder(line, at: place, known)
      }
      addNamesInSecretFolders(line)
      if line.isWide {
        for folder in isEverywhere ? folders : own where line.means(folder) {
          addNames(line, at: folder)
          if !line.isNameAlone { addFolder(line, at: folder, known) }
        }
      }
      if probes.count > Self.most { return false }
    }
    // Where a folder is taken back in, lines for names alone count as well.
    let opened = lines.filter { !$0.isNameAlone }
    let alone = lines.filter(\.isNameAlone)
    if opened.count * alone.count <= Self.mostElsewhere {
      for line in opened {
        guard let name = line.last.common(.all, filler: Unguessable.name) else { continue }
        for place in line.places {
          let folder = place.appending(name)
          for other in alone where folder.isWithin(other.folder) || other.folder.bytes.isEmpty {
            addNames(other, at: folder)
          }
        }
      }
    }
    return probes.count <= Self.most
  }

  /// What the line itself takes back in at a place.
  private mutating func addNames(_ line: Reinclusion, at place: Path) {
    for (index, entry) in entries.enumerated() {
      let pattern = entry.pattern
      guard let own = pattern.components.last else { continue }
      if pattern.isRooted {
        guard let name = line.last.common(own, filler: Unguessable.name),
          let folder = entry.tries.first?.parent
        else { continue }
        add(folder.appending(name), index)
        continue
      }
      guard let name = line.last.common(own, filler: Unguessable.name) else {
        continue
      }
      if pattern.isForFolders {
        for probe in entry.tries {
          let below = probe.bytes.drop { $0 != UInt8(ascii: "/") }.dropFirst()
          add(place.appending(name).appending(below), index)
        }
      } else if !line.isForFolders {
        add(place.appending(name), index)
        for probe in entry.tries where line.last.matches(probe.bytes[...]) {
          add(place.appending(probe.bytes), index)
        }
      }
    }
    guard let name = line.last.common(.all, filler: Unguessable.name), line.isNameAlone else { return }
    for (index, entry) in entries.enumerated() where entry.pattern.isForFolders && !entry.pattern.isRooted {
      guard let secrets = entry.tries.first?.bytes.prefix(while: { $0 != UInt8(ascii: "/") }) else { continue }
      addInSecretFolder(place.appending(secrets).appending(name), line, index)
    }
  }

  /// What the line takes back in of a folder of secrets that one of the pattern's folders means.
  private mutating func addNamesInSecretFolders(_ line: Reinclusion) {
    guard !line.isNameAlone, let name = line.last.common(.all, filler: Unguessable.name) else { return }
    for (index, entry) in entries.enumerated() where entry.pattern.isForFolders && !entry.pattern.isRooted {
      let own = entry.pattern.components[0]
      for (position, glob) in line.folders.enumerated() {
        guard let secrets = (glob ?? .all).common(own, filler: Unguessable.name),
          let place = line.place(depth: [], instead: (position, secrets))
        else { continue }
        addInSecretFolder(place.appending(name), line, index)
      }
    }
    for (index, entry) in entries.enumerated() where entry.pattern.isForFolders && entry.pattern.isRooted {
      if let place = line.places.first { addInSecretFolder(place.appending(name), line, index) }
    }
  }

  private mutating func addInSecretFolder(_ path: Path, _ line: Reinclusion, _ index: Int) {
    add(line.isForFolders ? path.appending(Unguessable.name) : path, index)
  }

  /// Everything in a folder that the line takes back in. A line without `/` at its end is taken to mean
  /// one only if there is one, or its wildcard is no file's.
  private mutating func addFolder(_ line: Reinclusion, at place: Path, _ folders: Set<Path>) {
    guard let name = line.last.common(.all, filler: Unguessable.name) else { return }
    let folder = place.appending(name)
    let isFolder =
      line.isForFolders
      || (line.last.literal == nil ? !name.contains(UInt8(ascii: ".")) : folders.contains(folder))
    if !isFolder { return }
    for (index, entry) in entries.enumerated() {
      for probe in entry.tries { add(entry.pattern.isRooted ? probe : folder.appending(probe.bytes), index) }
    }
  }

  private mutating func add(_ path: Path, _ index: Int) {
    // A name that several entries match belongs to the first, as it does for files.
    guard path.bytes.count < 4000, entries[index].covers(path),
      let first = entries.firstIndex(where: { $0.covers(path) }), known.insert(path).inserted
    else { return }
    probes.append((path, first))
  }
}

extension FolderSurvey {
  /// Adds what has to be tried because of lines that take paths back in.
  ///
  /// - Returns: whether there was room for all.
  mutating func addReinclusions(
    _ files: [IgnoreFile], _ entries: [CoverageEntry], _ folders: [Path], _ submodules: Set<Path>,
    foldingCase: Bool
  ) -> Bool {
    var lines: [Reinclusion] = []
    for file in files {
      if let disk = file.disk { lines += IgnoreLines.reinclusions(disk, in: file.folder, foldingCase: foldingCase) }
      if file.change != nil, let staged = file.staged {
        lines += IgnoreLines.reinclusions(staged, in: file.folder, foldingCase: foldingCase)
      }
    }
    if lines.isEmpty { return true }
    var extra = ReinclusionProbes(entries, known: Set((probes + unaskable).map(\.path)))
    let isWhole = extra.add(lines, folders: folders, own: files.map(\.folder))
    for (path, entry) in extra.probes where !isWithin(path, submodules) {
      addChecked(path, entry)
      self.extra.insert(path)
    }
    return isWhole
  }

  private func isWithin(_ path: Path, _ folders: Set<Path>) -> Bool {
    var folder = folders.isEmpty ? nil : path.parent
    while let here = folder {
      if folders.contains(here) { return true }
      folder = here.parent
    }
    return false
  }
}
