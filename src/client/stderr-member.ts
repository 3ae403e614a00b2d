import type {Decoration} from '../compiler/decoration.js';

const decorations: readonly Decoration[] = [
	{color: false, links: false},
	{color: true, links: false},
	{color: false, links: true},
	{color: true, links: true},
];

/** The member of an entry that holds stderr, by how it was decorated. */
export function stderrMember({color, links}: Decoration): string {
	return `stderr${color ? '.color' : ''}${links ? '.links' : ''}`;
}

/** How an entry's stderr is decorated, by the member that holds it. */
export const stderrMembers: readonly (readonly [name: string, has: Decoration])[] = decorations.map(
	decoration => [stderrMember(decoration), decoration],
);
