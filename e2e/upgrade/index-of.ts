import type { Member } from './member.ts'

/** State that an upgrade must keep. */
export interface Index {
  /** Paths of the images by id. */
  images: Map<string, string>
  /** Paths of the files that could not be indexed. */
  failures: string[]
  /** E-mail addresses, roles and ids. */
  users: string[]
}

export async function readIndex(admin: Member): Promise<Index> {
  const { images } = await admin.images()
  const { failures } = await admin.get<{ failures: { path: string }[] }>('/api/index/failures')
  const { users } = await admin.get<{ users: { id: string; email: string; role: string }[] }>('/api/users')
  return {
    images: new Map(images.map(({ id, path }) => [id, path])),
    failures: failures.map(({ path }) => path).sort(),
    users: users.map(({ id, email, role }) => `${email} ${role} ${id}`).sort(),
  }
}

/** @returns a sentence for each difference */
export function compare(before: Index, after: Index): string[] {
  const differences: string[] = []
  for (const [id, path] of before.images)
    if (after.images.get(id) !== path)
      differences.push(`${path} (${id}) is ${after.images.get(id) ?? 'gone'}`)
  for (const [id, path] of after.images)
    if (!before.images.has(id)) differences.push(`${path} has the new id ${id}`)
  if (before.failures.join() !== after.failures.join())
    differences.push(`failures were ${before.failures.join(', ')} and are ${after.failures.join(', ')}`)
  if (before.users.join() !== after.users.join())
    differences.push(`users were ${before.users.join(', ')} and are ${after.users.join(', ')}`)
  return differences
}
