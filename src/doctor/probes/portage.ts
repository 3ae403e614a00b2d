import {dirname, join, resolve} from 'node:path';
import {bashrcFolder} from '../../portage/bashrc.js';
import {type BuildPathPart, buildPath} from '../../portage/build-path.js';
import {featuresInForce, lastValue, wrappersIn} from '../../portage/make-conf-facts.js';
import {type Assignment, readMakeConf} from '../../portage/make-conf-read.js';
import {listOptOuts} from '../../portage/package-env.js';
import {configFiles} from '../../tree/config-files.js';
import type {MakeConfFacts} from '../verdicts/make-conf.js';
import {readText} from './files.js';

/** What Portage's files say. */
export interface PortageFacts extends MakeConfFacts {
	readonly assignments: readonly Assignment[];
	readonly profileHasPath: boolean;
	/** As a build gets it. */
	readonly path: readonly BuildPathPart[];
	readonly features: readonly string[];
	readonly hasBashrcBlock: boolean;
	/** Packages with env/default-path. */
	readonly excluded: readonly string[];
	/** The value of a variable in make.conf; undefined: it is not set, or to nothing. */
	readonly value: (name: string) => string | undefined;
}

/** Reads the files of a tree as Portage does. */
export function readPortage(root: string): PortageFacts {
	const portage = join(root, 'etc/portage');
	const profilePath = profileVariable(readText(join(root, 'etc/profile.env')) ?? '', 'PATH');
	const files = configFiles(join(portage, 'make.conf'));
	const {assignments, refused} = readAll(root, files, profilePath);
	const features = featuresInForce(assignments);
	const value = (name: string) => lastValue(assignments, name) || undefined;
	const folder = bashrcFolder(readText(join(portage, 'bashrc')) ?? '');
	const wrappers = wrappersIn(features, 'make.conf').map(({wrapper}) => wrapper);
	return {
		files,
		refused,
		assignments,
		profileHasPath: profilePath !== undefined,
		path: buildPath({profilePath, makeConfPath: value('PATH'), wrappers, bashrcFolder: folder}),
		features,
		hasBashrcBlock: folder !== undefined,
		excluded: configFiles(join(portage, 'package.env'))
			.flatMap(path => listOptOuts(readText(path) ?? ''))
			.filter(({envFile}) => envFile === 'default-path')
			.map(({atom}) => atom),
		value,
	};
}

function readAll(root: string, files: readonly string[], profilePath: string | undefined) {
	const assignments: Assignment[] = [];
	const known = new Map(profilePath === undefined ? [] : [['PATH', profilePath]]);
	for (const path of files) {
		const sourced = (file: string) =>
			readText(file.startsWith('/') ? join(root, file) : resolve(dirname(path), file));
		const reading = readMakeConf(readText(path) ?? '', sourced, known);
		if (reading.kind === 'refused') {
			return {assignments, refused: {path, line: reading.line, reason: reading.reason}};
		}
		assignments.push(...reading.assignments);
		for (const {name, expanded} of reading.assignments) known.set(name, expanded);
	}
	return {assignments, refused: undefined};
}

/** Of what env-update writes: `export NAME='value'`. */
function profileVariable(text: string, name: string): string | undefined {
	const [, single, double] =
		new RegExp(`^export ${name}=(?:'([^']*)'|"([^"]*)")`, 'm').exec(text) ?? [];
	return single ?? double;
}
