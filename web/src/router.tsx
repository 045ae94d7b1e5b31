import { createRootRoute, createRouter } from '@tanstack/react-router'
import { App } from './app/app.tsx'
import { parseAddress } from './state/address.ts'

const rootRoute = createRootRoute({ validateSearch: parseAddress, component: App })

export const router = createRouter({ routeTree: rootRoute })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
