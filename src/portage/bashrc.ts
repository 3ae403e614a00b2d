import type {Edit} from './make-conf.js';
import {checkShimFolder} from './make-conf-block.js';
import {blockText, findBlock} from './marked-block.js';

/** What env/default-path sets for a package that is to be built without us. */
export const bypassVariable = 'SCCACHE_BYPASS';

/**
 * /etc/portage/bashrc with our block at its start, where bash can't be in the middle of anything. Portage makes PATH anew in each
 * phase and sources this file in each.
 */
export function applyBashrc(text: string, shimFolder: string): Edit {
	checkShimFolder(shimFolder);
	const undone = undoBashrc(text);
	if ('unsafe' in undone) return undone;
	return {text: `${blockText(lines(shimFolder), '\n')}\n${undone.text}`};
}

/** The file without our block. */
export function undoBashrc(text: string): Edit {
	const found = findBlock(text);
	if (found.kind === 'damaged') return {unsafe: found.reason};
	return {text: found.kind === 'none' ? text : found.before + found.after};
}

/** The folder that our block puts before PATH; undefined: there is no block. */
export function bashrcFolder(text: string): string | undefined {
	const found = findBlock(text);
	if (found.kind !== 'block') return undefined;
	const block = text.slice(found.before.length, text.length - found.after.length);
	return /^\s*export PATH="([^:"]+):/m.exec(block)?.[1];
}

function lines(shimFolder: string): readonly string[] {
	return [
		`case "\${EBUILD_PHASE:-}" in`,
		'\tunpack | prepare | configure | compile | test | install)',
		`\t\tif [[ -z "\${${bypassVariable}:-}" && ":\${PATH}:" != *":${shimFolder}:"* ]]; then`,
		`\t\t\texport PATH="${shimFolder}:\${PATH}"`,
		'\t\tfi',
		'\t\t;;',
		'esac',
	];
}
