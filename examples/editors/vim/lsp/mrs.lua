-- For Neovim 0.11 and later: `vim.lsp.enable("mrs")` starts it for scripts.
return { cmd = { "mrs", "language-server" }, filetypes = { "mrs" }, root_markers = { ".git" } }
