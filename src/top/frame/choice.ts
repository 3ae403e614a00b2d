/** What whoever watches has chosen with keys. */
export interface TopChoice {
	readonly sorting: Sorting;
	readonly grouping: Grouping;
	readonly panels: Panels;
	/** The first line of the body that is seen. */
	readonly offset: number;
	readonly isHelp: boolean;
}

export const sortings = ['jobs', 'age', 'name'] as const;
export type Sorting = (typeof sortings)[number];

export const groupings = ['package', 'server', 'none'] as const;
export type Grouping = (typeof groupings)[number];

export const panelChoices = ['all', 'servers', 'jobs'] as const;
export type Panels = (typeof panelChoices)[number];

export const firstChoice: TopChoice = {
	sorting: 'jobs',
	grouping: 'package',
	panels: 'all',
	offset: 0,
	isHelp: false,
};
