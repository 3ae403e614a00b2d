import type {ServerLink} from './server-link.js';

type Ran = Awaited<ReturnType<ServerLink['run']>>;

/** A job, with its toolchain sent before if the server has not got it. 'needsToolchain': the server does not keep it. */
export async function runWithToolchain(
	needToolchain: boolean,
	submit: () => Promise<void>,
	run: () => Promise<Ran>,
): Promise<Ran> {
	if (needToolchain) await submit();
	const result = await run();
	if (result !== 'needsToolchain') return result;
	await submit();
	return run();
}
