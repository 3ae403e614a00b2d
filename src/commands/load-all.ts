import type {Command} from '@oclif/core';

/** Of one program, by their ids: `cache:size` is the command `cache size`. */
export type Loaders = Readonly<Record<string, () => Promise<Command.Class>>>;

/** For whoever lists them, as the help does. */
export async function loadAll<All extends Loaders>(
	loaders: All,
): Promise<{readonly [Id in keyof All]: Awaited<ReturnType<All[Id]>>}> {
	const loaded = await Promise.all(
		Object.entries(loaders).map(async ([id, load]) => [id, await load()] as const),
	);
	return Object.fromEntries(loaded) as Awaited<ReturnType<typeof loadAll<All>>>;
}
