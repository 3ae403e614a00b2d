import {parseAtom, splitVersion} from '../../../portage/atom.js';

/**
 * Which packages, as CATEGORY/PF, an atom means: CATEGORY/PACKAGE all its versions, =CATEGORY/PF that one. Undefined: it is neither.
 */
export function packageChoice(text: string): ((packageVersion: string) => boolean) | undefined {
	if ('wrong' in parseAtom(text) || /[*:]/.test(text)) return undefined;
	if (/^[<>~]/.test(text)) return undefined;
	if (text.startsWith('=')) {
		const exact = text.slice(1);
		return packageVersion => packageVersion === exact;
	}
	return packageVersion => splitVersion(packageVersion)?.name === text;
}
