import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isPassing } from './api/client.ts'
import { serverUrl } from './api/server-url.ts'
import { SessionGate } from './auth/session.tsx'
import { ToastProvider } from './components/toast.tsx'
import { language } from './messages/language.ts'
import { router } from './router.tsx'
import { watchSignOut } from './state/signed-out.ts'
import './styles.css'

const MAX_RETRIES = 3
const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The server may run on this machine, so the network state of the browser does not matter.
      networkMode: 'always',
      // A refused request would be refused again; a server that is unreachable may be back soon.
      retry: (failures, error) => isPassing(error) && failures < MAX_RETRIES,
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: 'always' },
  },
})

// The service worker starts the page without the server and receives shared pictures. Browsers require TLS for it.
if (import.meta.env.PROD && 'serviceWorker' in navigator)
  addEventListener('load', () =>
    navigator.serviceWorker
      .register(serverUrl('/sw.js'))
      .catch((error: unknown) => console.info('The page can not be installed:', error)),
  )

// Screen readers choose their voice by it.
document.documentElement.lang = language
watchSignOut()

const root = createRoot(document.getElementById('root')!)
if (import.meta.env.DEV && location.hash === '#/components') {
  const { default: Showcase } = await import('./components/showcase/showcase.tsx')
  root.render(<Showcase />)
} else {
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <ToastProvider>
          <SessionGate>
            <RouterProvider router={router} />
          </SessionGate>
        </ToastProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}
