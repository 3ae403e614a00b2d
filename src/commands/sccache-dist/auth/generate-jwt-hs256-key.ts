import {randomBytes} from 'node:crypto';
import {Command} from '@oclif/core';
import {formatSecretKey, secretKeySizeBytes} from '../../../auth/secret-key.js';

export class GenerateJwtHs256Key extends Command {
	static override description = "Print a new secret key for the scheduler's `[server_auth]`.";
	static override examples = ['<%= config.bin %> auth generate-jwt-hs256-key'];

	async run(): Promise<void> {
		await this.parse(GenerateJwtHs256Key);
		this.log(formatSecretKey(randomBytes(secretKeySizeBytes)));
	}
}
