# Completion of desktop-migrator's commands and files for bash.
_desktop_migrator() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local commands="@COMMANDS@"
  case $before in
    --lang) COMPREPLY=($(compgen -W "en de" -- "$word")); return ;;
    --plan|--data-dir|--source|--out) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  local each
  for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $commands " == *" $each "* ]]; then
      COMPREPLY=($(compgen -f -- "$word"))
      return
    fi
  done
  COMPREPLY=($(compgen -W "$commands --json --data-dir --plan --lang --yes --version --help" -- "$word"))
}
complete -o filenames -F _desktop_migrator desktop-migrator
