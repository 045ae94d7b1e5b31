import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * One file instead of many small ones, which compress worse: parts of the first load that later ones need, too; without controls of menus
 * and dialogs.
 */
const SHARED =
  /react-dom.index|jsx-runtime|lucide-react|query-core|react-query|src.(api|app|auth|components(?!.(copy-text|field|segmented|switch))|gallery(?!.use-copy)|query|sketch|state|status|upload)|messages.(en|messages)/
/** Words of views that are loaded when they are opened. */
const VIEW_WORDS =
  /messages.(view-messages|en-views)|messages.en.(accounts|copying|files|nothing|reviews|shortcuts|trash|words)/
/** Apart from both: all words need these, and the shared file waits for those of another language. */
const FORMAT = /messages.(format|language)|vite.preload-helper/

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The page may be published below a path.
  base: './',
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'format', test: FORMAT, priority: 3 },
            { name: 'view-words', test: VIEW_WORDS, priority: 2 },
            { name: 'shared', test: SHARED, minShareCount: 3, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8000', changeOrigin: false } } },
})
