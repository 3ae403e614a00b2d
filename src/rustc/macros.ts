/** A shared object in a folder that is searched for crates. */
const sharedName = /^lib(.+)\.so$/;

/**
 * Which of a folder's files may hold macros that a crate uses: its name, or the part of it that tells one build from another, occurs in
 * one of the crates that are used. `occurs`: whether a text does.
 */
export function macroFiles(
	names: readonly string[],
	occurs: (text: string) => boolean,
): readonly string[] {
	return names.filter(name => {
		const crate = sharedName.exec(name)?.[1];
		if (crate === undefined) return false;
		const mark = /-[0-9a-f]{16}$/.exec(crate)?.[0];
		return mark === undefined || occurs(mark);
	});
}
