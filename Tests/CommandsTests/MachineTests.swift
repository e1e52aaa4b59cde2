import Commands
import Kernels
import Language
import Reports
import Testing

@Suite struct MachineTests {
  @Test(arguments: KernelSet.available.indices)
  func aRunComputesWithTheKernelsOfItsHostAndSaysSo(path: Int) throws {
    let kernels = KernelSet.available[path]
    let host = RecordingHost()
    host.kernels = kernels
    var interpreter = Interpreter()
    var said: [String] = []
    let source = Source(text: "load data\nsplit tasks\nmeta-train ridge epochs=0\nshow machine")
    let result = interpreter.run(source, host: host) { outcome in
      if let report = outcome.report { said.append(PlainRenderer().text(report)) }
    }
    #expect(result == .completed)
    #expect(interpreter.session.kernels.name == kernels.name)
    #expect(interpreter.session.model?.problem.kernels.name == kernels.name)
    #expect(said.last?.contains("\(kernels.name), of") == true)
  }
}
