import {extensionHeaders} from '../protocol/dist/extensions.js';
import type {Request} from './route.js';

/** The extension level of whoever sends; 0: v1. */
export function levelOf({headers}: Pick<Request, 'headers'>): number {
	const text = headers[extensionHeaders.level];
	return typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
}
