import {readFile} from 'node:fs/promises';
import {isAbsolute, join} from 'node:path/posix';
import {type ArchiveTree, unpackable} from './archive-tree.js';
import {type AskCompiler, printed} from './ask-compiler.js';
import {withIncludedConfigs} from './config-files.js';
import {pluginsNamed} from './plugins-named.js';
import {addLibraries, addProgram} from './program-parts.js';

/**
 * What a compile by clang reads beside its driver: its own headers (-frewrite-includes leaves their names in), the lists of what
 * sanitizers leave alone, configuration files,
 * and the trace of a GCC installation, without which --gcc-install-dir in one of them is an error.
 */
export async function addClangParts(
	tree: ArchiveTree,
	ask: AskCompiler,
	driver: string,
	versionText: string,
): Promise<void> {
	const resources = await printed(ask, driver, '-print-resource-dir');
	if (!isAbsolute(resources)) throw unpackable(`${driver} does not name its resource folder`);
	await tree.addFolder(join(resources, 'include'));
	await tree.addFolderIfThere(join(resources, 'share'));
	for (const [, config] of versionText.matchAll(/^Configuration file: (.+)$/gm)) {
		for (const file of withIncludedConfigs(config ?? '')) {
			if ((await tree.addIfThere(file)) === undefined) continue;
			for (const plugin of pluginsNamed(await readFile(file, 'latin1')))
				if (isAbsolute(plugin)) await addLibraries(tree, plugin);
		}
	}
	for (const [, folder] of versionText.matchAll(/^Selected GCC installation: (.+)$/gm)) {
		for (const variant of ['', '32', 'x32'])
			await tree.addIfThere(join(folder ?? '', variant, 'crtbegin.o'));
	}
	await addAssembler(tree, ask, driver);
}

/** Only -fno-integrated-as runs them. */
async function addAssembler(tree: ArchiveTree, ask: AskCompiler, driver: string): Promise<void> {
	for (const name of ['as', 'objcopy']) {
		const path = await printed(ask, driver, `-print-prog-name=${name}`);
		if (isAbsolute(path) && (await tree.addIfThere(path)) !== undefined)
			await addProgram(tree, path);
	}
}
