import {z} from 'zod';
import {nearest} from './nearest.js';

/** Every key that a schema of tables takes, as dotted paths; a list's entries add no part. */
export function knownKeys(schema: z.core.$ZodType, prefix = ''): readonly string[] {
	if (schema instanceof z.ZodOptional) return knownKeys(schema.unwrap(), prefix);
	if (schema instanceof z.ZodArray) return knownKeys(schema.element, prefix);
	if (schema instanceof z.ZodDiscriminatedUnion) {
		return [...new Set(schema.options.flatMap(option => knownKeys(option, prefix)))];
	}
	if (!(schema instanceof z.ZodObject)) return [];
	return Object.entries(schema.shape).flatMap(([name, value]) => [
		prefix + name,
		...knownKeys(value as z.core.$ZodType, `${prefix}${name}.`),
	]);
}

/** What the user most likely meant: a misspelling in the same table, else the right key in the wrong table. */
export function nearestKey(unknown: string, known: readonly string[]): string | undefined {
	const table = unknown.slice(0, unknown.lastIndexOf('.') + 1);
	const name = unknown.slice(table.length);
	const siblings = known.filter(key => parentOf(key) === table);
	const sibling = nearest(name, siblings, nameOf);
	if (sibling && sibling.distance <= Math.max(2, name.length / 3)) return sibling.candidate;
	return nearest(name, known, nameOf)?.candidate;
}

const parentOf = (key: string): string => key.slice(0, key.lastIndexOf('.') + 1);
const nameOf = (key: string): string => key.slice(key.lastIndexOf('.') + 1);
