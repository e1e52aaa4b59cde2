"""Claims about the language server, held against the real program by a client that speaks JSON-RPC."""

import os
import random
import tempfile
import time
import unittest

from rpc import Client

TEXT = """mrs 1
set seed=7
load data
split tasks
let rate = 0.01
meta-train maml steps=1 lr=$rate epochs=1
def trial(k) { topk $k }
adapt user 42
trial 5
let é𝄞 = "{$rate}"; topkk
"""


class Server(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mrs-lsp-")
        self.addCleanup(self.folder.cleanup)
        self.client = Client()
        self.addCleanup(self.client.process.kill)
        self.abilities = self.client.ask("initialize", processId=None, rootUri=None, capabilities={})["result"]
        self.client.tell("initialized")
        self.uri = "file://" + os.path.join(self.folder.name, "a%20script.mrs")

    def open(self, text=TEXT):
        self.text = text
        self.client.tell("textDocument/didOpen", textDocument={
            "uri": self.uri, "languageId": "mrs", "version": 1, "text": text})
        return self.diagnostics()

    def diagnostics(self):
        message = self.client.receive()
        self.assertEqual(message["method"], "textDocument/publishDiagnostics")
        self.assertEqual(message["params"]["uri"], self.uri)
        return message["params"]["diagnostics"]

    def place(self, word, nth=0, behind=False):
        """The place of a word, with columns in units of UTF-16."""
        at = -1
        for _ in range(nth + 1):
            at = self.text.index(word, at + 1)
        before = self.text[:at + (len(word) if behind else 0)]
        line = before.count("\n")
        column = len(before.rsplit("\n", 1)[-1].encode("utf-16-le")) // 2
        return {"line": line, "character": column}

    def ask(self, method, **parameters):
        answer = self.client.ask("textDocument/" + method, textDocument={"uri": self.uri}, **parameters)
        self.assertNotIn("error", answer)
        return answer["result"]

    def applied(self, edits):
        lines = self.text.split("\n")

        def offset(place):
            units = lines[place["line"]].encode("utf-16-le")[:place["character"] * 2]
            return sum(len(line) + 1 for line in lines[:place["line"]]) + len(units.decode("utf-16-le"))

        text = self.text
        for edit in sorted(edits, key=lambda e: -offset(e["range"]["start"])):
            text = text[:offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]):]
        return text

    def test_faults_come_while_typing_with_fixes_as_actions(self):
        found = self.open()
        self.assertEqual([fault["code"] for fault in found if fault["severity"] == 1], ["E0201"])
        fault = next(fault for fault in found if fault["code"] == "E0201")
        self.assertEqual(fault["range"]["start"], self.place("topkk"))
        actions = self.ask("codeAction", range=fault["range"], context={"diagnostics": [fault]})
        fix = next(action for action in actions if action["kind"] == "quickfix")
        mended = self.applied(fix["edit"]["changes"][self.uri])
        self.assertEqual(mended, TEXT.replace("topkk", "topk"))
        # The editor makes the change, by its place in units of UTF-16.
        edit = fix["edit"]["changes"][self.uri][0]
        self.client.tell("textDocument/didChange", textDocument={"uri": self.uri, "version": 2}, contentChanges=[
            {"range": edit["range"], "text": edit["newText"]}])
        self.assertFalse([fault for fault in self.diagnostics() if fault["severity"] == 1])
        self.client.tell("textDocument/didChange", textDocument={"uri": self.uri, "version": 3}, contentChanges=[
            {"text": "laod data\n"}])
        self.assertIn("E0201", [fault["code"] for fault in self.diagnostics()])
        self.client.tell("textDocument/didClose", textDocument={"uri": self.uri})
        self.assertEqual(self.diagnostics(), [])

    def test_certain_fixes_come_all_at_once(self):
        self.open("load data\nsplit tasks query = 5\n")
        actions = self.ask("codeAction", range={"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                           context={"diagnostics": [], "only": ["source.fixAll"]})
        self.assertEqual([action["kind"] for action in actions], ["source.fixAll"])
        self.assertEqual(self.applied(actions[0]["edit"]["changes"][self.uri]),
                         "mrs 1\nload data\nsplit tasks query=5\n")

    def test_completion_knows_verbs_options_names_and_files(self):
        with open(os.path.join(self.folder.name, "ratings.csv"), "w", encoding="ascii") as file:
            file.write("user,item,rating\n1,2,3\n")
        self.open(TEXT + "meta-train maml ste\nshow $ra\nload csv \"\"\n")

        def labels(word, **more):
            found = self.ask("completion", position=self.place(word, behind=True, **more))["items"]
            return [item["textEdit"]["newText"] for item in found]

        self.assertEqual(labels("maml ste", nth=1), ["steps="])
        self.assertEqual(labels("show $ra"), ["$rate"])
        self.assertIn("\"ratings.csv\"", labels("load csv \""))
        self.assertIn("evaluate", [item["label"] for item in self.ask(
            "completion", position={"line": 2, "character": 0})["items"]])

    def test_hover_explains(self):
        self.open()
        for word, said in (("meta-train", "Learns from many tasks"), ("maml", "MAML"), ("steps", "steps="),
                           ("$rate", "let rate = 0.01"), ("trial 5", "def trial(k)"), ("set", "set")):
            result = self.ask("hover", position=self.place(word))
            self.assertEqual(result["contents"]["kind"], "markdown")
            self.assertIn(said, result["contents"]["value"], word)
        self.assertIsNone(self.ask("hover", position={"line": 999, "character": 5}))

    def test_signatures_show_the_options_and_which_is_typed(self):
        self.open()
        result = self.ask("signatureHelp", position=self.place("lr=$rate", behind=True))
        signature = result["signatures"][0]
        self.assertIn("steps=", signature["label"])
        self.assertEqual(signature["parameters"][result["activeParameter"]]["label"], "lr=")
        self.assertIsNone(self.ask("signatureHelp", position={"line": 0, "character": 0}))

    def test_names_lead_to_their_definitions_and_are_renamed(self):
        self.open()
        for word, target in (("$rate", "rate = 0.01"), ("trial 5", "trial(k)"), ("$k", "k) {")):
            found = self.ask("definition", position=self.place(word, behind=word.startswith("$")))
            self.assertEqual(found["uri"], self.uri)
            self.assertEqual(found["range"]["start"], self.place(target))
        edit = self.ask("rename", position=self.place("$rate", behind=True), newName="speed")
        self.assertEqual(self.applied(edit["changes"][self.uri]), TEXT.replace("rate", "speed"))
        edit = self.ask("rename", position=self.place("trial 5"), newName="try-it")
        self.assertEqual(self.applied(edit["changes"][self.uri]), TEXT.replace("trial", "try-it"))
        self.assertIsNone(self.ask("prepareRename", position=self.place("load")))
        for name in ("", "a b", "1x", "let", "topk"):
            answer = self.client.ask("textDocument/rename", textDocument={"uri": self.uri},
                                     position=self.place("$rate", behind=True), newName=name)
            self.assertEqual(answer["error"]["code"], -32602)

    def test_names_of_procedures_are_their_own(self):
        text = "mrs 1\nlet k = 3\ndef f(k) { show $k }\nshow $k\n"
        self.open(text)
        edit = self.ask("rename", position=self.place("$k", nth=1, behind=True), newName="n")
        self.assertEqual(self.applied(edit["changes"][self.uri]), "mrs 1\nlet n = 3\ndef f(k) { show $k }\nshow $n\n")

    def test_included_files_are_found(self):
        path = os.path.join(self.folder.name, "setup.mrs")
        with open(path, "w", encoding="ascii") as file:
            file.write("mrs 1\nlet depth = 3\n")
        self.open("mrs 1\ninclude \"setup.mrs\"\nshow $depth\n")
        found = self.ask("definition", position=self.place("setup"))
        self.assertEqual(found["uri"], "file://" + path)
        found = self.ask("definition", position=self.place("$depth", behind=True))
        self.assertEqual((found["uri"], found["range"]["start"]), ("file://" + path, {"line": 1, "character": 4}))

    def test_formatting_symbols_and_colours(self):
        self.open("mrs 1\nlet   k = 3\nparam depth = 2\ndef f(a) { show $a }\n")
        edits = self.ask("formatting", options={"tabSize": 2, "insertSpaces": True})
        self.assertIn("let k = 3\n", self.applied(edits))
        symbols = self.ask("documentSymbol")
        self.assertEqual([(s["name"], s["kind"]) for s in symbols], [("k", 13), ("depth", 13), ("f", 12)])
        self.text = TEXT
        self.client.tell("textDocument/didChange", textDocument={"uri": self.uri}, contentChanges=[{"text": TEXT}])
        self.diagnostics()
        data = self.ask("semanticTokens/full")["data"]
        legend = self.abilities["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"]
        lines, line, column, seen = TEXT.split("\n"), 0, 0, {}
        for i in range(0, len(data), 5):
            column = column + data[i + 1] if data[i] == 0 else data[i + 1]
            line += data[i]
            units = lines[line].encode("utf-16-le")[column * 2:(column + data[i + 2]) * 2]
            seen[units.decode("utf-16-le")] = legend[data[i + 3]]
        self.assertEqual(seen["meta-train"], "function")
        self.assertEqual(seen["let"], "keyword")
        self.assertEqual(seen["maml"], "type")
        self.assertEqual(seen["steps"], "property")
        self.assertEqual(seen["é𝄞"], "variable")

    def test_it_ends_as_it_should(self):
        self.assertIsNone(self.client.ask("shutdown")["result"])
        self.assertEqual(self.client.ask("textDocument/hover")["error"]["code"], -32600)
        self.client.tell("exit")
        self.assertEqual(self.client.process.wait(20), 0)


class BadMessages(unittest.TestCase):
    def setUp(self):
        self.client = Client()
        self.addCleanup(self.client.process.kill)

    def test_what_comes_before_initialize_is_refused(self):
        self.assertEqual(self.client.ask("textDocument/hover")["error"]["code"], -32002)
        self.client.tell("textDocument/didOpen", textDocument={"uri": "x", "text": "load"})
        self.assertIn("capabilities", self.client.ask("initialize", capabilities={})["result"])
        self.assertEqual(self.client.ask("initialize")["error"]["code"], -32600)
        self.client.tell("exit")
        self.assertEqual(self.client.process.wait(20), 1)

    def test_malformed_messages_are_answered_and_the_next_is_understood(self):
        for data in (b"Content-Length: 5\r\n\r\nnonse", b"Nonsense: 1\r\n\r\n", b"Content-Length: -1\r\n\r\n",
                     b"Content-Length: abc\r\n\r\n", b"Content-Length: 4\r\n\r\n\xff\xfe\x00\x01", b"\r\n\r\n",
                     b"Content-Length: 70000000\r\n\r\n" + b" " * 70_000_000,
                     b"Content-Length: 99999\r\n\r\n" + b"[" * 99_999):
            self.client.send_bytes(data)
            self.assertEqual(self.client.answer()["error"]["code"], -32700, data[:40])
        for message in ({}, {"id": 1}, {"jsonrpc": "2.0", "id": 2, "params": []}, 5, "text", [], None):
            self.client.send(message)
            self.assertEqual(self.client.answer()["error"]["code"], -32600, message)
        self.assertIn("capabilities", self.client.ask("initialize")["result"])
        self.assertEqual(self.client.ask("nothing/known")["error"]["code"], -32601)
        self.assertEqual(self.client.ask("textDocument/nothing", textDocument={"uri": "x"})["error"]["code"], -32602)
        self.client.tell("$/cancelRequest", id=5)
        self.assertIsNone(self.client.ask("shutdown")["result"])

    def test_random_messages_do_not_end_it(self):
        chance = random.Random(7)
        self.client.ask("initialize")
        uri = "file:///nowhere/x.mrs"
        methods = ["completion", "hover", "signatureHelp", "definition", "prepareRename", "rename", "formatting",
                   "documentSymbol", "semanticTokens/full", "codeAction"]

        def place():
            return {"line": chance.choice([0, 1, 5, 10**6, -1, 1.5, "x"]),
                    "character": chance.choice([0, 3, 10**6, -7, None])}

        text = TEXT
        for _ in range(300):
            cut = chance.randrange(len(TEXT))
            text = TEXT[:cut] + chance.choice(["", "“", "{", "\x00", "é", "$", "\"", "\\"]) + TEXT[chance.randrange(len(TEXT)):]
            self.client.tell("textDocument/didOpen", textDocument={"uri": uri, "text": text})
            self.client.tell("textDocument/didChange", textDocument={"uri": uri}, contentChanges=[
                {"range": {"start": place(), "end": place()}, "text": chance.choice(["x", "\n", 5])}, chance.choice([{}, 3])])
            answer = self.client.ask("textDocument/" + chance.choice(methods), textDocument={"uri": uri},
                                     position=chance.choice([place(), None, [], 3]), newName=chance.choice(["n", "", 5]),
                                     range=chance.choice([{"start": place(), "end": place()}, 0]),
                                     context=chance.choice([{}, {"only": [4]}, 9]))
            self.assertIn(answer.get("error", {"code": -32602})["code"], (-32602, -32803))
        self.assertIsNone(self.client.ask("shutdown")["result"])
        self.client.tell("exit")
        self.assertEqual(self.client.process.wait(20), 0)

    def test_an_editor_that_no_longer_reads_ends_it_by_leaving(self):
        self.client.process.stdout.close()
        for _ in range(3):
            self.client.send({"jsonrpc": "2.0", "id": 9, "method": "shutdown"})
            time.sleep(0.1)
        self.assertIsNone(self.client.process.poll())
        self.client.process.stdin.close()
        self.assertEqual(self.client.process.wait(20), 1)

    def test_a_sudden_end_ends_it(self):
        self.client.send_bytes(b"Content-Length: 500\r\n\r\n{\"json")
        self.assertEqual(self.client.close(), 1)


if __name__ == "__main__":
    unittest.main()
