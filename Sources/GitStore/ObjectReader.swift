// One worker's way into an object store: everything in it, piece of work by piece of work, or one
// object by its ID.

package import Platform

/// A part of a store that a worker reads.
package enum StoreWork: Sendable {
  /// The roots of a pack, by their places in its list, and what is built on them.
  case trees(PackFile, Range<Int>)
  case loose(LooseFolder)

  /// Roots that one piece of work holds.
  private static let batch = 64

  /// Objects that this is about. Those of a pack are counted with its first piece.
  package var objects: Int {
    switch self {
    case .trees(let pack, let range): range.lowerBound == 0 ? pack.count : 0
    case .loose(let folder): folder.count
    }
  }

  /// All of a pack, in pieces.
  package static func all(of pack: PackFile) -> [StoreWork] {
    stride(from: 0, to: pack.roots.count, by: batch).map {
      .trees(pack, $0..<min($0 + batch, pack.roots.count))
    }
  }
}

package struct ObjectReader: ~Copyable {
  private var walker: DeltaTreeWalker
  private var loose: LooseReader
  private let format: ObjectFormat
  /// Loose objects that were listed and then not there.
  package private(set) var vanished: [ObjectID] = []
  /// Folders and files of loose objects that could not be opened.
  package private(set) var problems: [StoreProblem] = []

  /// - Parameter memory: shared by all workers.
  package init(_ format: ObjectFormat, memory: ObjectMemory) {
    self.format = format
    walker = DeltaTreeWalker(memory: memory)
    loose = LooseReader(memory: memory)
  }

  /// Visits every object of a piece of work once.
  ///
  /// - Parameter blobs: false to leave those out that are packed.
  package mutating func visit<Visitor: ObjectVisitor & ~Copyable>(
    _ work: StoreWork, blobs: Bool = true, _ visitor: inout Visitor
  ) {
    switch work {
    case .trees(let pack, let range):
      for root in pack.roots[range] where blobs || pack.kind(ofRoot: root) != .blob {
        walker.walk(Int(root), of: pack, &visitor)
      }
    case .loose(let folder):
      do throws(SystemError) {
        let open = try Descriptor.openFolder(folder.path)
        for name in folder.names { visit(name, folder, open, &visitor) }
      } catch {
        for name in folder.names {
          if let id = ObjectID(hex: folder.prefix + name, format) { vanished.append(id) }
        }
      }
    }
  }

  private mutating func visit<Visitor: ObjectVisitor & ~Copyable>(
    _ name: [UInt8], _ folder: LooseFolder, _ open: borrowing Descriptor, _ visitor: inout Visitor
  ) {
    guard let id = ObjectID(hex: folder.prefix + name, format) else { return }
    do throws(SystemError) { try loose.visit(Path(name), in: open, id: id, &visitor) } catch {
      if error.code == SystemError.noSuchFile {
        vanished.append(id)
      } else {
        problems.append(
          StoreProblem(path: folder.path.appending(name), reason: "cannot be read: \(error)"))
      }
    }
  }

  /// Visits one object.
  ///
  /// - Returns: false if none of `packs` and `folders` contains it.
  package mutating func visit<Visitor: ObjectVisitor & ~Copyable>(
    _ id: ObjectID, packs: [PackFile], folders: [Path], _ visitor: inout Visitor
  ) -> Bool {
    for pack in packs {
      guard let object = pack.object(id) else { continue }
      defer { walker.leaveGate() }
      do throws(StoreError) {
        let (buffer, kind) = try walker.make(object, of: pack)
        visitor.visit(buffer.bytes, kind) { id }
        walker.give(buffer)
      } catch {
        visitor.failed(ObjectFailure(id: id, reason: error.reason))
      }
      return true
    }
    let name = Array(id.hex(format).utf8)
    for folder in folders {
      guard let open = try? Descriptor.openFolder(folder.appending(name.prefix(2))) else { continue }
      if (try? loose.visit(Path(name.dropFirst(2)), in: open, id: id, &visitor)) != nil { return true }
    }
    return false
  }
}
