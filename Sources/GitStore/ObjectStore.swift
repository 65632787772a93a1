// A repository's object store: its packs and loose objects, and those of the stores it borrows from.
// Sources: gitrepository-layout(5), gitformat-pack(5).

import Bytes
package import Platform

/// Something in a store that cannot be read as a whole.
package struct StoreProblem: Sendable {
  package let path: Path
  package let reason: String
  /// A borrowed store that is not there: the repository is incomplete, not broken.
  package var isMissingAlternate = false
}

/// The loose objects of one of a store's 256 folders.
package struct LooseFolder: Sendable {
  package let path: Path
  /// The folder's name, and each file's.
  let prefix: [UInt8]
  let names: [[UInt8]]

  package var count: Int { names.count }

  /// Those of its objects that `isWanted` says yes to.
  package func filter(_ format: ObjectFormat, _ isWanted: (ObjectID) -> Bool) -> LooseFolder {
    let wanted = names.filter { name in ObjectID(hex: prefix + name, format).map(isWanted) ?? false }
    return LooseFolder(path: path, prefix: prefix, names: wanted)
  }
}

/// What a store holds at a moment.
package struct StoreListing: Sendable {
  package var loose: [LooseFolder] = []
  /// Packs that have an index.
  package var packs: [Path] = []
  /// What is among the objects and belongs to none of git's files, such as what an interrupted git left.
  package var strays: [Path] = []
  package var problems: [StoreProblem] = []
}

