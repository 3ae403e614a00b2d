import type {Edit} from './make-conf.js';
import {checkShimFolder} from './make-conf-block.js';
import {blockText, findBlock} from './marked-block.js';

/** What env/default-path sets for a package that is to be built without us. */
export const bypassVariable = 'SCCACHE_BYPASS';

/** What our block in bashrc does. */
export interface BashrcBlock {
	/** Comes first in the PATH of builds; undefined: PATH is not changed here. */
	readonly shimFolder: string | undefined;
	/** Whether it says after each build what came from the cache. */
	readonly reports: boolean;
}

/**
 * /etc/portage/bashrc with our block at its start, where bash can't be in the middle of anything. Portage makes PATH anew in each
 * phase and sources this file in each. A block that does nothing is none.
 */
export function applyBashrc(text: string, block: BashrcBlock): Edit {
	const {shimFolder, reports} = block;
	if (shimFolder !== undefined) checkShimFolder(shimFolder);
	if (shimFolder === undefined && !reports) return undoBashrc(text);
	const undone = undoBashrc(text);
	if ('unsafe' in undone) return undone;
	return {text: `${blockText(lines(block), '\n')}\n${undone.text}`};
}

/** The file without our block. */
export function undoBashrc(text: string): Edit {
	const found = findBlock(text);
	if (found.kind === 'damaged') return {unsafe: found.reason};
	return {text: found.kind === 'none' ? text : found.before + found.after};
}

/** The folder that our block puts before PATH; undefined: there is no block. */
export function bashrcFolder(text: string): string | undefined {
	return /^\s*export PATH="([^:"]+):/m.exec(blockIn(text))?.[1];
}

/** Whether our block says after each build what came from the cache. */
export const bashrcReports = (text: string): boolean =>
	blockIn(text).includes(`\t\t${reportFunction}() {`);

function blockIn(text: string): string {
	const found = findBlock(text);
	if (found.kind !== 'block') return '';
	return text.slice(found.before.length, text.length - found.after.length);
}

function lines({shimFolder, reports}: BashrcBlock): readonly string[] {
	return [
		`case "\${EBUILD_PHASE:-}" in`,
		...(shimFolder === undefined ? [] : pathLines(shimFolder)),
		...(reports ? reportLines : []),
		'esac',
	];
}

const pathLines = (shimFolder: string): readonly string[] => [
	'\tunpack | prepare | configure | compile | test | install)',
	`\t\tif [[ -z "\${${bypassVariable}:-}" && ":\${PATH}:" != *":${shimFolder}:"* ]]; then`,
	`\t\t\texport PATH="${shimFolder}:\${PATH}"`,
	// cargo.eclass names rustc by its path, so that links do not reach it.
	`\t\t\t[[ -v RUSTC_WRAPPER ]] || ! type -P sccache >/dev/null || export RUSTC_WRAPPER=sccache`,
	'\t\tfi',
	'\t\t;;',
];

const reportFunction = 'sccache_gentoo_report';

/**
 * In postinst, which is in no sandbox and runs as root: only there the statistics can be read. A binary package has no .unpacked, and
 * nothing was compiled for it.
 */
const reportLines: readonly string[] = [
	'\tpostinst)',
	`\t\t${reportFunction}() {`,
	'\t\t\tlocal since report',
	`\t\t\tsince="$(stat -c %Y "\${PORTAGE_BUILDDIR}/.unpacked" 2>/dev/null)" || return 0`,
	`\t\t\treport="$(timeout 20 sccache-gentoo stats --line --package "=\${CATEGORY}/\${PF}" --since "@\${since}" 2>/dev/null)" || return 0`,
	`\t\t\t[[ -z "\${report}" ]] || elog "sccache: \${report}"`,
	'\t\t}',
	`\t\tpost_pkg_postinst() { ${reportFunction}; }`,
	'\t\t;;',
];
