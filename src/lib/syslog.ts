import {spawn} from 'node:child_process';

/**
 * Hands lines that begin with their level, like `<6>`, to the system's log, through util-linux' logger(1): Node has no datagram Unix
 * sockets. `otherwise` takes the lines should it not run.
 */
export function openSyslog(identity: string, otherwise: (line: string) => void) {
	const options = ['--prio-prefix', '-p', 'daemon.info', '-t', identity, `--id=${process.pid}`];
	const child = spawn('logger', options, {
		stdio: ['pipe', 'ignore', 'ignore'],
		env: {PATH: '/usr/bin:/bin'},
	});
	let runs = true;
	const end = () => {
		runs = false;
	};
	child.once('error', end);
	child.once('exit', end);
	child.stdin.on('error', end);
	return {
		write: (line: string) => {
			if (runs) child.stdin.write(line);
			else otherwise(line);
		},
		/** Resolves once all was handed over. */
		close: () =>
			new Promise<void>(resolve => {
				if (!runs) resolve();
				child.once('exit', () => resolve());
				child.once('error', () => resolve());
				child.stdin.end();
			}),
	};
}
