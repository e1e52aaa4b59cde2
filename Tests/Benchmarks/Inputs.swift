import FoundationEssentials
import Kernels

/// The arrays that the peers exported, so that every program runs the same data.
struct Inputs {
  let folder: String

  func floats(_ name: String) throws -> [Float] { try numbers(name, as: Float.self) }
  func integers(_ name: String) throws -> [Int32] { try numbers(name, as: Int32.self) }

  private func numbers<T>(_ name: String, as type: T.Type) throws -> [T] {
    let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name).bin"))
    return data.withUnsafeBytes { Array($0.bindMemory(to: T.self)) }
  }
}

/// Floats that live as long as the program.
func permanent(_ values: some Collection<Float>, rows: Int, columns: Int) -> Matrix {
  let base = UnsafeMutableRawPointer.allocate(
    byteCount: max(64, values.count * 4), alignment: 64
  ).bindMemory(to: Float.self, capacity: max(16, values.count))
  for (index, value) in values.enumerated() { base[index] = value }
  return Matrix(base, rows: rows, columns: columns)
}

func seconds() -> Double {
  let parts = ContinuousClock.now - started
  return Double(parts.components.seconds) + Double(parts.components.attoseconds) * 1e-18
}

private let started = ContinuousClock.now
