import type { Page } from 'playwright-core'

/** Records the hosts that a page contacts, and the messages of its console, such as violations of the policy. */
export function recordOf(page: Page): { hosts: Set<string>; complaints: string[] } {
  const hosts = new Set<string>()
  const complaints: string[] = []
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  page.on('console', (message) => complaints.push(message.text()))
  return { hosts, complaints }
}
