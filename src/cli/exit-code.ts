/** What a command ends with: 0 done, 1 the thing asked about is not well, 2 could not run. */
export type ExitCode = 0 | 1 | 2;
