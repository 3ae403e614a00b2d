/** The plugins that specs or a configuration file load: by -fplugin= (GCC, clang) and -fpass-plugin= (clang). */
export function pluginsNamed(text: string): readonly string[] {
	return [...text.matchAll(/-f(?:pass-)?plugin=([^\s%{}]+)/g)].map(([, name]) => name ?? '');
}
