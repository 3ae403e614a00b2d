import {runCli} from '../commands/run-cli.js';

await runCli('sccache-gentoo', process.argv.slice(2));
