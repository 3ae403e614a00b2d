# What zsh makes of a line when TAB is pressed: zsh -f zsh-answer.zsh FOLDER LINE
zmodload zsh/zpty || exit 1
zpty -b shell zsh -f -i
zpty -w shell "PROMPT=; unset zle_bracketed_paste; stty -echo; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; print READY; bindkey '^I' complete-word"
answer=''
until [[ $answer == *READY*READY* || $answer == *READY* && $answer != *'print READY;'* ]]; do
	zpty -r -m shell part '*READY*' && answer+=$part
done
zpty -w -n shell "$2"$'\t'
