/** Returns a function that does some work once for all requests with the same key that come while it is in progress. */
export function createSharedWork<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const inProgress = new Map<string, Promise<T>>()
  return (key, work) => {
    const started = inProgress.get(key)
    if (started !== undefined) return started
    const result = work().finally(() => inProgress.delete(key))
    inProgress.set(key, result)
    return result
  }
}
