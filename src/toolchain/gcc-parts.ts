import {readFile} from 'node:fs/promises';
import {dirname, isAbsolute, join} from 'node:path/posix';
import {type ArchiveTree, unpackable} from './archive-tree.js';
import {type AskCompiler, printed} from './ask-compiler.js';
import {pluginsNamed} from './plugins-named.js';
import {addLibraries, addProgram} from './program-parts.js';

/** What a compile by GCC runs and reads beside its driver. Of these no compile can do without the first two kinds. */
export async function addGccParts(
	tree: ArchiveTree,
	ask: AskCompiler,
	driver: string,
	versionText: string,
	folders: readonly string[],
): Promise<void> {
	const compilers = await Promise.all(
		['cc1', 'cc1plus', 'lto1'].map(name => printed(ask, driver, `-print-prog-name=${name}`)),
	);
	const [compiler] = compilers.filter(isAbsolute);
	if (compiler === undefined) throw unpackable(`${driver} has neither cc1 nor cc1plus`);
	for (const path of compilers.filter(isAbsolute)) await addProgram(tree, path);
	await addTools(tree, ask, driver, folders, dirname(compiler));
	const plugin = await printed(ask, driver, '-print-file-name=liblto_plugin.so');
	if (isAbsolute(plugin)) await addLibraries(tree, plugin);
	await addSpecs(tree, ask, driver, [versionText, dirname(compiler)]);
	// Whatever language the user speaks, the quotes in diagnostics are those of UTF-8 or of ASCII (gcc/intl.cc).
	await tree.addFolderIfThere('/usr/lib/locale/C.utf8');
}

/**
 * Assembler and objcopy. GCC looks for them in its own folders, then on PATH, which in the sandbox is the C library's default; one
 * that lies elsewhere gets a link beside cc1, where GCC looks first. Without objcopy -gsplit-dwarf fails, here as there.
 */
async function addTools(
	tree: ArchiveTree,
	ask: AskCompiler,
	driver: string,
	folders: readonly string[],
	ownFolder: string,
): Promise<void> {
	for (const name of ['as', 'objcopy']) {
		const said = await printed(ask, driver, `-print-prog-name=${name}`);
		const path = isAbsolute(said) ? said : await onPath(tree, name, folders);
		if (path === undefined) {
			if (name === 'as') throw unpackable(`${driver} has no assembler`);
			continue;
		}
		await addProgram(tree, path);
		if (!isAbsolute(said) && !['/usr/bin', '/bin'].includes(dirname(path)))
			tree.addLink(join(await tree.add(ownFolder), name), path);
	}
}

async function onPath(
	tree: ArchiveTree,
	name: string,
	folders: readonly string[],
): Promise<string | undefined> {
	for (const folder of folders) {
		const path = join(folder, name);
		if ((await tree.addIfThere(path)) !== undefined) return path;
	}
	return undefined;
}

/** Specs that the driver reads on its own, hardened ones among them, and the plugins that they load. */
async function addSpecs(
	tree: ArchiveTree,
	ask: AskCompiler,
	driver: string,
	[versionText, ownFolder]: readonly [string, string],
): Promise<void> {
	const beside = await printed(ask, driver, '-print-file-name=specs');
	const read = [...versionText.matchAll(/^Reading specs from (.+)$/gm)].map(([, file]) => file);
	for (const file of new Set([...read, beside, join(ownFolder, 'specs')])) {
		if (file === undefined || !isAbsolute(file)) continue;
		if ((await tree.addIfThere(file)) === undefined) continue;
		for (const plugin of pluginsNamed(await readFile(file, 'latin1'))) {
			const folder = await printed(ask, driver, '-print-file-name=plugin');
			const path = isAbsolute(plugin) ? plugin : join(folder, `${plugin}.so`);
			if ((await tree.addIfThere(path)) !== undefined) await addLibraries(tree, path);
		}
	}
}
