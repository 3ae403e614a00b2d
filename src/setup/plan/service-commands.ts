import type {InitSystem, Role} from './answers.js';

type Commands = readonly (readonly string[])[];

/** What starts the services of these roles, and what stops them for good. */
export function serviceCommands(
	init: InitSystem,
	roles: readonly Role[],
): {readonly start: Commands; readonly stop: Commands; readonly afterStop: Commands} {
	const names = roles.map(role => `sccache-${role}`);
	if (init === 'systemd' && names.length > 0) {
		return {
			start: [
				['systemctl', 'daemon-reload'],
				['systemctl', 'enable', ...names],
				['systemctl', 'restart', ...names],
			],
			stop: [['systemctl', 'disable', '--now', ...names]],
			afterStop: [['systemctl', 'daemon-reload']],
		};
	}
	if (init === 'openrc') {
		return {
			start: names.flatMap(name => [
				['rc-update', 'add', name, 'default'],
				['rc-service', name, 'restart'],
			]),
			stop: names.flatMap(name => [
				['rc-service', name, 'stop'],
				['rc-update', 'delete', name, 'default'],
			]),
			afterStop: [],
		};
	}
	return {start: [], stop: [], afterStop: []};
}
