import {resolve} from 'node:path';
import {Errors, Flags} from '@oclif/core';
import {defaultShimFolder} from '../../../portage/make-conf-block.js';
import {initSystems, type PathChoice} from '../../../setup/plan/answers.js';

const farm = 'The farm';
const builds = 'Builds here';

export const treeFlags = {
	root: Flags.string({
		description: 'The tree; for another than /, no command is run',
		helpValue: 'DIR',
		default: '/',
		parse: async path => resolve(path),
	}),
	eprefix: Flags.string({
		description: 'The prefix that Gentoo has in it, as in EPREFIX',
		helpValue: 'DIR',
		default: '',
		parse: async path => checkedPrefix(path),
	}),
};

export const runFlags = {
	...treeFlags,
	yes: Flags.boolean({
		char: 'y',
		description: 'Ask nothing: what no flag says stays as it is, or is as it would be offered',
	}),
	'dry-run': Flags.boolean({description: 'Show each change and each command, and do nothing'}),
	start: Flags.boolean({
		description: 'Enable and start the services',
		default: true,
		allowNo: true,
	}),
	doctor: Flags.boolean({
		description:
			'Look at the whole chain when the services are started; end with 1 if it is broken',
		default: true,
		allowNo: true,
	}),
	init: Flags.option({
		description: 'The init system; else the one that is found',
		options: initSystems,
	})(),
};

export const joinFlags = {
	'join-code-file': Flags.string({
		description:
			'The join code that the scheduler host has printed, in a file; - is standard input',
		helpValue: 'FILE',
		helpGroup: farm,
	}),
	'scheduler-url': Flags.string({
		description: 'The scheduler, if not the one of the join code',
		helpValue: 'URL',
		helpGroup: farm,
	}),
};

export const schedulerFlags = {
	'scheduler-address': Flags.string({
		description: 'Where other hosts reach the scheduler: its public_addr',
		helpValue: 'HOST:PORT',
		helpGroup: farm,
	}),
};

export const serverFlags = {
	'server-address': Flags.string({
		description: 'Where other hosts reach this build server: its public_addr',
		helpValue: 'HOST:PORT',
		helpGroup: farm,
	}),
	'server-token-file': Flags.string({
		description: "A file with the build server's token, if there is no join code",
		helpValue: 'FILE',
		helpGroup: farm,
	}),
	'max-jobs': Flags.integer({
		description: 'Jobs that the server runs at once; else as many as it has cores',
		helpValue: 'N',
		min: 1,
		max: 9999,
		helpGroup: farm,
	}),
	'memory-per-job': Flags.string({
		description: 'Memory that must be free for one more job',
		helpValue: 'SIZE',
		helpGroup: farm,
	}),
};

export const clientFlags = {
	'client-token-file': Flags.string({
		description: "A file with the clients' token, if there is no join code",
		helpValue: 'FILE',
		helpGroup: farm,
	}),
	'cache-size': Flags.string({
		description: 'Size of the compile cache',
		helpValue: 'SIZE',
		helpGroup: builds,
	}),
	'toolchain-cache-size': Flags.string({
		description: 'Size of the cache of packed compilers',
		helpValue: 'SIZE',
		helpGroup: builds,
	}),
	via: Flags.option({
		description:
			'Where the PATH of builds is changed; in bashrc, it has compilers that the same emerge installs',
		options: ['make.conf', 'bashrc', 'none'] as const,
		helpGroup: builds,
	})(),
	'wiki-tcp': Flags.boolean({
		description: "The wiki's lines in make.conf: port 4227, and sandboxes switched off",
		exclusive: ['via'],
		helpGroup: builds,
	}),
	switch: Flags.boolean({
		description: 'Switch ccache, distcc and icecream off in FEATURES',
		allowNo: true,
		helpGroup: builds,
	}),
	report: Flags.boolean({
		description: 'Have each emerge say what came from the cache, by lines in bashrc',
		allowNo: true,
		helpGroup: builds,
	}),
	'exclude-known': Flags.boolean({
		description:
			'Keep packages from sccache, or from some of it, that are known to break or not to gain',
		allowNo: true,
		helpGroup: builds,
	}),
	'links-folder': Flags.string({
		description: "The folder of the compilers' names, within the prefix",
		helpValue: 'DIR',
		default: defaultShimFolder,
		helpGroup: builds,
	}),
	program: Flags.string({
		description: 'The sccache program, within the tree and prefix',
		helpValue: 'FILE',
		default: '/usr/bin/sccache',
		helpGroup: builds,
	}),
};

export function pathChoice(flags: {
	readonly via?: 'make.conf' | 'bashrc' | 'none' | undefined;
	readonly 'wiki-tcp'?: boolean | undefined;
}): PathChoice | undefined {
	return flags['wiki-tcp'] === true ? 'wiki-tcp' : flags.via;
}

function checkedPrefix(path: string): string {
	const prefix = path.replace(/\/+$/, '');
	if (prefix === '' || /^(?:\/[A-Za-z0-9_@%+=,.-]+)+$/.test(prefix)) return prefix;
	throw new Errors.CLIError(`--eprefix: ${path} is no absolute path of plain characters`, {
		exit: 2,
	});
}
