/** Which init system runs; undefined: none, or another. */
export type Init = 'systemd' | 'openrc' | undefined;

/** sd_booted(3); OpenRC keeps its state in /run/openrc. */
export function initOf(exists: (path: string) => boolean): Init {
	if (exists('/run/systemd/system')) return 'systemd';
	return exists('/run/openrc/softlevel') ? 'openrc' : undefined;
}

export function serviceCommand(init: Init, verb: 'start' | 'restart', service: string): string {
	return init === 'openrc' ? `rc-service ${service} ${verb}` : `systemctl ${verb} ${service}`;
}
