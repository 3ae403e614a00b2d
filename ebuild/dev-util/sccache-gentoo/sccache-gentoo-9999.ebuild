# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

inherit shell-completion systemd tmpfiles toolchain-funcs

DESCRIPTION="Compile cache and compile farm for Portage"
HOMEPAGE="https://wiki.gentoo.org/wiki/User:Samuliy/Drafts/sccache-dist"

if [[ ${PV} == 9999 ]]; then
	inherit git-r3
	EGIT_REPO_URI="${SCCACHE_GENTOO_REPO:-file:///usr/src/sccache-gentoo}"
	PROPERTIES="live"
else
	SRC_URI="${P}.tar.gz ${P}-deps.tar.gz"
	KEYWORDS="~amd64 ~arm64"
	RESTRICT="fetch"
fi

# What dependencies bring is installed with it.
LICENSE="Apache-2.0 0BSD BlueOak-1.0.0 BSD BSD-2 ISC LGPL-3 MIT public-domain"
SLOT="0"
IUSE="+dist-client dist-server systemd test"
RESTRICT+=" !test? ( test )"

RDEPEND="
	!dev-util/sccache
	>=net-libs/nodejs-20.19
	acct-group/portage
	acct-user/portage
	dev-util/shadowman
	dist-server? (
		sys-apps/bubblewrap
		sys-apps/util-linux
	)
	systemd? ( sys-apps/systemd )
"
# For pkg_postinst and pkg_prerm.
IDEPEND="dev-util/shadowman"
BDEPEND="
	>=net-libs/nodejs-20.19[npm]
	dev-build/make
	dev-lang/python
"

pkg_nofetch() {
	einfo "Run 'npm ci && npm run dist' in a checkout of version ${PV}, and copy"
	einfo "${P}.tar.gz and ${P}-deps.tar.gz from dist/release to your DISTDIR."
}

src_unpack() {
	if [[ ${PV} == 9999 ]]; then
		git-r3_src_unpack
		cd "${S}" || die
		npm ci --ignore-scripts --no-audit --no-fund || die "npm ci failed"
	else
		default
	fi
}

src_compile() {
	tc-export CC CXX
	export LIBDIR="${EPREFIX}/usr/lib/${PN}/dist"
	# Portage's sandbox looks after a static program by ptrace, which takes longer than loading a dynamic one.
	export STATIC=0
	export npm_config_nodedir="${EPREFIX}/usr" npm_config_offline=true npm_config_update_notifier=false
	# node-gyp keeps what it looks up in HOME.
	HOME=${T} npm run build || die "npm run build failed"
}

src_test() {
	local -x HOME=${T}
	# Those that need no daemon, no farm and no root.
	local folder patterns=()
	for folder in auth compiler config key lib metrics placement portage protocol rustc stats store; do
		patterns+=( "dist/test/${folder}/**/*.test.js" )
	done
	node node_modules/ava/entrypoints/cli.mjs "${patterns[@]}" || die "tests failed"
}

src_install() {
	sh src/bin/install-package.sh "${ED}" "/usr/lib/${PN}" || die

	keepdir /etc/sccache
	fperms 0755 /etc/sccache
	insinto /etc/portage/env
	doins portage-env/{default-path,no-cache,no-dist}
	insinto /usr/share/shadowman/tools
	newins - sccache_gentoo < <(sed "1s|^|${EPREFIX}|" "${FILESDIR}"/sccache_gentoo.shadow)
	insinto /etc/logrotate.d
	newins "${FILESDIR}"/sccache.logrotate sccache
	insinto /usr/share/sccache-gentoo
	doins src/metrics/files/sccache-gentoo.{dashboard.json,rules.yml}

	newtmpfiles systemd/tmpfiles.d/sccache.conf sccache.conf
	systemd_dounit systemd/sccache-client.service
	use dist-client || systemd_install_dropin sccache-client.service "${FILESDIR}"/no-farm.conf
	newinitd "${FILESDIR}"/sccache-client.initd sccache-client
	newconfd "${FILESDIR}"/sccache-client.confd sccache-client
	if use dist-server; then
		local service
		for service in scheduler server; do
			systemd_dounit "systemd/sccache-${service}.service"
			newinitd "${FILESDIR}/sccache-${service}.initd" "sccache-${service}"
			newconfd "${FILESDIR}/sccache-${service}.confd" "sccache-${service}"
		done
	fi

	dobashcomp dist/completions/bash/*
	dozshcomp dist/completions/zsh/*
	dofishcomp dist/completions/fish/*
	doman man/*.[1-8]
	einstalldocs
}

pkg_postinst() {
	tmpfiles_process sccache.conf
	[[ -n ${ROOT} ]] || eselect compiler-shadow update sccache_gentoo

	if [[ -z ${REPLACING_VERSIONS} ]]; then
		elog "One step is left: run 'sccache-gentoo setup'. It shows what it changes first."
	fi
}

pkg_prerm() {
	if [[ -z ${REPLACED_BY_VERSION} ]]; then
		[[ -n ${ROOT} ]] || eselect compiler-shadow remove sccache_gentoo
		elog "Should make.conf still name the shims' folder, 'sccache-gentoo setup undo'"
		elog "before the package is removed takes that back."
	fi
}
