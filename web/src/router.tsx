import { createRootRoute, createRouter } from '@tanstack/react-router'
import { pageFolder } from './api/server-url.ts'
import { App } from './app/app.tsx'
import { parseAddress } from './state/address.ts'

const rootRoute = createRootRoute({ validateSearch: parseAddress, component: App })

export const router = createRouter({ routeTree: rootRoute, basepath: pageFolder() })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
