#!/bin/sh
# Puts what `npm run build` made where a system keeps it: install-package.sh DESTDIR LIBDIR, in the package's folder. DESTDIR ends in
# the prefix, if there is one. The build had LIBDIR=PREFIX/LIBDIR/dist, so that /usr/bin/sccache finds the rest. Dependencies are
# copied without those of development.
set -eu

destdir=${1:?usage: install-package.sh DESTDIR LIBDIR}
libdir=${2:?usage: install-package.sh DESTDIR LIBDIR}
lib=$destdir$libdir

mkdir -p "$lib/dist/bin" "$destdir/usr/bin"
cp package.json LICENSE "$lib/"
cp -R portage-env systemd "$lib/"
# Services for a host that has them from nowhere else.
services=ebuild/dev-util/sccache-gentoo
mkdir -p "$lib/$services"
cp -R $services/files "$lib/$services/"
cp -R dist/src "$lib/dist/"

npm ls --all --omit=dev --parseable --offline | while read -r folder; do
	package=${folder#"$PWD"}
	# The first is the package itself, and those inside others are copied with them.
	case $package in '' | /node_modules/*/node_modules/*) continue ;; esac
	mkdir -p "$lib${package%/*}"
	[ "$package" = /node_modules/better-sqlite3 ] || cp -R "$folder" "$lib$package"
done
sqlite=node_modules/better-sqlite3
mkdir -p "$lib/$sqlite/build/Release"
cp -R $sqlite/package.json $sqlite/LICENSE $sqlite/lib "$lib/$sqlite/"
cp $sqlite/build/Release/better_sqlite3.node "$lib/$sqlite/build/Release/"

cp dist/bin/sccache-gentoo dist/bin/sccache-dist dist/bin/sccache-warden "$lib/dist/bin/"
cp dist/bin/sccache "$destdir/usr/bin/sccache"
# Hard links to compilers' names are made of it; a symbolic link could not be.
ln -f "$destdir/usr/bin/sccache" "$lib/dist/bin/sccache"
up=../..
for name in sccache-gentoo sccache-dist; do
	ln -sf "$up$libdir/dist/bin/$name" "$destdir/usr/bin/$name"
done
# What eselect compiler-shadow links compilers to: a name without a hyphen.
ln -sf sccache "$destdir/usr/bin/sccache_gentoo"
