import {createLog, type Log} from '../../src/lib/log.js';
import {everything} from '../../src/lib/log-filter.js';

/** A log whose lines, without their time, go to a list. */
export function logInto(said: {push(line: string): unknown}): Log {
	return createLog({
		target: 'test',
		filter: everything('trace'),
		style: {format: 'text', prefixed: true, millis: false},
		now: () => 0,
		write: line => said.push(line),
	});
}
