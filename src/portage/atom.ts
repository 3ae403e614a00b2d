/** A package atom as package.env takes it, or what is wrong with it. Rules: PMS 3.1, 3.2 and 8.3.1; portage(5) for the wildcards. */
export type ParsedAtom = {readonly atom: string} | {readonly wrong: string};

const version = String.raw`\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*`;
const revision = String.raw`-r\d+`;
const category = /^[A-Za-z0-9_+][A-Za-z0-9_+.-]*$/;
const packageName = /^[A-Za-z0-9_+][A-Za-z0-9_+-]*$/;
const versioned = new RegExp(`^(.+?)-(${version}(?:${revision})?)$`);
const slot = /^[A-Za-z0-9_+][A-Za-z0-9_+.-]*(?:\/[A-Za-z0-9_+][A-Za-z0-9_+.-]*)?$/;
const repository = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

export function parseAtom(text: string): ParsedAtom {
	const wrong = whatIsWrong(text);
	return wrong === undefined ? {atom: text} : {wrong};
}

/** CATEGORY/PACKAGE of a sound atom, without operator, version, slot and repository. */
export function packageOfAtom(atom: string): string {
	const [, operator = '', rest = ''] = /^([<>]=?|[=~]|)(.*)$/.exec(atom) ?? [];
	const {base} = withoutSuffixes(rest);
	return operator === '' ? base : (versioned.exec(base.replace(/\*$/, ''))?.[1] ?? base);
}

/** CATEGORY/PF in two: CATEGORY/PACKAGE, and the version with its revision. Undefined for what has no version. */
export function splitVersion(
	packageVersion: string,
): {readonly name: string; readonly version: string} | undefined {
	const [, name, version] = versioned.exec(packageVersion) ?? [];
	return name === undefined || version === undefined ? undefined : {name, version};
}

/** Whether CATEGORY/PF is a version of CATEGORY/PACKAGE. */
export function isVersionOf(packageVersion: string, name: string): boolean {
	return splitVersion(packageVersion)?.name === name;
}

function whatIsWrong(text: string): string | undefined {
	if (text === '') return 'it is empty';
	if (/\s/.test(text)) return 'it has a space in it';
	if (text.startsWith('!')) return 'a blocker (!) names no package to change';
	if (text.includes('[')) return 'package.env takes no USE flags in brackets';
	const [, operator = '', rest = ''] = /^([<>]=?|[=~]|)(.*)$/.exec(text) ?? [];
	const {base, wrong} = withoutSuffixes(rest);
	if (wrong !== undefined) return wrong;
	const parts = base.split('/');
	if (parts.length !== 2) return 'it is not CATEGORY/PACKAGE';
	const [cat = '', pn = ''] = parts;
	if (cat === '') return 'the category is missing';
	if (pn === '') return 'the package name is missing';
	return operator === '' ? unversioned(cat, pn) : withVersion(operator, cat, pn);
}

/** Takes :slot and ::repository off. */
function withoutSuffixes(text: string): {readonly base: string; readonly wrong?: string} {
	const [beforeRepository = '', repo, ...more] = text.split('::');
	if (more.length > 0) return {base: text, wrong: 'it has :: twice'};
	if (repo !== undefined && !repository.test(repo)) {
		return {base: text, wrong: `${quoted(repo)} is not the name of a repository`};
	}
	const colon = beforeRepository.indexOf(':');
	if (colon < 0) return {base: beforeRepository};
	const name = beforeRepository.slice(colon + 1);
	if (/[=*]$/.test(name)) return {base: text, wrong: 'package.env takes no slot operator'};
	if (!slot.test(name)) return {base: text, wrong: `${quoted(name)} is not a slot`};
	return {base: beforeRepository.slice(0, colon)};
}

function unversioned(cat: string, pn: string): string | undefined {
	if (`${cat}/${pn}`.includes('**')) return '** is not a wildcard, * is';
	if (versioned.test(pn)) return 'a version needs an operator in front, such as =';
	return names(cat, pn);
}

function withVersion(operator: string, cat: string, pvr: string): string | undefined {
	// `=CATEGORY/PACKAGE-*9999*`: the wildcard form of a version.
	const anyVersion = operator === '=' ? /^(.+)-\*\w+\*$/.exec(pvr) : null;
	if (anyVersion) return names(cat, anyVersion[1] ?? '');
	if (cat.includes('*')) return 'a category with a wildcard takes no operator and version';
	const starred = pvr.endsWith('*');
	if (starred && operator !== '=') return 'a version ends in * after = alone';
	const [, pn, fullVersion = ''] = versioned.exec(starred ? pvr.slice(0, -1) : pvr) ?? [];
	if (pn === undefined) return `${operator} needs a version, as in ${operator}${cat}/${pvr}-1.0`;
	if (operator === '~' && new RegExp(`${revision}$`).test(fullVersion)) {
		return '~ takes a version without a revision';
	}
	if (pn.includes('*')) return 'a package name with a wildcard takes no operator and version';
	if (versioned.test(pn)) return `${quoted(pn)} ends like a version`;
	return names(cat, pn);
}

function names(cat: string, pn: string): string | undefined {
	if (!category.test(cat.replaceAll('*', '_'))) return `${quoted(cat)} is not a category`;
	if (!packageName.test(pn.replaceAll('*', '_'))) return `${quoted(pn)} is not a package name`;
	return undefined;
}

const quoted = (text: string): string => JSON.stringify(text);
