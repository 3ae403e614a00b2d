import {AppError} from '../lib/errors.js';
import {jsonAnswer} from './content.js';
import type {Answer} from './route.js';

/** What was thrown, as the client sees it; undefined when nobody is there to see it. What an error of ours does not say stays here. */
export function errorAnswer(error: unknown): Answer | undefined {
	if (!(error instanceof AppError)) {
		return jsonAnswer({description: 'internal error', cause: null}, 500);
	}
	switch (error.code) {
		case 'REQUEST_CANCELLED':
			return undefined;
		case 'REQUEST_TOO_LARGE':
			return jsonAnswer(description(error), 413);
		case 'REQUEST_MALFORMED':
			return jsonAnswer(description(error), 400);
		case 'UNAUTHORIZED':
			return {
				status: 401,
				headers: {'www-authenticate': `Bearer error="${error.fields.reason}"`},
			};
		default:
			return jsonAnswer(description(error), 500);
	}
}

interface Description {
	readonly description: string;
	readonly cause: Description | null;
}

function description({message, cause}: AppError): Description {
	return {description: message, cause: cause instanceof AppError ? description(cause) : null};
}
