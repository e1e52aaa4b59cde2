import CMetaRec
import MetaRec

// The functions of metarec.h, which says what each does.

/// Does something with the lab that a pointer points to, unless there is none.
private func with(_ lab: OpaquePointer?, _ body: (Lab) throws -> metarec_status) -> metarec_status {
  guard let lab else { return METAREC_MISUSE }
  let known = Unmanaged<Lab>.fromOpaque(UnsafeRawPointer(lab)).takeUnretainedValue()
  return known.call { try body(known) }
}

@_cdecl("metarec_open")
public func open(
  _ threads: Int32, _ host: UnsafePointer<metarec_host>?,
  _ lab: UnsafeMutablePointer<OpaquePointer?>?
) -> metarec_status {
  guard let lab else { return METAREC_MISUSE }
  lab.pointee = nil
  guard
    let made = try? Lab(threads: Int(threads), host: host.map { CallbackHost($0.pointee) })
  else { return METAREC_INVALID }
  lab.pointee = OpaquePointer(Unmanaged.passRetained(made).toOpaque())
  return METAREC_OK
}

@_cdecl("metarec_free")
public func free(_ lab: OpaquePointer?) {
  if let lab { Unmanaged<Lab>.fromOpaque(UnsafeRawPointer(lab)).release() }
}

@_cdecl("metarec_error")
public func error(_ lab: OpaquePointer?) -> UnsafePointer<CChar>? {
  guard let lab else {
    return UnsafeRawPointer(noLab.utf8Start).assumingMemoryBound(to: CChar.self)
  }
  return UnsafePointer(Unmanaged<Lab>.fromOpaque(UnsafeRawPointer(lab)).takeUnretainedValue().error)
}

/// What is told of a lab that is none.
private let noLab: StaticString = "[{\"code\":\"E0914\",\"message\":\"there is no lab\"}]"

@_cdecl("metarec_put_file")
public func putFile(
  _ lab: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ bytes: UnsafePointer<UInt8>?, _ count: Int
) -> metarec_status {
  with(lab) { lab in
    guard let files = lab.files else { return lab.misuse("the lab has files of its own host") }
    guard let path = text(path), bytes != nil || count == 0, count >= 0 else {
      return lab.misuse("a path or bytes are missing")
    }
    return lab.giving {
      try files.write(Array(UnsafeBufferPointer(start: bytes, count: count)), to: path)
    }
  }
}

@_cdecl("metarec_get_file")
public func getFile(
  _ lab: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ bytes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: UnsafeMutablePointer<Int>?
) -> metarec_status {
  with(lab) { lab in
    guard let files = lab.files else { return lab.misuse("the lab has files of its own host") }
    guard let path = text(path), let bytes, let count else {
      return lab.misuse("a path or a place for the bytes is missing")
    }
    guard let contents = try? files.read(path) else {
      _ = lab.refuse(LaboratoryError("E0501", "there is no file `\(path)`"))
      return METAREC_MISSING
    }
    bytes.pointee = lab.lend(contents)
    count.pointee = contents.count
    return METAREC_OK
  }
}

@_cdecl("metarec_give")
public func give(
  _ lab: OpaquePointer?, _ users: UnsafePointer<UnsafePointer<CChar>?>?,
  _ items: UnsafePointer<UnsafePointer<CChar>?>?, _ values: UnsafePointer<Double>?,
  _ times: UnsafePointer<Int64>?, _ count: Int
) -> metarec_status {
  with(lab) { lab in
    guard let users, let items, let values, count >= 0 else {
      return lab.misuse("a column of the ratings is missing")
    }
    let rows = 0..<count
    let (known, things) = (rows.compactMap { text(users[$0]) }, rows.compactMap { text(items[$0]) })
    guard known.count == count, things.count == count else {
      return lab.misuse("an id is missing, or no UTF-8")
    }
    return lab.giving {
      try lab.laboratory.give(
        Interactions(
          users: known, items: things, values: rows.map { values[$0] },
          times: times.map { times in rows.map { times[$0] } } ?? []))
    }
  }
}

@_cdecl("metarec_run")
public func run(
  _ lab: OpaquePointer?, _ script: UnsafePointer<CChar>?, _ onEvent: metarec_on_event?,
  _ context: UnsafeMutableRawPointer?
) -> metarec_status {
  with(lab) { lab in
    guard let script = text(script) else { return lab.misuse("the script is missing, or no UTF-8") }
    lab.isAtWork = true
    defer { lab.isAtWork = false }
    let laboratory = lab.laboratory
    do { _ = try laboratory.check(script) } catch { return lab.invalid(error) }
    var outputs: [Output] = []
    defer { lab.outputs = outputs }
    try laboratory.perform(script) { event in
      if case .output(let output) = event { outputs.append(output) }
      let wish = event.json.withCString { onEvent?(context, $0) } ?? 0
      if wish != 0 { laboratory.stop() }
    }
    return METAREC_OK
  }
}

@_cdecl("metarec_check")
public func check(_ lab: OpaquePointer?, _ script: UnsafePointer<CChar>?) -> metarec_status {
  with(lab) { lab in
    guard let script = text(script) else { return lab.misuse("the script is missing, or no UTF-8") }
    lab.isAtWork = true
    defer { lab.isAtWork = false }
    do { _ = try lab.laboratory.check(script) } catch { return lab.invalid(error) }
    return METAREC_OK
  }
}

@_cdecl("metarec_stop")
public func stop(_ lab: OpaquePointer?) {
  guard let lab else { return }
  Unmanaged<Lab>.fromOpaque(UnsafeRawPointer(lab)).takeUnretainedValue().laboratory.stop()
}
