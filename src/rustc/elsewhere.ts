import type {RustCommand} from './command.js';

/** Why a crate is compiled on this machine alone; undefined: a server can do it with what it can be sent. */
export function whyHere(command: RustCommand): string | undefined {
	if (command.program === 'clippy') return 'clippy';
	if (command.links) return 'a linker runs';
	if (command.bundles) return 'static library';
	if (command.native) return '-C target-cpu=native';
	if (command.identityArgs.includes('--sysroot')) return '--sysroot';
	return command.outputs.every(({kind}) => kind === 'metadata' || kind === 'dep-info')
		? 'metadata only'
		: undefined;
}

/** Variables of a machine, not of a crate. */
const ofMachine = /^(?:HOME|PATH|PWD|OLDPWD|TMPDIR|SHELL|USER|LOGNAME|LD_\w*|SCCACHE_\w*)$/;

/** Of the variables that a crate reads, the first that a server has its own of. */
export function variableOfMachine(names: Iterable<string>): string | undefined {
	return [...names].find(name => ofMachine.test(name));
}
