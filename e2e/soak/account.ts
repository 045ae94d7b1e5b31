import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { isLeftOut } from './disk.ts'

interface AccountJson {
  found: number
  indexed: number
  failed: number
  pending: number
  left_out: { rule: string; count: number; example: string }[]
}

/**
 * Compares the account that the server gives with the disk, counted independently of the product.
 * @param isSettled false while the server is busy: then only the sum has to be right
 * @returns the differences
 */
export async function accountDifferences(url: string, root: string, isSettled: boolean): Promise<string[]> {
  const answer = await fetch(`${url}/api/index/account`)
  if (!answer.ok) return [`the account is answered with ${answer.status}`]
  const { found, indexed, failed, pending, left_out: leftOut } = (await answer.json()) as AccountJson
  const sum = indexed + failed + pending + leftOut.reduce((total, { count }) => total + count, 0)
  const text = `${indexed} indexed, ${failed} failed, ${pending} pending, left out ${JSON.stringify(leftOut)}`
  if (sum !== found) return [`the account says ${found} files found, and ${text}`]
  if (!isSettled) return []
  const onDisk = countFiles(root)
  const differences: string[] = []
  if (found !== onDisk)
    differences.push(`the account says ${found} files found instead of ${onDisk}: ${text}`)
  if (pending !== 0) differences.push(`the account says that ${pending} files are pending`)
  return differences
}

/** Everything that is no folder, also behind links to folders that are followed; a link that is not followed counts itself. */
function countFiles(root: string): number {
  return countIn('', false, false)

  function countIn(directory: string, isBehindLink: boolean, isBelowLeftOut: boolean): number {
    let count = 0
    for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      const isHidden = isBelowLeftOut || isLeftOut(entry.name)
      if (entry.isDirectory()) count += countIn(path, isBehindLink, isHidden)
      else if (!isHidden && entry.isSymbolicLink() && isFollowed(path, isBehindLink))
        count += countIn(path, true, false)
      else count++
    }
    return count
  }

  function isFollowed(path: string, isBehindLink: boolean): boolean {
    const target = targetOf(join(root, path))
    if (target === undefined || !statSync(target).isDirectory()) return false
    const isInside = target === root || target.startsWith(root + sep)
    const isHidden = target.slice(root.length).split(sep).some(isLeftOut)
    const parent = realpathSync(join(root, path, '..'))
    const isCircle = parent === target || parent.startsWith(target + sep)
    return isInside && !isHidden && !isCircle && !isBehindLink
  }
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link)
  } catch {
    return undefined
  }
}
