import {randomBytes} from 'node:crypto';
import {Command, Errors, Flags} from '@oclif/core';

export class GenerateSharedToken extends Command {
	static override description = 'Print a new token, to be shared by the clients and the scheduler.';
	static override examples = [
		'<%= config.bin %> auth generate-shared-token',
		'<%= config.bin %> auth generate-shared-token --bits 512',
	];
	static override flags = {
		bits: Flags.integer({
			description: 'Length: a multiple of 8, from 64 to 4096',
			default: 256,
			parse: async text => checkedBits(text),
		}),
	};

	async run(): Promise<void> {
		const {flags} = await this.parse(GenerateSharedToken);
		this.log(randomBytes(flags.bits / 8).toString('base64url'));
	}
}

function checkedBits(text: string): number {
	const bits = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
	if (bits % 8 === 0 && bits >= 64 && bits <= 4096) return bits;
	throw new Errors.CLIError(`--bits: expected a multiple of 8 from 64 to 4096, found ${text}`, {
		exit: 2,
	});
}
