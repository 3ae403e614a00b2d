import type {Environment} from '../../config/parse-variables.js';
import type {Look} from '../../doctor/report.js';

const usualWidth = 80;
const widest = 100;

/** How text for people looks on this stream: colour on a terminal alone, and only if it is wanted there. */
export function lookOf({isTTY, columns}: NodeJS.WriteStream, env: Environment): Look {
	const isColoured = isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
	return {isColoured, width: Math.min(columns || usualWidth, widest)};
}
