import test from 'ava';
import {readMakeConf} from '../../src/portage/make-conf-read.js';

/** What Portage 3.0.82 itself makes of these texts. */

function values(text: string, readSourced?: (path: string) => string | undefined) {
	const reading = readMakeConf(text, readSourced, new Map([['PATH', '/bin']]));
	if (reading.kind === 'refused') return `line ${reading.line}: ${reading.reason}`;
	return Object.fromEntries(reading.assignments.map(({name, expanded}) => [name, expanded]));
}

const accepted: readonly (readonly [string, string, Record<string, string>])[] = [
	['double quotes expand', 'A="x ${PATH}"', {A: 'x /bin'}],
	['single quotes expand too', "A='x ${PATH}'", {A: 'x /bin'}],
	['no quotes expand', 'A=$PATH', {A: '/bin'}],
	['blanks stand around =', 'A = "x"', {A: 'x'}],
	['export is allowed', 'export A=1', {A: '1'}],
	['several stand on a line', 'A=1 B=2', {A: '1', B: '2'}],
	['a backslash joins lines', 'A="a\\\nb"', {A: 'ab'}],
	['a line end in quotes is a blank', 'A="a\nb"', {A: 'a b'}],
	['$ and quotes are escaped', 'A="\\$PATH \\"q\\""', {A: '$PATH "q"'}],
	['quoted parts join', `A="x"'y'z`, {A: 'xyz'}],
	['a comment ends a word', 'D=a#b\n# c', {D: 'a'}],
	['a comment does not begin in quotes', 'D="a#b"', {D: 'a#b'}],
	['an unknown variable is empty', 'A="x${X}y"', {A: 'xy'}],
	['UTF-8 is text', 'A="é日"', {A: 'é日'}],
	['CRLF ends lines', 'A=1\r\nB="a\r\nb"\r\n', {A: '1', B: 'a b'}],
	['a default empties the value', 'A="x${X:-y}"', {A: ''}],
	['a command empties the value', 'A="x$(cmd)"', {A: ''}],
	['backquotes are literal', 'A="`cmd`"', {A: '`cmd`'}],
	['an empty value needs quotes', 'A=""', {A: ''}],
	['the file’s own variables expand', 'A=1\nA="$A 2"', {A: '1 2'}],
];

for (const [title, text, expected] of accepted) {
	test(title, t => t.deepEqual(values(text), expected));
}

const refused: readonly (readonly [string, string, RegExp])[] = [
	['+=', 'B=1\nA+=" a"', /^line 2: "A\+" can't be a variable's name$/],
	['no value', 'A=\nB=1', /^line 2: "1" stands where the = after "=" should be$/],
	['no value at the end', 'A=', /^line 1: A has no value$/],
	['a dot for source', '. file', /^line 1: .*should be$/],
	['if', 'if true\nfi', /^line 1: "true" stands/],
	['a semicolon', 'A=1;B=2', /^line 1: /],
	['a dash in a name', 'A-B=1', /^line 1: "A-B"/],
	['a quote left open', 'A=1\nB="x\n\n', /^line 2: a quote \("\) that is not closed$/],
	['a name alone', 'A', /has no = after it$/],
];

for (const [title, text, reason] of refused) {
	test(`refused with its line: ${title}`, t => t.regex(String(values(text)), reason));
}

test('source reads the file there and then, with variables in its name', t => {
	const files = new Map([
		['/x/one', 'B="$A 2"\nsource two\n'],
		['two', 'C=3'],
	]);
	t.deepEqual(
		values('A=1\nD=/x\nsource "${D}/one"\nE="$C"\n', path => files.get(path)),
		{
			A: '1',
			D: '/x',
			B: '1 2',
			C: '3',
			E: '3',
		},
	);
	t.is(
		values('A=1\nsource gone\n', () => undefined),
		'line 2: there is no file gone to source',
	);
	t.regex(
		String(values('source me', () => 'source me')),
		/^line 1: files source one another without end$/,
	);
});
