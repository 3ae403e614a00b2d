import {fillPlaceholders, placeholder} from '../lib/placeholder.js';
import type {RustOutput} from './command.js';

const list = 'output';

const notification =
	/^(\{"\$message_type":"artifact","artifact":|\{"artifact":)("(?:[^"\\]|\\.)*")/gm;

/**
 * The JSON messages that name outputs (`--json=artifacts`: cargo starts dependent crates on them), with each output's place in the list
 * instead of its path. Undefined when a message names a file that is not among `outputs`.
 */
export function withoutOutputs(text: string, outputs: readonly RustOutput[]): string | undefined {
	let unknown = false;
	const template = text.replaceAll(notification, (whole, start: string, quoted: string) => {
		const index = outputs.findIndex(({path}) => JSON.stringify(path) === quoted);
		if (index === -1) unknown = true;
		return index === -1 ? whole : `${start}${placeholder(list, index)}`;
	});
	return unknown || withOutputs(template, outputs) !== text ? undefined : template;
}

/** The other way round. */
export function withOutputs(template: string, outputs: readonly RustOutput[]): string {
	return fillPlaceholders(template, list, index => {
		const output = outputs[index];
		return output && JSON.stringify(output.path);
	});
}
