-- What Neovim does with a script: it knows its kind, colours it, shows its faults, completes, mends and formats.
local program, root = vim.env.MRS_PROGRAM, vim.env.MRS_ROOT
vim.opt.runtimepath:append(root .. "/examples/editors/vim")
vim.cmd("filetype plugin on | syntax on")

local function hold(what, ...)
  if not what then
    io.stdout:write("not so: ", table.concat(vim.tbl_map(tostring, { ... }), " "), "\n")
    vim.cmd("cquit 1")
  end
end

local function ask(method, parameters)
  local answers = vim.lsp.buf_request_sync(0, method, parameters, 20000) or {}
  local _, answer = next(answers)
  hold(answer and answer.result, method, vim.inspect(answer))
  return answer.result
end

local function at(line, column)
  return { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = line, character = column } }
end

local path = vim.fn.tempname() .. ".mrs"
vim.fn.writefile({ "mrs 1", "load data", "split   tasks", "topkk 3" }, path)
vim.cmd("edit " .. path)
hold(vim.bo.filetype == "mrs", "file type", vim.bo.filetype)
local group = vim.fn.synIDattr(vim.fn.synID(2, 1, 1), "name")
hold(group == "mrsVerb", "`load` is coloured as", group)

local client = vim.lsp.start_client({ name = "mrs", cmd = { program, "language-server" } })
vim.lsp.buf_attach_client(0, client)
hold(vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 20), "no fault is shown")
local fault = vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })[1]
hold(fault.code == "E0201" and fault.lnum == 3, "fault", vim.inspect(fault))

local items = ask("textDocument/completion", at(3, 3)).items
hold(vim.tbl_contains(vim.tbl_map(function(item) return item.label end, items), "topk"), "completion")
hold(ask("textDocument/hover", at(1, 1)).contents.value:find("Loads"), "hover")

local range = { start = { line = 3, character = 0 }, ["end"] = { line = 3, character = 5 } }
local actions = ask("textDocument/codeAction", {
  textDocument = { uri = vim.uri_from_bufnr(0) }, range = range,
  context = { diagnostics = { fault.user_data.lsp and vim.tbl_extend("force", { range = range, message = fault.message }, fault.user_data.lsp) } },
})
hold(#actions > 0, "no action")
vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
hold(vim.fn.getline(4):find("^topk 3"), "mended to", vim.fn.getline(4))
vim.lsp.util.apply_text_edits(
  ask("textDocument/formatting", { textDocument = { uri = vim.uri_from_bufnr(0) }, options = { tabSize = 2, insertSpaces = true } }),
  0, "utf-16")
hold(vim.fn.getline(3) == "split tasks", "formatted to", vim.fn.getline(3))
vim.wait(20000, function() return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }) == 1 end, 20)
vim.lsp.stop_client(client)
io.stdout:write("all of it\n")
vim.cmd("qall!")