package struct ObjectStore: Sendable {
  package let format: ObjectFormat
  /// `objects` folders: the repository's own, then the borrowed ones.
  package private(set) var folders: [Path] = []
  /// Borrowed stores that cannot be read.
  package private(set) var problems: [StoreProblem] = []
  /// Stores that are not read, because they lie outside.
  package private(set) var outside: [Path] = []
  /// Where stores have to lie to be read; nil for anywhere.
  private let bounds: Path?

  /// As deep as git follows stores that borrow from stores.
  private static let deepestAlternate = 5

  /// - Parameter bounds: a folder; stores outside of it, to which links and `alternates` may lead, are not
  ///   read. nil to read all.
  package init(_ repository: Repository, within bounds: Path? = nil) {
    format = repository.format
    self.bounds = bounds
    let own = repository.commonFolder.appending("objects".utf8)
    add(own, depth: 0)
  }

  private mutating func add(_ folder: Path, depth: Int) {
    let real: Path
    do throws(SystemError) { real = try canonicalPath(folder) } catch {
      problems.append(
        StoreProblem(
          path: folder, reason: "the \(depth > 0 ? "borrowed " : "")object store is not there: \(error)",
          isMissingAlternate: depth > 0))
      return
    }
    if folders.contains(real) || outside.contains(real) { return }
    if let bounds, !real.isWithin(bounds) {
      outside.append(real)
      if depth == 0 {
        problems.append(
          StoreProblem(path: folder, reason: "is a link that leads out of the repository, and was not followed"))
      }
      return
    }
    guard depth <= Self.deepestAlternate else {
      problems.append(StoreProblem(path: real, reason: "object stores that borrow from each other too deeply"))
      return
    }
    folders.append(real)
    let list = real.appending("info/alternates".utf8)
    do throws(SystemError) {
      // One folder a line; # begins a comment; relative to the `objects` folder that holds the list.
      let folder = try Descriptor.openFolder(real.appending("info".utf8))
      let file = try Descriptor.openFile("alternates", in: folder.number)
      guard try file.status().kind == .file else { throw SystemError("open", SystemError.invalid) }
      for line in try readAll(file, limit: 1 << 20).split(separator: 0x0A)
      where line.first != UInt8(ascii: "#") {
        let name = Self.unquoted(line)
        add(name.first == UInt8(ascii: "/") ? Path(name) : real.appending(name), depth: depth + 1)
      }
    } catch {
      if error.code != SystemError.noSuchFile {
        problems.append(StoreProblem(path: list, reason: "cannot be read: \(error)"))
      }
    }
  }

  /// A line as git quotes it when a path needs that: in double quotes, with C escapes.
  private static func unquoted(_ line: ArraySlice<UInt8>) -> [UInt8] {
    guard line.count >= 2, line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\"") else {
      return Array(line)
    }
    var result: [UInt8] = []
    var rest = line.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch escaped {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "0")...UInt8(ascii: "3"):
        let digits = [escaped] + rest.prefix(2)
        rest = rest.dropFirst(2)
        result.append(digits.reduce(0) { $0 &* 8 &+ ($1 & 7) })
      default: result.append(escaped)
      }
    }
    return result
  }

  // MARK: Listing

  /// What is there now. Loose objects come first: git writes a pack before it removes what went in.
  package func list() -> StoreListing {
    var listing = StoreListing()
    for folder in folders {
      listStrays(folder, &listing)
      listLoose(folder, &listing)
      listPacks(folder, &listing)
    }
    return listing
  }

  /// Besides the folders of loose objects there are `info` and `pack`, and nothing else.
  private func listStrays(_ folder: Path, _ listing: inout StoreListing) {
    guard let entries = try? entries(of: .openFolder(folder)) else { return }
    listing.strays += entries.map(\.name.bytes).filter { name in
      !(name.count == 2 && name.allSatisfy { hexValue($0) != nil })
        && !["info", "pack", "maintenance.lock"].contains { name.elementsEqual($0.utf8) }
    }.map { folder.appending($0) }
  }

  private func listLoose(_ folder: Path, _ listing: inout StoreListing) {
    for byte in 0..<256 {
      let prefix = hexDigits(UInt8(byte))
      let path = folder.appending(prefix)
      do throws(SystemError) {
        var names = try entries(of: .openFolder(path)).map(\.name.bytes)
        let isObject = { (name: [UInt8]) in ObjectID(hex: prefix + name, format) != nil }
        listing.strays += names.filter { !isObject($0) }.map { path.appending($0) }
        names.removeAll { !isObject($0) }
        if !names.isEmpty { listing.loose.append(LooseFolder(path: path, prefix: prefix, names: names)) }
      } catch {
        if error.code != SystemError.noSuchFile {
          listing.problems.append(StoreProblem(path: path, reason: "the folder cannot be read: \(error)"))
        }
      }
    }
  }

  /// What git has beside a pack adds nothing new (`.rev`, `.bitmap`), nor does what is of all packs
  /// (`multi-pack-index`).
  private func listPacks(_ folder: Path, _ listing: inout StoreListing) {
    let path = folder.appending("pack".utf8)
    let names: [[UInt8]]
    do throws(SystemError) {
      names = try entries(of: .openFolder(path)).map(\.name.bytes).sorted { $0.lexicographicallyPrecedes($1) }
    } catch {
      if error.code != SystemError.noSuchFile {
        listing.problems.append(StoreProblem(path: path, reason: "the folder cannot be read: \(error)"))
      }
      return
    }
    let all = Set(names)
    for name in names where !name.starts(with: "multi-pack-index".utf8) {
      let stem = name.prefix { $0 != UInt8(ascii: ".") }
      let isOfPack = all.contains(stem + Array(".pack".utf8)) || all.contains(stem + Array(".idx".utf8))
      let isKnown = Self.packEndings.contains { name.dropFirst(stem.count).elementsEqual($0.utf8) }
      if !isKnown || !isOfPack { listing.strays.append(path.appending(name)) }
    }
    for name in names where name.suffix(5).elementsEqual(".pack".utf8) {
      let pack = path.appending(name)
      if all.contains(name.dropLast(5) + Array(".idx".utf8)) {
        listing.packs.append(pack)
      } else {
        listing.problems.append(
          StoreProblem(path: pack, reason: "the pack has no index; `git index-pack` makes one"))
      }
    }
  }

  private static let packEndings = [".pack", ".idx", ".rev", ".bitmap", ".mtimes", ".keep", ".promisor"]

  /// Opens a pack that `list` named.
  ///
  /// - Throws: `StoreError`; `isGone` when git has removed the pack since.
  package func open(_ pack: Path) throws(StoreError) -> PackFile {
    let index = Path(pack.bytes.dropLast(5) + Array(".idx".utf8))
    return try PackFile(map(pack), PackIndex(map(index), format: format), path: pack)
  }

  private func map(_ path: Path) throws(StoreError) -> MappedFile {
    do throws(SystemError) {
      let file = try Descriptor.openFile(path)
      let status = try file.status()
      guard status.kind == .file else { throw SystemError("open", SystemError.invalid) }
      return try MappedFile(file, size: status.size)
    } catch {
      if error.code == SystemError.noSuchFile { throw StoreError("it was removed before it was read", isGone: true) }
      throw StoreError("it cannot be read: \(error)")
    }
  }
}
