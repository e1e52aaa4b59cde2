/// E092: what a service answers over HTTP.
let servicePages = [
  CodePage(
    "E0920", "a request that is not understood",
    "A body is JSON (RFC 8259) of type application/json; a parameter behind `?` is encoded as in forms."
  ),
  CodePage(
    "E0921", "a request of another form",
    "The JSON has a member too many or too few, or a value of another kind: `pointer` says where. "
      + "`GET /openapi.json` says how each request looks for the model that is served."),
  CodePage(
    "E0922", "a request beyond the limits",
    "Bodies, answers and connections have limits, which `mrs serve --body`, `--timeout` and `--connections` set."
  ),
  CodePage(
    "E0923", "a request that may not be made",
    "With `mrs serve --token-file` a request carries `Authorization: Bearer TOKEN`. Without it only this machine may "
      + "ask, by its own names: 127.0.0.1, localhost."),
  CodePage(
    "E0924", "a path or method that is not there",
    "`GET /openapi.json` lists what a service answers."),
  CodePage(
    "E0925", "feedback that cannot be read or kept",
    "The feedback of a service is a file of one JSON object a line, which one service at a time adds to. A last line "
      + "that was cut off is taken away; any other that is none has to be put right."),
  CodePage(
    "E0926", "an address that nobody can listen at",
    "The port is taken, or the address is none of this machine. `mrs serve --port 0` takes any port that is free."
  ),
]
