import type {ProgressStream} from '../../../lib/progress.js';

/** On a terminal, each command has a line of its own before it runs: what it prints comes below. */
export function commandTeller(
	stream: ProgressStream,
	count: number,
): (argv: readonly string[], index: number) => void {
	return (argv, index) => {
		if (stream.isTTY === true) stream.write(`(${index + 1} of ${count}) ${argv.join(' ')}\n`);
	};
}
