#!/bin/bash
# Runs phases of an ebuild with its helpers as install(1) has them: phases.sh EBUILD PHASE...; S, D, T, FILESDIR, USE and perhaps
# EPREFIX are given.
set -e

die() { echo "died: ${*:-}" >&2; exit 1; }
inherit() { :; }
default() { :; }
einfo() { echo "$*"; }
elog() { echo "$*"; }
use() { [[ " ${USE:-} " == *" $1 "* ]]; }
tc-export() { export CC=cc CXX=c++; }
keepdir() { mkdir -p "$ED/$1" && touch "$ED/$1/.keep"; }
fperms() { chmod "$1" "$ED/$2"; }
insinto() { into=$1; }
doins() { install -D -m 0644 -t "$ED/$into" "$@"; }
newins() { install -D -m 0644 "${1/#-//dev/stdin}" "$ED/$into/$2"; }
newtmpfiles() { install -D -m 0644 "$1" "$ED/usr/lib/tmpfiles.d/$2"; }
systemd_dounit() { install -D -m 0644 -t "$ED/usr/lib/systemd/system" "$@"; }
systemd_install_dropin() { install -D -m 0644 "$2" "$ED/usr/lib/systemd/system/$1.d/00gentoo.conf"; }
newinitd() { install -D -m 0755 "$1" "$ED/etc/init.d/$2"; }
newconfd() { install -D -m 0644 "$1" "$ED/etc/conf.d/$2"; }
doman() { install -D -m 0644 -t "$ED/usr/share/man" "$@"; }
dobashcomp() { install -D -m 0644 -t "$ED/usr/share/bash-completion/completions" "$@"; }
dozshcomp() { install -D -m 0644 -t "$ED/usr/share/zsh/site-functions" "$@"; }
dofishcomp() { install -D -m 0644 -t "$ED/usr/share/fish/vendor_completions.d" "$@"; }
einstalldocs() { install -D -m 0644 -t "$ED/usr/share/doc/$PF" README.md CHANGELOG.md; }
tmpfiles_process() { echo "tmpfiles $*"; }
eselect() { echo "eselect $*"; }

ebuild=$1
shift
export EPREFIX="${EPREFIX:-}"
ED=$D$EPREFIX
PF=$(basename "$ebuild" .ebuild)
# shellcheck disable=SC2034
{
	PN=sccache-gentoo
	P=$PF
	PV=${PF##*-}
}
# shellcheck disable=SC1090
. "$ebuild"
cd "$S"
for phase; do "$phase"; done
