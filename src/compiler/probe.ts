import {dirname, join} from 'node:path/posix';
import type {Family} from './command.js';

/** What a compiler says of itself with `-E -v` on nothing. */
export interface ProbeFacts {
	/** Its own include folders, in order, those of C_INCLUDE_PATH and the like among them. */
	readonly searchFolders: readonly string[];
	/** The program that really compiles. */
	readonly cc1Path: string | undefined;
	/** Specs, configuration and ignore lists that it read by itself. */
	readonly configFiles: readonly string[];
	/** Paths that it would use if they were there, and folders in which it looks for configuration or chose an entry. */
	readonly watched: readonly string[];
	readonly versionLines: readonly string[];
	/** 0 when it does not say. */
	readonly majorVersion: number;
	/** What -march=native and the like came to. */
	readonly nativeExpansion: readonly string[];
}

/** Reads the stderr of a run in the C locale. */
export function parseProbe(family: Family, stderr: string): ProbeFacts {
	const lines = stderr.split('\n');
	const cc1Words = splitWords(lines.find(line => isCc1(family, line)) ?? '');
	const chosen = captured(lines, /^Selected GCC installation: (.+)$/);
	return {
		searchFolders: searchFolders(lines),
		cc1Path: cc1Words[0],
		configFiles: [
			...captured(lines, /^Configuration file: (.+)$/),
			...captured(lines, /^Reading specs from (.+)$/),
			...cc1Words.flatMap(
				word => /^-fsanitize(?:-system)?-(?:ignore|black)list=(.+)$/.exec(word)?.[1] ?? [],
			),
		],
		watched: [
			...captured(lines, /^ignoring nonexistent directory "(.+)"$/),
			...chosen.map(folder => dirname(folder)),
			...captured(lines, /^(?:(?:System|User) configuration file directory|InstalledDir): (.+)$/),
			// Where gcc finds its programs and specs; the list comes with the folders of -B and COMPILER_PATH.
			...captured(lines, /^COMPILER_PATH=(.+)$/).flatMap(list =>
				list
					.split(':')
					.filter(folder => folder !== '')
					.flatMap(folder => ['specs', 'as'].map(name => join(folder, name))),
			),
		],
		versionLines: lines.filter(line =>
			/^(?:Target:|Thread model:|Configured with:|.*\bversion \d|Selected )/.test(line),
		),
		majorVersion: Number(/\bversion (\d+)/.exec(stderr)?.[1] ?? 0),
		nativeExpansion: family === 'gcc' ? gccMachine(cc1Words) : clangMachine(cc1Words),
	};
}

function isCc1(family: Family, line: string): boolean {
	return family === 'gcc' ? /^ \S*\/cc1\w*\s/.test(line) : /^ "[^"]+" "?-cc1"? /.test(line);
}

/** As the drivers print commands: bare words, or quoted with backslashes. */
function splitWords(line: string): string[] {
	return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) =>
		quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1'),
	);
}

function captured(lines: readonly string[], pattern: RegExp): string[] {
	return lines.flatMap(line => pattern.exec(line)?.[1] ?? []);
}

/** The list for <...> holds all of them; one for quotes alone belongs to the command line. */
function searchFolders(lines: readonly string[]): string[] {
	const start = lines.indexOf('#include <...> search starts here:');
	const end = lines.indexOf('End of search list.');
	return start === -1 ? [] : lines.slice(start + 1, end).map(line => line.trim());
}

function gccMachine(words: readonly string[]): string[] {
	return words.flatMap((word, index) =>
		word === '--param' ? [`--param=${words[index + 1]}`] : /^-m|^--param=/.test(word) ? [word] : [],
	);
}

function clangMachine(words: readonly string[]): string[] {
	return words.flatMap((word, index) =>
		/^-(?:target-cpu|tune-cpu|target-feature)$/.test(word) ? [`${word} ${words[index + 1]}`] : [],
	);
}
