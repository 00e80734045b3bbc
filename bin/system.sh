# What Countersign needs of the system, for bin/setup and bin/test: is it there, what is it called on each system, and
# installing it through apt where that needs no password.

mkdir -p -m 700 var
log=var/setup.log

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

debian_names() {
  for thing; do
    case $thing in
      venv) echo python3-venv ;;
      pango) echo libpango-1.0-0 libpangoft2-1.0-0 ;;
      harfbuzz) echo libharfbuzz0b ;;
      subset) echo libharfbuzz-subset0 ;;
      fonts) echo fonts-noto-core ;;
      redis) echo redis-server ;;
      rabbitmq) echo rabbitmq-server ;;
      nginx) echo nginx-light ;;
      *) echo "$thing" ;;
    esac
  done
}

fedora_names() {
  for thing; do
    case $thing in
      venv) echo python3 ;;
      subset) echo harfbuzz ;;
      fonts) echo google-noto-sans-fonts google-noto-serif-fonts google-noto-naskh-arabic-fonts ;;
      postgresql) echo postgresql-server ;;
      rabbitmq) echo rabbitmq-server ;;
      *) echo "$thing" ;;
    esac
  done
}

brew_names() {
  for thing; do
    case $thing in
      venv) echo python ;;
      subset) echo harfbuzz ;;
      fonts) echo font-noto-sans font-noto-serif font-noto-naskh-arabic ;;
      *) echo "$thing" ;;
    esac
  done
}

once() { tr ' ' '\n' | awk '!seen[$0]++' | xargs; }

how_to_install() {
  printf 'To install it:\n'
  printf '  Debian, Ubuntu:  sudo apt-get install --no-install-recommends %s\n' "$(debian_names "$@" | once)"
  printf '  Fedora:          sudo dnf install %s\n' "$(fedora_names "$@" | once)"
  printf '  macOS:           brew install %s\n' "$(brew_names "$@" | once)"
}

is_there() {
  case $1 in
    venv) "$python" -c 'import ensurepip, venv' ;; # Debian and Ubuntu ship these two modules apart
    pango) has_library pango-1.0 && has_library pangoft2-1.0 ;;
    harfbuzz) has_library harfbuzz ;;
    subset) has_library harfbuzz-subset ;;
    fonts) has_noto_fonts ;;
    gettext) command -v msgfmt ;;
    chromium) command -v chromium || command -v chromium-browser || [ -x /Applications/Chromium.app/Contents/MacOS/Chromium ] ;;
    redis) command -v redis-server || command -v valkey-server ;;
    rabbitmq) (PATH=$PATH:/usr/sbin:/opt/homebrew/sbin command -v rabbitmq-server) ;;
    nginx) (PATH=$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin command -v nginx) ;;
    postgresql) command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb ;;
  esac >/dev/null 2>&1
}

has_library() {
  case $(uname) in
    Darwin) ls /opt/homebrew/lib/lib"$1".*dylib || ls /usr/local/lib/lib"$1".*dylib ;;
    *) PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q "lib$1\.so\." ;;
  esac
}

has_noto_fonts() {
  for folder in /usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" /Library/Fonts "$HOME/Library/Fonts"; do
    [ -z "$(find "$folder" -name 'NotoNaskhArabic*' 2>/dev/null | head -n 1)" ] || return 0
  done
  return 1
}

missing() {
  for thing; do
    is_there "$thing" || echo "$thing"
  done
}

# Installs what is missing, where it may; elsewhere says the command and goes on.
need_packages() {
  lacking=$(missing "$@")
  [ -n "$lacking" ] || return 0
  # shellcheck disable=SC2086  (a list of words)
  set -- $lacking
  if ! command -v apt-get >/dev/null || ! { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    say "Missing: $*. $(how_to_install "$@")"
    return 0
  fi
  say "Installing through apt: $(debian_names "$@" | xargs)."
  apt_install "$@" || say "apt could not install everything; what it said is in $log. $(how_to_install "$@")"
}

apt_install() {
  : >"$log"
  case " $* " in *" redis "* | *" postgresql "* | *" rabbitmq "* | *" nginx "*) start_no_services ;; esac
  status=0
  # shellcheck disable=SC2046  (lists of words)
  apt_get install $(debian_names "$@") || {
    apt_get update || true
    # One by one: a name that this release does not have must not keep the others out.
    for thing; do apt_get install $(debian_names "$thing") || status=1; done
  }
  allow_services
  return $status
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends "$@" >>"$log" 2>&1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The tests start their own servers: installing one must not leave it running on somebody's laptop.
policy=/usr/sbin/policy-rc.d
policy_is_ours=

start_no_services() {
  [ ! -e "$policy" ] || return 0
  policy_is_ours=yes
  trap 'allow_services; exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

allow_services() {
  [ -n "$policy_is_ours" ] || return 0
  as_root rm -f "$policy"
  policy_is_ours=
  trap 'exit 130' INT TERM HUP
}
