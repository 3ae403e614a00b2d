import type {Environment} from '../../../config/parse-variables.js';
import {type GlyphSet, glyphSets} from '../../../top/frame/glyphs.js';
import type {Look} from '../../../top/frame/line.js';
import {lookOf} from '../terminal-look.js';

/** How it is drawn on this stream: in colour where that is wanted, with letters that the locale and the terminal have. */
export function topLook(output: NodeJS.WriteStream, env: Environment, wantsColour: boolean): Look {
	const {isColoured} = lookOf(output, env);
	return {isColoured: isColoured && wantsColour, glyphs: glyphSets[glyphSetOf(env)]};
}

/** As locale(7) has it: the first of them that is set says it. */
function glyphSetOf({LC_ALL, LC_CTYPE, LANG, TERM}: Environment): GlyphSet {
	const locale = LC_ALL || LC_CTYPE || LANG || '';
	if (!/utf-?8/i.test(locale)) return 'ascii';
	return TERM === 'linux' ? 'console' : 'unicode';
}
