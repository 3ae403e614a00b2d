import {runCli} from '../commands/run-cli.js';

await runCli('sccache-dist', process.argv.slice(2));
