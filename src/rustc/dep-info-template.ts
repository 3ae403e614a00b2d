import {fillPlaceholders, placeholder} from '../lib/placeholder.js';
import type {RustOutput} from './command.js';
import {type Roots, withoutRoots, withRoots} from './roots.js';

const list = 'output';

/** A dependency file with each output's place in the list, and each root's, instead of its path. */
export function depInfoTemplate(
	text: string,
	outputs: readonly RustOutput[],
	roots: Roots,
): string | undefined {
	const targets = new Map(outputs.map(({path}, index) => [`${asTarget(path)}:`, index]));
	const lines = text.split('\n').map(line => {
		const target = /^(?:[^\\:\s]|\\.)+:(?=\s|$)/.exec(line)?.[0];
		const index = target === undefined ? undefined : targets.get(target);
		return target === undefined || index === undefined
			? line
			: `${placeholder(list, index)}${line.slice(target.length - 1)}`;
	});
	const template = withoutRoots(roots, lines.join('\n'));
	return depInfoText(template, outputs, roots) === text ? template : undefined;
}

/** The dependency file for outputs and roots of these names. */
export function depInfoText(
	template: string,
	outputs: readonly RustOutput[],
	roots: Roots,
): string {
	const text = fillPlaceholders(template, list, index => {
		const output = outputs[index];
		return output && asTarget(output.path);
	});
	return withRoots(roots, text);
}

const asTarget = (path: string): string => path.replaceAll(' ', '\\ ');
