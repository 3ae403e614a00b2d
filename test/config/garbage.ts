import fc from 'fast-check';
import {AppError} from '../../src/lib/errors.js';

/** Texts that look like a configuration file, more or less: pieces of TOML and JSON, and the names given. */
export function garbage(names: readonly string[]): fc.Arbitrary<string> {
	const signs = [...'[]="\'\n#,{}. 1<:', '[[', ']]', 'true', '\\u', '"""', ' = "a"\n', '-1', '\n['];
	const values = ['1979-05-27', 'inf', '__proto__', 'null', '"127.0.0.1:1"', '"/a"', '"10G"'];
	const piece = fc.constantFrom(...signs, ...values, ...names);
	return fc.oneof(
		fc.array(piece).map(parts => parts.join('')),
		fc.string({unit: 'binary'}),
	);
}

/** Values of which some are right, by key: what JSON can say where a table belongs. */
export function nearly(keys: readonly string[]): fc.Arbitrary<string> {
	const leaf = fc.oneof(
		fc.constantFrom('127.0.0.1:1', '/a', '10G', 'token', 'overlay', 'jwt_token', 'a', ''),
		fc.constantFrom(0, 1, -1, 1.5, 1e300, null, true),
	);
	const {value} = fc.letrec(tie => ({
		value: fc.oneof(
			{maxDepth: 4},
			leaf,
			fc.array(tie('value'), {maxLength: 2}),
			fc.dictionary(fc.constantFrom(...keys), tie('value'), {maxKeys: 8}),
		),
	}));
	return value.map(content => JSON.stringify(content) ?? '');
}

/** Fails for anything but a result or an error of ours that is about the configuration. */
export function isConfigOrError(load: () => unknown): boolean {
	try {
		load();
		return true;
	} catch (error) {
		return error instanceof AppError && error.code.startsWith('CONFIG_');
	}
}
