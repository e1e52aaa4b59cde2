"""The language server as editors talk to it: a client made with pygls, which takes no answer of another shape."""

import asyncio
import logging
import os
import unittest

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

PROGRAM = os.environ["MRS_PROGRAM"]
# It would tell how long each answer took.
logging.getLogger("asyncio").setLevel(logging.ERROR)
TEXT = """mrs 1
load data
split tasks
let rate = 0.01
meta-train maml steps=1 lr=$rate epochs=1
topkk 3
"""
URI = "file:///nowhere/script.mrs"
HERE = lsp.TextDocumentIdentifier(uri=URI)


def at(line, character):
    return lsp.Position(line=line, character=character)


class Editor(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = LanguageClient("test", "1")
        self.found = asyncio.Queue()
        self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda found: self.found.put_nowait(found))
        await self.client.start_io(PROGRAM, "language-server")
        self.answer = await self.client.initialize_async(lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(), process_id=os.getpid(), root_uri="file:///nowhere"))
        self.client.initialized(lsp.InitializedParams())

    async def asyncTearDown(self):
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    async def open(self, text=TEXT):
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(
            lsp.TextDocumentItem(uri=URI, language_id="mrs", version=1, text=text)))
        return (await asyncio.wait_for(self.found.get(), 20)).diagnostics

    async def test_it_says_what_it_can_do(self):
        abilities = self.answer.capabilities
        self.assertEqual(self.answer.server_info.name, "mrs")
        self.assertTrue(abilities.hover_provider and abilities.definition_provider and abilities.rename_provider)
        self.assertEqual(abilities.text_document_sync.change, lsp.TextDocumentSyncKind.Incremental)

    async def test_a_fault_is_shown_and_mended(self):
        fault = next(f for f in await self.open() if f.severity == lsp.DiagnosticSeverity.Error)
        self.assertEqual((fault.code, fault.range.start), ("E0201", at(5, 0)))
        actions = await self.client.text_document_code_action_async(lsp.CodeActionParams(
            HERE, fault.range, lsp.CodeActionContext(diagnostics=[fault])))
        fix = next(a for a in actions if a.kind == lsp.CodeActionKind.QuickFix)
        edit = fix.edit.changes[URI][0]
        self.assertEqual(edit.new_text, "topk")
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(
            lsp.VersionedTextDocumentIdentifier(uri=URI, version=2),
            [lsp.TextDocumentContentChangePartial(range=edit.range, text=edit.new_text)]))
        left = (await asyncio.wait_for(self.found.get(), 20)).diagnostics
        self.assertFalse([f for f in left if f.code == "E0201"])

    async def test_words_are_completed_explained_and_found(self):
        await self.open()
        completed = await self.client.text_document_completion_async(lsp.CompletionParams(HERE, at(4, 19)))
        self.assertIn("steps", [item.label.rstrip("=") for item in completed.items])
        hover = await self.client.text_document_hover_async(lsp.HoverParams(HERE, at(4, 12)))
        self.assertIn("MAML", hover.contents.value)
        signature = await self.client.text_document_signature_help_async(lsp.SignatureHelpParams(HERE, at(4, 25)))
        self.assertIn("steps=", signature.signatures[0].label)
        place = await self.client.text_document_definition_async(lsp.DefinitionParams(HERE, at(4, 29)))
        self.assertEqual((place.uri, place.range.start), (URI, at(3, 4)))

    async def test_names_are_renamed_and_texts_formatted(self):
        await self.open("mrs 1\nlet   rate = 0.01\nshow $rate\n")
        edit = await self.client.text_document_rename_async(lsp.RenameParams(HERE, at(2, 7), "speed"))
        self.assertEqual(len(edit.changes[URI]), 2)
        edits = await self.client.text_document_formatting_async(lsp.DocumentFormattingParams(
            HERE, lsp.FormattingOptions(tab_size=2, insert_spaces=True)))
        self.assertTrue(edits)
        symbols = await self.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(HERE))
        self.assertEqual([s.name for s in symbols], ["rate"])
        tokens = await self.client.text_document_semantic_tokens_full_async(lsp.SemanticTokensParams(HERE))
        self.assertEqual(len(tokens.data) % 5, 0)

    async def test_two_at_once_are_two(self):
        other = LanguageClient("other", "1")
        await other.start_io(PROGRAM, "language-server")
        await other.initialize_async(lsp.InitializeParams(capabilities=lsp.ClientCapabilities()))
        await self.open()
        # What is open in one editor is not in the other.
        with self.assertRaises(Exception):
            await other.text_document_hover_async(lsp.HoverParams(HERE, at(4, 12)))
        await other.shutdown_async(None)
        other.exit(None)
        await other.stop()


if __name__ == "__main__":
    unittest.main()
