/** The languages in which notices speak to people. A text that lacks one of them does not compile. */
export const LANGUAGES = ['en', 'ja'] as const;

export type Language = (typeof LANGUAGES)[number];
