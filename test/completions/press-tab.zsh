# What TAB makes of a line in zsh, with its own completion system: zsh -f press-tab.zsh FOLDER LINE
zmodload zsh/zpty || exit 1
zpty shell zsh -f -i
zpty -w shell "PROMPT=; stty -echo; unset zle_bracketed_paste; fpath=(${(q)1} \$fpath)"
zpty -w shell "autoload -U compinit; compinit -u -D; bindkey '^I' complete-word; bindkey '^X' tell"
zpty -w shell "tell() { print -r -- \"<\$BUFFER>\"; }; zle -N tell; print REA'DY'"
while zpty -r shell line; do [[ $line == *READY* ]] && break; done
zpty -w -n shell "$2"$'\t\x18'
while zpty -r shell line; do [[ $line == *'<'*'>'* ]] && break; done
print -r -- ${${line#*<}%>*}
zpty -d shell
