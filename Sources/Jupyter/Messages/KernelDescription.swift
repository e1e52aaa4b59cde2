import Reports

/// What a kernel says of itself, and the file by which Jupyter finds it.
package enum KernelDescription {
  /// The content of `kernel_info_reply`.
  static func info(version: String) -> JSON {
    .object([
      "status": .string("ok"), "protocol_version": .string(MessageMaker.protocolVersion),
      "implementation": .string("mrs"), "implementation_version": .string(version),
      "language_info": .object([
        "name": .string("mrs"), "version": .string(version), "mimetype": .string("text/x-mrs"),
        "file_extension": .string(".mrs"),
        // Comments, texts and variables of shells are written as ours.
        "pygments_lexer": .string("bash"), "codemirror_mode": .string("shell"),
        "nbconvert_exporter": .string("script"),
      ]),
      "banner": .string("mrs \(version) · help for help, Tab completes, Shift-Tab explains"),
      "debugger": .truth(false),
      "help_links": .array([]),
    ])
  }

  /// The text of `kernel.json`.
  ///
  /// - Parameter program: the absolute path of the program.
  package static func specification(of program: String, named display: String) -> String {
    JSON.object([
      "argv": .strings([program, "jupyter", "kernel", "{connection_file}"]),
      "display_name": .string(display), "language": .string("mrs"),
      "interrupt_mode": .string("message"), "metadata": .object(["debugger": .truth(false)]),
    ]).prettyText + "\n"
  }
}
