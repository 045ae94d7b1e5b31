/** Runs one function at a time, among all that share it. */
export type RunExclusive = <T>(run: () => Promise<T>) => Promise<T>
