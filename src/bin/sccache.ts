import {runFront} from '../commands/sccache/run.js';

// Whoever reads us may have read enough (`| head -1`).
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await runFront({
	args: process.argv.slice(2),
	env: process.env,
	script: process.argv[1] ?? '',
	stdout: process.stdout,
	stderr: process.stderr,
});
