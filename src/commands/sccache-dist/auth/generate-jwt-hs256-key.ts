import {randomBytes} from 'node:crypto';
import {Command} from '@oclif/core';

export class GenerateJwtHs256Key extends Command {
	static override description = "Print a new secret key for the scheduler's `[server_auth]`.";
	static override examples = ['<%= config.bin %> auth generate-jwt-hs256-key'];

	async run(): Promise<void> {
		await this.parse(GenerateJwtHs256Key);
		this.log(randomBytes(32).toString('base64url'));
	}
}
