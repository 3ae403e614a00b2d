import {runFront} from '../commands/sccache/run.js';

process.exitCode = await runFront({
	args: process.argv.slice(2),
	env: process.env,
	script: process.argv[1] ?? '',
	stdout: process.stdout,
	stderr: process.stderr,
});
