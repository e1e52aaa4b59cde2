autocmd BufRead,BufNewFile *.mrs setfiletype mrs
autocmd FileType mrs setlocal commentstring=#\ %s
